#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/incident.hpp"
#include "proto/time.hpp"

namespace wf {

/// How alarms went, by week: of all desks, each desk and each rule. Drills, maintenance and tests are in none of it.
/// By the numbers of ISA-18.2 and EEMUA 191, which come from process plants.
struct AlarmFigures {
  /// Spans in which things are counted; the last count of an array is what took longer than all of them.
  static constexpr std::array<std::int64_t, 12> kWithin{5 * kSecond,  10 * kSecond, 20 * kSecond, 30 * kSecond,
                                                        kMinute,      2 * kMinute,  5 * kMinute,  10 * kMinute,
                                                        20 * kMinute, kHour,        4 * kHour,    kDay};
  struct Spans {
    std::array<std::uint32_t, kWithin.size() + 1> counts{};
    void add(std::int64_t span);
    [[nodiscard]] std::uint32_t total() const;
    void add(const Spans& other);
    /// How many took at most that long; `span` is one of kWithin.
    [[nodiscard]] std::uint32_t within(std::int64_t span) const;
    /// The shortest of kWithin that so many percent kept to; 0: there are none, or it takes longer than a day.
    [[nodiscard]] std::int64_t percentile(std::uint32_t percent) const;
    bool operator==(const Spans&) const = default;
  };

  /// Of one rule, one desk, one person, or of all.
  struct Part {
    std::string id, name;
    std::uint32_t calls = 0;                                ///< alarms, those that called again too
    std::uint32_t rows = 0;                                 ///< incidents that opened; a desk has none of its own
    std::uint32_t repeats = 0;                              ///< alerts that were counted in a row instead of calling
    std::array<std::uint32_t, 4> priorities{};              ///< of the calls, by Priority
    Spans acknowledged, acknowledged_high;                  ///< from the call on; of high and critical ones
    std::uint32_t in_target = 0;                            ///< of the acknowledged: within the response target
    std::uint32_t missed = 0, escalated = 0;                ///< targets missed; steps of escalation taken
    std::uint32_t chattering = 0, fleeting = 0, stale = 0;  ///< how often something became so
    std::array<std::uint32_t, 8> causes{};                  ///< of the resolved, by Cause
    std::int64_t operator_time = 0;  ///< from acknowledgement to resolution, at most kMostWork a row
    static constexpr std::int64_t kMostWork = 30 * kMinute;
    Spans over;         ///< how long what it is about stood
    Spans back;         ///< how soon it was there again
    std::string point;  ///< where most calls came from, and how many
    std::uint32_t of_point = 0;

    /// Resolved with a cause that says what it was.
    [[nodiscard]] std::uint32_t judged() const;
    /// Of those, true alarms in percent; -1: none was judged.
    [[nodiscard]] int precision() const;
    /// Counts what another of the same rule or desk counted in another week; `point` stays the one with more calls.
    void add(const Part& other);
    bool operator==(const Part&) const = default;
  };

  /// One of a week's worst, and what would help, from its own figures.
  struct Worst {
    std::string rule, name;
    std::uint32_t calls = 0;
    std::int64_t minutes = 0;  ///< of operators, for what was no true alarm: a minute a call, and the work after it
    std::string fix;
    bool operator==(const Worst&) const = default;
  };

  struct Week {
    UtcNs begins = 0;          ///< Monday, 00:00 by the first site's clock
    std::int64_t counted = 0;  ///< how much of it was counted; engine clock
    std::int64_t flood_time = 0;
    std::uint32_t floods = 0;
    std::uint32_t most = 0;  ///< alarms in ten minutes, at the worst
    std::uint32_t desks_on_duty = 1;
    Part all;
    std::vector<Part> rules;   ///< the costliest first; in a snapshot at most kMostShown
    std::vector<Part> desks;   ///< by name
    std::vector<Part> people;  ///< only where an agreement allows it
    std::vector<Worst> worst;  ///< at most ten
    static constexpr std::size_t kMostShown = 100;
    bool operator==(const Week&) const = default;
    /// Alarms in ten minutes at each desk on duty, on average.
    [[nodiscard]] double rate() const;
    [[nodiscard]] double flood_percent() const;
  };
  std::vector<Week> weeks;  ///< the running one first, then those before it
  std::uint32_t stale_now = 0, chattering_now = 0, fleeting_now = 0;
  /// As a snapshot has it: of each week kMostShown rules.
  [[nodiscard]] AlarmFigures shown() const;
  bool operator==(const AlarmFigures&) const = default;
};

}  // namespace wf
