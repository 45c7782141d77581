// SPDX-License-Identifier: MPL-2.0
#include "wire/http_challenge.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

using Scheme = HttpChallenge::Scheme;

TEST(HttpChallenge, digest_is_taken_apart) {  // the first challenge of [rfc7616 3.9.1]
  const HttpChallenge challenge = parse_http_challenge(
      "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
      "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
  EXPECT_EQ(challenge.scheme, Scheme::digest);
  EXPECT_TRUE(challenge.is_sha256 && challenge.has_qop && !challenge.is_stale);
  EXPECT_EQ(challenge.realm, "http-auth@example.org");
  EXPECT_EQ(challenge.nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
  EXPECT_EQ(challenge.opaque, "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
}

TEST(HttpChallenge, better_of_several_in_one_header_wins) {
  for (const char* value : {"Basic realm=\"b\", Digest realm=\"d\", nonce=\"n\", stale=TRUE",
                            "digest nonce = \"n\" ,stale=true,realm=d , BASIC realm=\"b\"",
                            "Negotiate, NTLM abc==, Digest realm=\"d\", nonce=\"n\", stale=true"}) {
    const HttpChallenge challenge = parse_http_challenge(value);
    EXPECT_EQ(challenge.scheme, Scheme::digest) << value;
    EXPECT_EQ(challenge.realm, "d") << value;
    EXPECT_EQ(challenge.nonce, "n") << value;
    EXPECT_TRUE(challenge.is_stale) << value;
  }
  EXPECT_EQ(parse_http_challenge("Digest algorithm=SHA-512-256, nonce=\"x\", Basic realm=\"b, c\"").realm, "b, c");
}

TEST(HttpChallenge, what_we_do_not_know_is_no_challenge) {
  for (const char* value : {"", ",", "Negotiate", "NTLM TlRMTVNTUAAC", "Bearer realm=\"x\"", "Digest algorithm=MD5-sess",
                            "Digest qop=\"auth-int\", nonce=\"x\"", "=", "\"", "\"\"\"", "Dig\0est", "realm=\"Basic"}) {
    EXPECT_EQ(parse_http_challenge(value).scheme, Scheme::none) << value;
  }
}

TEST(HttpChallenge, quotation_marks_may_be_open_or_hold_others) {
  EXPECT_EQ(parse_http_challenge("Digest realm=\"a \\\"b\\\" c\", nonce=\"n\"").realm, "a \\\"b\\\" c");
  EXPECT_EQ(parse_http_challenge("Digest nonce=\"n\", realm=\"open, x=y").realm, "open, x=y");
  EXPECT_EQ(parse_http_challenge("Digest nonce=\"n\", realm=\"ends in \\").realm, "ends in \\");
}

TEST(HttpChallenge, next_nonce_needs_no_scheme) {
  EXPECT_EQ(parse_http_challenge("qop=auth, rspauth=\"00\", cnonce=\"c\", nc=00000001, nextnonce=\"next\"").nonce, "next");
}

}  // namespace
}  // namespace wire
