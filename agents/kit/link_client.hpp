#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/identity.hpp"
#include "agents/kit/link_socket.hpp"
#include "agents/kit/spool.hpp"
#include "proto/link_message.hpp"

namespace wf::kit {

struct LinkOptions {
  std::string kind, version;                    ///< of the agent
  std::string name;                             ///< to enrol under, and to be called on ipc
  std::vector<std::string> engines;             ///< in order of preference; on tcp they share one key
  Identity identity;                            ///< for tcp
  std::optional<Invitation> invitation;         ///< to enrol with, if the identity is not enrolled
  std::filesystem::path identity_file;          ///< rewritten at enrolment
  std::uint64_t seed = 0;                       ///< of the jitter between attempts
  std::function<void(const std::string&)> say;  ///< one line for people, at changes only; may be empty
  std::function<AgentReport()> report;          ///< what to say of this agent
};

/// The agent's end of the link: keeps a connection to one of the engines and brings the spool there. Batches go
/// out in their order, lane 0 before all others, at most the engine's window unacknowledged; what WELCOME calls
/// stored is not sent again. Loses nothing when a connection ends: the next one begins with what is not
/// acknowledged. README.md states times. One thread.
class LinkClient {
 public:
  LinkClient(LinkOptions options, Spool& spool);

  /// Receives, sends, reconnects; never blocks. Returns true when there is more to send at once.
  bool step(const Moment& moment);
  /// Something of the report changed: send it soon rather than at the next ten seconds.
  void report_changed() { report_changed_ = true; }
  void add_fds(std::vector<pollfd>& fds) const { socket_.add_fds(fds); }
  /// CLOCK_MONOTONIC at which step() has something to do even if nothing came.
  [[nodiscard]] std::int64_t next_wake() const;

  enum class State { waiting, connecting, connected };
  [[nodiscard]] State state() const { return state_; }
  /// Everything that was spooled is stored at the engine.
  [[nodiscard]] bool delivered() const;
  /// The engine's last word was a refusal, which an attempt every minute may lift. Empty: it was not.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  /// Name under which the engine knows this agent.
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  struct Outstanding {
    std::uint64_t first = 0, last = 0;
    bool stored = false;
  };

  void connect(const Moment& moment);
  void disconnect(const Moment& moment, const std::string& why, std::int64_t least_wait = 0);
  void receive(const Moment& moment);
  void on_message(const LinkMessage& message, const Moment& moment);
  void on_welcome(const LinkMessage& message, const Moment& moment);
  void on_ack(const LinkMessage& message);
  void on_enrolled(const LinkMessage& message, const Moment& moment);
  bool send_batches(const Moment& moment);
  /// Takes the next batch to send into `batch_`; the lane, or nothing.
  [[nodiscard]] std::optional<std::uint8_t> next_batch();
  bool send(LinkMessage message, const Moment& moment, std::string_view payload = {});
  void say(const std::string& line);
  [[nodiscard]] bool plain() const { return options_.engines[engine_].starts_with("ipc://"); }
  [[nodiscard]] const std::string& engine() const { return options_.engines[engine_]; }

  LinkOptions options_;
  Spool& spool_;
  LinkSocket socket_;
  std::minstd_rand random_;
  State state_ = State::waiting;
  std::size_t engine_ = 0;
  bool enrolling_ = false;
  std::uint32_t failures_ = 0;  ///< since the last WELCOME
  std::string refusal_;
  std::vector<std::string> said_;  ///< last line for people about each engine
  // CLOCK_MONOTONIC
  std::int64_t retry_at_ = 0, deadline_ = 0, heard_ = 0, sent_ = 0, report_at_ = 0, reported_ = 0;
  bool report_changed_ = false;
  // Since the last WELCOME
  std::uint32_t window_ = 0, unacknowledged_ = 0, turn_ = 0;
  std::array<std::deque<Outstanding>, kLanes> outstanding_;
  StoredBatch batch_;
  std::optional<std::uint8_t> held_;  ///< lane of `batch_`, which could not be sent yet
  std::string header_, received_;     ///< reused
};

}  // namespace wf::kit
