#include "agents/access/osdp/panel.hpp"

#include <algorithm>
#include <utility>

#include "agents/kit/clock.hpp"

namespace wf::access::osdp {
namespace {

/// Between two parts of one frame: adapters hand bytes on in lumps of 16 ms and more.
constexpr std::int64_t kPartIn = 100 * kMillisecond;
constexpr std::int64_t kLookEvery = kSecond;

}  // namespace

Panel::Panel(PanelOptions options, PanelObserver& observer)
    : baud_(std::max<std::uint32_t>(options.baud, 300)), random_(std::move(options.random)) {
  for (const PeripheralOptions& one : options.readers) readers_.emplace_back(one, readers_.size(), random_, observer);
}

std::int64_t Panel::duration(std::size_t bytes) const {
  return static_cast<std::int64_t>(bytes) * 10 * kSecond / baud_;  // with start and stop bit
}

void Panel::receive(Bytes bytes, std::int64_t now) {
  if (bytes.empty()) return;
  while (!bytes.empty()) {
    const std::size_t taken = line_.push(bytes);
    if (taken == 0) line_.reset();
    bytes = bytes.subspan(taken);
    while (const std::optional<Frame> frame = line_.next()) take(*frame, now);
  }
  if (waits_for_ != kNone && line_.partial()) deadline_ = std::min(latest_, std::max(deadline_, now + kPartIn));
  quiet_until_ = std::max(quiet_until_, now + duration(2));
}

void Panel::take(const Frame& frame, std::int64_t now) {
  if (!frame.reply) {
    const bool echo =
        !ours_.empty() && std::equal(frame.whole.begin(), frame.whole.end(), ours_.begin() + 1, ours_.end());
    if (!echo) ++foreign_;
    return;
  }
  if (waits_for_ != kNone && readers_[waits_for_].options().address == frame.address) {
    if (readers_[waits_for_].answer(frame, now)) {
      waits_for_ = kNone;
      broken_before_ = line_.broken();
      ++answers_;
    }
    return;
  }
  for (Peripheral& reader : readers_)
    if (reader.options().address == frame.address) reader.stray();
}

std::int64_t Panel::due_of(const Peripheral& reader) const {
  return reader.absent() ? std::max(reader.due(), look_again_) : reader.due();
}

// Who has waited longest; of equals who comes after the one that was spoken to last.
std::size_t Panel::choose(std::int64_t now) const {
  std::size_t best = kNone;
  for (std::size_t i = 1; i <= readers_.size(); ++i) {
    const std::size_t at = (last_ + i) % readers_.size();
    if (due_of(readers_[at]) > now) continue;
    if (best == kNone || readers_[at].due() < readers_[best].due()) best = at;
  }
  return best;
}

Bytes Panel::next(std::int64_t now) {
  if (!started_) {
    started_ = true;
    for (Peripheral& reader : readers_) reader.start(now);
  }
  if (waits_for_ != kNone) {
    if (now < deadline_) return {};
    line_.reset();
    Peripheral& silent = readers_[waits_for_];
    silent.silence(now, line_.broken() != broken_before_);
    broken_before_ = line_.broken();
    if (silent.absent()) look_again_ = now + kLookEvery;
    waits_for_ = kNone;
  }
  if (now < quiet_until_) return {};
  const std::size_t chosen = choose(now);
  if (chosen == kNone) return {};
  line_.reset();
  ours_ = readers_[chosen].next(now);
  if (ours_.empty()) return {};
  broken_before_ = line_.broken();
  waits_for_ = last_ = chosen;
  const std::int64_t sent = now + duration(ours_.size());
  deadline_ = sent + readers_[chosen].patience();
  latest_ = deadline_ + duration(kLargestFrame);
  return ours_;
}

std::int64_t Panel::next_wake() const {
  if (!started_) return 0;
  if (waits_for_ != kNone) return deadline_;
  std::int64_t wake = kit::kNever;
  for (const Peripheral& reader : readers_) wake = std::min(wake, due_of(reader));
  return std::max(wake, quiet_until_);
}

}  // namespace wf::access::osdp
