// SPDX-License-Identifier: MPL-2.0
#include "proto/uri.h"

#include <gtest/gtest.h>

#include <string>

namespace proto {
namespace {

Uri uri(std::string_view text) {
  auto parsed = Uri::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed ? *parsed : Uri();
}

std::string resolved(std::string_view at, std::string_view reference) {
  auto result = uri(at).resolve(reference);
  return result ? std::string(result->text()) : std::string(result.error().sentence());
}

TEST(Uri, is_taken_apart) {
  const Uri whole = uri("http://user:secret@boot.example.org:8080/a/b.php?mac=52:54:00&x=/y#part");
  EXPECT_EQ(whole.scheme(), "http");
  EXPECT_EQ(whole.host(), "boot.example.org");
  EXPECT_EQ(whole.port(), 8080);
  EXPECT_EQ(whole.path(), "/a/b.php");
  EXPECT_EQ(whole.query(), "mac=52:54:00&x=/y");
  EXPECT_EQ(whole.file_name(), "b.php");
  EXPECT_EQ(whole.text(), "http://user:secret@boot.example.org:8080/a/b.php?mac=52:54:00&x=/y");
}

TEST(Uri, parts_may_be_missing) {
  EXPECT_FALSE(uri("vmlinuz").is_absolute());
  EXPECT_EQ(uri("vmlinuz").path(), "vmlinuz");
  EXPECT_EQ(uri("http://host").path(), "");
  EXPECT_EQ(uri("http://host?x").query(), "x");
  EXPECT_EQ(uri("http://host:/x").port(), 0);
  EXPECT_EQ(uri("http://host/x").port_or(80), 80);
  EXPECT_EQ(uri("").text(), "");
  EXPECT_TRUE(uri("tftp:x").is_absolute());
  EXPECT_FALSE(uri("tftp:x").has_authority());
  EXPECT_FALSE(uri("10:20").is_absolute());
  EXPECT_TRUE(uri("HTTP://x/").has_scheme("http"));
}

TEST(Uri, what_a_uri_may_not_hold_is_encoded) {
  EXPECT_EQ(uri("http://h/a b\r\nHost: evil\"%").text(), "http://h/a%20b%0D%0AHost:%20evil%22%25");
  EXPECT_EQ(uri("http://h/%41%zz%4").text(), "http://h/%41%25zz%254");
  EXPECT_EQ(uri("/\xc3\xa4\x7f").text(), "/%C3%A4%7F");
  EXPECT_EQ(uri(std::string_view("a\0b", 3)).text(), "a%00b");
}

TEST(Uri, servers_that_cannot_be_are_refused) {
  EXPECT_FALSE(Uri::parse("http://a b/x"));
  EXPECT_FALSE(Uri::parse("http://[::1]/x"));
  EXPECT_FALSE(Uri::parse("http://h:0/x"));
  EXPECT_FALSE(Uri::parse("http://h:65536/x"));
  EXPECT_FALSE(Uri::parse("http://h:+80/x"));
  EXPECT_FALSE(Uri::parse("http://" + std::string(254, 'a') + "/x"));
  EXPECT_EQ(uri("http://good@evil@real.example/").host(), "real.example");
  auto refused = Uri::parse("http://[::1]/" + std::string(1000, 'x'));  // the reason is never crowded out
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().sentence().ends_with("name the server by its IPv4 address"));
}

// F16: addresses of a kilobyte and of eight.
TEST(Uri, more_than_a_kilobyte_is_an_error_and_never_cut) {
  const std::string longest = "http://h/" + std::string(Uri::max_length - 9, 'x');
  EXPECT_EQ(uri(longest).text(), longest);
  for (const std::string& text :
       {longest + "x", std::string(8192, 'y'), "http://h/" + std::string(400, ' ')}) {
    auto refused = Uri::parse(text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), base::ErrorCode::too_large);
    EXPECT_NE(refused.error().sentence().find("more than 1024 characters"), std::string_view::npos);
  }
}

// The examples of RFC 3986, 5.4.
TEST(Uri, resolves_as_the_rfc_shows) {
  const char* at = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> examples[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"tftp://g/x", "tftp://g/x"},
  };
  for (const auto& [reference, expected] : examples)
    EXPECT_EQ(resolved(at, reference), expected) << reference;
}

TEST(Uri, resolves_against_a_server_without_a_path_and_against_nothing) {
  EXPECT_EQ(resolved("http://a", "g"), "http://a/g");
  EXPECT_EQ(resolved("http://a:81", "/g?x"), "http://a:81/g?x");
  EXPECT_EQ(resolved("", "g"), "g");
  EXPECT_EQ(resolved("", "http://a/g"), "http://a/g");
  EXPECT_EQ(resolved("tftp://10.0.0.1//srv/boot.gpxe", "vmlinuz"), "tftp://10.0.0.1//srv/vmlinuz");
}

TEST(Uri, resolving_can_become_too_long) {
  const std::string at = "http://h/" + std::string(600, 'x') + "/";
  auto refused = uri(at).resolve(std::string(600, 'y'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), base::ErrorCode::too_large);
  EXPECT_FALSE(
      uri("http://h" + std::string("/..") + std::string(900, '/')).resolve(std::string(900, '.') + "/x"));
}

TEST(Uri, a_bare_file_name_is_on_the_next_server) {
  const auto server = base::Ipv4Address::of(198, 18, 0, 1);
  const auto from = [&](std::string_view name) {
    return std::string(Uri::from_boot_file(name, server)->text());
  };
  EXPECT_EQ(from("undionly.kpxe"), "tftp://198.18.0.1/undionly.kpxe");
  EXPECT_EQ(from("/srv/boot/x"), "tftp://198.18.0.1//srv/boot/x");
  EXPECT_EQ(from("a b?c#d%41"), "tftp://198.18.0.1/a%20b%3Fc%23d%2541");
  EXPECT_EQ(from("Boot\\x86\\wdsnbp.com"), "tftp://198.18.0.1/Boot%5Cx86%5Cwdsnbp.com");
  EXPECT_EQ(from("C:\\x"), "tftp://198.18.0.1/C:%5Cx");
  EXPECT_EQ(from("http://boot/x?y"), "http://boot/x?y");
  for (std::size_t size : {127, 128, 129, 255, 1003}) {
    EXPECT_EQ(Uri::from_boot_file(std::string(size, 'n'), server)->path().size(), size + 1);
  }
  EXPECT_FALSE(Uri::from_boot_file(std::string(1024, 'n'), server));
}

TEST(PercentDecode, gives_back_the_bytes) {
  char room[8];
  EXPECT_EQ(percent_decode("a%20b%5C", room), "a b\\");
  EXPECT_EQ(percent_decode("%4", room), "%4");
  EXPECT_EQ(percent_decode("12345678", room), "12345678");
  EXPECT_FALSE(percent_decode("123456789", room));
  EXPECT_FALSE(percent_decode("a%00b", room));
}

}  // namespace
}  // namespace proto
