#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "console/backtest/history.hpp"
#include "console/model/command.hpp"

namespace wf::backtest {

/// What people would have done with the candidate's rows. What they did then goes to the row that stands for the one
/// that they had before them; a row that nobody had is handled as people handled rows of its rule so far, or else rows
/// at all. Where nobody has handled any row yet, nobody does here. One thread.
class People {
 public:
  /// Both outlive this: `then` is what happened, `now` what the candidate rules make of it.
  People(const History& then, const History& now) : then_(then), now_(now) {}

  /// A command that was carried out, as the candidate's rows have it; nothing where there is no such row. Call it
  /// before `then` takes what the command changed.
  [[nodiscard]] std::optional<Command> translate(const Command& command) const;
  /// After each record: both histories have taken it. `command`: it was one that was carried out.
  void follow(UtcNs at, bool command);
  /// What is to be done for rows that nobody had, by `at`.
  [[nodiscard]] std::vector<Command> due(UtcNs at);

 private:
  /// Means of what rows took, in ns.
  struct Times {
    std::int64_t waited = 0, worked = 0, rows = 0;
    void add(const Row& row);
  };
  [[nodiscard]] const Times* times_of(const std::string& rule) const;
  /// Rows of the candidate that stand for this one of then.
  [[nodiscard]] std::vector<std::uint64_t> counterparts(std::uint64_t incident) const;
  /// One of the two was opened by a command together with a third.
  [[nodiscard]] bool belongs_elsewhere(std::uint64_t then, std::uint64_t now) const;
  /// Is there an open row of then that this one of the candidate stands for, other than these?
  [[nodiscard]] bool others_stand(const Row& row, const std::vector<std::uint64_t>& but) const;
  /// Will people come to this row by themselves, because they still have its counterpart before them?
  [[nodiscard]] bool people_come(const Row& row, bool acknowledged) const;

  const History& then_;
  const History& now_;
  std::map<std::string, Times> by_rule_;
  Times all_;
  std::set<std::pair<UtcNs, std::uint64_t>> due_;
  /// Rows that a command opened on both sides: of then → the candidate's, and back. Those of then are open.
  std::map<std::uint64_t, std::uint64_t> paired_, paired_with_;
};

}  // namespace wf::backtest
