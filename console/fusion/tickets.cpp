#include "console/fusion/tickets.hpp"

#include <algorithm>

#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

void begin_patrols(Ticket& t, UtcNs now, const Policy& policy) {
  t.patrol = t.vital ? policy.tickets.patrol_vital : policy.tickets.patrol;
  t.patrol_due = t.patrol == 0 ? 0 : now + t.patrol;
}

UtcNs target_of(const Ticket& t, UtcNs now, const Policy& policy) {
  return now + (t.vital ? policy.tickets.target_vital : policy.tickets.target);
}

}  // namespace

void Tickets::say(Ticket& t, UtcNs now, std::string actor, std::string text) {
  ++version_;
  // The beginning says why it is there.
  if (t.log.size() >= Ticket::kMostLog) t.log.erase(t.log.begin() + 1);
  t.log.push_back({now, std::move(actor), std::move(text)});
}

bool Tickets::is_fault(std::string_view condition) {
  const std::string_view what = condition.substr(0, condition.find(' '));
  return what == "tamper" || what == "fault" || what == "power" || what == "picture" || what == "offline" ||
         what == "lost" || what == "silent" || what == "silence";
}

void Tickets::wait(const std::string& key, Fault& fault, UtcNs due) {
  if (fault.due != 0) timers_.erase({fault.due, key});
  fault.due = due;
  if (due != 0) timers_.emplace(due, key);
}

void Tickets::begins(const std::string& condition, Subject subject, UtcNs time, UtcNs now, const Policy& policy) {
  if (policy.tickets.after == 0 || !is_fault(condition)) return;
  const auto known = faults_.find(condition);
  if (known != faults_.end()) {
    // It ended later than this: the word of its beginning comes late.
    if (known->second.stands || time < known->second.changed) return;
  } else if (faults_.size() >= kMostFaults) {
    std::erase_if(faults_, [](const auto& f) { return !f.second.stands; });
    if (faults_.size() >= kMostFaults) return;
  }
  Fault& fault = faults_[condition];
  fault.subject = std::move(subject);
  fault.since = fault.changed = time;
  fault.stands = true;
  wait(condition, fault, now + policy.tickets.after);
}

bool Tickets::any_stands(const std::string& device) const {
  return std::any_of(faults_.begin(), faults_.end(),
                     [&](const auto& f) { return f.second.stands && f.second.subject.device == device; });
}

bool Tickets::ends(const std::string& condition, UtcNs time, UtcNs now) {
  const auto it = faults_.find(condition);
  if (it == faults_.end() || !it->second.stands || time < it->second.changed) return false;
  wait(condition, it->second, 0);
  it->second.stands = false;
  it->second.changed = time;
  const std::string device = it->second.subject.device;
  const auto at = at_.find(device);
  if (at == at_.end() || any_stands(device)) return false;
  Ticket& ticket = all_.at(at->second);
  // What a person reported is over when a person says so.
  if (ticket.why == Ticket::Why::reported) return false;
  close(ticket, "Engine", "It works again", now);
  return true;
}

void Tickets::heard(const std::string& device, UtcNs time, UtcNs now) {
  if (ends("silence " + device, time, now)) return;
  const auto at = at_.find(device);
  if (at == at_.end()) return;
  Ticket& ticket = all_.at(at->second);
  if (ticket.why != Ticket::Why::test_failed || time < ticket.since || any_stands(device)) return;
  close(ticket, "Engine", "It was heard of again", now);
}

