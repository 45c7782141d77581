// SPDX-License-Identifier: MPL-2.0
// dnsmasq.conf, as far as booting is concerned [dnsmasq(8)]: tags are conditions, and dhcp-boot lines are
// asked from the last to the first, those with tags before those without.
#include <algorithm>

#include "core/facts/compose.h"
#include "imported.h"

namespace chainload::ctl::import {
namespace {

struct Line {
  std::string key;
  std::vector<std::string> parts;
  std::string place;
};

struct BootLine {
  std::vector<std::string> tags;  // `!` before one that must not be set
  Boot boot;
  std::string place;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// At commas outside quotes; the quotes go.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  bool in_quotes = false;
  for (const char c : text) {
    if (c == '"') {
      in_quotes = !in_quotes;
    } else if (c == ',' && !in_quotes) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = trimmed(part);
  return parts;
}

/// What begins a comment is a # at the beginning of a line or behind white space.
std::string without_comment(const std::string& line) {
  bool in_quotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') in_quotes = !in_quotes;
    if (line[i] == '#' && !in_quotes && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
      return line.substr(0, i);
  }
  return line;
}

std::vector<Line> lines_of(const std::string& text, const std::string& name) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = trimmed(without_comment(text.substr(begin, end - begin)));
    begin = end + 1;
    if (line.empty()) continue;
    const auto equals = line.find('=');
    lines.push_back(
        {trimmed(line.substr(0, equals)),
         equals == std::string::npos ? std::vector<std::string>() : split(line.substr(equals + 1)),
         name + ":" + std::to_string(number)});
  }
  return lines;
}

/// `tag:`, `net:` (the older name) and `set:` before a tag.
std::optional<std::string> after(const std::string& text, std::initializer_list<const char*> prefixes) {
  for (const char* prefix : prefixes) {
    if (text.starts_with(prefix)) return text.substr(std::string_view(prefix).size());
  }
  return std::nullopt;
}

bool is_address(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
}

class DnsmasqImporter {
 public:
  explicit DnsmasqImporter(Imported& imported) : imported_(imported) {}

  void run(const std::string& text, const std::string& name) {
    for (const Line& line : lines_of(text, name)) {
      if (!line.parts.empty()) read(line);
    }
    // The last line is asked first, and lines without a tag after all others.
    std::reverse(boots_.begin(), boots_.end());
    std::stable_partition(boots_.begin(), boots_.end(),
                          [](const BootLine& each) { return !each.tags.empty(); });
    for (const BootLine& boot : boots_) {
      std::string rule = boot.tags.empty() ? "everyone" : "";
      for (const std::string& tag : boot.tags)
        rule += (rule.empty() ? "" : "-and-") + (tag.starts_with('!') ? "not-" + tag.substr(1) : tag);
      for (const Conjunction& when : condition_of(boot.tags, boot.place))
        imported_.add(rule, when, boot.boot, boot.place);
    }
  }

 private:
  void read(const Line& line) {
    const std::string& key = line.key;
    if (key == "dhcp-userclass") {
      set_tag(line, is("user-class", value_of(line)));
    } else if (key == "dhcp-vendorclass") {
      set_tag(line, is("vendor-class", vendor_pattern(value_of(line))));
    } else if (key == "dhcp-mac") {
      mac(line);
    } else if (key == "dhcp-circuitid" || key == "dhcp-remoteid") {
      set_tag(line, is(key == "dhcp-circuitid" ? "circuit-id" : "remote-id", octets(value_of(line))));
    } else if (key == "dhcp-match") {
      match(line);
    } else if (key == "dhcp-host") {
      host(line);
    } else if (key == "dhcp-range") {
      range(line);
    } else if (key == "tag-if") {
      tag_if(line);
    } else if (key == "dhcp-boot") {
      boot(line);
    } else if (key == "dhcp-option" || key == "dhcp-option-force") {
      option(line);
    } else if (key == "pxe-service" || key == "pxe-prompt") {
      imported_.leave_out(line.place, key + ": Kea serves no PXE boot menu; let a boot script show it");
    } else if (key == "conf-file" || key == "conf-dir") {
      imported_.leave_out(line.place, key + ": give that file, too; files are read one by one");
    }
  }

  std::string tag_of(const Line& line) const {
    return after(line.parts.front(), {"set:", "net:", "tag:"}).value_or(line.parts.front());
  }
  static std::string value_of(const Line& line) {
    return line.parts.size() < 2 ? std::string() : line.parts.back();
  }

  void set_tag(const Line& line, const Condition& when) {
    if (line.parts.size() < 2) return;
    add_tag(tag_of(line), when);
  }
  void add_tag(const std::string& tag, const Condition& when) { tags_[tag] = either(tags_[tag], when); }
  void spoil(const Line& line, const std::string& tag, const std::string& why) {
    imported_.leave_out(line.place,
                        line.key + ": " + why + "; the tag " + tag + " is taken as never set by this line");
    tags_[tag];
  }

  /// dnsmasq looks for the text anywhere in the vendor class.
  static std::string vendor_pattern(const std::string& text) {
    const bool begins_it = text.starts_with("PXEClient") || text.starts_with("HTTPClient");
    return (begins_it ? "" : "*") + text + "*";
  }

  /// Octets in hexadecimal are written with colons.
  static std::string octets(const std::string& text) {
    const auto parsed = text.find(':') == std::string::npos ? std::nullopt : core::parse_hex(text);
    return parsed ? "0x" + text : text;
  }

