#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/access/dc09_config.hpp"
#include "agents/access/panel_event.hpp"
#include "agents/kit/clock.hpp"
#include "proto/event.hpp"

namespace wf::access {

/// What became of one message.
struct Dc09Answer {
  std::string bytes;             ///< to send; empty: nothing is answered
  bool when_durable = false;     ///< not before the events that were made so far are on the agent's disk
  std::optional<Error> refused;  ///< it could not be used, and why
};

/// A receiver of ANSI/SIA DC-09 without its sockets: takes messages, says what to answer and which events they are.
/// Knows for each account the last messages (so that one that is sent again is answered and not reported twice), the
/// partitions' state, and when it was heard. One thread.
class Dc09Receiver {
 public:
  Dc09Receiver(Dc09Config config, Dc09Keys keys, Random random);

  /// Supervision of every account begins now.
  void start(std::string_view position, const kit::Moment& moment);
  /// One frame's body, whose length and CRC were right. `peer` is the address that it came from.
  [[nodiscard]] Dc09Answer take(std::string_view body, bool binary_crc, const std::string& peer,
                                const kit::Moment& moment, std::vector<Event>& out);
  /// Panels that are late.
  void supervise(const kit::Moment& moment, std::vector<Event>& out);
  /// CLOCK_MONOTONIC of the next panel that would be late, or of what is still to be said.
  [[nodiscard]] std::int64_t next_wake() const;
  /// What must survive a crash together with the events: the last messages, the partitions' state, who is late.
  [[nodiscard]] const std::string& position() const;

  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
  [[nodiscard]] const Dc09Config& config() const { return config_; }

 private:
  /// Messages of an account that are known again.
  static constexpr std::size_t kRemembered = 4;
  /// One event of each reason this often, with the number of those that were not said.
  static constexpr std::int64_t kRefusedEvery = kMinute;

  struct Remembered {
    std::string sequence;
    std::uint64_t hash = 0;
    UtcNs at = 0;
    bool understood = true;
  };
  struct State {
    std::vector<Remembered> recent;  ///< oldest first
    ArmState armed;
    bool late = false;
    bool clock_wrong = false;
    std::int64_t heard = 0;  ///< CLOCK_MONOTONIC
  };
  enum Refusal : std::uint8_t { unknown_account, wrong_key, in_clear };
  struct Refused {
    std::int64_t said = kit::kNever;  ///< CLOCK_MONOTONIC; kNever: not yet
    std::uint64_t unsaid = 0;
    std::string account, peer;  ///< of the last
  };

  [[nodiscard]] const PanelAccount* find(std::string_view account) const;
  [[nodiscard]] const Dc09Key* key_of(const std::string& account) const;
  /// `account`: whose key seals it; null, of one that is not known, needs none.
  [[nodiscard]] Dc09Answer reply(const Dc09Frame& to, const char* id, const PanelAccount* account,
                                 const kit::Moment& moment) const;
  [[nodiscard]] Dc09Answer nak(const Dc09Frame& to, const kit::Moment& moment) const;
  [[nodiscard]] bool time_right(const Dc09Frame& frame, const PanelAccount& account, State& state,
                                const kit::Moment& moment, std::vector<Event>& out);
  [[nodiscard]] const Remembered* repeat_of(const State& state, const Remembered& message) const;
  void remember(State& state, Remembered message);
  [[nodiscard]] UtcNs time_of(const Dc09Frame& frame, const PanelAccount& account, const kit::Moment& moment) const;
  void refuse(Refusal why, const std::string& account, const std::string& peer, const kit::Moment& moment,
              std::vector<Event>& out);
  void say_refused(Refusal why, const kit::Moment& moment, std::vector<Event>& out);

  Dc09Config config_;
  Dc09Keys keys_;
  Random random_;
  std::map<std::string, State, std::less<>> states_;  ///< one for each account of the configuration
  std::array<Refused, 3> refused_;
  std::uint64_t repeated_ = 0;
  mutable std::string position_;
  mutable bool position_old_ = true;
};

}  // namespace wf::access
