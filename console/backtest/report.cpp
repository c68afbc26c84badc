#include "console/backtest/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace wf::backtest {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Wall& wall, double days) {
  const auto a_day = [&](double n) { return days > 0 ? n / days : 0; };
  return {{"rows", wall.rows},
          {"rows_a_day", a_day(static_cast<double>(wall.rows))},
          {"calls", wall.calls},
          {"calls_a_day", a_day(static_cast<double>(wall.calls))},
          {"priorities",
           {{"critical", wall.by_priority[3]},
            {"high", wall.by_priority[2]},
            {"medium", wall.by_priority[1]},
            {"low", wall.by_priority[0]}}},
          {"left_open", wall.left_open},
          {"operator_minutes", wall.minutes},
          {"operator_minutes_a_day", a_day(wall.minutes)}};
}

/// Numbers of the candidate's rows are no incidents': nobody can look them up.
std::string candidate_name(std::uint64_t id) { return fmt::format("candidate {}", id); }

/// `other`: what the candidate's row is called in a row of then; null for rows of the candidate.
Json json_of(const NamedRow& row, const char* other) {
  Json out = Json::object();
  if (other != nullptr)
    out["incident"] = incident_name(row.id);
  else
    out["candidate"] = row.id;
  out["opened"] = format_rfc3339(row.opened);
  out["priority"] = name_of(row.priority);
  out["life_safety"] = row.life_safety;
  out["title"] = row.title;
  out["rule"] = row.rule_id;
  if (row.cause != Cause::none) out["cause"] = name_of(row.cause);
  if (other != nullptr && row.other != 0) out[other] = row.other;
  if (!row.note.empty()) out["how"] = row.note;
  return out;
}

Json json_of(const std::vector<NamedRow>& rows, const char* other) {
  Json out = Json::array();
  for (const NamedRow& row : rows) out.push_back(json_of(row, other));
  return out;
}

std::string change(double before, double after, const char* form) {
  const double by = after - before;
  const std::string text = fmt::format(fmt::runtime(form), std::abs(by));
  // What rounds to nothing is nothing.
  if (text.find_first_not_of("0.") == std::string::npos) return "=";
  return (by > 0 ? "+" : "−") + text;
}

void append_list(std::string& out, const char* head, const std::vector<NamedRow>& rows, std::size_t most,
                 const char* other) {
  if (rows.empty()) return;
  out += fmt::format("\n{} ({})\n", head, rows.size());
  for (std::size_t i = 0; i < rows.size() && i < most; ++i) {
    const NamedRow& row = rows[i];
    out += fmt::format("  {}  {}  {:<8}  {}{}", other != nullptr ? incident_name(row.id) : candidate_name(row.id),
                       format_rfc3339(row.opened / kSecond * kSecond), name_of(row.priority),
                       row.life_safety ? "LIFE SAFETY  " : "", row.title);
    if (row.cause != Cause::none) out += fmt::format("  [{}]", name_of(row.cause));
    if (!row.note.empty()) out += "  " + row.note;
    if (other != nullptr && row.other != 0) out += fmt::format("  {} {}", other, candidate_name(row.other));
    out += '\n';
  }
  if (rows.size() > most) out += fmt::format("  and {} more; --json names all\n", rows.size() - most);
}

void append_rules(std::string& out, const Report& report, std::size_t most) {
  std::vector<const RuleLine*> moved;
  for (const RuleLine& line : report.rules)
    if (line.lost > 0 || line.gained > 0 || line.then != line.candidate) moved.push_back(&line);
  if (moved.empty()) return;
  std::stable_sort(moved.begin(), moved.end(),
                   [](const RuleLine* a, const RuleLine* b) { return a->lost + a->gained > b->lost + b->gained; });
  out += fmt::format("\nRules whose rows change ({})\n  {:>6} {:>9} {:>6} {:>6} {:>9} {:>9}  {}\n", moved.size(),
                     "then", "candidate", "lost", "gained", "confirmed", "unfounded", "rule");
  for (std::size_t i = 0; i < moved.size() && i < most; ++i) {
    const RuleLine& r = *moved[i];
    out += fmt::format("  {:>6} {:>9} {:>6} {:>6} {:>9} {:>9}  {}\n", r.then, r.candidate, r.lost, r.gained,
                       r.confirmed, r.unfounded, r.title.empty() ? r.id : r.title);
  }
  if (moved.size() > most) out += fmt::format("  and {} more; --json names all\n", moved.size() - most);
}

}  // namespace