  void mac(const Line& line) {
    std::string pattern = value_of(line);
    if (const auto star = pattern.find('*'); star != std::string::npos) {
      if (pattern.find_first_not_of("*:", star) != std::string::npos)
        return spoil(line, tag_of(line), "a rule's pattern ends with its star, and " + pattern + " does not");
      pattern = pattern.substr(0, star) + "*";
    }
    set_tag(line, is("mac", pattern));
  }

  void match(const Line& line) {
    if (line.parts.size() < 2) return;
    const std::string option = after(line.parts[1], {"option:"}).value_or(line.parts[1]);
    const bool has_value = line.parts.size() > 2;
    const std::string value = has_value ? line.parts[2] : std::string();
    if (option == "client-arch" || option == "93") {
      set_tag(line, has_value ? is("arch", value) : always());
    } else if (option == "user-class" || option == "77") {
      set_tag(line, has_value ? is("user-class", value) : is(any_user_class, ""));
    } else if (option == "vendor-class" || option == "60") {
      set_tag(line, has_value ? is("vendor-class", vendor_pattern(value)) : always());
    } else if (option == "175") {
      set_tag(line, is(any_user_class, ""));
    } else if (option == "encap:175" && has_value) {
      set_tag(line, is("feature", value));
    } else {
      spoil(line, tag_of(line), "no rule looks at option " + option);
    }
  }

  void host(const Line& line) {
    std::vector<std::string> tags;
    Condition who;
    for (const std::string& part : line.parts) {
      if (const auto tag = after(part, {"set:", "net:"})) {
        tags.push_back(*tag);
      } else if (part.find(':') != std::string::npos && core::parse_mac(part)) {
        who = either(who, is("mac", part));
      }
    }
    for (const std::string& tag : tags) {
      if (who.empty()) {
        spoil(line, tag, "only hosts that are named by their hardware address can be imported");
      } else {
        add_tag(tag, who);
      }
    }
  }

  void range(const Line& line) {
    for (const std::string& part : line.parts) {
      const auto tag = after(part, {"set:", "net:"});
      if (!tag) continue;
      spoil(line, *tag,
            "which subnet this is stands in Kea's configuration; write \"subnet\": ID into the match of the "
            "rules "
            "concerned");
    }
  }

  void tag_if(const Line& line) {
    std::vector<std::string> needed;
    std::vector<std::string> set;
    for (const std::string& part : line.parts) {
      if (const auto tag = after(part, {"set:"})) set.push_back(*tag);
      if (const auto tag = after(part, {"tag:"})) needed.push_back(*tag);
    }
    for (const std::string& tag : set) add_tag(tag, condition_of(needed, line.place));
  }

  /// Takes the tags off the front.
  std::vector<std::string> take_tags(std::vector<std::string>& parts) const {
    std::vector<std::string> tags;
    while (!parts.empty()) {
      const auto tag = after(parts.front(), {"tag:", "net:"});
      if (!tag) break;
      tags.push_back(*tag);
      parts.erase(parts.begin());
    }
    return tags;
  }

  void boot(const Line& line) {
    std::vector<std::string> parts = line.parts;
    BootLine made{take_tags(parts), {}, line.place};
    if (!parts.empty() && !parts[0].empty()) made.boot.file = parts[0];
    if (parts.size() > 1 && !parts[1].empty()) made.boot.hostname = parts[1];
    if (parts.size() > 2 && !parts[2].empty()) made.boot.server = parts[2];
    boots_.push_back(std::move(made));
  }

  /// Options 66 and 67 as another way of writing dhcp-boot.
  void option(const Line& line) {
    std::vector<std::string> parts = line.parts;
    BootLine made{take_tags(parts), {}, line.place};
    if (parts.size() < 2) return;
    const std::string name = after(parts[0], {"option:"}).value_or(parts[0]);
    if (name == "67" || name == "bootfile-name") {
      made.boot.file = parts[1];
    } else if (name == "66" || name == "tftp-server") {
      (is_address(parts[1]) ? made.boot.server : made.boot.hostname) = parts[1];
    } else {
      return;
    }
    // Both options of the same clients are one rule.
    for (BootLine& each : boots_) {
      if (each.tags != made.tags) continue;
      if (made.boot.file) each.boot.file = made.boot.file;
      if (made.boot.server) each.boot.server = made.boot.server;
      if (made.boot.hostname) each.boot.hostname = made.boot.hostname;
      return;
    }
    boots_.push_back(std::move(made));
  }

  Condition condition_of(const std::vector<std::string>& tags, const std::string& place) {
    Condition result = always();
    for (const std::string& tag : tags) {
      const std::string name = tag.starts_with('!') ? tag.substr(1) : tag;
      const auto found = tags_.find(name);
      if (found == tags_.end()) {
        imported_.leave_out(
            place, "nothing that can be imported sets the tag " + name + ": it is taken as never set");
      }
      const Condition holds = found == tags_.end() ? Condition{} : found->second;
      result = both(result, tag.starts_with('!') ? negation(holds) : holds);
    }
    return result;
  }

  Imported& imported_;
  std::map<std::string, Condition> tags_;
  std::vector<BootLine> boots_;
};

}  // namespace

Imported import_dnsmasq(const std::string& text, const std::string& name) {
  Imported imported;
  DnsmasqImporter(imported).run(text, name);
  return imported;
}

}  // namespace chainload::ctl::import
