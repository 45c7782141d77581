// SPDX-License-Identifier: MPL-2.0
// Reading `boot` and `reply`.
#include "built_in.h"
#include "core/facts/text.h"
#include "read_parts.h"
#include "reply_limits.h"

namespace chainload::core {
namespace {

std::optional<Template> read_template(const Reading& at, TemplateUse use) {
  const auto text = at.string();
  if (!text) return std::nullopt;
  std::string sentence;
  auto made = Template::compile(*text, use, sentence);
  if (!made) at.fail(std::move(sentence));
  return made;
}

void read_next_server(const Reading& at, BootFields& boot) {
  const auto text = at.string();
  if (!text) return;
  std::string sentence;
  // 0.0.0.0 is a meaning of its own, `no server`; lint says when that is no help.
  const auto address =
      *text == "0.0.0.0" ? std::optional(Ipv4::unset) : core::read_next_server(*text, sentence);
  if (!address) {
    at.fail(std::move(sentence));
    return;
  }
  boot.next_server = address;
  boot.next_server_text = *text;
}

void read_action(const Reading& at, BootAction action, BootFields& boot) {
  const auto claim = at.boolean();
  if (!claim) return;
  if (*claim) {
    boot.action = action;
  } else {
    at.fail("it can only be true: leave it out and write what is to be booted");
  }
}

Choice read_choice(const Reading& at) {
  if (const bool* const claim = at.value().boolean()) return *claim ? Choice::yes : Choice::no;
  const std::string* const text = at.value().string();
  if (text == nullptr || *text != "auto") {
    at.fail((text == nullptr ? "it is " + std::string(kind_text(at.value().kind())) : in_quotes(*text)) +
            ": write \"auto\", true or false");
  }
  return Choice::automatic;
}

void read_vendor_class(const Reading& at, ReplyForm& form) {
  const std::string* const text = at.value().string();
  if (text != nullptr && *text == "auto") return;
  if (text != nullptr && !text->empty() && text->size() <= boot_file_option_max) {
    form.vendor_class = Choice::yes;
    form.vendor_class_text = *text;
    return;
  }
  if (const bool* const claim = at.value().boolean(); claim != nullptr && !*claim) {
    form.vendor_class = Choice::no;
    return;
  }
  at.fail((text == nullptr ? "it is " + std::string(kind_text(at.value().kind())) : in_quotes(*text)) +
          ": write \"auto\", false, or the text of option 60 that is to be sent, of 1 to " +
          std::to_string(boot_file_option_max) + " octets");
}

/// The index of the text in the words, or nothing and a problem.
std::optional<std::size_t> read_word(const Reading& at, std::initializer_list<std::string_view> words) {
  const auto text = at.string();
  if (!text) return std::nullopt;
  std::string known;
  std::size_t index = 0;
  for (const std::string_view word : words) {
    if (word == *text) return index;
    known += (index++ == 0 ? "\"" : ", \"") + std::string(word) + "\"";
  }
  at.fail(in_quotes(*text) + " is none of " + known + ": write one of them");
  return std::nullopt;
}

}  // namespace

BootFields read_boot(const Reading& at) {
  BootFields boot;
  const bool is_map = at.each_member([&](const std::string& key, const Reading& value) {
    if (key == "next-server") {
      read_next_server(value, boot);
    } else if (key == "server-hostname") {
      // An empty one stands for none, as in the server's own configuration.
      const std::string* const text = value.value().string();
      if (text == nullptr || !text->empty())
        boot.server_hostname = read_template(value, TemplateUse::hostname);
    } else if (key == "boot-file-name") {
      boot.boot_file = read_template(value, TemplateUse::boot_file);
    } else if (key == "pass") {
      read_action(value, BootAction::pass, boot);
    } else if (key == "deny") {
      read_action(value, BootAction::deny, boot);
    } else {
      fail_unknown_key(value, "boot-file-name, deny, next-server, pass, server-hostname");
    }
  });
  if (!is_map) return boot;
  const std::size_t keys = at.value().map()->size();
  if (keys == 0) at.fail("it is empty: write \"boot-file-name\", or \"pass\": true, or \"deny\": true");
  if (boot.action != BootAction::fields && keys > 1) {
    at.fail("pass and deny stand alone: remove the other keys, or remove it");
  }
  return boot;
}

ReplyForm read_reply(const Reading& at) {
  ReplyForm form;
  at.each_member([&](const std::string& key, const Reading& value) {
    if (key == "write") {
      constexpr std::array writes = {Write::both, Write::fields, Write::options};
      if (const auto index = read_word(value, {"both", "fields", "options"})) form.write = writes[*index];
    } else if (key == "null-terminate") {
      form.null_terminate = read_choice(value);
    } else if (key == "vendor-class") {
      read_vendor_class(value, form);
    } else if (key == "discovery-control") {
      form.discovery_control = read_choice(value);
    } else if (key == "no-proxydhcp") {
      form.no_proxydhcp = read_choice(value);
    } else if (key == "force") {
      form.force = value.boolean().value_or(true);
    } else if (key == "existing") {
      if (const auto index = read_word(value, {"replace", "keep"})) form.keep_existing = *index == 1;
    } else {
      fail_unknown_key(
          value, "discovery-control, existing, force, no-proxydhcp, null-terminate, vendor-class, write");
    }
  });
  return form;
}

}  // namespace chainload::core
