// SPDX-License-Identifier: MPL-2.0
// Somebody at the machine: prompts, lines, menus, the shell, and the keys that end things.
#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

using Ending = HostPlatform::Ending;

/// A script, and the keys that come from the tenth second on, one every 100 ms.
struct Dialog {
  explicit Dialog(std::string_view script, const std::vector<int>& keys = {}, double first_key = 10) {
    bench.boot_script(script);
    base::Instant when =
        bench.network.now() + base::Duration::milliseconds(static_cast<int>(first_key * 1000));
    for (const int key : keys) {
      bench.network.at(when, [this, key] { bench.platform.press(std::string(1, static_cast<char>(key))); });
      when = when + base::Duration::milliseconds(100);
    }
    begin = bench.network.now();
    ending = bench.run();
    seconds = static_cast<double>((bench.network.now() - begin).ms()) / 1000;
  }
  bool printed(std::string_view text) const { return bench.platform.has_printed(text); }

  BootBench bench;
  base::Instant begin;
  Ending ending;
  double seconds;
};

std::vector<int> keys(std::string_view text) {
  return {text.begin(), text.end()};
}
std::vector<int> operator+(std::vector<int> a, const std::vector<int>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr int up = platform::key_up, down = platform::key_down, left = platform::key_left,
              home = platform::key_home, end = platform::key_end, page_down = platform::key_page_down;

#define EXPECT_SAID(dialog, text) EXPECT_TRUE((dialog).printed(text)) << (dialog).bench.printed()

TEST(Dialog, prompt_takes_any_key_or_the_one_it_wants) {
  EXPECT_SAID(Dialog("prompt Press a key\necho went on\n", keys("x")), "Press a key\nwent on\n");
  EXPECT_SAID(Dialog("prompt --key s Press s && echo yes || echo no\n", keys("s")), "Press s\nyes\n");
  EXPECT_SAID(Dialog("prompt --key s Press s && echo yes || echo no\n", keys("t")), "Press s\nno\n");
  EXPECT_SAID(Dialog("prompt --key 0x02 && echo yes || echo no\n", keys("s")), "\nno\n");
  EXPECT_SAID(Dialog("prompt --key 0x197e F8 && echo yes || echo no\n", {platform::key_f1 + 7}), "F8\nyes\n");
  const Dialog late("prompt --timeout 3000 Now && echo yes || echo too late\n", keys("x"));
  EXPECT_SAID(late, "Now\ntoo late\n");
  EXPECT_LT(late.seconds, 9);
}

TEST(Dialog, read_edits_what_is_there) {
  EXPECT_SAID(Dialog("set name old\nread name\necho [${name}]\n", keys("er\r")), "[older]\n");
  EXPECT_SAID(Dialog("read name\necho [${name}]\n", keys("abc\b\bx\x7fyz\r")), "[ayz]\n");
  EXPECT_SAID(Dialog("read name\necho [${name}]\n", keys("bc") + std::vector<int>{home} + keys("a") +
                                                        std::vector<int>{end} + keys("e") +
                                                        std::vector<int>{left} + keys("d\n")),
              "[abcde]\n");
  EXPECT_SAID(Dialog("read name\necho [${name}]\n", keys("one two\x17three\x01\x04\x06\x0b\r")), "[n]\n");
  EXPECT_SAID(Dialog("set name x\nread name\necho [${name}]\n", keys("\x15\r")), "[]\n");
  EXPECT_SAID(Dialog("set name kept\nread name || echo given up\necho [${name}]\n", keys("x\x03")),
              "given up\n[kept]\n");
  EXPECT_SAID(Dialog("read name\necho [${name}]\n", keys(std::string(600, 'x') + "\r")),
              "[" + std::string(512, 'x') + "]\n");
}

TEST(Dialog, login_hides_the_password) {
  const Dialog dialog("login\necho ${username} ${password:hexraw}\n", keys("me\rsecret\r"));
  EXPECT_SAID(dialog, "username: me\npassword: \nme 736563726574\n");
}

constexpr std::string_view menu_script =
    "menu Choose a system\nitem --gap Systems:\nitem debian Debian 12\nitem\nitem --key m memtest Memory "
    "test\n"
    "item --default shell\nchoose --timeout 4000 target && echo chosen ${target} || echo cancelled\n";

TEST(Dialog, a_menu_is_drawn_and_its_default_starts_by_itself) {
  const Dialog dialog(menu_script);
  EXPECT_SAID(dialog, "chosen shell\n");
  for (const std::string_view text :
       {"\x1b[2;2HChoose a system ", "\x1b[4;2HSystems: ", "\x1b[5;2HDebian 12 ", "\x1b[7;2HMemory test ",
        "\x1b[8;2H\x1b[7mshell ", "\x1b[24;2HThe marked item starts in 4 s", "starts in 1 s"}) {
    EXPECT_SAID(dialog, text);
  }
  EXPECT_LT(dialog.seconds, 9);
}

TEST(Dialog, keys_move_the_mark_over_what_can_be_chosen) {
  const std::string script = "menu\nitem a\nitem --gap --\nitem b\nitem c\nitem --key x d\n";
  const std::pair<std::vector<int>, std::string_view> cases[] = {
      {{'\r'}, "a"},
      {{down, '\r'}, "b"},
      {{down, down, down, down, down, '\n'}, "d"},
      {{down, up, up, '\r'}, "a"},
      {{end, '\r'}, "d"},
      {{end, home, '\r'}, "a"},
      {{page_down, up, '\r'}, "c"},
      {{'q', 'x'}, "d"},
      {{27}, "none"},
      {{3}, "none"},
  };
  for (const auto& [pressed, label] : cases) {
    const Dialog dialog(script + "choose x && echo chosen ${x}. || echo chosen none.\n", pressed);
    EXPECT_SAID(dialog, "chosen " + std::string(label) + ".\n");
  }
  EXPECT_SAID(Dialog(script + "choose --default c x && echo chosen ${x}.\n", keys("\r")), "chosen c.\n");
  EXPECT_SAID(Dialog(script + "choose --default gone x && echo chosen ${x}.\n", keys("\r")), "chosen a.\n");
}

TEST(Dialog, a_key_ends_the_countdown_or_begins_it_anew) {
  const Dialog stays("menu\nitem a\nitem b\nchoose --timeout 20000 x && echo chosen ${x}.\n",
                     {down, 'n', 'n', '\r'}, 15);
  EXPECT_SAID(stays, "chosen b.\n");
  const Dialog again(
      "menu\nitem a\nitem b\nchoose --timeout 20000 --retimeout 30000 x && echo chosen ${x}.\n", {down}, 15);
  EXPECT_SAID(again, "chosen b.\n");
  EXPECT_GT(again.seconds, 44);
  EXPECT_LT(again.seconds, 47);
}

TEST(Dialog, long_menus_scroll) {
  std::string script = "menu Many\n";
  for (int i = 0; i < 60; ++i) script += "item i" + std::to_string(i) + " Number " + std::to_string(i) + "\n";
  const Dialog dialog(script + "choose x && echo chosen ${x}.\n", {end, up, '\r'});
  EXPECT_SAID(dialog, "chosen i58.\n");
  EXPECT_SAID(dialog, "\x1b[21;2H\x1b[7mNumber 59 ");
}

TEST(Dialog, menus_have_names_and_are_kept_when_asked) {
  const Dialog dialog(
      "menu --name one First\nmenu --name two Second\nitem --menu one a\nitem --menu two b\n"
      "choose --menu one --timeout 1000 --keep x\nchoose --menu one --timeout 1000 y\n"
      "choose --menu two --timeout 1000 z\necho ${x}${y}${z}.\nchoose --menu one x || echo gone\n");
  EXPECT_SAID(dialog, "aab.\n");
  EXPECT_SAID(dialog, "gone\n");
}

TEST(Dialog, a_menu_with_colours_keeps_its_width) {
  const Dialog dialog(
      "set esc:hex 1b\nset bold ${esc:string}[1m\nmenu ${bold}Title\nitem a\nchoose --timeout 500 x\n");
  EXPECT_SAID(dialog, "\x1b[1mTitle" + std::string(73, ' ') + "\x1b[0m");
}

TEST(Dialog, the_shell_runs_lines_and_ends_with_exit) {
  const Dialog dialog("shell\necho back in the script\n",
                      keys("echo typed here\rfail\rset x 5\recho ${x}\rgoto y\rexit\r"));
  EXPECT_EQ(dialog.ending, Ending::exited);
  EXPECT_SAID(dialog, "gPXE> echo typed here\ntyped here\ngPXE> ");
  EXPECT_SAID(dialog, "there is no command \"fail\"; \"help\" lists them\ngPXE> ");
  EXPECT_SAID(dialog, "gPXE> echo ${x}\n5\n");
  EXPECT_SAID(dialog, "there is no label \"y\" in this script");
  EXPECT_SAID(dialog, "back in the script\n");
}

TEST(Dialog, the_shell_remembers_and_completes) {
  const Dialog dialog("shell\n", keys("echo one\recho two\r") + std::vector<int>{up, up, '\r'} +
                                     std::vector<int>{up, up, up, up, down, '\r'} + keys("imgst\t\r") +
                                     keys("show hostn\t\rex\t\r"));
  const std::string& text = dialog.bench.printed();
  std::size_t count = 0;
  for (std::size_t at = text.find("\none\n"); at != std::string::npos; at = text.find("\none\n", at + 1))
    ++count;
  EXPECT_EQ(count, 2U) << text;
  EXPECT_SAID(dialog, "gPXE> imgstat \nboot.gpxe: ");
  EXPECT_SAID(dialog, "show hostname \nSetting \"hostname\" has no value\n");
  EXPECT_EQ(dialog.ending, Ending::exited);
}

TEST(Dialog, ctrl_c_gives_up_the_line_only) {
  const Dialog dialog("shell\n", keys("echo no\x03"
                                      "echo yes\rexit\r"));
  EXPECT_SAID(dialog, "gPXE> echo no\ngPXE> echo yes\nyes\n");
}

TEST(Dialog, ctrl_b_opens_the_shell_whatever_is_going_on) {
  const Dialog in_sleep("sleep 600 || echo caught\necho after\n", keys("\x02"
                                                                       "echo in the shell\rexit\r"));
  EXPECT_EQ(in_sleep.ending, Ending::exited);
  EXPECT_SAID(in_sleep, "\nin the shell\n");
  EXPECT_FALSE(in_sleep.printed("caught"));
  EXPECT_FALSE(in_sleep.printed("after"));

  const Dialog in_a_circle(":top\ngoto top\n", keys("\x02"
                                                    "exit\r"));
  EXPECT_SAID(in_a_circle, "gPXE> exit\n");

  const Dialog before_dhcp("echo script\n",
                           keys("\x02"
                                "dhcp\recho ${ip}\rexit\r"),
                           0);
  EXPECT_SAID(before_dhcp, "Press Ctrl-B for the gPXE command line...");
  EXPECT_SAID(before_dhcp, "gPXE> echo ${ip}\n198.18.0.77\n");
  EXPECT_FALSE(before_dhcp.printed("script\n"));
}

TEST(Dialog, ctrl_b_in_the_shell_moves_the_cursor) {
  const Dialog dialog("shell\n", keys("echo ac\x02"
                                      "b\rexit\r"));
  EXPECT_SAID(dialog, "\nabc\n");
}

TEST(Dialog, ctrl_c_ends_a_command_and_the_script_may_catch_it) {
  EXPECT_SAID(Dialog("sleep 600 || echo caught\necho after\n", keys("\x03")), "caught\nafter\n");
  const Dialog circle(":top\ngoto top\n", keys("\x03"));
  EXPECT_EQ(circle.ending, Ending::failed);
  EXPECT_SAID(circle, "stopped by Ctrl-C\n");
}

}  // namespace
}  // namespace flow::boot_test
