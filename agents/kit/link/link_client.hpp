#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/link/attachment_sender.hpp"
#include "agents/kit/link/engine_choice.hpp"
#include "agents/kit/link/identity.hpp"
#include "agents/kit/link/keyring.hpp"
#include "agents/kit/link/link_socket.hpp"
#include "agents/kit/link/pace.hpp"
#include "agents/kit/outputs/command_link.hpp"
#include "agents/kit/spool/spool.hpp"
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
  std::function<void(std::string_view payload, const Moment&)> on_command;  ///< takes a DEVICE_COMMAND's payload
  bool keeps_time = false;             ///< the engine's time matters: connect again when it is not what it was
  Attachments* attachments = nullptr;  ///< to bring there behind the events; null: none
};

/// The agent's end of the link: keeps a connection to one of the engines and brings the spool there. Batches go
/// out in their order, at most the engine's window unacknowledged: lane 0 at once, the others as far as they do not
/// make it wait (pace.hpp); what WELCOME calls stored is not sent again. Loses nothing when a connection ends: the next
/// one begins with what is not acknowledged. README.md states times. One thread.
class LinkClient {
 public:
  LinkClient(LinkOptions options, Spool& spool);

  /// Receives, sends, reconnects; never blocks. Returns true when there is more to send at once.
  bool step(const Moment& moment);
  /// Something of the report changed: send it soon rather than at the next ten seconds.
  void report_changed() { report_changed_ = true; }
  void add_fds(std::vector<pollfd>& fds) const {
    socket_.add_fds(fds);
    if (look_) look_->add_fds(fds);
  }
  /// CLOCK_MONOTONIC at which step() has something to do even if nothing came.
  [[nodiscard]] std::int64_t next_wake() const;

  enum class State { waiting, connecting, connected };
  [[nodiscard]] State state() const { return state_; }
  /// Everything that was spooled is stored at the engine.
  [[nodiscard]] bool delivered() const;
  [[nodiscard]] const CommandLink& commands() const { return commands_; }
  [[nodiscard]] const AttachmentSender& attachments() const { return attachments_; }
  /// The engine's last word was a refusal, which an attempt every minute may lift. Empty: it was not.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  /// Name under which the engine knows this agent.
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  /// After a refusal, and where only a person can help.
  static constexpr std::int64_t kRefusedWait = 60 * kSecond;
  [[nodiscard]] static LinkMessage message_of(LinkKind kind);
  struct Outstanding {
    std::uint64_t first = 0, last = 0;
    std::size_t bytes = 0;
    bool stored = false;
    Pace::Sent sent = {};
  };

  void connect(const Moment& moment);
  /// Ends the connection and begins the next one to the same engine at once, with other keys.
  void reconnect(const Moment& moment);
  void say_hello(const Moment& moment);
  /// Looks whether a better engine is back, and goes there.
  void look(const Moment& moment);
  void disconnect(const Moment& moment, const std::string& why, std::int64_t least_wait = 0);
  /// True if anything came.
  bool receive(const Moment& moment);
  /// Ends the connection if it is over, or goes on with other keys.
  void follow(const Moment& moment);
  void on_message(const LinkMessage& message, const Moment& moment);
  void on_welcome(const LinkMessage& message, const Moment& moment);
  /// Numbers anew what is not acknowledged; false: it could not, and the connection was ended.
  bool renew(const std::string& because, const Moment& moment);
  void on_ack(const LinkMessage& message, const Moment& moment);
  /// Tells the spool what was acknowledged since the last time: many acknowledgements at once cost it as much as one.
  void confirm();
  void on_enrolled(const LinkMessage& message, const Moment& moment);
  void on_refuse(const LinkMessage& message, const Moment& moment);
  void on_rotate(const Moment& moment);
  void keys_welcomed(const LinkMessage& message, const Moment& moment);
  void learn(const LinkMessage& message);
  /// The keys that the engine will have, as far as they are kept.
  void say_kept_keys(LinkMessage& out) const;
  /// Says the newest key if the engine does not know it yet.
  void say_key(const Moment& moment);
  /// Why the key is not admitted, and what to do.
  [[nodiscard]] std::string unwelcome() const;
  enum class Sending { sent, nothing, held };
  bool send_batches(const Moment& moment);
  [[nodiscard]] Sending send_urgent(const Moment& moment);
  [[nodiscard]] Sending send_usual(const Moment& moment);
  /// Sends a batch that was read; false: it does not fit into `window` and `window_bytes`, or the socket is full.
  bool send_batch(std::uint8_t lane, StoredBatch& batch, std::uint32_t window, std::uint64_t window_bytes,
                  const Moment& moment);
  /// Tells the engine which numbers will never come.
  void declare_given_up(const Moment& moment);
  /// No batch waits to be sent.
  [[nodiscard]] bool caught_up() const;
  /// Takes the next batch of another lane than life safety's into `batch_`; the lane, or nothing.
  [[nodiscard]] std::optional<std::uint8_t> next_batch();
  bool send(LinkMessage message, const Moment& moment, std::string_view payload = {});
  void say(const std::string& line);
  [[nodiscard]] bool plain() const { return engine().starts_with("ipc://"); }
  [[nodiscard]] const std::string& engine() const { return options_.engines[choice_.current()]; }

  LinkOptions options_;
  Spool& spool_;
  KeyRing ring_;
  LinkSocket socket_;
  CommandLink commands_;
  AttachmentSender attachments_;
  EngineChoice choice_;
  std::optional<LinkSocket> look_;  ///< to a better engine, to see whether it is there
  std::size_t looked_at_ = 0;
  State state_ = State::waiting;
  bool enrolling_ = false;
  std::string refusal_;
  std::vector<std::string> said_;  ///< last line for people about each engine
  // CLOCK_MONOTONIC
  std::int64_t retry_at_ = 0, deadline_ = 0, look_until_ = 0, heard_ = 0, sent_ = 0, report_at_ = 0, reported_ = 0;
  std::int64_t say_key_at_ = kNever;
  bool report_changed_ = false;
  // Since the last WELCOME
  std::uint32_t wire_version_ = 1, window_ = 0, unacknowledged_ = 0, turn_ = 0;
  std::uint64_t window_bytes_ = 0, unacknowledged_bytes_ = 0;
  std::uint32_t renewals_ = 0;  ///< of this connection
  std::vector<GivenUpRange> declared_;
  std::array<std::deque<Outstanding>, kLanes> outstanding_;
  std::array<std::uint64_t, kLanes> confirmed_{};  ///< up to here, and the spool does not know yet; 0: nothing
  Pace pace_;
  StoredBatch urgent_, batch_;
  bool urgent_held_ = false;                 ///< `urgent_`, of lane 0, could not be sent yet
  std::optional<std::uint8_t> held_;         ///< lane of `batch_`, which could not be sent yet
  std::string header_, received_, payload_;  ///< reused
};

}  // namespace wf::kit
