#include "console/backtest/compare.hpp"

#include <algorithm>
#include <unordered_map>

namespace wf::backtest {
namespace {

constexpr std::int64_t kLater = kMinute;  ///< what opens so much later is said
/// What a row takes where nobody worked on any.
constexpr double kAssumedMinutes = 5;

using Rows = std::vector<const Row*>;
using Partners = std::map<std::uint64_t, std::set<std::uint64_t>>;

Rows those_that_count(const History& history) {
  Rows out;
  for (const auto& [id, row] : history.rows())
    if (row.counts()) out.push_back(&row);
  return out;
}

/// (event, row), ascending.
std::vector<std::pair<std::uint64_t, std::uint64_t>> by_event(const History& history, const Rows& rows) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
  for (const Row* row : rows)
    for (const std::uint64_t event : history.events_of(*row)) out.emplace_back(event, row->id);
  std::sort(out.begin(), out.end());
  return out;
}

/// Rows by what they speak of: who speaks of the same thing at the time is found without looking at all.
class Nearby {
 public:
  explicit Nearby(const Rows& rows) {
    for (const Row* row : rows)
      for (const std::uint64_t thing : row->things) by_thing_[thing].push_back(row);
  }
  /// By id; with `rule` only rows that it names.
  [[nodiscard]] Rows of(const Row& row, const std::string* rule) const {
    Rows out;
    for (const std::uint64_t thing : row.things) {
      const auto found = by_thing_.find(thing);
      if (found == by_thing_.end()) continue;
      for (const Row* other : found->second)
        if (near(row, *other) && (rule == nullptr || other->rule_id == *rule)) out.push_back(other);
    }
    std::sort(out.begin(), out.end(), [](const Row* a, const Row* b) { return a->id < b->id; });
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

 private:
  std::unordered_map<std::uint64_t, Rows> by_thing_;
};

/// Which rows are the same, seen from both sides.
struct Same {
  Partners of_then, of_candidate;
  void pair(std::uint64_t then, std::uint64_t candidate) {
    of_then[then].insert(candidate);
    of_candidate[candidate].insert(then);
  }
};

Same same_rows(const History& then, const History& candidate, const Rows& a, const Rows& b, const Nearby& near_a,
               const Nearby& near_b) {
  Same same;
  const auto x = by_event(then, a), y = by_event(candidate, b);
  for (auto i = x.begin(), j = y.begin(); i != x.end() && j != y.end();) {
    if (i->first < j->first) {
      ++i;
    } else if (j->first < i->first) {
      ++j;
    } else {
      for (auto k = j; k != y.end() && k->first == i->first; ++k) same.pair(i->second, k->second);
      ++i;
    }
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
  for (const Row* row : a)
    if (!same.of_then.contains(row->id))
      for (const Row* other : near_b.of(*row, &row->rule_id)) found.emplace_back(row->id, other->id);
  for (const Row* row : b)
    if (!same.of_candidate.contains(row->id))
      for (const Row* other : near_a.of(*row, &row->rule_id)) found.emplace_back(other->id, row->id);
  for (const auto& [one, other] : found) same.pair(one, other);
  return same;
}

NamedRow named(const Row& row) {
  return {row.id, row.rule_id, row.rule_title, row.title, row.priority, row.life_safety, row.opened, row.cause, 0};
}

/// How long people take for a row, by rule.
class Work {
 public:
  Work(const Rows& then, Report& report) {
    for (const Row* row : then) {
      if (row->work() == 0 || row->opened < report.from || row->opened >= report.to) continue;
      for (auto* sum : {&by_rule_[row->rule_id], &all_}) {
        sum->first += row->work();
        ++sum->second;
      }
    }
    report.minutes_assumed = all_.second == 0;
    report.minutes_a_row = all_.second == 0 ? kAssumedMinutes : mean(all_);
    any_ = report.minutes_a_row;
  }
  /// 0: nobody worked on one.
  [[nodiscard]] double of_rule(const std::string& rule) const {
    const auto found = by_rule_.find(rule);
    return found == by_rule_.end() ? 0 : mean(found->second);
  }
  [[nodiscard]] double expected(const std::string& rule) const {
    const double known = of_rule(rule);
    return known > 0 ? known : any_;
  }

 private:
  using Sum = std::pair<std::int64_t, std::int64_t>;
  static double mean(const Sum& sum) {
    return static_cast<double>(sum.first) / static_cast<double>(sum.second) / static_cast<double>(kMinute);
  }
  std::map<std::string, Sum> by_rule_;
  Sum all_{};
  double any_ = 0;
};

void count(const Row& row, Wall& wall) {
  ++wall.rows;
  wall.calls += row.calls;
  ++wall.by_priority[static_cast<std::size_t>(row.priority) % wall.by_priority.size()];
  wall.left_open += row.resolved == 0 ? 1 : 0;
}

/// What the candidate makes worse of a row that it has; empty: nothing.
std::string weakness(const Row& row, const std::set<std::uint64_t>& partners, const History& candidate) {
  Priority most = Priority::low;
  UtcNs opened = 0;
  for (const std::uint64_t id : partners) {
    const Row& other = *candidate.find(id);
    most = std::max(most, other.priority);
    opened = opened == 0 ? other.opened : std::min(opened, other.opened);
  }
  std::string out;
  if (most < row.priority) out = std::string(name_of(most)) + " instead of " + std::string(name_of(row.priority));
  if (opened - row.opened > kLater)
    out += (out.empty() ? "" : ", ") + std::to_string((opened - row.opened) / kSecond) + " s later";
  return out;
}

}  // namespace

void compare(const History& then, const History& candidate, Report& report) {
  const Rows a = those_that_count(then), b = those_that_count(candidate);
  const Nearby near_a(a), near_b(b);
  const Same same = same_rows(then, candidate, a, b, near_a, near_b);
  const Work work(a, report);
  std::map<std::string, RuleLine> rules;
  const auto line_of = [&](const Row& row) -> RuleLine& {
    RuleLine& line = rules[row.rule_id];
    line.id = row.rule_id;
    line.title = row.rule_title;
    return line;
  };
  const auto asked_for = [&](const Row& row) { return row.opened >= report.from && row.opened < report.to; };

  for (const Row* row : a) {
    if (!asked_for(*row)) continue;
    RuleLine& line = line_of(*row);
    count(*row, report.then);
    ++line.then;
    const std::int64_t spent = row->work();
    const double minutes =
        spent > 0 ? static_cast<double>(spent) / static_cast<double>(kMinute) : work.expected(row->rule_id);
    report.then.minutes += minutes;
    line.minutes_then += minutes;
    const bool confirmed = row->cause == Cause::true_alarm;
    report.confirmed += confirmed ? 1 : 0;
    line.confirmed += confirmed ? 1 : 0;
    line.unfounded += row->cause == Cause::false_alarm || row->cause == Cause::nuisance ? 1 : 0;
    if (const auto partners = same.of_then.find(row->id); partners != same.of_then.end()) {
      ++report.kept_then;
      if (!confirmed) continue;
      if (std::string note = weakness(*row, partners->second, candidate); !note.empty()) {
        report.weaker.push_back(named(*row));
        report.weaker.back().other = *partners->second.begin();
        report.weaker.back().note = std::move(note);
      }
      continue;
    }
    NamedRow lost = named(*row);
    if (const Rows others = near_b.of(*row, nullptr); !others.empty()) lost.other = others.front()->id;
    ++line.lost;
    if (confirmed) {
      ++line.missed;
      report.missed.push_back(lost);
    }
    report.lost.push_back(std::move(lost));
  }
  for (const Row* row : b) {
    if (!asked_for(*row)) continue;
    RuleLine& line = line_of(*row);
    count(*row, report.candidate);
    ++line.candidate;
    const double minutes = work.expected(row->rule_id);
    report.candidate.minutes += minutes;
    line.minutes_candidate += minutes;
    if (same.of_candidate.contains(row->id)) {
      ++report.kept_candidate;
      continue;
    }
    ++line.gained;
    report.gained.push_back(named(*row));
    report.gained.back().cause = Cause::none;  // nobody said one
  }
  for (auto& [id, line] : rules) {
    line.minutes_a_row = work.of_rule(id);
    report.rules.push_back(std::move(line));
  }
}

}  // namespace wf::backtest
