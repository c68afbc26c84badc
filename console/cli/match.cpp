#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/compare.hpp"
#include "console/cli/json_text.hpp"
#include "console/cli/lines.hpp"
#include "console/fusion/fusion.hpp"
#include "console/fusion/plans.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/incident_json.hpp"
#include "console/site/load.hpp"
#include "proto/event_json.hpp"

namespace wf::cli {
namespace {

/// Complaints that are printed one by one; the rest is counted.
constexpr std::size_t kMostComplaints = 10;
/// Marks an id that is a line's number, since the event had none. It cannot begin an id that a source made.
constexpr char kLineMark = '\x1f';

struct Options {
  std::vector<std::string> rules, plans;
  std::string site, file = "-";
  bool incidents = false;
  bool compare = false;
  CompareOptions comparison;
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

/// What an alert says of its rule, up to its time.
std::string head_of(std::string_view id, std::string_view title, std::string_view level) {
  return fmt::format(R"({{"rule": {}, "title": {}, "level": "{}", "time": ")", json(id), json(title), level);
}
std::string head_of(const sigma::RuleInfo& rule) {
  return head_of(rule.id, rule.title, rule.informational ? std::string_view("informational") : name_of(rule.level));
}

/// Lines of the input as events; what is none is named and counted.
class Events {
 public:
  /// `marked`: an event without an id gets its line's number, marked as such; else the number as text.
  Events(Lines& lines, bool marked) : lines_(lines), marked_(marked) {}
  bool next(Event& event) {
    std::string_view line;
    while (lines_.next(line)) {
      if (line.empty()) continue;
      Result<Event> parsed = parse_json_line(line);
      if (parsed) {
        event = std::move(*parsed);
        if (event.id.empty())
          event.id = (marked_ ? std::string(1, kLineMark) : std::string()) + std::to_string(lines_.number());
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
  const bool marked_;
  std::uint64_t good_ = 0, bad_ = 0;
};

/// Begins `"entities": {` and its members; each kind of entity has a list of ids.
class EntitiesText {
 public:
  explicit EntitiesText(std::string& out) : out_(out) { out_ += "\"entities\": {"; }
  void add(std::string_view kind, std::string_view id) {
    if (kind == kind_) {
      out_ += ", ";
    } else {
      out_ += kind_.empty() ? "\"" : "], \"";
      out_ += kind;
      out_ += "\": [";
      kind_ = kind;
    }
    append_json(out_, id);
  }
  void end() { out_ += kind_.empty() ? "}" : "]}"; }

 private:
  std::string& out_;
  std::string_view kind_;
};

/// What an event names, by the normalised fields that every agent sets.
void append_entities(std::string& out, const Event& event) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNamed{{{"person.id", "person"},
                                                                                 {"credential.id", "credential"},
                                                                                 {"door.id", "door"},
                                                                                 {"zone.id", "zone"},
                                                                                 {"camera.id", "camera"},
                                                                                 {"host.name", "host"},
                                                                                 {"src.ip", "address"},
                                                                                 {"dst.ip", "address"},
                                                                                 {"user.name", "account"}}};
  EntitiesText text(out);
  for (const auto& [field, kind] : kNamed)
    if (const std::string_view id = event.field(field); !id.empty()) text.add(kind, id);
  text.end();
}

/// Rules alone: no site, no incidents. `event` is the one that completed each match.
std::uint64_t match_rules(Events& events, const std::shared_ptr<const sigma::RuleSet>& rules, Output& output) {
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  // What an alert says of its rule, made once.
  std::vector<std::string> heads;
  for (const sigma::RuleInfo& rule : rules->rules()) heads.push_back(head_of(rule));
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
      append_entities(out, match.absent ? *match.absent : event);
      out += '}';
      output.end();
    }
  }
  return alerts;
}

void append_alert(std::string& out, const Alert& alert, const std::string& head) {
  out += head;
  out += format_rfc3339(alert.time);
  out += "\", ";
  append_event_ids(out, alert.event_ids);
  out += ", ";
  std::vector<EntityRef> entities = alert.entities;
  std::sort(entities.begin(), entities.end());
  EntitiesText text(out);
  for (const EntityRef& entity : entities) text.add(name_of(entity.kind), entity.id);
  text.end();
  if (alert.repeats > 1) out += fmt::format(", \"repeats\": {}", alert.repeats);
  out += '}';
}

/// The whole fusion. Its clock is the greatest event time so far, so that the same lines give the same bytes.
std::uint64_t match_fusion(Events& events, const std::shared_ptr<const sigma::RuleSet>& rules,
                           std::shared_ptr<const fusion::PlanBook> plans, std::shared_ptr<const Estate> estate,
                           bool incidents, Output& output) {
  std::map<std::string, std::string> heads;
  for (const sigma::RuleInfo& rule : rules->rules()) heads[rule.id] = head_of(rule);
  fusion::Fusion fusion(std::move(estate), rules, {}, std::move(plans));
  fusion::Changes changes;
  std::map<std::uint64_t, std::shared_ptr<const Incident>> newest;
  std::uint64_t alerts = 0;
  UtcNs now = 0, ticked = 0;
  const auto take = [&] {
    for (const Alert& alert : changes.alerts) {
      ++alerts;
      if (incidents) continue;
      std::string& head = heads[alert.rule_id];
      if (head.empty())  // a device's own alarm, which no rule made
        head = head_of(alert.rule_id, alert.rule_title, name_of(alert.priority));
      append_alert(output.line(), alert, head);
      output.end();
    }
    if (incidents)
      for (const std::shared_ptr<const Incident>& incident : changes.incidents) newest[incident->id] = incident;
    changes.clear();
  };
  Event event;
  while (events.next(event)) {
    now = std::max(now, event.time);
    if (now - ticked >= kSecond && fusion.timer_pending()) {
      ticked = now;
      fusion.on_tick(now, changes);
      take();
    }
    fusion.on_event(event, now, changes);
    take();
  }
  if (incidents)  // what changed quietly since it was last told, too
    for (const std::shared_ptr<const Incident>& incident : fusion.incidents_since(0)) newest[incident->id] = incident;
  for (const auto& [id, incident] : newest) {
    append_incident_json(*incident, output.line());
    output.end();
  }
  return alerts;
}

Result<std::shared_ptr<const Estate>> load_site(const std::string& folder) {
  if (folder.empty()) return std::shared_ptr<const Estate>(std::make_shared<Estate>());
  site::SiteReport report;
  Result<std::shared_ptr<const Estate>> estate = site::load_estate(folder, report);
  for (std::size_t i = 0; i < report.warnings.size() && i < kMostComplaints; ++i) note(report.warnings[i]);
  if (report.warnings.size() > kMostComplaints)
    note(fmt::format("{} findings about the site; `watchfloor site check` names each", report.warnings.size()));
  return estate;
}

int match(const Options& options) {
  if (options.compare) return compare(options.comparison, options.rules);
  sigma::LoadReport report;
  const std::vector<sigma::RuleFile> files =
      sigma::read_rule_files({options.rules.begin(), options.rules.end()}, report);
  const std::shared_ptr<const sigma::RuleSet> rules = sigma::RuleSet::compile(files, report);
  for (std::size_t i = 0; i < report.problems.size() && i < kMostComplaints; ++i) note(report.problems[i]);
  if (!report.problems.empty())
    note(
        fmt::format("{} rules loaded, {} refused; `watchfloor rules check` names each", report.loaded, report.refused));
  if (report.loaded == 0) return fail("no rule could be loaded: name rule files, or folders of them, with --rules");
  sigma::LoadReport planned;
  const auto plans =
      fusion::PlanBook::compile(sigma::read_rule_files({options.plans.begin(), options.plans.end()}, planned), planned);
  for (std::size_t i = 0; i < planned.problems.size() && i < kMostComplaints; ++i) note(planned.problems[i]);
  const bool fuse = !options.site.empty() || options.incidents;
  Result<std::shared_ptr<const Estate>> estate = load_site(options.site);
  if (!estate) return fail(estate.error());
  Result<Lines> lines = Lines::open(options.file);
  if (!lines) return fail(lines.error());
  Events events(*lines, !options.incidents);
  Output output;
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t alerts = fuse ? match_fusion(events, rules, plans, std::move(*estate), options.incidents, output)
                                    : match_rules(events, rules, output);
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
  command->add_option("--plans", options->plans, "Response plans of incidents: a file, or a folder of them; repeatable")
      ->allow_extra_args(false);
  command->add_option("FILE", options->file, "Events, one JSON line each; - is standard input");
  CLI::Option* const compare = command->add_flag(
      "--compare", options->compare, "Judge the stored events instead, and compare with the rows that there were");
  for (const char* other : {"FILE", "--site", "--incidents"}) compare->excludes(command->get_option(other));
  add_compare_options(*command, *compare, options->comparison);
  command->callback([options, &run] { run = [options] { return match(*options); }; });
}

}  // namespace wf::cli
