#include "console/link/credits.hpp"

#include <algorithm>

namespace wf::link {
namespace {

constexpr std::uint64_t kLeastShare = 256U << 10U, kMostShare = 8U << 20U;
/// Bytes of the largest batches that agents make as a rule.
constexpr std::uint64_t kUsualBatch = 256U << 10U;
constexpr std::uint64_t kLeastWindow = 4;

}  // namespace

std::uint64_t Credits::window_bytes(std::size_t agents) const {
  return std::clamp<std::uint64_t>(budget_ / 4 / std::max<std::size_t>(agents, 1), kLeastShare, kMostShare);
}

std::uint32_t Credits::window(std::uint64_t window_bytes, bool told_bytes) const {
  if (told_bytes) return window_;
  return std::min(window_, static_cast<std::uint32_t>(std::max(window_bytes / kUsualBatch, kLeastWindow)));
}

Credits::Verdict Credits::take(const BatchOrigin& origin, std::size_t bytes, std::uint64_t connection,
                               std::uint32_t window, std::uint64_t window_bytes) {
  Account& account = accounts_[origin.agent];
  std::size_t own = 0, own_bytes = 0;
  bool urgent = origin.lane == 0;  // the connection's only one
  for (const Outstanding& batch : account.batches)
    if (batch.connection == connection) {
      ++own;
      own_bytes += batch.bytes;
      urgent = urgent && batch.lane != 0;
    }
  if (own >= window) return Verdict::batches;
  if (own > 0 && !urgent && own_bytes + bytes > window_bytes) return Verdict::bytes;
  if (account.batches.size() >= 2 * static_cast<std::size_t>(window) ||
      (!account.batches.empty() && account.bytes + bytes > 2 * window_bytes + 2 * kMaxSentBytes))
    return Verdict::earlier;
  account.batches.push_back({origin.epoch, origin.first_sequence, connection, bytes, origin.lane});
  account.bytes += bytes;
  return Verdict::good;
}

std::vector<Credits::Outstanding>::const_iterator Credits::Account::find(const BatchOrigin& origin) const {
  return std::find_if(batches.begin(), batches.end(), [&](const Outstanding& b) {
    return b.epoch == origin.epoch && b.first == origin.first_sequence && b.lane == origin.lane;
  });
}

void Credits::give_back(const BatchOrigin& origin) {
  const auto account = accounts_.find(origin.agent);
  if (account == accounts_.end()) return;
  const auto found = account->second.find(origin);
  if (found == account->second.batches.end()) return;
  account->second.bytes -= found->bytes;
  account->second.batches.erase(found);
}

std::size_t Credits::bytes_of(const BatchOrigin& origin) const {
  const auto account = accounts_.find(origin.agent);
  if (account == accounts_.end()) return 0;
  const auto found = account->second.find(origin);
  return found == account->second.batches.end() ? 0 : found->bytes;
}

void Credits::begin_anew(const std::string& agent, std::uint64_t connection) {
  const auto account = accounts_.find(agent);
  if (account == accounts_.end()) return;
  for (Outstanding& batch : account->second.batches)
    if (batch.connection == connection) batch.connection = 0;
}

std::size_t Credits::bytes_of(const std::string& agent) const {
  const auto account = accounts_.find(agent);
  return account == accounts_.end() ? 0 : account->second.bytes;
}

}  // namespace wf::link
