#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "agents/kit/spool/attachments.hpp"
#include "proto/link_message.hpp"

namespace wf::kit {

/// Brings attachments to the engine behind the events: a piece at a time, at most a few unanswered, in order of their
/// age. Each begins with a small piece from its front, whose answer says how much the engine has of it already (all of
/// it, if another agent or an earlier connection brought it). How much is under way follows how long answers take, so
/// that an event never waits long behind pieces on a slow line. An engine that does not take pieces now (its disk is
/// full) is asked again after 30 s, then more seldom. Knows no socket and no clock. One thread.
class AttachmentSender {
 public:
  /// `store` null: there is nothing to send, ever. `say`: one line for people.
  AttachmentSender(Attachments* store, std::function<void(const std::string&)> say);

  /// A connection was welcomed; below version 2 of the link attachments wait.
  void welcomed(std::uint32_t wire_version);
  /// The connection is gone.
  void cut();
  void on_stored(const LinkMessage& message, const Moment& moment);
  using Send = std::function<bool(LinkMessage&&, std::string_view)>;
  /// Sends what is due, if it `may`: no event waits. `send` says false when it cannot now.
  void step(const Moment& moment, bool may, const Send& send);
  /// An answer came since the last step(): another one may have something to send.
  [[nodiscard]] bool answered() const { return answered_; }
  /// CLOCK_MONOTONIC at which step() has something to do even if nothing came.
  [[nodiscard]] std::int64_t next_wake() const;
  /// Nothing waits that could be sent now.
  [[nodiscard]] bool settled() const;
  /// Attachments that the engine did not want, since the start; the last reason.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Piece {
    std::uint64_t end = 0;
    std::size_t size = 0;
    std::int64_t sent = 0;
  };
  bool choose();
  void finish();
  void not_taken(const Moment& moment, const std::string& why);
  void keep_pace(const Piece& answered, const Moment& moment);
  bool send_piece(std::uint64_t offset, std::size_t size, const Moment& moment, const Send& send);

  Attachments* store_;
  std::function<void(const std::string&)> say_;
  bool welcome_ = false, said_old_ = false;
  Attachments::Waiting current_;  ///< hash empty: none
  std::string media_type_;
  bool answered_ = false;
  bool held_back_ = false;        ///< a piece would be sent, but for the rate
  std::int64_t spent_until_ = 0;  ///< when what was sent would be through at the rate
  bool asking_ = true;            ///< what the engine has of it is not known yet
  std::uint64_t next_ = 0;        ///< offset to send from
  std::deque<Piece> outstanding_;
  std::uint64_t under_way_ = 0;  ///< bytes of outstanding_
  std::uint64_t pace_;           ///< bytes that may be under way
  std::int64_t quickest_;        ///< answer of this connection
  std::uint32_t failures_ = 0;   ///< since the last progress
  std::int64_t wait_until_ = 0;  ///< 0: does not wait
  std::uint64_t refused_ = 0;
  std::string problem_, buffer_;
};

}  // namespace wf::kit
