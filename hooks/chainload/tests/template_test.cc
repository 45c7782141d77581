// SPDX-License-Identifier: MPL-2.0
// Templates: every variable and form, what hostile clients put into them, and what a rule's author can get
// wrong.
#include "core/rules/template.h"

#include <gtest/gtest.h>

#include "core/facts/text.h"
#include "core/rules/surroundings.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

Query full_query() {
  return Query()
      .message(1)
      .arch(7)
      .put(60, "PXEClient:Arch:00007")
      .put(77, "gPXE")
      .put(61, {1, 2, 3})
      .put(82, {1, 4, 'p', 'o', '/', '7', 2, 2, 0xab, 0xcd})
      .uuid()
      .at(header::giaddr, 198)
      .at(header::giaddr + 1, 18)
      .at(header::giaddr + 3, 1)
      .end();
}

Surroundings full_surroundings() {
  Surroundings around;
  around.your_address = Ipv4{0xc6120007};  // 198.18.0.7
  around.subnet_id = 12;
  around.subnet_prefix = "198.18.0.0/24";
  around.shared_network = "hall 3";
  around.hostname = "node7.example";
  return around;
}

/// The result, or the refusal in angle brackets.
std::string expanded(std::string_view text, const Query& query, const Surroundings& around,
                     TemplateUse use = TemplateUse::boot_file) {
  std::string sentence;
  const auto made = Template::compile(text, use, sentence);
  if (!made) return "<wrong: " + sentence + ">";
  const Facts facts = read_facts(query.payload());
  const ClientArchitectures client = client_architectures(facts);
  BoundedBytes<Template::longest> out;
  const Expanded result = made->expand({facts, around, client, "192.0.2.10", "the-rule"}, out);
  const std::string name = "%{" + std::string(name_of(result.variable)) + "}>";
  switch (result.refusal) {
    case Refusal::missing:
      return "<missing " + name;
    case Refusal::unusable:
      return "<unusable " + name;
    case Refusal::too_long:
      return "<too long>";
    case Refusal::none:
      break;
  }
  return std::string(as_text(out.view()));
}

std::string from_full(std::string_view text) {
  return expanded(text, full_query(), full_surroundings());
}

TEST(expansion, every_variable_and_form_is_written_in_a_file_name) {
  for (const auto& [text, wanted] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a/%{mac}", "a/52:54:00:77:00:01"},
           {"%{mac:hex}", "52:54:00:77:00:01"},
           {"01-%{mac:hexhyp}", "01-52-54-00-77-00-01"},
           {"%{mac:hexraw}.cfg", "525400770001.cfg"},
           {"%{uuid}", "6cd22ecf-0201-0403-0506-0708090a0b0c"},
           {"%{uuid:hexraw}", "6cd22ecf0201040305060708090a0b0c"},
           {"%{ip}", "198.18.0.7"},
           {"%{hostname}", "node7.example"},
           {"%{arch}", "x64-uefi"},
           {"%{arch:number}", "7"},
           {"%{user-class}", "gPXE"},
           {"%{subnet}", "12"},
           {"%{subnet:prefix}", "198.18.0.0/24"},
           {"%{relay}", "198.18.0.1"},
           {"%{circuit-id}", "706f2f37"},
           {"%{circuit-id:hexraw}", "706f2f37"},
           {"%{circuit-id:hex}", "70:6f:2f:37"},
           {"%{circuit-id:hexhyp}", "70-6f-2f-37"},
           {"%{remote-id}", "abcd"},
           {"%{client-id}", "010203"},
           {"%{next-server}", "192.0.2.10"},
           {"%{rule}", "the-rule"},
           {"%{arch}/%{mac:hexraw}/x", "x64-uefi/525400770001/x"}}) {
    EXPECT_EQ(from_full(text), wanted) << text;
  }
}

