#include "console/ui/rules/rule_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace wf::ui {
namespace {

constexpr std::uint32_t kEnough = 5;  ///< judged, before precision says anything of noise
constexpr double kManyRows = 10;      ///< a day
const std::string kUnknown = "–";

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_noisy(const RuleRow& row) {
  if (row.restless() > 0 || row.a_day > kManyRows) return true;
  return row.month.judged() >= kEnough && row.precision() < 50;
}

/// −1 less, 0 equal, 1 more; what is unknown is told apart before.
template <class T>
int compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool known(const RuleRow& row, RuleColumn by) {
  switch (by) {
    case RuleColumn::last:
      return row.last != 0;
    case RuleColumn::a_day:
      return row.a_day >= 0;
    case RuleColumn::precision:
      return row.precision() >= 0;
    case RuleColumn::acknowledged:
      return row.acknowledged() >= 0;
    case RuleColumn::minutes:
      return row.minutes() >= 0;
    case RuleColumn::level:
      return row.rule != nullptr;
    default:
      return true;
  }
}

int level_of(const RuleRow& row) {
  if (row.rule == nullptr) return -2;
  return row.rule->informational ? -1 : static_cast<int>(row.rule->level);
}

int compare(const RuleRow& a, const RuleRow& b, RuleColumn by) {
  switch (by) {
    case RuleColumn::level:
      return compare(level_of(a), level_of(b));
    case RuleColumn::title:
      return a.words.compare(b.words);  // they begin with it
    case RuleColumn::last:
      return compare(a.last, b.last);
    case RuleColumn::week:
      return compare(a.week.rows, b.week.rows);
    case RuleColumn::month:
      return compare(a.month.rows, b.month.rows);
    case RuleColumn::a_day:
      return compare(a.a_day, b.a_day);
    case RuleColumn::precision:
      return compare(a.precision(), b.precision());
    case RuleColumn::restless:
      return compare(a.restless(), b.restless());
    case RuleColumn::acknowledged:
      return compare(a.acknowledged(), b.acknowledged());
    case RuleColumn::minutes:
      return compare(a.minutes(), b.minutes());
  }
  return 0;
}

}  // namespace

std::int64_t RuleRow::acknowledged() const {
  if (month.acknowledged.total() == 0) return -1;
  const std::int64_t median = month.acknowledged.percentile(50);
  return median == 0 ? kDay + 1 : median;
}

std::int64_t RuleRow::minutes() const {
  const auto resolved = [&] {
    std::uint64_t n = 0;
    for (const std::uint32_t cause : month.causes) n += cause;
    return n;
  }();
  return resolved == 0 ? -1 : month.operator_time / kMinute;
}

std::vector<RuleRow> rows_of(const RuleList& list) {
  std::vector<RuleRow> out;
  std::map<std::string_view, std::size_t> at;
  out.reserve(list.rules.size());
  for (const RuleSummary& rule : list.rules) {
    at.emplace(rule.id, out.size());
    RuleRow& row = out.emplace_back();
    row.rule = &rule;
    row.id = rule.id;
    row.title = rule.title;
  }
  std::int64_t counted = 0;
  for (std::size_t n = 0; n < std::min(kMonth, list.weeks.size()); ++n) {
    counted += list.weeks[n].counted;
    for (const AlarmFigures::Part& part : list.weeks[n].rules) {
      auto known = at.find(part.id);
      if (known == at.end()) {
        known = at.emplace(part.id, out.size()).first;
        RuleRow& row = out.emplace_back();
        row.id = part.id;
        row.title = part.name.empty() ? part.id : part.name;
      }
      RuleRow& row = out[known->second];
      if (n == 0) row.week = part;
      row.month.add(part);
    }
  }
  for (const RuleFiring& firing : list.firings)
    if (const auto known = at.find(firing.rule); known != at.end()) {
      out[known->second].last = firing.last;
      out[known->second].times = firing.times;
    }
  for (RuleRow& row : out) {
    // Of less than an hour nothing can be said of a day.
    if (counted >= kHour)
      row.a_day = static_cast<double>(row.month.rows) * static_cast<double>(kDay) / static_cast<double>(counted);
    row.noisy = is_noisy(row);
    row.words = row.title + " " + row.id;
    if (row.rule != nullptr) {
      for (const std::string& tag : row.rule->tags) row.words += " " + tag + " " + tag_text(tag);
      row.words += " " + logsource_text(*row.rule) + " " + row.rule->file;
    }
    row.words = lowered(row.words);
  }
  return out;
}