std::uint64_t Tickets::open(const Subject& s, const std::string& reason, UtcNs time, UtcNs now,
                            const std::string& actor, const Policy& policy) {
  if (const auto at = at_.find(s.device); at != at_.end()) {
    Ticket& ticket = all_.at(at->second);
    if (ticket.what == reason) return ticket.id;
    say(ticket, now, actor, "Also: " + reason);
    return ticket.id;
  }
  // It broke again: the same ticket, so that one sees how often.
  for (auto it = all_.rbegin(); it != all_.rend(); ++it) {
    Ticket& ticket = it->second;
    if (ticket.device != s.device || ticket.agent != s.agent || now - ticket.closed > policy.repeat_window) continue;
    ticket.state = Ticket::State::open;
    ticket.why = s.why;
    ticket.what = reason;
    ticket.closed = 0;
    ticket.overdue = false;
    ticket.since = time;
    ticket.opened = now;
    ++ticket.times;
    ticket.target = target_of(ticket, now, policy);
    begin_patrols(ticket, now, policy);
    at_[s.device] = ticket.id;
    say(ticket, now, actor, "Again: " + reason);
    return ticket.id;
  }
  if (at_.size() >= kMostOpen) return 0;
  Ticket& ticket = all_[next_];
  ticket.id = next_++;
  ticket.why = s.why;
  ticket.device = s.device;
  ticket.agent = s.agent;
  ticket.name = s.name;
  ticket.site_id = s.site_id;
  ticket.unit_id = s.unit_id;
  ticket.place = s.place;
  ticket.what = reason;
  ticket.owner = policy.tickets.owner;
  ticket.vital = s.vital;
  ticket.since = time;
  ticket.opened = now;
  ticket.target = target_of(ticket, now, policy);
  begin_patrols(ticket, now, policy);
  at_[s.device] = ticket.id;
  say(ticket, now, actor,
      reason + "; to be mended by " + ticket.owner +
          (ticket.patrol == 0 ? std::string() : ", somebody walks past every " + span_in_words(ticket.patrol)));
  return ticket.id;
}

Ticket* Tickets::find(std::uint64_t id) {
  const auto it = all_.find(id);
  return it == all_.end() ? nullptr : &it->second;
}

void Tickets::take(Ticket& ticket, const std::string& owner, UtcNs now) {
  ticket.owner = owner;
  ticket.state = Ticket::State::taken;
  say(ticket, now, owner, "Taken");
}

void Tickets::patrolled(Ticket& ticket, const std::string& actor, UtcNs now) {
  ++ticket.patrols;
  if (ticket.patrol != 0) ticket.patrol_due = now + ticket.patrol;
  say(ticket, now, actor, "Walked past");
}

void Tickets::close(Ticket& ticket, const std::string& actor, const std::string& why, UtcNs now) {
  ticket.state = Ticket::State::closed;
  ticket.closed = now;
  ticket.patrol_due = 0;
  at_.erase(ticket.device);
  say(ticket, now, actor, why);
  forget_old(now);
}

void Tickets::tickets_due(UtcNs now) {
  for (const auto& [device, id] : at_) {
    Ticket& ticket = all_.at(id);
    if (!ticket.overdue && now >= ticket.target) {
      ticket.overdue = true;
      say(ticket, now, "Engine", "Overdue");
    }
    if (ticket.patrol_due != 0 && now >= ticket.patrol_due) {
      // One line, however many were missed while nothing ran.
      const auto missed = static_cast<std::uint32_t>((now - ticket.patrol_due) / ticket.patrol + 1);
      ticket.patrols_missed += missed;
      ticket.patrol_due += missed * ticket.patrol;
      say(ticket, now, "Engine",
          missed == 1 ? "Nobody walked past" : "Nobody walked past " + std::to_string(missed) + " times");
    }
  }
}

UtcNs Tickets::next_look() const {
  const auto sooner = [](UtcNs& next, UtcNs at) {
    if (at != 0) next = next == 0 ? at : std::min(next, at);
  };
  if (looked_ != version_) {
    looked_ = version_;
    look_ = 0;
    for (const auto& [device, id] : at_) {
      const Ticket& ticket = all_.at(id);
      if (!ticket.overdue) sooner(look_, ticket.target);
      sooner(look_, ticket.patrol_due);
    }
  }
  UtcNs next = look_;
  sooner(next, next_due());
  return next;
}

void Tickets::forget_old(UtcNs now) {
  std::vector<std::pair<UtcNs, std::uint64_t>> closed;
  for (const auto& [id, ticket] : all_)
    if (!ticket.open_still()) closed.emplace_back(ticket.closed, id);
  std::sort(closed.begin(), closed.end());
  for (std::size_t i = 0; i < closed.size(); ++i)
    if (now - closed[i].first > kKeepClosed || closed.size() - i > kMostClosed) all_.erase(closed[i].second);
}

std::vector<Ticket> Tickets::all() const {
  std::vector<Ticket> out;
  out.reserve(all_.size());
  for (const auto& [id, ticket] : all_) out.push_back(ticket);
  std::stable_sort(out.begin(), out.end(), [](const Ticket& a, const Ticket& b) {
    if (a.open_still() != b.open_still()) return a.open_still();
    return a.open_still() ? a.target < b.target : a.closed > b.closed;
  });
  return out;
}

}  // namespace wf::fusion
