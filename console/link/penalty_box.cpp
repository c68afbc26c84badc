#include "console/link/penalty_box.hpp"

#include <algorithm>

namespace wf::link {
namespace {

constexpr std::int64_t kGrowth = 4;

}  // namespace

std::optional<PenaltyBox::Penalty> PenaltyBox::strike(const std::string& who, std::int64_t mono) {
  if (left(who, mono) > 0) return std::nullopt;
  if (!known_.contains(who)) make_room(mono);
  Known& known = known_[who];
  if (known.times == 0 || mono - known.until >= kForgiven) known = {};
  known.lasts = known.times == 0 ? first_ : std::min(known.lasts * kGrowth, std::max(kLongest, first_));
  known.until = mono + known.lasts;
  ++known.times;
  return Penalty{known.lasts, known.times};
}

std::int64_t PenaltyBox::left(const std::string& who, std::int64_t mono) const {
  const auto known = known_.find(who);
  return known == known_.end() ? 0 : std::max<std::int64_t>(known->second.until - mono, 0);
}

void PenaltyBox::make_room(std::int64_t mono) {
  if (known_.size() < kMost) return;
  std::erase_if(known_, [&](const auto& entry) { return mono - entry.second.until >= kForgiven; });
  if (known_.size() < kMost) return;
  known_.erase(std::min_element(known_.begin(), known_.end(),
                                [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

}  // namespace wf::link
