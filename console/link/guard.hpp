#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "console/link/crowds.hpp"
#include "console/link/fact.hpp"

namespace wf::link {

/// Limits of what peers may cost the engine in connections and in memory inside libzmq.
struct GuardLimits {
  std::size_t connections = 1024;  ///< in all
  std::size_t unspoken = 256;      ///< that have said nothing yet
  std::int64_t speak_within_ns = 5'000'000'000;
  std::uint64_t unspoken_bytes = 128U << 10U;  ///< that one may send before its first message was understood
  std::uint64_t held_bytes = 12U << 20U;       ///< of one, inside libzmq: more than a window and a batch
  /// Of all of them, as memory counts it (Guard::cost).
  std::uint64_t all_held_bytes = 64U << 20U;
};

/// What the kernel knows of the connections of the link's socket, and the means to end one: libzmq 4.3 names no peer
/// at the end of its connection, ends none on request, and keeps without bound what a peer sends as one message.
///
/// It holds a descriptor of its own (dup) of each connection, so that a number that was closed and given anew is never
/// taken for the old one, and so that the kernel still says after libzmq closed its own whether the peer left or
/// libzmq dropped it. What libzmq holds of a connection is what TCP received (TCP_INFO), less what is unread and what
/// was taken by recv. Only tcp connections get in. One thread, the link's; the monitor's events come in libzmq's order.
class Guard {
 public:
  struct Says {
    std::function<void(Fact)> fact;
    /// A connection ended, or was ended.
    std::function<void(std::uint64_t door)> ended;
    /// It was ended, or ended, because of what it sent: too much, or too much at once.
    std::function<void(std::uint64_t door)> flooded = {};
    /// From there too many connections come to nothing: let few of them in. All crowds of now.
    std::function<void(const std::vector<Origin>& crowds)> crowds = {};
  };
  Guard(GuardLimits limits, Says says);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Call watch() after at most so long.
  [[nodiscard]] long wait_ms() const;

  // What the socket's monitor tells.
  void accepted(int descriptor, std::int64_t mono);
  /// The connection whose end is told next did not get through its handshake, or broke the protocol.
  void failed() { failed_ = true; }
  void disconnected(int descriptor, std::int64_t mono);

  /// A number for a connection that ZAP judges now; all that the monitor has told must have been told here before.
  [[nodiscard]] std::uint64_t next_number() { return ++counter_; }
  /// A connection from there is in its handshake and will not get through it, since ZAP said "later": that is no fact.
  void expect_failure(const std::string& address, std::int64_t mono);
  /// The door of a connection by the descriptor and the number in its messages' metadata; 0: it has ended.
  [[nodiscard]] std::uint64_t door(int descriptor, std::uint64_t number) const;

  /// Its first message was understood: it belongs to this agent (or, with an empty name, to an invited one).
  void spoke(std::uint64_t door, const std::string& agent);
  /// recv gave a message of frames with so many bytes on the wire.
  void took(std::uint64_t door, std::uint64_t wire_bytes);
  /// Ends it. What it sent before may still come.
  void close(std::uint64_t door);

  /// Looks at what libzmq holds; at most every ten milliseconds.
  void watch(std::int64_t mono);
  /// Ends those that have said nothing for too long; call it a few times a second.
  void tick(std::int64_t mono);

  [[nodiscard]] std::size_t connections() const { return by_door_.size(); }
  [[nodiscard]] std::size_t unspoken() const { return unspoken_; }
  /// What libzmq held in memory, at most, when it was last looked at.
  [[nodiscard]] std::uint64_t held() const { return held_; }

  /// What so many bytes on the wire may take in memory. Nobody sees from outside of how many frames they are, and one
  /// of 36 bytes on the wire takes 160 (64 of its own, and what it is read into), so all but little is counted as
  /// those.
  [[nodiscard]] static std::uint64_t cost(std::uint64_t wire_bytes);
  /// Bytes of a frame of `size` under CURVE on the wire (ZMTP 3.1 and RFC 26).
  [[nodiscard]] static std::uint64_t on_wire(std::uint64_t size);

 private:
  struct Entry {
    std::uint64_t door = 0;
    int descriptor = -1;  ///< libzmq's
    int own = -1;         ///< a dup of it
    std::string address, port, agent;
    std::int64_t since = 0, ended = 0;    ///< CLOCK_MONOTONIC; 0: it has not
    bool broke = false, dropped = false;  ///< how it ended
    bool spoken = false, closing = false, hot = false;
    std::uint64_t received = 0, taken = 0, held = 0, cost = 0;
  };

  [[nodiscard]] std::int64_t wait_all() const;
  void look(Entry& entry);
  void say_end(const Entry& entry);
  [[nodiscard]] bool expected(const Entry& entry);
  void end(Entry& entry, Topic topic, const std::string& what);
  void remove(std::uint64_t door, std::int64_t mono);
  /// A connection that said nothing has ended.
  void count_failure(const std::string& address, std::int64_t mono);
  void make_room(const Entry& newest);
  [[nodiscard]] static std::string name_of(const Entry& entry);
  [[nodiscard]] Entry* find(std::uint64_t door);

  const GuardLimits limits_;
  const Says says_;
  std::uint64_t counter_ = 0;
  bool failed_ = false;
  std::unordered_map<std::uint64_t, Entry> by_door_;
  std::unordered_map<int, std::uint64_t> by_descriptor_;
  std::unordered_set<int> gone_;  ///< accepted by libzmq, and ended before this was looked at
  std::deque<std::pair<std::string, std::int64_t>> expected_;  ///< addresses of failing handshakes, and when they came
  std::deque<std::uint64_t> leaving_;                          ///< ended; removed once their last messages were read
  std::vector<std::uint64_t> hot_;                             ///< to be looked at more often
  Crowds crowds_;
  std::size_t unspoken_ = 0;
  std::uint64_t held_ = 0;
  std::int64_t looked_at_all_ = 0, looked_at_hot_ = 0;
};

}  // namespace wf::link
