#include "console/engine/rule_commands.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "console/engine/rule_documents.hpp"
#include "console/fusion/words.hpp"

namespace wf::engine {
namespace {

using fusion::one_line;

const sigma::RuleInfo* info_of(const RulesInForce& rules, const std::string& id) {
  const std::vector<sigma::RuleInfo>& infos = rules.rules->rules();
  const auto at = std::find_if(infos.begin(), infos.end(), [&](const sigma::RuleInfo& one) { return one.id == id; });
  return at == infos.end() ? nullptr : &*at;
}

std::shared_ptr<const RulesInForce> with(const RulesInForce& now, RuleChanges changes) {
  RuleParts parts;
  parts.base = now.base;
  parts.changes = std::move(changes);
  parts.always_off = now.always_off;
  parts.roles = now.roles;
  sigma::LoadReport report;
  return rules_in_force(std::move(parts), &now, report);
}

/// "line: what; what to do" of a problem that begins with the path of the changed text.
RuleCheck::Problem problem_of(const std::string& problem, const std::string& path) {
  if (!problem.starts_with(path + ":")) return {0, problem};
  const std::string rest = problem.substr(path.size() + 1);
  const std::size_t end = rest.find(": ");
  if (end == std::string::npos) return {0, rest};
  return {path_and_line(path + ":" + rest.substr(0, end)).second, rest.substr(end + 2)};
}

struct Tried {
  RuleCheck check;
  std::shared_ptr<const RulesInForce> rules;  ///< with it; null: it was not tried
};

/// The rules with another text of one, and what is wrong with them that was not before.
Tried try_text(const RulesInForce& now, const Command& command, const std::string& title) {
  Tried out;
  const auto refuse = [&](std::uint32_t line, std::string text) {
    out.check.problems.push_back({line, std::move(text)});
    return std::move(out);
  };
  const std::string& text = command.document;
  if (text.size() > RuleDetail::kMostText)
    return refuse(0, "it is longer than " + std::to_string(RuleDetail::kMostText >> 10U) +
                         " KiB; put it into a file and load that");
  const std::optional<FoundDocument> found = find_document(*now.base, command.target);
  if (!found) return refuse(0, "its place in the files is not found; give it a line `id:` of its own there");
  const std::vector<sigma::DocumentText> documents = rules_of(text);
  if (documents.empty()) return refuse(1, "there is no rule in it; to be without the rule, switch it off");
  if (documents.size() > 1)
    return refuse(documents[1].line, "a second document begins here; change one rule at a time");
  RuleChanges changes = now.changes;
  changes.carry_out(command, title, *now.base);
  out.rules = with(now, std::move(changes));
  const std::string path = changed_path((*now.base)[found->file].path);
  const std::set<std::string> before(now.problems.begin(), now.problems.end());
  for (const std::string& problem : out.rules->problems)
    if (!before.contains(problem)) out.check.problems.push_back(problem_of(problem, path));
  if (!out.check.problems.empty()) return out;
  const sigma::RuleInfo* const info = info_of(*out.rules, command.target);
  if (info == nullptr || path_and_line(info->file).first != path)
    return refuse(0, "it is no rule with the id " + command.target + "; keep the id, and leave filters to their files");
  out.check.title = info->title;
  out.check.level = info->level;
  out.check.informational = info->informational;
  out.check.life_safety = info->life_safety;
  const sigma::RuleInfo* const as_it_is = info_of(now, command.target);
  if (as_it_is != nullptr && as_it_is->life_safety && !info->life_safety)
    return refuse(0, "it is life safety and stays so; keep the tag watchfloor.life-safety");
  return out;
}

std::string role_of(const Command& command) {
  return command.role.empty() ? std::string("of nobody") : one_line(command.role, 40);
}

}  // namespace

RuleOutcome change_rule(const RulesInForce& now, const Command& command) {
  RuleOutcome out;
  const auto refuse = [&](std::string why) {
    out.message = std::move(why);
    return std::move(out);
  };
  if (command.id.empty()) return refuse("The command has no id");
  if (command.actor.empty()) return refuse("Nobody is signed in");
  if (!fusion::is_among(now.roles, command.role))
    return refuse("The role " + role_of(command) + " may not change rules");
  const sigma::RuleInfo* const info = info_of(now, command.target);
  const RuleChange* const change = now.changes.find(command.target);
  if (info == nullptr && change == nullptr) return refuse("No rule " + one_line(command.target, 80) + " is loaded");
  const std::string title = info != nullptr ? info->title : change->title;
  const std::string name = "“" + one_line(title, 120) + "”";
  if (change == nullptr && now.changes.size() >= RuleChanges::kMostChanges)
    return refuse("500 rules are changed here already; put some of it into files");
  if (command.action == "off") {
    if (info == nullptr) return refuse(name + " is not loaded");
    if (info->life_safety) return refuse(name + " is life safety and cannot be switched off here");
    if (command.text.empty()) return refuse("Switching a rule off needs a reason");
    if (command.until != 0 && command.until <= command.time) return refuse("That time is over");
    out.message = name + " is off" + (command.until == 0 ? "" : " until its time is over");
  } else if (command.action == "on") {
    if (change == nullptr || !change->off) return refuse(name + " is not off");
    out.message = name + " is on again";
  } else if (command.action == "restore") {
    if (change == nullptr) return refuse(name + " is as its file says already");
    out.message = name + " is as its file says again";
  } else if (command.action == "text") {
    if (command.text.empty()) return refuse("Another text needs a reason");
    const std::optional<FoundDocument> found = find_document(*now.files, command.target);
    if (found && text_sum(text_of(*now.files, *found)) != command.basis)
      return refuse(name + " was changed after what you saw; look again");
    Tried tried = try_text(now, command, title);
    if (!tried.check.problems.empty()) {
      const RuleCheck::Problem& first = tried.check.problems.front();
      return refuse("Not put in force: " +
                    (first.line == 0 ? std::string() : "line " + std::to_string(first.line) + ": ") + first.text);
    }
    out.accepted = true;
    out.message = name + " judges with its new text";
    out.rules = std::move(tried.rules);
    return out;
  } else {
    return refuse("A rule is switched off or on, has another text, or is restored");
  }
  RuleChanges changes = now.changes;
  changes.carry_out(command, title, *now.base);
  std::shared_ptr<const RulesInForce> rules = with(now, std::move(changes));
  // Another rule may have come to stand on the text that goes.
  const std::set<std::string> before(now.problems.begin(), now.problems.end());
  for (const std::string& problem : rules->problems)
    if (!before.contains(problem) && command.action == "restore") out.message += "; but " + one_line(problem, 300);
  out.accepted = true;
  out.rules = std::move(rules);
  return out;
}

RuleCheck check_text(const RulesInForce& now, const std::string& id, const std::string& text) {
  Command command;
  command.action = "text";
  command.target = id;
  command.document = text;
  return try_text(now, command, id).check;
}

}  // namespace wf::engine
