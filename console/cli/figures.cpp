// How alarms went, from a running engine: for all desks, each desk and each rule, and what would help most.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>

#include "console/cli/command.hpp"
#include "console/cli/seated.hpp"
#include "console/cli/settle.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string connect;
  std::size_t week = 0;
  bool worst = false;
};

std::string span_text(std::int64_t span) {
  if (span == 0) return "-";
  if (span < kMinute) return fmt::format("{} s", span / kSecond);
  return span < kHour ? fmt::format("{} min", span / kMinute) : fmt::format("{} h", span / kHour);
}

std::string percent_of(std::uint32_t some, std::uint32_t all) {
  return all == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * some / all);
}

void print_line(const char* what, const std::string& is, const char* target) {
  fmt::print("  {:<44} {:>10}   {}\n", what, is, target);
}

/// Characters that a terminal shows for it.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void print_parts(const char* title, const std::vector<AlarmFigures::Part>& parts, bool rules) {
  if (parts.empty()) return;
  std::size_t width = 40;
  for (const AlarmFigures::Part& p : parts) width = std::max(width, width_of(one_line(p.name)));
  fmt::print("\n{:<{}} {:>6} {:>6} {:>8} {:>7} {:>7} {:>7} {:>9} {:>8} {:>6} {:>8}\n", title, width,
             rules ? "CALLS" : "", rules ? "ROWS" : "", rules ? "REPEATS" : "", "ACK 50%", "ACK 80%", "IN TIME",
             "PRECISION", "MINUTES", rules ? "STALE" : "", rules ? "RESTLESS" : "");
  for (const AlarmFigures::Part& p : parts) {
    const auto of_rules = [&](std::uint32_t n) { return rules ? std::to_string(n) : std::string(); };
    const std::string name = one_line(p.name);
    fmt::print("{}{} {:>6} {:>6} {:>8} {:>7} {:>7} {:>7} {:>9} {:>8} {:>6} {:>8}\n", name,
               std::string(width - width_of(name), ' '), of_rules(p.calls), of_rules(p.rows), of_rules(p.repeats),
               span_text(p.acknowledged.percentile(50)), span_text(p.acknowledged.percentile(80)),
               percent_of(p.in_target, p.acknowledged.total()),
               p.precision() < 0 ? "-" : fmt::format("{} %", p.precision()), p.operator_time / kMinute,
               of_rules(p.stale), of_rules(p.chattering + p.fleeting));
  }
}

void print_worst(const AlarmFigures::Week& week) {
  fmt::print("\nWORST TEN: what cost most and found least\n");
  std::size_t n = 0;
  for (const AlarmFigures::Worst& w : week.worst)
    fmt::print("{:>3}. {}: {} {}, {} min\n     {}\n", ++n, one_line(w.name), w.calls, w.calls == 1 ? "call" : "calls",
               w.minutes, one_line(w.fix));
}

int figures(const Options& options) {
  Result<std::unique_ptr<Seated>> seated = sit_down(options.shared, options.connect);
  if (!seated) return fail(seated.error());
  const std::shared_ptr<const Snapshot> now = (*seated)->seat().snapshot();
  if (!now->figures || now->figures->weeks.size() <= options.week) return fail("nothing was counted in that week");
  const AlarmFigures& all = *now->figures;
  const AlarmFigures::Week& w = all.weeks[options.week];
  fmt::print("Week of {}, {:.1f} h counted, {} {}. Targets: ISA-18.2 and EEMUA 191, which are for process plants\n",
             format_rfc3339(w.begins), static_cast<double>(w.counted) / static_cast<double>(kHour), w.desks_on_duty,
             w.desks_on_duty == 1 ? "desk" : "desks");
  if (options.worst) {
    print_worst(w);
    return kGood;
  }
  const AlarmFigures::Part& a = w.all;
  print_line("alarms in ten minutes at a desk, on average", fmt::format("{:.2f}", w.rate()), "1, 2 at most");
  print_line("alarms in ten minutes, at the worst", std::to_string(w.most), "10");
  print_line("time in flood", fmt::format("{:.2f} %", w.flood_percent()), "under 1 %");
  print_line("chattering and fleeting, now", fmt::format("{}", all.chattering_now + all.fleeting_now), "0");
  print_line("stale, now", std::to_string(all.stale_now), "under 5");
  const char* const shares[] = {"about 80 %", "15 %", "5 %", "under 1 %"};
  for (std::size_t i = 0; i < a.priorities.size(); ++i)
    print_line(fmt::format("alarms of {} priority", name_of(static_cast<Priority>(i))).c_str(),
               percent_of(a.priorities[i], a.calls), shares[i]);
  const std::uint32_t high = a.acknowledged_high.total();
  print_line("high ones acknowledged within 30 s", percent_of(a.acknowledged_high.within(30 * kSecond), high), "80 %");
  print_line("high ones acknowledged within 60 s", percent_of(a.acknowledged_high.within(kMinute), high), "98.5 %");
  print_line("acknowledged within their target", percent_of(a.in_target, a.acknowledged.total()), "");
  print_line("targets missed, steps of escalation", fmt::format("{}, {}", a.missed, a.escalated), "0");
  print_line("true alarms of those that were judged",
             a.precision() < 0 ? "-" : fmt::format("{} % of {}", a.precision(), a.judged()), "");
  print_parts("DESK", w.desks, false);
  print_parts("PERSON", w.people, false);
  print_parts("RULE", w.rules, true);
  print_worst(w);
  return kGood;
}

}  // namespace

void add_figures(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("figures", "How alarms go: rate, floods, times, each rule's worth, what would help");
  const auto options = std::make_shared<Options>();
  add_engine_options(*command, options->shared, options->connect);
  command->add_option("--week", options->week, "0 the running one, 1 the one before… default: 0")
      ->check(CLI::Range(0, 4));
  command->add_flag("--worst", options->worst, "Only the worst ten and what would help");
  command->callback([options, &run] { run = [options] { return figures(*options); }; });
}

}  // namespace wf::cli
