#include "agents/kit/link/engine_choice.hpp"

#include <algorithm>

namespace wf::kit {

std::int64_t EngineChoice::spread(std::int64_t wait) {
  return wait / 2 +
         static_cast<std::int64_t>(static_cast<double>(wait) * std::uniform_real_distribution<double>(0, 1)(random_));
}

std::int64_t EngineChoice::failed(std::int64_t now, bool urgent, std::int64_t least_wait) {
  if (connected_ || since_ < 0) since_ = now;
  const bool lost = connected_ || staying_;
  staying_ = lost && now - since_ < kStay && least_wait == 0;
  connected_ = false;
  look_at_ = kNever;
  const auto round = std::min<std::uint32_t>(failures_ / static_cast<std::uint32_t>(engines_), 10);
  ++failures_;
  if (!staying_) current_ = (current_ + 1) % engines_;
  const std::int64_t longest = now - since_ < kSoon ? kSoonWait : urgent ? kUrgentWait : kLongestWait;
  return now + spread(std::max(std::min(kFirstWait << round, longest), least_wait));
}

void EngineChoice::welcomed(std::int64_t now) {
  failures_ = 0;
  connected_ = true;
  staying_ = false;
  look_ = 0;
  look_at_ = current_ == 0 ? kNever : now + spread(kLook);
}

std::size_t EngineChoice::look(std::int64_t now) {
  look_at_ = now + spread(kLook);
  return look_++ % std::max<std::size_t>(current_, 1);
}

}  // namespace wf::kit
