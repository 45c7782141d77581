// SPDX-License-Identifier: MPL-2.0
// Kea's command channel over a UNIX socket, HTTP and HTTPS.
#include "channel.h"

#include <utility>  // Boost 1.74's headers use std::exchange without it

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "failure.h"

namespace chainload::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t longest_answer = 64u << 20;

[[noreturn]] void fail(const ServerAddress& address, const std::string& what) {
  throw Failure(ExitStatus::unreachable, address.text + ": " + what);
}

/// Runs what was begun until it is done or the time is over.
class Waiting {
 public:
  Waiting(asio::io_context& io, const ServerAddress& address, const ConnectionOptions& options)
      : io_(io),
        address_(address),
        options_(options),
        end_(std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_s)) {}

  /// `begin` starts one asynchronous operation and hands its completion to the function it is given.
  template <class Begin>
  boost::system::error_code run(Begin&& begin) {
    boost::system::error_code result = asio::error::would_block;
    begin([&result](boost::system::error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run_until(end_);
    if (result == asio::error::would_block) {
      fail(address_, "it has not answered within " + std::to_string(options_.timeout_s) +
                         " seconds: it may be busy with a large configuration; --timeout waits longer");
    }
    return result;
  }

 private:
  asio::io_context& io_;
  const ServerAddress& address_;
  const ConnectionOptions& options_;
  std::chrono::steady_clock::time_point end_;
};

std::string remedy_for_socket(const boost::system::error_code& error) {
  if (error == boost::system::errc::no_such_file_or_directory) {
    return ": is kea-dhcp4 running, and is this the \"socket-name\" of its control socket?";
  }
  if (error == asio::error::access_denied)
    return ": only root and the group of the server may; try with sudo";
  if (error == asio::error::connection_refused) return ": nothing listens there; is kea-dhcp4 running?";
  return {};
}

/// Kea answers when it has read one whole JSON text, and closes when it has answered.
std::string exchange_over_unix(const ServerAddress& address, const ConnectionOptions& options,
                               const std::string& request) {
  asio::io_context io;
  Waiting waiting(io, address, options);
  asio::local::stream_protocol::socket socket(io);
  const asio::local::stream_protocol::endpoint endpoint(address.path);
  if (const auto error = waiting.run([&](auto&& done) { socket.async_connect(endpoint, done); })) {
    fail(address, "cannot connect: " + error.message() + remedy_for_socket(error));
  }
  if (const auto error =
          waiting.run([&](auto&& done) { asio::async_write(socket, asio::buffer(request), done); })) {
    fail(address, "the command could not be sent: " + error.message());
  }
  std::string answer;
  const auto error = waiting.run([&](auto&& done) {
    asio::async_read(socket, asio::dynamic_buffer(answer, longest_answer), asio::transfer_all(), done);
  });
  if (error && error != asio::error::eof) fail(address, "the answer broke off: " + error.message());
  return answer;
}

/// What TLS itself says is for those who know it.
std::string remedy_for_tls(const boost::system::error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return {};
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return ": what listens there does not speak TLS; write http:// if that is meant";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return ": it wants a certificate from us: give --cert and --key";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return ": it does not accept our certificate: see --cert and --key";
    default:
      return {};
  }
}

std::string base64(const std::string& text) {
  std::string coded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int len =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  coded.resize(static_cast<std::size_t>(len));
  return coded;
}

http::request<http::string_body> http_request(const ServerAddress& address, const std::string& body) {
  http::request<http::string_body> request{http::verb::post, address.path, 11};
  request.set(http::field::host, address.host + ":" + address.port);
  request.set(http::field::user_agent, "chainloadctl");
  request.set(http::field::content_type, "application/json");
  if (!address.user.empty()) {
    request.set(http::field::authorization, "Basic " + base64(address.user + ":" + address.password));
  }
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  return request;
}

std::string body_of(const ServerAddress& address, const http::response<http::string_body>& response) {
  if (response.result() == http::status::ok) return response.body();
  if (response.result() == http::status::unauthorized) {
    fail(address, address.user.empty() ? "it wants a user and a password: give --user and --password-file"
                                       : "it does not accept user " + address.user + " with this password");
  }
  fail(address, "it answers with HTTP status " + std::to_string(response.result_int()) + " (" +
                    std::string(response.reason()) +
                    "): is this the Control Agent, or kea-dhcp4's HTTP socket?");
}

