#pragma once
#include <map>
#include <string>
#include <vector>

#include "console/store/ledger.hpp"
#include "proto/time.hpp"

namespace wf::store {

/// What one lane's agent said will never come: disjoint ranges, each with the reason and time of its declaration.
/// Numbers that are stored too are not taken out: who asks leaves them out, so that a range that was filled after
/// all closes by itself.
class GivenUpRanges {
 public:
  struct Row {
    std::uint64_t last = 0;
    UtcNs time = 0;
    std::string reason;
    bool operator==(const Row&) const = default;
  };
  /// Separate ranges kept of a lane. An honest agent gives up its oldest events, range by range, and ranges that
  /// touch and have one reason are one row.
  static constexpr std::size_t kMostRows = 65'536;

  /// What the declaration of a range adds: the rows to write, each replacing the one with its first number. Empty:
  /// all of it was given up or stored before. Changes nothing.
  [[nodiscard]] std::map<std::uint64_t, Row> added(Range range, const RangeSet& stored, UtcNs time,
                                                   const std::string& reason) const;
  /// Takes rows that added() gave, or that were read from the database.
  void put(std::uint64_t first, Row row);

  [[nodiscard]] const RangeSet& set() const { return set_; }
  [[nodiscard]] const std::map<std::uint64_t, Row>& rows() const { return rows_; }

 private:
  std::map<std::uint64_t, Row> rows_;  ///< by first number
  RangeSet set_;                       ///< the same, merged
};

using GivenUpLedger = std::map<LaneKey, GivenUpRanges>;

/// How one lane's numbers stand: what is neither stored nor given up below the highest that is, and what is given
/// up and was not stored after all.
struct LaneStanding {
  std::vector<Range> gaps;
  struct Given {
    Range range;
    UtcNs time = 0;
    std::string reason;
  };
  std::vector<Given> given_up;
};
[[nodiscard]] LaneStanding standing_of(const RangeSet& stored, const GivenUpRanges& given_up);

}  // namespace wf::store
