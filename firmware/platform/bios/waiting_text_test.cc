// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/waiting_text.h"

#include <gtest/gtest.h>

#include <string>

namespace bios {
namespace {

std::string shown;

class WaitingTextTest : public testing::Test {
 protected:
  void SetUp() override { shown.clear(); }
  /// Turns a millisecond apart, each of them idle or none.
  void turns(int count, bool idle) {
    for (int i = 0; i < count; ++i) {
      now_ = now_ + base::Duration::milliseconds(1);
      text_.turn(now_);
      if (idle) text_.idle();
    }
  }

  WaitingText text_{[](std::string_view text) { shown += text; }};
  base::Instant now_;
};

TEST_F(WaitingTextTest, nothing_is_shown_while_packets_come) {
  turns(1, false);
  text_.write("DHCP... ");
  turns(50, false);
  EXPECT_EQ(shown, "");
}

TEST_F(WaitingTextTest, a_quiet_network_shows_all_of_it_in_order) {
  const std::string line = "Booting from filename \"http://192.0.2.1/boot.gpxe\"\n";
  turns(1, false);
  text_.write(line);
  text_.write("ok\n");
  turns(2, true);
  EXPECT_EQ(shown, "") << "one idle turn is not a quiet network";
  turns(1, true);
  EXPECT_EQ(shown, line.substr(0, WaitingText::shown_at_once));
  turns(10, true);
  EXPECT_EQ(shown, line + "ok\n");
}

TEST_F(WaitingTextTest, a_packet_puts_it_off_again) {
  turns(1, false);
  text_.write("net0: 198.18.77.100\n");
  turns(1, true);
  turns(1, false);
  turns(2, true);
  EXPECT_EQ(shown, "");
}

TEST_F(WaitingTextTest, after_a_tenth_of_a_second_it_is_shown_beside_the_packets) {
  turns(1, false);
  text_.write("16% of 100 MiB, 12 s left");
  turns(99, false);
  EXPECT_EQ(shown, "");
  turns(2, false);
  EXPECT_EQ(shown, "16% of 100 MiB, 12 s left");
}

TEST_F(WaitingTextTest, flush_shows_everything_once) {
  text_.write("The machine goes on to its next boot device.\n");
  text_.flush();
  text_.flush();
  turns(200, true);
  EXPECT_EQ(shown, "The machine goes on to its next boot device.\n");
}

TEST_F(WaitingTextTest, more_than_there_is_room_for_is_shown_and_stays_in_order) {
  std::string written;
  for (const std::size_t size : {std::size_t{10}, WaitingText::room - 10, std::size_t{1}, WaitingText::room + 1, std::size_t{5}}) {
    const std::string piece(size, static_cast<char>('a' + written.size() % 26));
    text_.write(piece);
    written += piece;
    EXPECT_EQ(shown, written.substr(0, shown.size()));
    EXPECT_LE(written.size() - shown.size(), WaitingText::room);
  }
  text_.flush();
  EXPECT_EQ(shown, written);
}

}  // namespace
}  // namespace bios
