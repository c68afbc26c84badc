// Random correlations over random streams, late events and ticks among them: the engine's windows against the plainest
// ones, a stream that is cut by a restart, and a change of configuration in the middle.
#include <algorithm>
#include <cstdlib>

#include "tests/console/sigma/plain_correlation.hpp"
#include "tests/console/sigma/random_rules.hpp"
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using test::CorrelationSpec;
using test::Dice;

namespace {

const std::vector<std::string> kPlain{"a", "b", "c"};

std::size_t roll(Dice& dice, std::size_t sides) { return dice.below(sides); }

std::string plain_rules() {
  std::string out;
  for (const std::string& id : kPlain)
    out += "title: " + id + "\nid: " + id + "\nlogsource: {category: test}\ndetection: {s: {" + id +
           ": 1}, condition: s}\n---\n";
  return out;
}

CorrelationSpec random_spec(Dice& dice, const std::vector<CorrelationSpec>& before) {
  static const std::vector<std::string> kTypes{"event_count", "value_count",      "temporal",  "temporal_ordered",
                                               "value_sum",   "value_percentile", "value_avg", "absence"};
  CorrelationSpec c;
  c.id = "k" + std::to_string(before.size());
  c.type = kTypes[roll(dice, 8)];
  std::vector<std::string> known = kPlain;
  for (const CorrelationSpec& b : before) known.push_back(b.id);
  const std::size_t wanted = c.type.starts_with("temporal") ? 2 + roll(dice, 2) : 1 + roll(dice, 2);
  while (c.bases.size() < wanted) {
    const std::string& base = known[roll(dice, known.size())];
    if (std::find(c.bases.begin(), c.bases.end(), base) == c.bases.end()) c.bases.push_back(base);
  }
  for (const char* field : {"g", "h"})
    if (roll(dice, 3) != 0) c.group_by.emplace_back(field);
  c.group_fields.assign(c.bases.size(), c.group_by);
  if (!c.group_by.empty() && roll(dice, 3) == 0) c.group_fields[roll(dice, c.bases.size())][0] = "h";
  c.timespan = static_cast<std::int64_t>(1 + roll(dice, 15));
  c.lateness = roll(dice, 3) == 0 ? 0 : static_cast<std::int64_t>(roll(dice, 20));
  if (c.type.starts_with("value_")) c.fields = {c.type == "value_count" ? "v" : "n"};
  if (c.type == "value_count" && roll(dice, 2) == 0) c.fields.emplace_back("h");
  c.percentile = static_cast<int>(roll(dice, 101));
  const int limit = 1 + static_cast<int>(roll(dice, 4));
  if (c.type == "absence" || c.type == "temporal_ordered") return c;
  if (c.type == "temporal") {
    if (c.bases.size() == 3 && roll(dice, 3) == 0) {
      c.logic = c.bases[0] + " and (" + c.bases[1] + " or " + c.bases[2] + ")";
      c.enough = {{0, 1}, {0, 2}};
    } else if (roll(dice, 2) == 0) {
      c.condition = {{"gte", 2}};
    }
    return c;
  }
  switch (roll(dice, 4)) {
    case 0:
      c.condition = {{"gt", limit}, {"lte", limit + 2}};
      break;
    case 1:
      c.condition = {{"eq", limit}};
      break;
    case 2:
      c.condition = {{"lt", limit + 1}};
      break;
    default:
      c.condition = {{"gte", limit}};
      break;
  }
  return c;
}

std::vector<CorrelationSpec> random_specs(Dice& dice) {
  std::vector<CorrelationSpec> out;
  const std::size_t count = 1 + roll(dice, 4);
  while (out.size() < count) out.push_back(random_spec(dice, out));
  return out;
}

std::string yaml_of(const std::vector<CorrelationSpec>& specs) {
  std::string out = plain_rules();
  for (const CorrelationSpec& c : specs) out += c.yaml() + "---\n";
  return out;
}

/// An event, or where `event` is empty a tick.
struct Input {
  std::optional<Event> event;
  std::vector<std::string> matched;
  UtcNs tick = 0;
};

std::vector<Input> random_stream(Dice& dice, std::size_t length) {
  std::vector<Input> out;
  UtcNs now = 1'772'000'000 * kSecond;
  for (std::size_t i = 0; i < length; ++i) {
    now += static_cast<UtcNs>(roll(dice, 6)) * kSecond / 2;
    if (roll(dice, 40) == 0) now += static_cast<UtcNs>(roll(dice, 60)) * kSecond;
    Input in;
    if (roll(dice, 15) == 0) {
      in.tick = now + static_cast<UtcNs>(roll(dice, 5)) * kSecond;
      out.push_back(std::move(in));
      continue;
    }
    test::Json fields;
    for (const std::string& id : kPlain)
      if (roll(dice, 3) == 0) {
        fields[id] = 1;
        in.matched.push_back(id);
      }
    const auto one_of = [&](const char* name, std::size_t kinds) {
      if (const std::size_t k = roll(dice, kinds + 1); k > 0 || roll(dice, 4) != 0) fields[name] = std::to_string(k);
    };
    one_of("g", 2);
    one_of("h", 1);
    one_of("v", 3);
    if (roll(dice, 8) != 0) fields["n"] = static_cast<int>(roll(dice, 5)) - 1;
    if (roll(dice, 30) == 0) fields["n"] = "none";
    std::int64_t late = 0;
    if (roll(dice, 4) == 0) late = static_cast<std::int64_t>(roll(dice, 24)) * kSecond / 2;
    if (roll(dice, 40) == 0) late = static_cast<std::int64_t>(roll(dice, 90)) * kSecond;
    std::string id = "agent-1:4:" + std::to_string(i);
    if (roll(dice, 10) == 0) id = "id " + std::to_string(i) + "x";
    in.event = test::event_of(fields, {{"category", "test"}}, now - late, id);
    in.event->drill = roll(dice, 12) == 0;
    out.push_back(std::move(in));
  }
  return out;
}

std::vector<std::string> give(sigma::Matcher& matcher, const sigma::RuleSet& rules, const Input& in) {
  std::vector<sigma::Match> matches;
  if (in.event)
    matcher.match(*in.event, matches);
  else
    matcher.tick(in.tick, matches);
  std::vector<std::string> out;
  for (const sigma::Match& m : matches) {
    const sigma::RuleInfo& info = rules.rules()[m.rule];
    if (!info.correlation || !info.id.starts_with("k")) continue;
    std::string line = info.id + "@" + std::to_string(m.time) + "(";
    for (std::size_t i = 0; i < m.event_ids.size(); ++i) line += (i > 0 ? "," : "") + m.event_ids[i];
    out.push_back(line + ")");
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::shared_ptr<const sigma::RuleSet> compiled(const std::string& yaml) {
  sigma::LoadReport report;
  auto rules = test::rules_of(yaml, report);
  INFO(yaml);
  for (const std::string& problem : report.problems) UNSCOPED_INFO(problem);
  REQUIRE(report.problems.empty());
  return rules;
}

int rounds(int usual) {
  const char* const more = std::getenv("WF_SIGMA_ROUNDS");
  return usual * (more == nullptr ? 1 : std::max(1, std::atoi(more)));
}

}  // namespace

TEST_CASE("Random correlations complete when the plainest windows say so") {
  std::map<std::string, std::size_t> completed;
  for (int round = 0; round < rounds(300); ++round) {
    Dice dice(static_cast<std::uint64_t>(round) + 1);
    const std::vector<CorrelationSpec> specs = random_specs(dice);
    const std::vector<Input> stream = random_stream(dice, 150);
    const auto rules = compiled(yaml_of(specs));
    sigma::Matcher matcher(rules);
    test::PlainCorrelations plain(specs);
    for (std::size_t i = 0; i < stream.size(); ++i) {
      const std::vector<std::string> truth =
          stream[i].event ? plain.take(*stream[i].event, stream[i].matched) : plain.tick(stream[i].tick);
      const std::vector<std::string> got = give(matcher, *rules, stream[i]);
      for (const std::string& line : truth)
        for (const CorrelationSpec& c : specs)
          if (line.starts_with(c.id + "@")) ++completed[c.type];
      if (got == truth) continue;
      INFO("round " << round << ", input " << i << "\n" << yaml_of(specs));
      REQUIRE(got == truth);
    }
  }
  // Each type was seen at work.
  CHECK(completed.size() == 8);
  for (const auto& [type, times] : completed) {
    INFO(type);
    CHECK(times > 200);
  }
}

TEST_CASE("A stream that a restart cuts in two completes the same, wherever it is cut") {
  for (int round = 0; round < rounds(60); ++round) {
    Dice dice(static_cast<std::uint64_t>(round) + 7001);
    const auto rules = compiled(yaml_of(random_specs(dice)));
    const std::vector<Input> stream = random_stream(dice, 120);
    std::vector<std::vector<std::string>> whole, cut;
    sigma::Matcher one(rules);
    for (const Input& in : stream) whole.push_back(give(one, *rules, in));
    // Before the cut it is one process; after it another that has read the log again, with rules that it compiled anew.
    const std::size_t at = roll(dice, stream.size());
    sigma::Matcher first(rules);
    for (std::size_t i = 0; i < at; ++i) cut.push_back(give(first, *rules, stream[i]));
    sigma::Matcher second(rules);
    for (std::size_t i = 0; i < at; ++i) (void)give(second, *rules, stream[i]);
    for (std::size_t i = at; i < stream.size(); ++i) cut.push_back(give(second, *rules, stream[i]));
    REQUIRE(whole == cut);
  }
}

TEST_CASE("A new configuration with the same correlations forgets nothing") {
  const std::string other =
      "title: z\nid: z\nlogsource: {category: other}\ndetection: {s: {q: 1}, condition: s}\n---\n"
      "title: y\nid: y\ncorrelation: {type: event_count, rules: [z], timespan: 5s, condition: {gte: 2}}\n---\n";
  for (int round = 0; round < rounds(60); ++round) {
    Dice dice(static_cast<std::uint64_t>(round) + 9001);
    const std::string yaml = yaml_of(random_specs(dice));
    const auto before = compiled(yaml), after = compiled(other + yaml), last = compiled(yaml);
    const std::vector<Input> stream = random_stream(dice, 120);
    const std::size_t at = roll(dice, 60), then = 60 + roll(dice, 60);
    sigma::Matcher steady(before);
    auto changing = std::make_unique<sigma::Matcher>(before);
    const sigma::RuleSet* rules = before.get();
    for (std::size_t i = 0; i < stream.size(); ++i) {
      if (i == at || i == then) {
        const auto& next = i == at ? after : last;
        auto fresh = std::make_unique<sigma::Matcher>(next);
        fresh->adopt(std::move(*changing));
        changing = std::move(fresh);
        rules = next.get();
      }
      INFO("round " << round << ", input " << i << "\n" << yaml);
      REQUIRE(give(steady, *before, stream[i]) == give(*changing, *rules, stream[i]));
    }
  }
}
