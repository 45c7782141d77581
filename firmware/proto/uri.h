// SPDX-License-Identifier: MPL-2.0
// URIs [rfc3986]: taken apart, resolved against each other, and made from the file names that DHCP hands out.
#pragma once

#include <optional>

#include "base/result.h"

namespace proto {

/// A URI or relative reference, kept by value. Its text holds nothing but the characters a URI may hold:
/// others are percent-encoded when it is parsed, so that it can be printed and put into a request as it is.
/// The fragment is left out.
class Uri {
 public:
  static constexpr std::size_t max_length = 1024;

  Uri() = default;
  static base::Result<Uri> parse(std::string_view text);
  /// gPXE's rule for what DHCP calls the boot file: `scheme://...` is used as it is, anything else is the
  /// name of a file on the next server, whatever characters it holds: tftp://<next_server>/<name>. `next_server`: an
  /// address or a name.
  static base::Result<Uri> from_boot_file(std::string_view name, const base::FormatArg& next_server);
  /// What `reference` means when it is found in the document at this URI [rfc3986 5.2].
  base::Result<Uri> resolve(const Uri& reference) const;
  base::Result<Uri> resolve(std::string_view reference) const;

  std::string_view text() const { return text_.view(); }
  bool is_empty() const { return text_.empty(); }
  bool is_absolute() const { return scheme_.size != 0; }
  bool has_authority() const { return has_authority_; }

  std::string_view scheme() const { return view(scheme_); }
  bool has_scheme(std::string_view name) const { return base::equal_ignoring_case(scheme(), name); }
  /// userinfo@host:port
  std::string_view authority() const { return view(authority_); }
  std::string_view host() const { return view(host_); }
  /// Without the `@`, as it stands in the URI: percent-encoded.
  std::string_view user_info() const {
    return host_.at > authority_.at ? authority().substr(0, host_.at - authority_.at - 1U) : std::string_view();
  }
  /// host:port, as it stands in the URI.
  std::string_view server() const { return authority().substr(host_.at - authority_.at); }
  /// 0 when the URI names none.
  std::uint16_t port() const { return port_; }
  std::uint16_t port_or(std::uint16_t otherwise) const { return port_ == 0 ? otherwise : port_; }
  std::string_view path() const { return view(path_); }
  /// Without the `?`.
  std::string_view query() const { return view(query_); }
  bool has_query() const { return has_query_; }
  /// What stands behind the last slash of the path, still encoded.
  std::string_view file_name() const;

 private:
  struct Part {
    std::uint16_t at = 0;
    std::uint16_t size = 0;
  };
  std::string_view view(Part part) const { return text_.view().substr(part.at, part.size); }
  base::Status take_apart();
  base::Status take_authority_apart();

  base::Text<max_length> text_;
  Part scheme_, authority_, host_, path_, query_;
  std::uint16_t port_ = 0;
  bool has_authority_ = false;
  bool has_query_ = false;
};

/// `encoded` with every %XX as the byte it stands for; nullopt when it does not fit or would hold a NUL.
std::optional<std::string_view> percent_decode(std::string_view encoded, std::span<char> into);

}  // namespace proto
