#include "console/fusion/sigma/correlate.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace wf::sigma {
namespace {

/// No two times are so far apart that their distance is no number: 1933 to 2116.
UtcNs usable(UtcNs time) { return std::clamp<UtcNs>(time, -(1LL << 60), 1LL << 62); }

Match to_match(const Hit& hit) {
  Match m;
  m.rule = hit.rule;
  m.time = hit.time;
  m.absent = hit.absent;
  // Two parts of a chain may stand on the same event.
  std::unordered_set<std::string_view> seen;
  for (const std::string& id : hit.ids)
    if (seen.insert(id).second) m.event_ids.push_back(id);
  return m;
}

}  // namespace

Correlator::Correlator(const Compiled& rules) : rules_(rules), ids_(std::make_unique<EventIds>()) {
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i) {
    windows_.push_back(Windows::make(rules.correlations[i], *ids_));
    if (rules.correlations[i].type == CorrelationType::absence) absences_.push_back(i);
  }
}

bool Correlator::waiting() const {
  return std::any_of(absences_.begin(), absences_.end(), [&](std::uint32_t i) { return windows_[i]->due() != 0; });
}

/// What the hits complete, and what that completes.
void Correlator::spread(std::vector<Match>& out) {
  for (std::size_t i = 0; i < hits_.size(); ++i) {
    for (const auto& [correlation, base] : rules_.listeners[hits_[i].rule]) {
      Hit completed;
      if (!windows_[correlation]->take(hits_[i], {base, sequence_, now_}, completed)) continue;
      out.push_back(to_match(completed));
      if (!rules_.listeners[completed.rule].empty()) hits_.push_back(std::move(completed));
    }
  }
}

void Correlator::advance(UtcNs now, std::vector<Match>& out) {
  now = usable(now);
  if (now <= now_) return;
  now_ = now;
  for (;;) {  // there are few of them
    Windows* next = nullptr;
    for (const std::uint32_t i : absences_)
      if (const UtcNs due = windows_[i]->due(); due != 0 && due < now && (next == nullptr || due < next->due()))
        next = windows_[i].get();
    if (next == nullptr) return;
    Hit absent;
    if (!next->overdue(now, absent)) continue;
    ++sequence_;
    out.push_back(to_match(absent));
    hits_.clear();
    if (!rules_.listeners[absent.rule].empty()) hits_.push_back(std::move(absent));
    spread(out);
  }
}

void Correlator::take(const Event& event, const std::vector<std::uint32_t>& matched, std::vector<Match>& out) {
  ++sequence_;
  hits_.clear();
  for (const std::uint32_t rule : matched) {
    if (rules_.listeners[rule].empty()) continue;
    Hit& hit = hits_.emplace_back();
    hit.rule = rule;
    hit.event = &event;
    hit.time = usable(event.time);
  }
  if (!hits_.empty()) spread(out);
}

void Correlator::adopt(Correlator& old) {
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; i < old.windows_.size(); ++i) known.emplace(old.rules_.correlations[i].meaning, i);
  ids_ = std::move(old.ids_);
  now_ = old.now_;
  sequence_ = old.sequence_;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const auto it = known.find(rules_.correlations[i].meaning);
    if (it == known.end()) {
      windows_[i] = Windows::make(rules_.correlations[i], *ids_);
      continue;
    }
    windows_[i] = std::move(old.windows_[it->second]);
    windows_[i]->rebind(rules_.correlations[i]);
    known.erase(it);
  }
  for (const std::unique_ptr<Windows>& gone : old.windows_)
    if (gone) gone->clear();
  old.windows_.clear();
  old.absences_.clear();
}

}  // namespace wf::sigma
