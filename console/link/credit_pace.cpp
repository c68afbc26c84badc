#include "console/link/credit_pace.hpp"

#include <algorithm>
#include <utility>

#include "console/link/line.hpp"

namespace wf::link {
namespace {

/// What an agent brought counts for so long at most.
constexpr std::int64_t kMostLevel = 2 * CreditPace::kLittle;
/// Accounts of agents that said nothing for long are thrown away beyond so many.
constexpr std::size_t kMostAccounts = 1024;

std::int64_t cost(std::size_t bytes) { return static_cast<std::int64_t>(bytes) + CreditPace::kMessage; }

std::int64_t duration(std::int64_t bytes, std::int64_t rate) {
  return static_cast<std::int64_t>(static_cast<double>(bytes) / static_cast<double>(rate) * kSecond);
}

}  // namespace

void CreditPace::Bucket::run(std::int64_t rate, std::int64_t mono) {
  const double gone = static_cast<double>(mono - at) / kSecond * static_cast<double>(rate);
  level = gone >= static_cast<double>(level) ? 0 : level - static_cast<std::int64_t>(gone);
  at = mono;
}

void CreditPace::came(const BatchOrigin& origin, std::size_t bytes, std::int64_t mono) {
  Account& account = accounts_[origin.agent];
  account.all.run(kLittle, mono);
  account.all.level = std::min(account.all.level + cost(bytes), kMostLevel);
  // One that is made to wait brings little for that reason alone.
  const bool much = account.all.level > kAtOnce || waits(origin.agent);
  if (much) account.much = mono;
  const bool light = !much && (account.much == 0 || mono - account.much > kRemembered);
  const bool was = std::exchange(account.spoke, light ? mono : 0) != 0;
  if (light)
    light_until_ = std::max(light_until_, mono + kRemembered);
  else if (was)
    look_for_light(mono);  // it was perhaps the only one
}

void CreditPace::look_for_light(std::int64_t mono) {
  light_until_ = 0;
  for (const auto& [agent, account] : accounts_)
    if (account.spoke != 0) light_until_ = std::max(light_until_, account.spoke + kRemembered);
  if (accounts_.size() > kMostAccounts)
    std::erase_if(accounts_, [&](const auto& entry) { return mono - entry.second.all.at > kRemembered; });
}

bool CreditPace::hold(const Acknowledgement& done, std::size_t bytes, std::int64_t mono) {
  const auto found = accounts_.find(done.origin.agent);
  if (found == accounts_.end() || !crowded(mono)) return false;
  Account& account = found->second;
  account.all.run(kLittle, mono);
  if (account.all.level <= kAtOnce && !waits(done.origin.agent)) return false;
  if (done.origin.lane == 0) {
    account.urgent.run(kUrgent, mono);
    if (account.urgent.level == 0 || account.urgent.level + cost(bytes) <= kUrgentAtOnce) {
      account.urgent.level += cost(bytes);
      return false;
    }
  }
  account.much = mono;
  held_.push(line_of(done.origin), static_cast<std::size_t>(cost(bytes)), {done, cost(bytes)});
  return true;
}

bool CreditPace::waits(const std::string& agent) const {
  return held_.bytes_of(agent) > 0 || held_.bytes_of(agent + kUrgentLine) > 0;
}

std::int64_t CreditPace::wait(std::int64_t mono) const {
  return crowded(mono) ? std::max<std::int64_t>(paid_at_ - mono, 0) : 0;
}

bool CreditPace::next(Acknowledgement& out, std::int64_t mono) {
  Held held;
  if (held_.empty() || wait(mono) > 0) return false;
  const auto first = [](const std::string& line, std::size_t) { return urgent(line); };
  if (!held_.pop(held, first) && !held_.pop(held)) return false;
  if (const auto found = accounts_.find(held.done.origin.agent); found != accounts_.end()) found->second.much = mono;
  paid_at_ = std::max(paid_at_, mono - kSlack) + duration(held.cost, kRate);
  out = std::move(held.done);
  return true;
}

}  // namespace wf::link
