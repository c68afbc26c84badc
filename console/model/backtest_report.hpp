#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/incident.hpp"
#include "proto/time.hpp"

namespace wf {

/// What candidate rules would have made of what happened. The same log, rules and times give the same report.
struct BacktestReport {
  /// The wall of one side, in the time that was asked for.
  struct Wall {
    std::uint64_t rows = 0;
    std::uint64_t calls = 0;                     ///< a row's first call and each further one
    std::array<std::uint64_t, 4> by_priority{};  ///< rows, indexed by Priority
    std::uint64_t left_open = 0;                 ///< rows that nobody resolved
    double minutes = 0;                          ///< of operators' work
    bool operator==(const Wall&) const = default;
  };
  /// A row that is on one side only, or that is weaker on the candidate's.
  struct NamedRow {
    std::uint64_t id = 0;
    std::string rule_id, rule_title, title;
    Priority priority = Priority::low;
    bool life_safety = false;
    UtcNs opened = 0;
    Cause cause = Cause::none;
    std::uint64_t other = 0;  ///< the candidate's row about the same, or of the same thing at the time; 0: none
    std::string note = {};    ///< of a weaker one: how
    bool operator==(const NamedRow&) const = default;
  };
  /// What one rule names on both sides.
  struct RuleLine {
    std::string id, title;
    std::uint64_t then = 0, candidate = 0;  ///< rows that it gave their title
    std::uint64_t lost = 0, gained = 0;
    std::uint64_t confirmed = 0;  ///< of `then`: resolved as true
    std::uint64_t unfounded = 0;  ///< of `then`: false or nuisance
    std::uint64_t missed = 0;     ///< of `lost`: resolved as true
    double minutes_then = 0, minutes_candidate = 0;
    double minutes_a_row = 0;  ///< mean of what people took for its rows then; 0: nobody worked on one
    bool operator==(const RuleLine&) const = default;
  };

  UtcNs from = 0, to = 0;  ///< engine clock: rows that opened in [from, to)
  std::uint64_t records = 0, events = 0, commands = 0;
  std::uint64_t commands_without_row = 0;  ///< of people, about rows that the candidate does not have
  std::uint64_t handled_for_nobody = 0;    ///< candidate's rows handled as people handle others
  Wall then, candidate;
  std::uint64_t kept_then = 0, kept_candidate = 0;  ///< rows that the other side has too
  std::vector<NamedRow> lost, gained;               ///< by id
  std::uint64_t confirmed = 0;                      ///< rows then that were resolved as true
  std::vector<NamedRow> missed;                     ///< of `lost`: resolved as true; `other`: who looks there sees it
  std::vector<NamedRow> weaker;                     ///< confirmed and kept, but less urgent or more than a minute later
  std::vector<RuleLine> rules;                      ///< by id
  double minutes_a_row = 0;                         ///< where its rule says nothing
  bool minutes_assumed = false;                     ///< nobody worked on a row then, so that is the default
  /// Where rules of then stay beside the candidate's: what is not judged for it, a rule that it replaces, say. A line
  /// each.
  std::vector<std::string> left_out;
  std::string problem;  ///< a record of the log that cannot be used; empty: none

  [[nodiscard]] double days() const { return static_cast<double>(to - from) / static_cast<double>(kDay); }
  bool operator==(const BacktestReport&) const = default;
};

}  // namespace wf