template <class Stream>
std::string ask_over(Stream& stream, Waiting& waiting, const ServerAddress& address,
                     const std::string& body) {
  const auto request = http_request(address, body);
  if (const auto error = waiting.run([&](auto&& done) { http::async_write(stream, request, done); })) {
    fail(address, "the command could not be sent: " + error.message() + remedy_for_tls(error));
  }
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(longest_answer);
  if (const auto error = waiting.run([&](auto&& done) { http::async_read(stream, buffer, parser, done); })) {
    fail(address, "the answer broke off: " + error.message() + remedy_for_tls(error));
  }
  return body_of(address, parser.get());
}

void connect(asio::ip::tcp::socket& socket, asio::io_context& io, Waiting& waiting,
             const ServerAddress& address) {
  asio::ip::tcp::resolver resolver(io);
  asio::ip::tcp::resolver::results_type found;
  const auto resolved = waiting.run([&](auto&& done) {
    resolver.async_resolve(address.host, address.port, [&found, done](auto error, auto results) {
      found = std::move(results);
      done(error);
    });
  });
  if (resolved) fail(address, "the name " + address.host + " cannot be resolved: " + resolved.message());
  if (const auto error = waiting.run([&](auto&& done) { asio::async_connect(socket, found, done); })) {
    fail(address,
         "cannot connect: " + error.message() +
             (error == asio::error::connection_refused
                  ? ": nothing listens there; is the Control Agent (or kea-dhcp4's HTTP socket) running?"
                  : ""));
  }
}

std::string exchange_over_http(const ServerAddress& address, const ConnectionOptions& options,
                               const std::string& request) {
  asio::io_context io;
  Waiting waiting(io, address, options);
  asio::ip::tcp::socket socket(io);
  connect(socket, io, waiting, address);
  return ask_over(socket, waiting, address, request);
}

void use_files(asio::ssl::context& tls, const ServerAddress& address, const ConnectionOptions& options) {
  boost::system::error_code error;
  const auto check = [&](const std::string& file) {
    if (error) {
      throw Failure(ExitStatus::usage, "the file " + file + " is of no use for TLS with " + address.text +
                                           ": " + error.message());
    }
  };
  if (options.ca_file.empty()) {
    tls.set_default_verify_paths();
  } else {
    tls.load_verify_file(options.ca_file, error);
    check(options.ca_file);
  }
  if (!options.certificate_file.empty()) {
    tls.use_certificate_chain_file(options.certificate_file, error);
    check(options.certificate_file);
  }
  if (!options.key_file.empty()) {
    tls.use_private_key_file(options.key_file, asio::ssl::context::pem, error);
    check(options.key_file);
  }
}

std::string exchange_over_https(const ServerAddress& address, const ConnectionOptions& options,
                                const std::string& request) {
  asio::io_context io;
  Waiting waiting(io, address, options);
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  use_files(tls, address, options);
  asio::ssl::stream<asio::ip::tcp::socket> stream(io, tls);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(address.host));
  boost::system::error_code is_no_address;
  asio::ip::make_address(address.host, is_no_address);
  // A name only, never an address [rfc6066 3].
  if (is_no_address) SSL_set_tlsext_host_name(stream.native_handle(), address.host.c_str());
  connect(stream.next_layer(), io, waiting, address);
  const auto error =
      waiting.run([&](auto&& done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
  if (error) {
    fail(address,
         "no TLS connection: " + error.message() + remedy_for_tls(error) +
             (SSL_get_verify_result(stream.native_handle()) != X509_V_OK
                  ? std::string(": ") +
                        X509_verify_cert_error_string(SSL_get_verify_result(stream.native_handle())) +
                        "; --ca-file names the certificate to trust"
                  : std::string()));
  }
  return ask_over(stream, waiting, address, request);
}

}  // namespace

std::string exchange(const ServerAddress& address, const ConnectionOptions& options,
                     const std::string& request) {
  switch (address.kind) {
    case ServerAddress::Kind::unix_socket:
      return exchange_over_unix(address, options, request);
    case ServerAddress::Kind::http:
      return exchange_over_http(address, options, request);
    case ServerAddress::Kind::https:
      return exchange_over_https(address, options, request);
  }
  return {};
}

}  // namespace chainload::ctl