std::string to_json(const Report& report) {
  Json out{{"v", 1},
           {"from", format_rfc3339(report.from)},
           {"to", format_rfc3339(report.to)},
           {"days", report.days()},
           {"records", report.records},
           {"events", report.events},
           {"commands", report.commands},
           {"commands_without_row", report.commands_without_row},
           {"handled_for_nobody", report.handled_for_nobody},
           {"then", json_of(report.then, report.days())},
           {"candidate", json_of(report.candidate, report.days())},
           {"kept", {{"then", report.kept_then}, {"candidate", report.kept_candidate}}},
           {"confirmed", report.confirmed},
           {"minutes_a_row", report.minutes_a_row},
           {"minutes_assumed", report.minutes_assumed}};
  if (!report.problem.empty()) out["problem"] = report.problem;
  if (!report.left_out.empty()) out["left_out"] = report.left_out;
  out["missed"] = json_of(report.missed, "candidate_near");
  out["weaker"] = json_of(report.weaker, "candidate");
  out["lost"] = json_of(report.lost, "candidate_near");
  out["gained"] = json_of(report.gained, nullptr);
  out["rules"] = Json::array();
  for (const RuleLine& r : report.rules)
    out["rules"].push_back({{"rule", r.id},
                            {"title", r.title},
                            {"then", r.then},
                            {"candidate", r.candidate},
                            {"lost", r.lost},
                            {"gained", r.gained},
                            {"confirmed", r.confirmed},
                            {"unfounded", r.unfounded},
                            {"missed", r.missed},
                            {"operator_minutes_then", r.minutes_then},
                            {"operator_minutes_candidate", r.minutes_candidate},
                            {"minutes_a_row", r.minutes_a_row}});
  return out.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const Report& report, std::size_t most) {
  const double days = std::max(report.days(), 1e-9);
  const Wall &a = report.then, &b = report.candidate;
  std::string out =
      fmt::format("{} … {} ({:.1f} days), {} events, {} commands\n\n{:<28}{:>10} {:>10} {:>10}\n",
                  format_rfc3339(report.from / kSecond * kSecond), format_rfc3339(report.to / kSecond * kSecond),
                  report.days(), report.events, report.commands, "", "then", "candidate", "change");
  const auto whole = [&](const char* name, std::uint64_t before, std::uint64_t after) {
    out += fmt::format("{:<28}{:>10} {:>10} {:>10}\n", name, before, after,
                       change(static_cast<double>(before), static_cast<double>(after), "{:.0f}"));
  };
  const auto a_day = [&](const char* name, double before, double after) {
    out += fmt::format("{:<28}{:>10.1f} {:>10.1f} {:>10}\n", name, before / days, after / days,
                       change(before / days, after / days, "{:.1f}"));
  };
  whole("rows", a.rows, b.rows);
  a_day("  a day", static_cast<double>(a.rows), static_cast<double>(b.rows));
  for (const Priority priority : {Priority::critical, Priority::high, Priority::medium, Priority::low}) {
    const auto i = static_cast<std::size_t>(priority);
    whole(("  " + std::string(name_of(priority))).c_str(), a.by_priority[i], b.by_priority[i]);
  }
  whole("  on both sides", report.kept_then, report.kept_candidate);
  whole("  left open", a.left_open, b.left_open);
  a_day("calls a day", static_cast<double>(a.calls), static_cast<double>(b.calls));
  a_day("operator minutes a day", a.minutes, b.minutes);
  out += fmt::format("\n{} rows lost, {} gained. ", report.lost.size(), report.gained.size());
  if (report.confirmed == 0)
    out += "None was resolved as true, so nothing says whether one that matters is lost.\n";
  else
    out += fmt::format("Of {} resolved as true {} would have been missed.\n", report.confirmed, report.missed.size());
  out += report.minutes_assumed
             ? fmt::format("Nobody worked on a row then: {:.0f} minutes each are assumed.\n", report.minutes_a_row)
             : fmt::format("Where its rule says nothing, a row takes {:.1f} minutes, the mean of all.\n",
                           report.minutes_a_row);
  if (!report.problem.empty()) out += report.problem + '\n';
  if (!report.left_out.empty()) out += "\nNot judged beside the candidate's rules\n";
  for (std::size_t i = 0; i < report.left_out.size() && i < most; ++i) out += "  " + report.left_out[i] + '\n';
  if (report.left_out.size() > most)
    out += fmt::format("  and {} more; --json names all\n", report.left_out.size() - most);
  append_list(out, "Missed: resolved as true then, no row now", report.missed, most, "the same thing in");
  append_list(out, "Weaker: resolved as true then", report.weaker, most, "in");
  append_list(out, "Lost", report.lost, most, "the same thing in");
  append_list(out, "Gained", report.gained, most, nullptr);
  append_rules(out, report, most);
  return out;
}

}  // namespace wf::backtest
