// SPDX-License-Identifier: MPL-2.0
#include "base/debug.h"

#include <gtest/gtest.h>

#include <string>

namespace base::debug {
namespace {

static_assert(levels_of("", "dhcp") == 0);
static_assert(levels_of(",dhcp:1,", "dhcp") == 1);
static_assert(levels_of(",tftp:2,dhcp:15,", "dhcp") == 15);
static_assert(levels_of(",dhcp:3,tcp:9,", "tcp") == 9);
static_assert(levels_of(",dhcp:3,", "dhc") == 0);
static_assert(levels_of(",xdhcp:3,", "dhcp") == 0);

struct Shown {
  Shown() {
    static_cast<void>(console.add_sink(
        {[](void* self, std::string_view piece) { static_cast<Shown*>(self)->text += piece; }, this}));
    begin(
        console, [](void*) { return Instant::from_us(12'034'999); }, nullptr);
  }
  ~Shown() { begin(console, nullptr, nullptr); }
  std::string logged() const {
    const auto pieces = console.log().pieces();
    return std::string(pieces[0]) + std::string(pieces[1]);
  }

  std::string text;
  Console console;
};

TEST(Debug, line_names_its_object_and_the_time) {
  Shown shown;
  write(tftp, log, "{} of {}", 1, 2);
  EXPECT_EQ(shown.text, "[tftp 12.034] 1 of 2\n");
  EXPECT_EQ(shown.logged(), shown.text);
}

TEST(Debug, line_begins_on_a_line_of_its_own) {
  Shown shown;
  shown.console.write("DHCP...");
  write(dhcp, extra, "offer");
  EXPECT_EQ(shown.text, "DHCP...\n[dhcp 12.034] offer\n");
}

TEST(Debug, packets_are_shown_and_not_logged) {
  Shown shown;
  write(ip, io, "a packet");
  EXPECT_EQ(shown.text, "[ip 12.034] a packet\n");
  EXPECT_EQ(shown.logged(), "");
}

TEST(Debug, overlong_line_still_ends) {
  Shown shown;
  write(http, log, "{}", std::string(2000, 'x'));
  EXPECT_EQ(shown.text.size(), 512U);
  EXPECT_TRUE(shown.text.ends_with("x\n"));
}

TEST(Debug, password_in_an_address_is_not_shown) {
  Shown shown;
  write(http, log, "http://me:secret@host/");
  EXPECT_EQ(shown.text, "[http 12.034] http://me:***@host/\n");
}

}  // namespace
}  // namespace base::debug
