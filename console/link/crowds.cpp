#include "console/link/crowds.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace wf::link {

std::optional<Origin> origin_of(const std::string& address) {
  Origin out;
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
    out.words[0] = ntohl(four.s_addr);
    return out;
  }
  in6_addr six{};
  // A zone ("%eth0") is no part of it.
  if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &six) != 1) return std::nullopt;
  std::array<std::uint32_t, 4> words{};
  std::memcpy(words.data(), &six, sizeof six);
  out.six = !IN6_IS_ADDR_V4MAPPED(&six);
  if (out.six)
    out.words = {ntohl(words[0]), ntohl(words[1])};
  else
    out.words = {ntohl(words[3]), 0};
  return out;
}

void Crowds::forgive(Known& known, std::int64_t mono) const {
  const double seconds = static_cast<double>(mono - known.at) / kSecond;
  known.failures = std::max(0.0, known.failures - seconds * static_cast<double>(kEachSecond * known.shares));
  known.at = mono;
}

bool Crowds::failed(const std::string& address, const std::function<std::size_t()>& agents, std::int64_t mono) {
  const std::optional<Origin> origin = origin_of(address);
  if (!origin || (!known_.contains(*origin) && known_.size() >= kMostKnown)) return false;
  Known& known = known_[*origin];
  forgive(known, mono);
  known.failures += 1;
  if (!known.crowd && known.failures > static_cast<double>(kAtOnce))
    known.shares = 1 + std::min<std::int64_t>(static_cast<std::int64_t>(agents()), kMostShares - 1);
  // No more than twice, or who was a crowd for long would stay one for as long.
  const auto most = static_cast<double>(2 * kAtOnce * known.shares);
  known.failures = std::min(known.failures, most);
  if (known.crowd || known.failures <= most / 2 || crowds_ >= kMostCrowds) return false;
  ++crowds_;
  return known.crowd = changed_ = true;
}

bool Crowds::look(std::int64_t mono) {
  for (auto& [origin, known] : known_) {
    forgive(known, mono);
    if (!known.crowd || known.failures > static_cast<double>(kAtOnce * known.shares) / 2) continue;
    known.crowd = false;
    --crowds_;
    changed_ = true;
  }
  std::erase_if(known_, [](const auto& entry) { return entry.second.failures == 0; });
  return std::exchange(changed_, false);
}

std::vector<Origin> Crowds::crowds() const {
  std::vector<Origin> out;
  for (const auto& [origin, known] : known_)
    if (known.crowd) out.push_back(origin);
  return out;
}

}  // namespace wf::link
