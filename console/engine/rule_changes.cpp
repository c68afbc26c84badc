#include "console/engine/rule_changes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "console/engine/rule_documents.hpp"

namespace wf::engine {

void RuleChanges::carry_out(const Command& command, const std::string& title,
                            const std::vector<sigma::RuleFile>& base) {
  if (command.action == "restore") {
    all_.erase(command.target);
    return find_next();
  }
  One& one = all_[command.target];
  if (command.action == "off") {
    one.shown.off = true;
    one.shown.until = command.until;
  } else if (command.action == "on") {
    one.shown.off = false;
    one.shown.until = 0;
  } else if (command.action == "text") {
    if (const std::optional<FoundDocument> found = find_document(base, command.target)) {
      one.shown.text = true;
      one.text = command.document;
      one.base = text_of(base, *found);
    }
  }
  one.shown.rule = command.target;
  one.shown.title = title;
  one.shown.by = command.actor;
  one.shown.at = command.time;
  one.shown.reason = command.text;
  if (!one.shown.off && !one.shown.text) all_.erase(command.target);
  find_next();
}

void RuleChanges::find_next() {
  next_ = 0;
  for (const auto& [rule, one] : all_)
    if (one.shown.off && one.shown.until != 0 && (next_ == 0 || one.shown.until < next_)) next_ = one.shown.until;
}

void RuleChanges::end(One one, UtcNs at, std::string why) {
  one.shown.ended = std::move(why);
  one.shown.until = at;
  ended_.insert(ended_.begin(), std::move(one.shown));
  if (ended_.size() > kMostEnded) ended_.pop_back();
}

bool RuleChanges::pass(UtcNs now) {
  if (next_ == 0 || now < next_) return false;
  for (auto it = all_.begin(); it != all_.end();) {
    One& one = it->second;
    if (!one.shown.off || one.shown.until == 0 || now < one.shown.until) {
      ++it;
      continue;
    }
    One over = one;
    over.shown.text = false;
    end(std::move(over), one.shown.until, "its time was over: it is on again");
    one.shown.off = false;
    one.shown.until = 0;
    it = one.shown.text ? std::next(it) : all_.erase(it);
  }
  find_next();
  return true;
}

void RuleChanges::follow(const std::vector<sigma::RuleFile>& base, UtcNs now) {
  for (auto it = all_.begin(); it != all_.end();) {
    One& one = it->second;
    if (!one.shown.text) {
      ++it;
      continue;
    }
    const std::optional<FoundDocument> found = find_document(base, it->first);
    if (found && text_of(base, *found) == one.base) {
      ++it;
      continue;
    }
    One over = one;
    over.shown.off = false;
    end(std::move(over), now, found ? "its file was changed: what the file says judges" : "its file has it no more");
    one.shown.text = false;
    one.text.clear();
    one.base.clear();
    it = one.shown.off ? std::next(it) : all_.erase(it);
  }
}

std::vector<sigma::RuleFile> RuleChanges::over(const std::vector<sigma::RuleFile>& base) const {
  std::vector<sigma::RuleFile> out = base;
  for (const auto& [rule, one] : all_) {
    if (!one.shown.text) continue;
    if (const std::optional<FoundDocument> found = find_document(out, rule)) put_document(out, *found, one.text);
  }
  return out;
}

bool RuleChanges::any_text() const {
  return std::any_of(all_.begin(), all_.end(), [](const auto& one) { return one.second.shown.text; });
}

std::set<std::string> RuleChanges::off() const {
  std::set<std::string> out;
  for (const auto& [rule, one] : all_)
    if (one.shown.off) out.insert(rule);
  return out;
}

const RuleChange* RuleChanges::find(const std::string& rule) const {
  const auto it = all_.find(rule);
  return it == all_.end() ? nullptr : &it->second.shown;
}

std::vector<RuleChange> RuleChanges::shown() const {
  std::vector<RuleChange> out;
  for (const auto& [rule, one] : all_) out.push_back(one.shown);
  out.insert(out.end(), ended_.begin(), ended_.end());
  return out;
}

}  // namespace wf::engine