TEST(expansion, in_a_url_everything_outside_unreserved_is_percent_encoded) {
  EXPECT_EQ(from_full("http://192.0.2.10/b?mac=%{mac}"),
            "http://192.0.2.10/b?mac=52%3A54%3A00%3A77%3A00%3A01");
  EXPECT_EQ(from_full("http://192.0.2.10/%{vendor-class}"), "http://192.0.2.10/PXEClient%3AArch%3A00007");
  EXPECT_EQ(from_full("http://192.0.2.10/%{circuit-id:text}"), "http://192.0.2.10/po%2F7");
  EXPECT_EQ(from_full("http://192.0.2.10/%{shared-network}"), "http://192.0.2.10/hall%203");
  EXPECT_EQ(from_full("http://192.0.2.10/%{subnet:prefix}"), "http://192.0.2.10/198.18.0.0%2F24");
}

TEST(expansion, a_missing_fact_refuses_unless_a_default_is_given) {
  const Query bare = Query().message(1).put(60, "PXEClient").end();
  for (const char* name : {"uuid", "hostname", "user-class", "subnet", "shared-network", "relay",
                           "circuit-id", "remote-id", "client-id", "ip", "subnet:prefix"}) {
    const std::string variable = std::string(name).substr(0, std::string_view(name).find(':'));
    EXPECT_EQ(expanded("x%{" + std::string(name) + "}", bare, {}), "<missing %{" + variable + "}>");
    EXPECT_EQ(expanded("x%{" + std::string(name) + "|none}", bare, {}), "xnone");
    EXPECT_EQ(expanded("x%{" + std::string(name) + "|}y", bare, {}), "xy");
  }
  EXPECT_EQ(expanded("%{arch}", Query().message(1).put(77, "gPXE").end(), {}), "<missing %{arch}>");
  EXPECT_EQ(from_full("%{hostname|unknown}"), "node7.example");
}

TEST(expansion, the_clients_own_address_stands_in_for_one_the_server_gives_none) {
  Query inform = Query().message(8).end();
  inform.at(header::ciaddr, 198).at(header::ciaddr + 1, 18).at(header::ciaddr + 3, 9);
  EXPECT_EQ(expanded("%{ip}", inform, {}), "198.18.0.9");
}

TEST(expansion, literal_signs_and_what_gpxe_expands_itself_pass_through) {
  EXPECT_EQ(from_full("http://192.0.2.10/%%{mac}"), "http://192.0.2.10/%{mac}");
  EXPECT_EQ(from_full("http://192.0.2.10/?m=${net0/mac:hexhyp}&u=%{user-class}"),
            "http://192.0.2.10/?m=${net0/mac:hexhyp}&u=gPXE");
  EXPECT_EQ(from_full("http://192.0.2.10/100%25/%{arch}"), "http://192.0.2.10/100%25/x64-uefi");
}

struct Hostile {
  std::string value;
  std::string in_url;   // after the /, or a refusal
  std::string in_name;  // the same in a plain file name
};

