#include "console/ui/annunciator.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace wf::ui {
namespace {

constexpr float kFirst = 0.55F;  ///< of the volume, when a call begins
/// Less than this is not waited for: a sum of seconds rarely hits a moment exactly.
constexpr double kSoon = 1e-3;
constexpr float kOnceMedium = 0.6F, kOnceLow = 0.45F;

double period(Priority p) { return p == Priority::critical ? Annunciator::kEveryCritical : Annunciator::kEveryHigh; }

}  // namespace

void Annunciator::take(const std::shared_ptr<const Snapshot>& snapshot) {
  const Snapshot& s = *snapshot;
  const bool changed = standing_.update(snapshot);
  if (changed) {
    critical_ = high_ = life_safety_ = false;
    for (const std::uint64_t id : standing_.gone()) calls_.erase(id);
    for (const Standing::Row& r : standing_.rows()) {
      const bool calls = r.waits && !r.shelved;
      const Priority rank = r.life_safety ? Priority::critical : r.priority;
      if (calls) {
        critical_ = critical_ || rank == Priority::critical;
        high_ = high_ || rank == Priority::high;
        life_safety_ = life_safety_ || r.life_safety;
      }
      // An incident that is the same object as before calls as it did before.
      if (!r.changed) continue;
      if (!calls) {
        calls_.erase(r.id);
        continue;
      }
      const std::string& to = r.incident->escalated_to;
      const Call call{r.respond_by, to.empty() ? 0 : std::hash<std::string>()(to)};
      const auto [known, first] = calls_.try_emplace(r.id, call);
      if (!first && known->second == call) continue;
      known->second = call;
      // What stood before this console was opened and sounds only once has sounded.
      if (rank < Priority::high && (!started_ || (s.flood && rank == Priority::low))) continue;
      fresh_ = fresh_ ? std::max(*fresh_, rank) : rank;
      fresh_safety_ = fresh_safety_ || r.life_safety;
    }
  }
  started_ = started_ || s.version != 0 || !s.incidents.empty();
}

std::optional<Priority> Annunciator::repeated(bool muted) const {
  if (muted) return life_safety_ ? std::optional(Priority::critical) : std::nullopt;
  return critical_ ? std::optional(Priority::critical) : high_ ? std::optional(Priority::high) : std::nullopt;
}

Annunciator::Step Annunciator::step(const std::shared_ptr<const Snapshot>& snapshot, double now) {
  if (snapshot != standing_.snapshot()) take(snapshot);
  Step out;
  const double mute = mute_left(now);
  const auto wake = [&](double in) {
    if (out.next_in < 0 || in < out.next_in) out.next_in = in;
  };
  if (mute > 0) wake(mute);
  const std::optional<Priority> top = repeated(mute > 0);
  if (!top || (sounded_ && *sounded_ > *top)) {
    out.hush = sounded_.has_value();
    sounded_.reset();
  }
  if (!top)
    began_ = -1;
  else if (began_ < 0)
    began_ = now;

  // What sounds once and came while it was muted stays silent; what repeats sounds when the mute ends.
  const bool fresh = fresh_ && (mute <= 0 || fresh_safety_);
  if (mute > 0 && !fresh_safety_) fresh_.reset();

  if (top) {
    const double gap = now - sounded_at_;
    const bool calls = fresh && *fresh_ >= *top;
    const double due = !sounded_ || *sounded_ < *top ? 0 : calls ? kAtOnce : period(*top);
    // A lower tone that plays gives way at once; its own kind is let finish.
    if (gap >= due - kSoon) {
      const double rise = std::clamp((now - began_) / kRises, 0.0, 1.0);
      out.play = Sound{*top, kFirst + (1 - kFirst) * static_cast<float>(rise)};
      out.hush = false;
    } else {
      wake(due - gap);
    }
    if (out.play) {
      sounded_ = top;
      sounded_at_ = now;
      fresh_.reset();
      fresh_safety_ = false;
      wake(period(*top));
    } else if (!calls) {
      fresh_.reset();  // something higher sounds already
      fresh_safety_ = false;
    }
    return out;
  }
  if (fresh) {
    if (now - sounded_at_ >= kAtOnce - kSoon) {
      out.play = Sound{*fresh_, *fresh_ == Priority::medium ? kOnceMedium : kOnceLow};
      out.hush = false;
      sounded_at_ = now;
      fresh_.reset();
      fresh_safety_ = false;
    } else {
      wake(kAtOnce - (now - sounded_at_));
    }
  }
  return out;
}

void Annunciator::mute(double now, double lasts) { muted_until_ = now + std::clamp(lasts, 0.0, kLongestMute); }

double Annunciator::mute_left(double now) const {
  const double left = muted_until_ - now;
  return left < kSoon ? 0 : std::min(left, kLongestMute);
}

SoundState Annunciator::state(double now) const {
  SoundState out;
  out.calling = critical_ || high_;
  out.life_safety = life_safety_;
  out.mute_left = mute_left(now);
  return out;
}

}  // namespace wf::ui
