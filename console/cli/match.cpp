#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/json_text.hpp"
#include "console/cli/lines.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "proto/event_json.hpp"

namespace wf::cli {
namespace {

/// Complaints that are printed one by one; the rest is counted.
constexpr std::size_t kMostComplaints = 10;
/// Marks an id that is a line's number, since the event had none. It cannot begin an id that a source made.
constexpr char kLineMark = '\x1f';

struct Options {
  std::vector<std::string> rules;
  std::string site, file = "-";
  bool incidents = false;
};

/// Writes to stdout in large pieces.
class Output {
 public:
  Output() { text_.reserve(kPiece + 4096); }
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  std::string& line() { return text_; }
  void end() {
    text_ += '\n';
    if (text_.size() >= kPiece) flush();
  }
  void flush() {
    if (std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size()) failed_ = true;
    text_.clear();
    if (std::fflush(stdout) != 0) failed_ = true;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  static constexpr std::size_t kPiece = 256U << 10U;
  std::string text_;
  bool failed_ = false;
};

void append_event_ids(std::string& out, const std::vector<std::string>& ids) {
  out += "\"events\": [";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ", ";
    if (ids[i].starts_with(kLineMark))
      out.append(ids[i], 1);
    else
      append_json(out, ids[i]);
  }
  out += ']';
}

std::string_view level_text(const sigma::RuleInfo& rule) {
  return rule.informational ? std::string_view("informational") : name_of(rule.level);
}

/// Lines of the input as events; what is none is named and counted.
class Events {
 public:
  explicit Events(Lines& lines) : lines_(lines) {}
  bool next(Event& event) {
    std::string_view line;
    while (lines_.next(line)) {
      if (line.empty()) continue;
      Result<Event> parsed = parse_json_line(line);
      if (parsed) {
        event = std::move(*parsed);
        if (event.id.empty()) event.id = kLineMark + std::to_string(lines_.number());
        ++good_;
        return true;
      }
      if (++bad_ <= kMostComplaints)
        note(fmt::format("{}:{}: {}", lines_.name(), lines_.number(), parsed.error().what));
    }
    return false;
  }
  [[nodiscard]] std::uint64_t good() const { return good_; }
  [[nodiscard]] std::uint64_t bad() const { return bad_; }

 private:
  Lines& lines_;
  std::uint64_t good_ = 0, bad_ = 0;
};

/// What an event names, by the normalised fields that every agent sets.
void append_entities(std::string& out, const Event& event) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNamed{{{"person.id", "person"},
                                                                                 {"credential.id", "credential"},
                                                                                 {"door.id", "door"},
                                                                                 {"camera.id", "camera"},
                                                                                 {"host.name", "host"},
                                                                                 {"user.name", "account"},
                                                                                 {"src.ip", "source"},
                                                                                 {"dst.ip", "destination"},
                                                                                 {"zone.id", "zone"}}};
  out += "\"entities\": {";
  bool first = true;
  for (const auto& [field, name] : kNamed) {
    const std::string_view value = event.field(field);
    if (value.empty()) continue;
    out += first ? "\"" : ", \"";
    first = false;
    out += name;
    out += "\": ";
    append_json(out, value);
  }
  out += '}';
}

/// Rules alone: no site, no incidents. `event` is the one that completed each match.
std::uint64_t match_rules(Events& events, const std::shared_ptr<const sigma::RuleSet>& rules, Output& output) {
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  // What an alert says of its rule, made once.
  std::vector<std::string> heads;
  for (const sigma::RuleInfo& rule : rules->rules())
    heads.push_back(fmt::format(R"({{"rule": {}, "title": {}, "level": "{}", "time": ")", json(rule.id),
                                json(rule.title), level_text(rule)));
  std::uint64_t alerts = 0;
  Event event;
  while (events.next(event)) {
    matches.clear();
    matcher.match(event, matches);
    for (const sigma::Match& match : matches) {
      if (rules->rules()[match.rule].hidden) continue;
      ++alerts;
      std::string& out = output.line();
      out += heads[match.rule];
      out += format_rfc3339(match.time);
      out += "\", ";
      append_event_ids(out, match.event_ids);
      out += ", ";
      append_entities(out, event);
      out += '}';
      output.end();
    }
  }
  return alerts;
}

int match(const Options& options) {
  sigma::LoadReport report;
  const std::vector<sigma::RuleFile> files =
      sigma::read_rule_files({options.rules.begin(), options.rules.end()}, report);
  const std::shared_ptr<const sigma::RuleSet> rules = sigma::RuleSet::compile(files, report);
  for (std::size_t i = 0; i < report.problems.size() && i < kMostComplaints; ++i) note(report.problems[i]);
  if (!report.problems.empty())
    note(
        fmt::format("{} rules loaded, {} refused; `watchfloor rules check` names each", report.loaded, report.refused));
  if (report.loaded == 0) return fail("no rule could be loaded: name rule files, or folders of them, with --rules");
  if (!options.site.empty() || options.incidents) return not_built("match with --site or --incidents");
  Result<Lines> lines = Lines::open(options.file);
  if (!lines) return fail(lines.error());
  Events events(*lines);
  Output output;
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t alerts = match_rules(events, rules, output);
  output.flush();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (events.bad() > 0)
    note(fmt::format("{} lines of {} are no events and were left out", events.bad(), lines->name()));
  fmt::print(stderr, "{} events, {} alerts, {:.3f} s, {:.0f} events/s\n", events.good(), alerts, seconds,
             static_cast<double>(events.good()) / std::max(seconds, 1e-9));
  if (!lines->problem().empty()) return fail(lines->problem());
  if (output.failed()) return fail("cannot write the alerts to standard output");
  return kGood;
}

}  // namespace

void add_match(CLI::App& app, Run& run) {
  CLI::App* const command = app.add_subcommand(
      "match", "Judge recorded events: one JSON line an alert (or an incident) to stdout, events/s to stderr");
  const auto options = std::make_shared<Options>();
  // One path each time, so that the file after it is not taken for another.
  command->add_option("--rules", options->rules, "A rule file, or a folder of them; repeatable")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--site", options->site, "Site or estate folder, for place, presence and owner");
  command->add_flag("--incidents", options->incidents, "Print incidents instead of alerts");
  command->add_option("FILE", options->file, "Events, one JSON line each; - is standard input");
  command->callback([options, &run] { run = [options] { return match(*options); }; });
}

}  // namespace wf::cli