// The values of reference rows on templates: none may leave its place in the name.
TEST(expansion, K_TPL_hostile_values_stay_in_their_place_or_are_refused) {
  const std::string unusable = "<unusable %{user-class}>";
  const std::vector<Hostile> rows = {
      {"a\nb", unusable, unusable},
      {"a\rb", unusable, unusable},
      {std::string("a\0b", 3), unusable, unusable},
      {"a\x7f", unusable, unusable},
      {"../../etc/passwd", unusable, unusable},
      {"..", unusable, unusable},
      {".", unusable, unusable},
      {"..\\x", unusable, unusable},
      {"a\\b", "a%5Cb", unusable},
      {"%2e%2e%2f", "%252e%252e%252f", unusable},
      {"//evil", "%2F%2Fevil", unusable},
      {"http://evil/", "http%3A%2F%2Fevil%2F", unusable},
      {"@evil.host/", "%40evil.host%2F", unusable},
      {"?x=1", "%3Fx%3D1", unusable},
      {"#f", "%23f", unusable},
      {"%{mac}", "%25%7Bmac%7D", unusable},
      {"${mac}", "%24%7Bmac%7D", unusable},
      {"{{", "%7B%7B", unusable},
      {"%n%s", "%25n%25s", unusable},
      {"a\"b'c`;", "a%22b%27c%60%3B", unusable},
      {"a b", "a%20b", unusable},
      {"\x80\xff", "%80%FF", unusable},
      {"\xe2\x88\x95", "%E2%88%95", unusable},  // U+2215, a slash to the eye
      {"\xe2\x80\xae"
       "x",
       "%E2%80%AEx", unusable},  // right-to-left override
      {"a:b", "a%3Ab", unusable},
      {"plain-1.0_~", "plain-1.0_~", "plain-1.0_~"},
  };
  for (const Hostile& row : rows) {
    const Query query = Query().message(1).put(77, row.value).end();
    const bool refused = row.in_url.starts_with("<");
    EXPECT_EQ(expanded("http://192.0.2.10/b/%{user-class}", query, {}),
              refused ? row.in_url : "http://192.0.2.10/b/" + row.in_url)
        << printable(row.value);
    EXPECT_EQ(expanded("b%{user-class}", query, {}),
              row.in_name.starts_with("<") ? row.in_name : "b" + row.in_name)
        << printable(row.value);
    EXPECT_EQ(expanded("b%{user-class|safe}", query, {}),
              row.in_name.starts_with("<") ? "bsafe" : "b" + row.in_name);
  }
}

TEST(expansion, dots_of_the_rule_and_of_the_client_never_make_two) {
  const Query query = Query().message(1).put(77, ".hidden").put(60, "x.").end();
  EXPECT_EQ(expanded("a/.%{user-class}", query, {}), "<unusable %{user-class}>");
  EXPECT_EQ(expanded("http://192.0.2.10/.%{user-class}", query, {}), "<unusable %{user-class}>");
  EXPECT_EQ(expanded("a/%{vendor-class}./b", query, {}), "<unusable %{vendor-class}>");
  EXPECT_EQ(expanded("a/%{vendor-class}%{user-class}", query, {}), "<unusable %{user-class}>");
  EXPECT_EQ(expanded("../%{user-class}", query, {}), "../.hidden");  // the rule's own way up is its author's
}

TEST(expansion, host_names_are_letters_digits_hyphens_and_single_dots) {
  Surroundings around;
  const Query query = Query().message(1).end();
  for (const std::string_view good : {"a", "node-7", "n7.rack.example", "7"}) {
    around.hostname = good;
    EXPECT_EQ(expanded("%{hostname}", query, around), good);
    EXPECT_EQ(expanded("s-%{hostname}", query, around, TemplateUse::hostname), "s-" + std::string(good));
  }
  for (const std::string_view bad : {"a_b", "a..b", ".a", "a.", ".", "a b", "a/b", "\xc3\xa4", "a\n"}) {
    around.hostname = bad;
    EXPECT_EQ(expanded("%{hostname}", query, around), "<unusable %{hostname}>") << bad;
    EXPECT_EQ(expanded("%{hostname|x}", query, around), "x") << bad;
    EXPECT_EQ(expanded("http://192.0.2.10/%{hostname}", query, around), "<unusable %{hostname}>") << bad;
  }
}

