#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "agents/audit/audit_record.hpp"

namespace wf::audit {

/// The records of one audit event, in the order in which the log has them.
struct AuditEvent {
  AuditId id;
  std::vector<AuditRecord> records;
  std::size_t left_out = 0;  ///< records beyond kAuditEventBytes, which were not kept
};

inline constexpr std::size_t kAuditEventBytes = 128U << 10U;    ///< of one event's records as the log has them
inline constexpr std::size_t kAuditPendingBytes = 256U << 10U;  ///< of all events that are not complete
inline constexpr std::size_t kAuditPending = 64;                ///< events that are not complete
inline constexpr std::uint64_t kAuditSpan = 512;                ///< records between an event's first and its completion
inline constexpr std::int64_t kAuditPatience = 2 * kSecond;
inline constexpr std::int64_t kAuditPathPatience = 30 * kSecond;

/// Joins records of a log, in which those of several events may be interleaved, into events. An event is complete
///  - with its EOE or PROCTITLE record, where that is not its first, or with its only one: what programs say themselves
///  (USER_LOGIN, CRED_ACQ,
///    SERVICE_START, DAEMON_START…) is one record each;
///  - when a record comes that is kAuditPatience younger by the log's own time, or kAuditPathPatience where the call
///    names more files (items) than PATH records came: what was written out of order still belongs to it;
///  - when nothing more of it came for kAuditPatience of this machine's time (`flush_older`);
///  - when kAuditSpan records were read since its first one, or memory is short: the oldest goes.
/// What still comes of an event that was complete is an event of its own.
/// position() names what must be read again so that nothing is lost and nothing is said twice.
class AuditJoin {
 public:
  /// Begins anew behind a saved position(): `where` is what the log's reader goes on from. False: it cannot be read.
  [[nodiscard]] bool resume(std::string_view position, std::string& where);
  /// Takes a record that stands behind `before` (the log reader's position) and takes `size` bytes there. Complete
  /// events are appended.
  void take(AuditRecord&& record, std::size_t size, const std::string& before, std::int64_t mono,
            std::vector<AuditEvent>& out);
  /// Appends the events of which nothing came since `mono` - kAuditPatience; all with `end`.
  void flush_older(std::int64_t mono, bool end, std::vector<AuditEvent>& out);
  /// When flush_older() will have something to do; kNever if nothing is pending.
  [[nodiscard]] std::int64_t next_wake() const;
  /// `here` is the log reader's position behind the last record.
  [[nodiscard]] std::string position(const std::string& here) const;
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  struct Key {
    UtcNs time = 0;
    std::uint64_t serial = 0, node = 0;
    bool operator==(const Key&) const = default;
  };
  struct Pending {
    Key key;
    AuditEvent event;
    std::string before;        ///< position of the log's reader before its first record
    std::uint64_t first = 0;   ///< number of that record
    std::int64_t touched = 0;  ///< when its last record was read
    std::size_t bytes = 0;
    std::uint64_t items = 0, paths = 0;  ///< files that the call names; PATH records that came
  };
  /// An event that was handed over while an older one was not.
  struct Done {
    Key key;
    std::uint64_t last = 0;  ///< number of its last record
  };

  static Key key_of(const AuditId& id);
  void finish(std::size_t index, std::vector<AuditEvent>& out);

  std::vector<Pending> pending_;  ///< by first record
  std::vector<Done> done_;
  std::vector<Key> skip_;  ///< handed over before the restart, from a place that is read again; gone once that is read
  std::uint64_t number_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace wf::audit