bool passes(const RuleFilter& filter, const RuleRow& row) {
  if (filter.base == RuleFilter::Base::never && (row.times > 0 || row.month.rows > 0 || row.rule == nullptr))
    return false;
  if (filter.base == RuleFilter::Base::noisy && !row.noisy) return false;
  if (filter.level >= 0 &&
      (row.rule == nullptr || row.rule->informational || static_cast<int>(row.rule->level) != filter.level))
    return false;
  const std::string text = lowered(filter.text);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find(' ', i), text.size());
    if (end > i && row.words.find(std::string_view(text).substr(i, end - i)) == std::string::npos) return false;
    i = end + 1;
  }
  return true;
}

std::vector<std::uint32_t> ordered(const std::vector<RuleRow>& rows, const RuleFilter& filter, RuleColumn by,
                                   bool descending) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    if (passes(filter, rows[i])) out.push_back(i);
  std::stable_sort(out.begin(), out.end(), [&](std::uint32_t x, std::uint32_t y) {
    const RuleRow &a = rows[x], &b = rows[y];
    const bool know_a = known(a, by), know_b = known(b, by);
    if (know_a != know_b) return know_a;
    if (know_a)
      if (const int order = compare(a, b, by); order != 0) return descending ? order > 0 : order < 0;
    return compare(a, b, RuleColumn::title) < 0;
  });
  return out;
}

bool begins_descending(RuleColumn column) { return column != RuleColumn::title && column != RuleColumn::precision; }

std::string precision_text(const RuleRow& row) {
  return row.precision() < 0 ? kUnknown : fmt::format("{} %", row.precision());
}

std::string acknowledged_text(const RuleRow& row) {
  const std::int64_t median = row.acknowledged();
  return median < 0 ? kUnknown : median > kDay ? "> " + span(kDay) : span(median);
}

std::string minutes_text(const RuleRow& row) {
  return row.minutes() < 0 ? kUnknown : count_text(static_cast<std::uint64_t>(row.minutes()));
}

std::string a_day_text(const RuleRow& row) {
  if (row.a_day < 0) return kUnknown;
  if (row.month.rows == 0) return "0";
  if (row.a_day < 0.05) return "< " + decimal_text(0.1, 1);
  return row.a_day < 100 ? decimal_text(row.a_day, 1) : count_text(static_cast<std::uint64_t>(row.a_day));
}

std::string last_text(const RuleRow& row, UtcNs now) {
  if (row.last != 0) return span(std::max<std::int64_t>(0, now - row.last));
  return row.rule == nullptr ? kUnknown : "never"_tr.str();
}

std::string logsource_text(const RuleSummary& rule) {
  if (rule.correlation) return "correlation"_tr;
  std::string out;
  for (const std::string* part : {&rule.logsource.product, &rule.logsource.service, &rule.logsource.category})
    if (!part->empty()) out += (out.empty() ? "" : ", ") + *part;
  return out;
}

std::string tag_text(std::string_view tag) {
  constexpr std::string_view kAttack = "attack.";
  if (!tag.starts_with(kAttack)) return std::string(tag);
  std::string out(tag.substr(kAttack.size()));
  for (char& c : out)
    if (c == '-' || c == '_') c = ' ';
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace wf::ui