TEST(expansion, a_result_too_long_is_refused_and_never_cut) {
  const auto with_class = [](std::size_t len) {
    return Query().message(1).put(77, std::string(len, 'c')).end();
  };
  const std::string base = "http://192.0.2.10/";  // 18 characters
  EXPECT_EQ(expanded(base + "%{user-class}", with_class(235), {}).size(), 253u);
  EXPECT_EQ(expanded(base + "%{user-class}", with_class(236), {}), "<too long>");
  EXPECT_EQ(expanded(base + "%{user-class}x", with_class(235), {}), "<too long>");
  EXPECT_EQ(expanded(base + "%{user-class|x}", with_class(255), {}), "<too long>");
  const Query spaces = Query().message(1).put(77, std::string(80, ' ')).end();  // 240 once encoded
  EXPECT_EQ(expanded(base + "%{user-class}", spaces, {}), "<too long>");
  EXPECT_EQ(expanded("%{user-class}", with_class(63), {}, TemplateUse::hostname).size(), 63u);
  EXPECT_EQ(expanded("%{user-class}", with_class(64), {}, TemplateUse::hostname), "<too long>");
}

TEST(template_text, what_its_author_gets_wrong_is_said_with_the_remedy) {
  const auto said = [](std::string_view text, TemplateUse use = TemplateUse::boot_file) {
    std::string sentence = "it is right";
    if (Template::compile(text, use, sentence)) return std::string("it is right");
    EXPECT_NE(sentence.find(':'), std::string::npos) << sentence;
    return sentence;
  };
  const auto says = [&](std::string_view text, std::string_view part) {
    EXPECT_NE(said(text).find(part), std::string::npos) << text << " → " << said(text);
  };
  says("", "empty");
  says("a b", "space");
  says("a\tb", "control character");
  says("\xc3\xa4", "ASCII");
  says("%{", "not closed");
  says("x%{mac", "not closed");
  says("%{}", "no variable");
  says("%{max}", "no variable \"max\"");
  says("%{a%{mac}}", "no variable");
  says("%{MAC}", "no variable");
  says("%{mac:}", "no form");
  says("%{mac:base64}", "known are hex, hexhyp, hexraw");
  says("%{ip:hex}", "no form");
  says("%{hostname|a b}", "default");
  says("%{hostname|%{mac}", "default");
  says(std::string(254, 'a'), "254 characters");
  says(std::string(100000, 'a'), "100000 characters");
  says(std::string(254, 'a') + "%{mac}", "254 characters");
  EXPECT_EQ(said(std::string(253, 'a')), "it is right");
  EXPECT_EQ(said("%%{"), "it is right");
  EXPECT_EQ(said("100%"), "it is right");
  EXPECT_EQ(said("%{user-class", TemplateUse::hostname).find("\"%{user-class\" is not closed"), 0u);
  EXPECT_NE(said("a_b", TemplateUse::hostname).find("no host name"), std::string::npos);
  EXPECT_NE(said(std::string(64, 'a'), TemplateUse::hostname).find("64 characters"), std::string::npos);
}

TEST(template_text, scheme_and_host_come_from_the_rule_alone) {
  const auto is_right = [](std::string_view text) {
    std::string sentence;
    return Template::compile(text, TemplateUse::boot_file, sentence).has_value();
  };
  for (const char* wrong : {"http://%{hostname}/", "http://%{hostname}", "%{user-class}://192.0.2.10/",
                            "http://192.0.2.%{subnet}/", "http://a%{user-class}@b/",
                            "http://192.0.2.10:%{subnet}/", "http:///%{user-class}/",
                            "http://${net0/ip}%{subnet}/x", "ht%{arch}tp://a/", "http://a%{user-class}",
                            "%{uuid|http://192.0.2.10/}%{user-class}", "http:%{uuid|//a}/x", "%{uuid|http:}//a/"}) {
    EXPECT_FALSE(is_right(wrong)) << wrong;
  }
  for (const char* right :
       {"http://192.0.2.10/%{hostname}", "http://192.0.2.10?m=%{mac}", "http://h#%{mac}",
        "tftp://h/%{arch}/x", "http://${next-server}/%{mac}", "http://${net0/ip}/%{mac}",
        "http://h/?next=http://h/%{mac}", "%{mac}", "http://h:8080/%{mac}", "http://%%{/%{mac}"}) {
    EXPECT_TRUE(is_right(right)) << right;
  }
}

}  // namespace
}  // namespace chainload::tests
