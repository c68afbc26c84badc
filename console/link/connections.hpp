#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wf::link {

/// A connection that libzmq admitted, as the link knows it.
struct Connection {
  std::uint64_t number = 0;    ///< never used twice
  std::uint64_t admitted = 0;  ///< the number that ZAP's answer gave it
  std::string route;           ///< the ROUTER's id of it: its own, or what the peer asked for; one may come again
  std::string agent;           ///< ZAP's User-Id; on ipc what HELLO said; empty for an invitation
  std::string public_key;      ///< Z85; empty on ipc
  std::string remote;
  bool invited = false;                ///< on an invitation's key: it may enrol, and nothing else
  bool refused = false;                ///< until its next HELLO
  bool flooded = false;                ///< refused for it: no HELLO changes that
  std::uint32_t wire_version = 1;      ///< agreed by HELLO
  std::uint32_t in_flight = 0;         ///< batches taken since its HELLO and not acknowledged
  std::uint32_t pieces = 0;            ///< of attachments, taken and not answered
  std::uint64_t epoch = 0;             ///< of its HELLO
  std::string lease;                   ///< given to it by WELCOME; empty in wire version 1
  std::array<bool, 2> lease_due = {};  ///< to be made durable with the next batch of life safety, and of another lane
  /// It must number anew: due until it was told, then until its next HELLO.
  enum class Renewal : std::uint8_t { none, due, told } renewal = Renewal::none;
  bool superseded = false;  ///< another connection has its agent's numbers
  /// Of each lane, batches that are stored, follow each other and are answered together; count 0: none.
  struct Stored {
    std::uint64_t epoch = 0, first = 0;
    std::uint32_t count = 0;
  };
  std::array<Stored, 3> stored = {};
  std::uint64_t door = 0;    ///< at the Guard; 0: none (ipc), or it has ended
  std::uint32_t window = 0;  ///< as the last WELCOME told it
  std::uint64_t window_bytes = 0;
  std::int64_t heard = 0, sent = 0, refused_at = 0;  ///< CLOCK_MONOTONIC
  bool closing = false;                              ///< ended by the engine: nothing of it is taken any more
  bool left = false;                                 ///< ended; what it sent before may still come
  /// Messages that are no batches: what it may send at once, less what it sent, and when that was counted.
  double patience = 0;
  std::int64_t patience_at = 0;
  /// What Rotation does with it; times are CLOCK_MONOTONIC, 0: not yet.
  struct Keys {
    std::string kept_engine_key, announced_engine_key;    ///< the engine's next one: said by the agent, told to it
    std::string kept_command_key, announced_command_key;  ///< likewise the key of commands
    std::int64_t looked = 0, asked = 0, announced = 0, promoted_at = 0;
  };
  Keys keys = {};
  /// Header and payload of answers that met a full pipe.
  std::vector<std::pair<std::string, std::string>> unsent;
};

/// Its agent, or its address while it has none.
[[nodiscard]] inline const std::string& name_of(const Connection& connection) {
  return connection.agent.empty() ? connection.remote : connection.agent;
}

/// The connections by route and by number. References stay valid until their connection is erased. One thread.
class Connections {
 public:
  /// Null: there is none.
  [[nodiscard]] Connection* find(const std::string& route);
  [[nodiscard]] Connection* find(std::uint64_t number);
  /// Takes it in under a new number.
  Connection& add(Connection connection);
  void erase(std::uint64_t number);
  /// One that is open and not refused belongs to this agent.
  [[nodiscard]] bool any_of(std::string_view agent) const;
  /// The newest connection of this agent that is open and not refused; null: there is none.
  [[nodiscard]] Connection* of_agent(std::string_view agent);
  /// The oldest connection of this agent that was not ended, if there are more than `most`; null: there are not.
  [[nodiscard]] Connection* oldest_beyond(std::string_view agent, std::size_t most);
  [[nodiscard]] Connection* find_door(std::uint64_t door);
  [[nodiscard]] std::vector<std::uint64_t> numbers() const;
  [[nodiscard]] std::size_t size() const { return by_route_.size(); }

 private:
  std::unordered_map<std::string, Connection> by_route_;
  std::unordered_map<std::uint64_t, Connection*> by_number_;
  std::uint64_t last_number_ = 0;
};

}  // namespace wf::link
