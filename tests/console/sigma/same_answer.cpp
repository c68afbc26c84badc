// The compiler against the plain evaluator. WF_SIGMA_ROUNDS=100 makes it a hundred times as long.
#include <yaml-cpp/yaml.h>

#include <cstdlib>

#include "tests/console/sigma/plain.hpp"
#include "tests/console/sigma/public_rules.hpp"
#include "tests/console/sigma/random_rules.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using test::Dice;

namespace {

int rounds() {
  const char* const text = std::getenv("WF_SIGMA_ROUNDS");
  return text == nullptr ? 1 : std::max(1, std::atoi(text));
}

std::set<std::string> ids(const sigma::RuleSet& rules) {
  std::set<std::string> out;
  for (const sigma::RuleInfo& r : rules.rules()) out.insert(r.id);
  return out;
}

std::string text_of(const Event& e) {
  std::string out = e.kind + " [" + e.logsource.product + "," + e.logsource.service + "," + e.logsource.category + "]";
  for (const Field& f : e.fields) out += " " + f.name + (f.type == ValueType::null ? "=null" : "='" + f.value + "'");
  return out;
}

std::string text_of(const std::set<std::string>& list) {
  std::string out;
  for (const std::string& one : list) out += one + " ";
  return out;
}

/// Something that a value of a rule is met by, most of the time: wildcards filled, letters in another case.
std::string filled(Dice& dice, const std::string& value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size() && (value[i + 1] == '*' || value[i + 1] == '?' || value[i + 1] == '\\'))
      out += value[++i];
    else if (c == '*')
      out += dice.of(std::vector<std::string>{"", "zz", " \\q "});
    else if (c == '?')
      out += 'q';
    else
      out += dice.one_in(4) && std::isalpha(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(c ^ 0x20) : c;
  }
  return out;
}

void add_items(Dice& dice, const YAML::Node& map, Event& e) {
  for (const auto& item : map) {
    const std::string key = item.first.Scalar(), field = key.substr(0, key.find('|'));
    if (field.empty() || dice.one_in(12)) continue;
    std::vector<std::string> values;
    if (item.second.IsSequence())
      for (const YAML::Node& v : item.second) values.push_back(v.Scalar());
    else if (item.second.IsScalar())
      values.push_back(item.second.Scalar());
    if (values.empty()) continue;
    std::string text;
    if (key.find("|all") != std::string::npos)
      for (const std::string& v : values) text += filled(dice, v) + (dice.one_in(2) ? " " : "");
    else
      text = filled(dice, dice.of(values));
    if (key.find("contains") != std::string::npos || key.find("endswith") != std::string::npos) text = "C:\\x" + text;
    if (key.find("contains") != std::string::npos || key.find("startswith") != std::string::npos) text += " y.exe";
    e.add(field, text);
  }
}

/// An event that a rule, and what others say of the same fields, is made of.
Event event_from(Dice& dice, const YAML::Node& rule) {
  Event e;
  e.id = "1";
  e.kind = "other";
  const auto attribute = [&](const char* name) {
    return rule["logsource"][name] ? rule["logsource"][name].Scalar() : std::string();
  };
  e.logsource = {attribute("product"), attribute("service"), attribute("category")};
  for (const auto& item : rule["detection"]) {
    const std::string name = item.first.Scalar();
    if (name == "condition" || (name.find("filter") != std::string::npos && !dice.one_in(6))) continue;
    if (item.second.IsMap()) {
      add_items(dice, item.second, e);
    } else if (item.second.IsSequence() && item.second.size() > 0) {
      const YAML::Node one = item.second[dice.below(item.second.size())];
      if (one.IsMap())
        add_items(dice, one, e);
      else if (one.IsScalar())
        e.add("Message", "so " + filled(dice, one.Scalar()) + " it is");
    }
  }
  return e;
}

}  // namespace

TEST_CASE("Random rules give random events the answer of the plain evaluator") {
  std::size_t matches = 0, refused = 0;
  for (int round = 1; round <= 40 * rounds(); ++round) {
    Dice dice(static_cast<std::uint64_t>(round));
    std::vector<sigma::RuleFile> files;
    const int count = round % 4 == 0 ? 1 : 40;
    for (int i = 0; i < count; ++i) files.push_back({"r" + std::to_string(i) + ".yml", test::random_rule(dice, i)});
    sigma::LoadReport report;
    const auto rules = sigma::RuleSet::compile(files, report);
    for (const std::string& p : report.problems) {
      INFO(p);
      REQUIRE(p.find("cannot be encoded") != std::string::npos);
    }
    refused += report.refused;
    const test::PlainRules plain(files, ids(*rules));
    REQUIRE(plain.size() == rules->rules().size());
    sigma::Matcher matcher(rules);
    for (int i = 0; i < 40; ++i) {
      const Event event = test::random_event(dice);
      const auto got = test::ids_of(matcher, *rules, event), truth = plain.judge(event);
      matches += truth.size();
      if (got == truth) continue;
      std::string text = "round " + std::to_string(round) + ": " + text_of(event) + "\ngot " + text_of(got) +
                         "\ntruth " + text_of(truth);
      for (int r = 0; r < count; ++r)
        if (got.contains("r" + std::to_string(r)) != truth.contains("r" + std::to_string(r)))
          text += "\n" + files[static_cast<std::size_t>(r)].text;
      FAIL(text);
    }
  }
  CHECK(matches > 2000);
  CHECK(refused < 100);
}

TEST_CASE("Public rules give labelled and made-up events the answer of the plain evaluator") {
  if (test::absent(test::kSigmaData / "labelled/synthetic_windows.visible.jsonl")) return;
  const test::PublicRules& all = test::public_rules();
  const test::PlainRules plain(all.files, ids(*all.rules));
  REQUIRE(plain.size() == all.rules->rules().size());
  sigma::Matcher matcher(all.rules);
  std::size_t matches = 0;
  const auto same = [&](const Event& event) {
    const auto got = test::ids_of(matcher, *all.rules, event), truth = plain.judge(event);
    matches += truth.size();
    if (got != truth) FAIL(text_of(event) + "\ngot " + text_of(got) + "\ntruth " + text_of(truth));
  };
  // Every nineteenth by default, in turn with the rounds all of them.
  const int step = 19, turns = std::min(step, rounds());
  for (const char* const set : {"synthetic_windows", "synthetic_nonwindows"}) {
    const auto events = test::labelled(set);
    for (std::size_t i = 0; i < events.size(); ++i)
      if (static_cast<int>(i) % step < turns) same(events[i].event);
  }
  CHECK(matches > 100);
  matches = 0;
  Dice dice(7);
  for (int i = 0; i < 300 * rounds(); ++i) same(event_from(dice, YAML::Load(dice.of(all.files).text)));
  CHECK(matches > 100);
}
