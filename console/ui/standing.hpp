#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/model/snapshot.hpp"

namespace wf::ui {

/// The site, level and unit of an incident, as far as the estate knows them.
struct IncidentPlace {
  const Site* site = nullptr;
  const Level* level = nullptr;
  const Unit* unit = nullptr;
};
[[nodiscard]] IncidentPlace place_of(const Estate& estate, const Incident& incident);

/// What is counted, ordered and called for by, of every incident of a snapshot, side by side in its order. Of ten
/// thousand incidents a few change from one snapshot to the next, and only these are looked into: the rest is copied.
/// One thread.
class Standing {
 public:
  struct Row {
    std::uint64_t id = 0;
    const Incident* incident = nullptr;  ///< lives as long as snapshot()
    IncidentPlace place;                 ///< in the snapshot's estate
    UtcNs respond_by = 0, shelved_until = 0;
    Priority priority = Priority::low;
    std::uint8_t domains = 0;  ///< a bit each, by Domain
    bool open = false, shelved = false, waits = false, life_safety = false, drill = false;
    bool owned = false, mine = false;
    bool stands_out = false;               ///< as stands_out(Incident)
    bool works = false, inhibits = false;  ///< it is announced work; it keeps others back
    bool changed = false;                  ///< not the object that the snapshot before had of it
  };

  /// Takes a snapshot; the same one again changes nothing. True: some row is another than before, or is gone or new.
  bool update(const std::shared_ptr<const Snapshot>& snapshot);

  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  /// Where a row is; −1: no incident of that id is there.
  [[nodiscard]] int index_of(std::uint64_t id) const { return find(rows_, id); }
  [[nodiscard]] const Incident* incident(std::uint64_t id) const {
    const int at = index_of(id);
    return at < 0 ? nullptr : rows_[static_cast<std::size_t>(at)].incident;
  }
  /// Those that the snapshot before had and this one has not.
  [[nodiscard]] const std::vector<std::uint64_t>& gone() const { return gone_; }
  /// Goes up when update() said true.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  [[nodiscard]] Row look_at(const Incident& incident) const;
  /// Where `rows`, which slots_ was made of, has it.
  [[nodiscard]] int find(const std::vector<Row>& rows, std::uint64_t id) const;
  void index();

  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Row> rows_, before_;
  std::vector<std::uint64_t> gone_;
  std::vector<std::uint32_t> slots_;  ///< open addressing by id; one more than the row's place, 0: free
  std::uint64_t version_ = 0;
};

}  // namespace wf::ui
