#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

struct Policy;

/// The condition that an event begins ("open D-231": the door stands open), or empty: what it tells is over at once.
/// A drill's conditions are others than reality's.
[[nodiscard]] std::string condition_of(const Event& event, const Facts& facts);
/// The conditions that an event ends: a door closed again, a camera back, a point normal.
[[nodiscard]] std::vector<std::string> conditions_ended(const Event& event, const Facts& facts);
/// False for nearly every event, at no cost.
[[nodiscard]] bool ends_conditions(std::string_view kind);

/// What stands, by condition, and how restlessly it came and went. Event times, so that order of arrival matters
/// little. Bounded: beyond kMost the condition that was touched longest ago is forgotten; then a person has to say
/// that it is over.
class Conditions {
 public:
  static constexpr std::size_t kMost = 20'000;

  struct Begun {
    bool anew = false;        ///< it was normal before
    bool chattering = false;  ///< Policy::chatter_times activations within Policy::chatter_within
    bool fleeting = false;    ///< as many in a row were over within Policy::fleeting
    bool newly = false;       ///< it was not restless before
    std::int64_t gap = 0;     ///< anew: since it ended; 0: it never did
    [[nodiscard]] bool damped() const { return chattering || fleeting; }
  };
  /// An alert was made of it.
  Begun begin(const std::string& key, UtcNs time, UtcNs now, const Policy& policy);

  struct Ended {
    bool known = false;      ///< it stood
    bool fleeting = false;   ///< for less than Policy::fleeting
    std::int64_t stood = 0;  ///< how long
  };
  Ended end(const std::string& key, UtcNs time, const Policy& policy);

  /// One that is not known any more is taken to stand.
  [[nodiscard]] bool stands(const std::string& key) const;
  [[nodiscard]] bool chatters(const std::string& key) const;
  /// Fleeting, so often in a row that it is damped.
  [[nodiscard]] bool flits(const std::string& key) const;
  /// A damped activation that goes on is an alarm after all.
  void stands_long_at(const std::string& key, UtcNs due);

  /// Those whose time has come: no activation for Policy::chatter_calm, or damped and still standing.
  struct Due {
    std::string key;
    bool calm = false, stands = false;
  };
  [[nodiscard]] std::vector<Due> due(UtcNs now, const Policy& policy);
  /// When `due` has something next; 0: nothing runs.
  [[nodiscard]] UtcNs next_due() const { return timers_.empty() ? 0 : std::get<UtcNs>(*timers_.begin()); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  static constexpr std::size_t kTimes = 16;  ///< activations remembered; the most that a policy can ask for
  struct Condition {
    bool stands = false, chattering = false, fleeting = false;
    UtcNs changed = 0;               ///< event time
    UtcNs last = 0;                  ///< engine clock of the newest activation
    UtcNs calm_at = 0, long_at = 0;  ///< timers; 0: none
    std::array<UtcNs, kTimes> times{};
    std::uint32_t begun = 0, fleeting_in_row = 0;
    std::uint64_t touched = 0;
  };
  Condition& touch(const std::string& key);
  enum class Timer : std::uint8_t { calm, stands };
  void timer(const std::string& key, Timer which, UtcNs& at, UtcNs due);

  std::map<std::string, Condition> all_;
  std::set<std::pair<std::uint64_t, std::string>> order_;
  std::set<std::tuple<UtcNs, std::string, Timer>> timers_;
  std::uint64_t next_ = 1;
};

}  // namespace wf::fusion
