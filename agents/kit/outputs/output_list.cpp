#include "agents/kit/outputs/output_list.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::kit {
namespace {

constexpr std::array<std::string_view, 5> kActions{"unlock", "lock", "release", "sounder_on", "sounder_off"};
constexpr std::size_t kMostWords = 32;
constexpr std::uint32_t kMostSeconds = 24 * 3600;

class OutputReader : YamlReader {
 public:
  using YamlReader::YamlReader;

  OutputSpec read(const YAML::Node& node) {
    OutputSpec out;
    out.where = at_line(file_, node.Mark());
    if (!node.IsMap()) {
      problem(node, "an output must be a mapping", "give it device, actions and run");
      return out;
    }
    only_keys(node, {"device", "actions", "run", "undo", "through", "to", "ends_itself", "timeout", "max_seconds",
                     "entry_only", "fail_safe_egress", "emergency_exit", "confirm"});
    text(node, "device", out.device);
    if (out.device.empty()) problem(node, "this output has no device", "add 'device:' as the site calls it");
    texts(node, "actions", out.actions);
    check_actions(node, out);
    texts(node, "run", out.run);
    texts(node, "undo", out.undo);
    text(node, "through", out.through);
    target(node["to"], out);
    if (out.run.empty() && out.through.empty())
      problem(node, "this output does nothing",
              "add 'run:' with a program and its arguments, or 'through:' with the name of a source");
    if (!out.through.empty() && !(out.run.empty() && out.undo.empty()))
      problem(node["through"], "an output is driven by a source or by programs",
              "remove 'through', or 'run' and 'undo'");
    check_program(node["run"], out.run);
    check_program(node["undo"], out.undo);
    flag(node, "ends_itself", out.ends_itself);
    if (out.ends_itself && !out.undo.empty())
      problem(node["ends_itself"], "an output that ends by itself needs no 'undo'", "remove one of the two");
    duration(node, "timeout", 100 * kMillisecond, 30 * kSecond, out.timeout);
    number(node, "max_seconds", 1, kMostSeconds, out.max_seconds);
    flag(node, "entry_only", out.entry_only);
    flag(node, "fail_safe_egress", out.fail_safe_egress);
    flag(node, "emergency_exit", out.emergency_exit);
    if (std::any_of(out.actions.begin(), out.actions.end(), locks)) check_lock(node, out);
    confirm(node["confirm"], out);
    return out;
  }

 private:
  void target(const YAML::Node& node, OutputSpec& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) return problem(node, "'to' must be a mapping", "write to: {what: which}");
    for (const auto& entry : node) {
      if (entry.first.IsScalar() && entry.second.IsScalar())
        out.to.emplace(entry.first.Scalar(), entry.second.Scalar());
      else
        problem(entry.first, "'to' takes words", "write to: {what: which}");
    }
  }

  void check_actions(const YAML::Node& node, const OutputSpec& out) {
    if (out.actions.empty())
      problem(node, "this output has no actions",
              "add 'actions:' with some of unlock, lock, release, sounder_on, "
              "sounder_off");
    for (const std::string& action : out.actions)
      if (std::find(kActions.begin(), kActions.end(), action) == kActions.end())
        problem(node["actions"], "'" + action + "' is no action",
                "they are unlock, lock, release, sounder_on and sounder_off");
  }

  void check_program(const YAML::Node& node, const std::vector<std::string>& words) {
    if (words.empty()) return;
    if (!words.front().starts_with("/"))
      problem(node, "'" + words.front() + "' is no absolute path", "name the program by its whole path; no shell runs");
    if (words.size() > kMostWords)
      problem(node, "more than " + std::to_string(kMostWords) + " words", "put them into a program of your own");
  }

  void check_lock(const YAML::Node& node, const OutputSpec& out) {
    if (out.emergency_exit)
      problem(node, "an emergency exit is never locked", "remove 'lock' from its actions");
    else if (!out.entry_only || !out.fail_safe_egress)
      problem(node, "a lock must leave the way out free",
              "if it bars the way in only and the way out needs no power, say 'entry_only: true' and "
              "'fail_safe_egress: true'; else remove 'lock' from its actions");
  }

  void confirm(const YAML::Node& node, OutputSpec& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap())
      return problem(node, "'confirm' must be a mapping", "write confirm: {kind: door.opened, within: 10s}");
    only_keys(node, {"kind", "device", "within"});
    text(node, "kind", out.confirm.kind);
    text(node, "device", out.confirm.device);
    duration(node, "within", 100 * kMillisecond, 5 * kMinute, out.confirm.within);
    if (find_kind(out.confirm.kind) == nullptr)
      problem(node, "'" + out.confirm.kind + "' is no kind of event",
              "did you mean '" + nearest_kind(out.confirm.kind) + "'?");
    if (out.confirm.device.empty()) out.confirm.device = out.device;
  }
};

}  // namespace

bool door_action(std::string_view action) { return !action.starts_with("sounder_"); }
bool locks(std::string_view action) { return action == "lock"; }
bool may_end(std::string_view action) { return action == "unlock" || action == "lock" || action == "sounder_on"; }

std::vector<OutputSpec> read_outputs(const YAML::Node& node, const std::string& file, std::vector<Error>& problems) {
  std::vector<OutputSpec> out;
  if (!node || node.IsNull()) return out;
  if (!node.IsSequence()) {
    problems.push_back({"'outputs' must be a list", at_line(file, node.Mark()), "begin each entry with '- '"});
    return out;
  }
  OutputReader reader(file, problems);
  for (const YAML::Node& one : node) out.push_back(reader.read(one));
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> exits;
  for (const OutputSpec& spec : out)
    if (spec.emergency_exit) exits.insert(spec.device);
  for (const OutputSpec& spec : out)
    for (const std::string& action : spec.actions) {
      if (!seen.emplace(spec.device, action).second)
        problems.push_back(
            {"'" + action + "' of " + spec.device + " comes twice", spec.where, "remove one of the two"});
      if (locks(action) && !spec.emergency_exit && exits.contains(spec.device))
        problems.push_back({"an emergency exit is never locked", spec.where, "remove 'lock' from its actions"});
    }
  return out;
}

std::vector<Error> check_outputs(const std::vector<OutputSpec>& outputs) {
  std::vector<Error> out;
  for (const OutputSpec& spec : outputs)
    for (const std::vector<std::string>* words : {&spec.run, &spec.undo})
      if (!words->empty() && ::access(words->front().c_str(), X_OK) != 0)
        out.push_back({"'" + words->front() + "' cannot be run", spec.where, "check that it exists and its mode"});
  return out;
}

std::vector<OfferedOutput> offered(const std::vector<OutputSpec>& outputs) {
  std::vector<OfferedOutput> out;
  for (const OutputSpec& spec : outputs) out.push_back({spec.device, spec.actions, spec.max_seconds});
  return out;
}

}  // namespace wf::kit
