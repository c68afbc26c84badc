#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "agents/camera/view.hpp"
#include "agents/kit/spool/attachment_sink.hpp"
#include "proto/event.hpp"

namespace wf::camera {

/// The newest stills of one camera, in memory: those of so many seconds as an event may want, at most kMost and
/// kMostBytes, the oldest go first. They are found by the
/// camera's name as long as this lives, for events of other sources about the same camera. The agent's thread.
class Stills {
 public:
  static constexpr std::size_t kMost = 20, kMostBytes = 3U << 20U;
  /// Beyond what is wanted before and after: an event is told so much after it happened.
  static constexpr std::int64_t kLate = 6 * kSecond;
  /// A still this far from the time that is wanted is not it.
  static constexpr std::int64_t kNear = 2 * kSecond;

  Stills(std::string camera, const View::Stills& wanted);
  ~Stills();
  Stills(const Stills&) = delete;
  Stills& operator=(const Stills&) = delete;
  /// Null: there is none of that name.
  [[nodiscard]] static Stills* of(std::string_view camera);

  /// Of pictures in the order of their time.
  void add(UtcNs time, std::string&& jpeg);
  [[nodiscard]] UtcNs newest() const { return ring_.empty() ? 0 : ring_.back().time; }
  [[nodiscard]] std::size_t size() const { return ring_.size(); }
  [[nodiscard]] const View::Stills& wanted() const { return wanted_; }

  /// What was attached of an event's stills already.
  static constexpr std::size_t kWhich = 3;
  struct Attached {
    std::size_t which = 0;  ///< of before, at and after: so many
    UtcNs last = 0;         ///< when that still was taken; 0: none was
  };
  /// Attaches the stills before, at and after this time, those that there are, each once, and says in each when it was
  /// taken, of which camera, and which of them it is (captioned()). Beyond the rate there are none, and the event says
  /// so. `now` is of the clock of the times. Unless it is to attach `all`, it leaves those for later of which a better
  /// one may come still; `attached` says how far it came.
  void attach(Event& event, UtcNs time, UtcNs now, kit::AttachmentSink& to, Attached& attached, bool all);

 private:
  struct Still {
    UtcNs time = 0;
    std::string jpeg;
  };
  [[nodiscard]] const Still* nearest(UtcNs time) const;
  bool may(UtcNs now);

  std::string camera_;
  View::Stills wanted_;
  std::deque<Still> ring_;
  std::size_t bytes_ = 0;
  std::deque<UtcNs> attached_;  ///< when, of the last minute
};

/// The JPEG with a comment (ITU-T T.81, B.2.4.5) in front: "watchfloor still 1" and lines "time", "camera" and "which"
/// (before, at or after the event).
[[nodiscard]] std::string captioned(const std::string& jpeg, UtcNs time, std::string_view camera,
                                    std::string_view which);

/// To events of other sources about a camera whose stills are kept.
void attach_stills(Event& event, UtcNs now, kit::AttachmentSink* to);

}  // namespace wf::camera
