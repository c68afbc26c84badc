#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/time.hpp"

namespace wf {

struct Estate;

/// How far somebody is who was sent to an incident. One is under way to an incident at a time: whoever is sent after
/// them takes their place. Whom it is about stands in Incident::dispatched_to.
struct Dispatch {
  enum class Step : std::uint8_t {
    sent,      ///< asked; nobody has said that they know of it
    received,  ///< they know of it
    en_route,
    arrived,
    cleared  ///< they looked, and said what they found
  };
  static constexpr std::size_t kSteps = 5;
  struct Reached {
    UtcNs time = 0;     ///< engine clock; 0: not reached, or passed over
    std::string actor;  ///< who said so
    bool operator==(const Reached&) const = default;
  };
  std::array<Reached, kSteps> steps;  ///< by Step
  UtcNs due = 0;                      ///< engine clock until when the next step is expected; 0: for none
  bool overdue = false;               ///< it was not reached until then, and the log says so
  std::string found;                  ///< cleared: what was found

  /// Nobody was sent.
  [[nodiscard]] bool none() const { return steps[0].time == 0; }
  /// The furthest. Precondition: not none().
  [[nodiscard]] Step step() const {
    std::size_t last = kSteps - 1;
    while (last > 0 && steps[last].time == 0) --last;
    return static_cast<Step>(last);
  }
  /// Somebody is on it: sent, and not done.
  [[nodiscard]] bool active() const { return !none() && step() != Step::cleared; }
  [[nodiscard]] const Reached& at(Step which) const { return steps[static_cast<std::size_t>(which)]; }
  [[nodiscard]] Reached& at(Step which) { return steps[static_cast<std::size_t>(which)]; }
  bool operator==(const Dispatch&) const = default;
};
/// What the person who was sent has done: "not received", "received", "en route", "on scene", "cleared".
[[nodiscard]] std::string_view name_of(Dispatch::Step step);
/// What they have not done, to be said of one who is late: "has not received it", "is not on the way"…
[[nodiscard]] std::string_view words_of_overdue(Dispatch::Step reached);

/// A guard's post: a seat that shows its guard what they are sent to.
struct GuardPost {
  std::string user, role;
  std::string name;  ///< of the post ("Gate 3"); empty: it goes by its user
  std::string seat;  ///< the machine, for people
  bool operator==(const GuardPost&) const = default;
};

/// The name of a post for people: its own, else its user's.
[[nodiscard]] std::string name_of_post(const GuardPost& post, const Estate& estate);

/// The name of a user for people: that of the directory's person with that account, else the user.
[[nodiscard]] std::string name_of_user(std::string_view user, const Estate& estate);

/// Was `to`, somebody who was dispatched, this user, or whoever is at this post? By the user's or the post's name, or
/// the name of the person with that account in the directory; letters' case is ignored. A post that bears the name of
/// another person of the directory is nobody's.
[[nodiscard]] bool sent_to(std::string_view to, std::string_view user, std::string_view post, const Estate& estate);

}  // namespace wf
