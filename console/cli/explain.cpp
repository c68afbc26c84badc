// An incident's why, for people: what came in order, what joined each, what is there or absent.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "console/cli/command.hpp"
#include "console/cli/settle.hpp"
#include "console/engine/clock.hpp"
#include "console/engine/query.hpp"

namespace wf::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostChanges = 200;  // of a rule

struct Options {
  Shared shared;
  std::string incident;
  bool json = false;
};

std::string member(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

const Json& list(const Json& json, const char* name) {
  static const Json kNone = Json::array();
  const auto found = json.find(name);
  return found != json.end() && found->is_array() ? *found : kNone;
}

/// "camera at that door D-231, weight 85, score 90".
std::string link_of(const Json& line) {
  std::string out = member(line, "joined_by");
  const auto link = line.find("link");
  if (link == line.end() || !link->is_object()) return out.empty() ? "began it" : out;
  if (out.empty()) out = member(*link, "how") == "opened" ? "began it" : member(*link, "how");
  if (const auto entity = link->find("entity"); entity != link->end()) {
    const std::string name = member(*entity, "name");
    out += " " + (name.empty() ? member(*entity, "id") : name);
  }
  if (link->contains("weight"))
    out += fmt::format(", weight {}, score {}", member(*link, "weight"), member(*link, "score"));
  if (const std::string actor = member(*link, "actor"); !actor.empty()) out += ", by " + actor;
  return out;
}

/// "confirmed", "not refuted", "not known"…
std::string role_of(const Json& evidence) {
  const std::string role = member(evidence, "role"), state = member(evidence, "state");
  const bool confirms = role == "would confirm";
  if (state == "came") return confirms ? "confirmed" : "refuted";
  if (state == "absent") return confirms ? "not confirmed" : "not refuted";
  return state == "unknown" ? "not known" : role;
}

/// What people did to the rule from consoles, the oldest first, a line each; and whether it is off.
struct RuleTrail {
  std::vector<std::string> lines;
  bool off = false;
};

/// Of the audit: what was refused is left out.
RuleTrail trail_of(const std::filesystem::path& data, const std::string& rule, UtcNs now) {
  RuleTrail out;
  if (rule.empty()) return out;
  const std::atomic<bool> cancelled = false;
  const auto lines = [&](const char* action) {
    Query query;
    query.what = Query::What::audit;
    query.where = fmt::format("action={} and subject={}", action, rule);
    query.limit = kMostChanges;
    std::vector<Json> found;
    for (const std::string& line : engine::run_query(data, query, cancelled).lines)
      if (Json json = Json::parse(line, nullptr, false); json.is_object() && json["detail"].is_object())
        found.push_back(std::move(json));
    return found;
  };
  std::set<std::string> refused;
  for (const Json& line : lines("refused rule")) refused.insert(member(line["detail"], "command"));
  std::vector<Json> done = lines("rule");
  std::reverse(done.begin(), done.end());
  for (const Json& line : done) {
    const Json& detail = line["detail"];
    if (!refused.insert(member(detail, "command")).second) continue;  // refused, or sent again
    const std::string action = member(detail, "action"), until = member(detail, "until"), why = member(detail, "text");
    if (action == "off") {
      const Result<UtcNs> ends = parse_rfc3339(until);
      out.off = until.empty() || (ends && *ends > now);
    }
    if (action == "on" || action == "restore") out.off = false;
    out.lines.push_back(fmt::format("{} {} {}{}{}", member(line, "time"), member(line, "actor"),
                                    action == "off"    ? "switched it off"
                                    : action == "on"   ? "switched it on"
                                    : action == "text" ? "gave it another text"
                                                       : "took back what was changed",
                                    until.empty() ? "" : " until " + until, why.empty() ? "" : ": " + why));
  }
  return out;
}

void print(const Json& i, const RuleTrail& trail) {
  fmt::print("{}  {}  {}  {}\n", member(i, "name"), member(i, "priority"), member(i, "state"), member(i, "title"));
  std::string place;
  for (const Json& part : list(i, "place"))
    place += (place.empty() ? "" : " › ") + (part.is_string() ? part.get<std::string>() : part.dump());
  fmt::print("{}; opened {}, {} events\n", place, member(i, "opened"), member(i, "events"));
  fmt::print("Rule: {} ({}){}\n", member(i, "rule_title"), member(i, "rule"),
             trail.off ? "; it is switched off now" : "");
  if (const std::string words = member(i, "rule_description"); !words.empty()) fmt::print("  {}\n", words);
  for (const std::string& line : trail.lines) fmt::print("  {}\n", line);
  if (const std::string n = member(i, "explains"); !n.empty()) fmt::print("Explains {} that failed with it\n", n);
  fmt::print("Why:\n");
  for (const Json& line : list(i, "why")) {
    const std::string repeats = member(line, "repeats");
    fmt::print("  {:<30} {:<8} {}{}\n{:>41} {}\n", member(line, "time"), member(line, "effect"), member(line, "text"),
               repeats.empty() || repeats == "1" || member(line, "text").find(" times") != std::string::npos
                   ? std::string()
                   : " ×" + repeats,
               "", link_of(line));
  }
  if (!list(i, "evidence").empty()) fmt::print("Evidence:\n");
  for (const Json& e : list(i, "evidence")) {
    const std::string finding = member(e, "finding"), until = member(e, "until");
    fmt::print("  {:<14} {}{}\n", role_of(e), member(e, "text"),
               !finding.empty()                  ? ": " + finding
               : member(e, "state") == "awaited" ? ", until " + until
                                                 : std::string());
  }
}

int explain(const Options& options) {
  const Result<std::uint64_t> id = incident_of(options.incident, "explain");
  if (!id) return fail(id.error());
  const Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  Query query;
  query.what = Query::What::incidents;
  query.where = fmt::format("id={}", *id);
  query.limit = 1;
  const std::atomic<bool> cancelled = false;
  const QueryPage page = engine::run_query(*data, query, cancelled);
  if (!page.error.empty()) return fail(page.error);
  if (page.lines.empty())
    return fail(Error{fmt::format("there is no {}", incident_name(*id)), data->string(),
                      "watchfloor query incidents lists them"});
  if (options.json) {
    fmt::print("{}\n", page.lines.front());
    return kGood;
  }
  const Json json = Json::parse(page.lines.front(), nullptr, false);
  if (!json.is_object()) return fail("the stored incident cannot be read; run watchfloor verify");
  print(json, trail_of(*data, member(json, "rule"), engine::Clock().now()));
  return kGood;
}

}  // namespace

void add_explain(CLI::App& app, Run& run) {
  CLI::App* const command = app.add_subcommand(
      "explain", "Why an incident is one: its events in order, what joined each, what evidence is there or absent");
  const auto options = std::make_shared<Options>();
  add_data_option(*command, options->shared);
  command->add_option("INCIDENT", options->incident, "Its number, like INC-0042")->required();
  command->add_flag("--json", options->json, "The incident as one JSON line");
  command->callback([options, &run] { run = [options] { return explain(*options); }; });
}

}  // namespace wf::cli
