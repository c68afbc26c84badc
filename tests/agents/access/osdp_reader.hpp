#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "agents/access/osdp/secure_channel.hpp"

namespace wf::test {

/// A reader of our own making: the other side of the line, written from the standard. It answers one command at a
/// time; what is wrong with it is set from outside.
class SimulatedReader {
 public:
  explicit SimulatedReader(std::uint8_t address, std::optional<access::osdp::Key> key = {})
      : address(address), key(key), random_(address + 1U) {}

  /// What it answers to a frame that came; empty: nothing.
  std::vector<std::uint8_t> answer(const access::osdp::Frame& frame);

  /// An answer to a coming poll.
  void queue(std::uint8_t code, std::vector<std::uint8_t> data) { events.push_back({code, std::move(data)}); }

  std::uint8_t address;
  std::optional<access::osdp::Key> key;  ///< none: it knows no secure channel
  bool default_key = false;              ///< it takes SCBK-D
  bool demands_security = false;         ///< answers nothing but ID, CAP and a handshake in plain text
  bool forgets_at_keyset = false;        ///< its answer to KEYSET comes in plain text
  bool plain_blocks = false;             ///< answers with blocks 15 and 17 in place of 16 and 18, data in clear
  bool knows_crc = true;                 ///< else it answers a CRC with NAK
  bool says_crc = true;                  ///< in its PDCAP
  bool busy_in_session = false;          ///< says BUSY with a MAC, against the standard
  bool waits_for_poll = false;           ///< says what it is only after it was polled
  bool refuses_with_zero = false;        ///< its NAK has sequence 0
  bool refuses_polls = false;            ///< and answers all else
  bool shows_text = true;                ///< else it answers TEXT with NAK
  bool moves = true;                     ///< takes another address by COMSET; else it says that it keeps its own
  bool off = false;                      ///< the cable is cut
  int busy = 0, deaf = 0, refuses = 0;   ///< so many next commands
  std::uint8_t refusal = 3;
  std::uint8_t contacts = 4, outputs = 2;
  std::vector<std::uint8_t> inputs{0, 0, 0, 0}, outs{0, 0}, local{0, 0};
  struct Said {
    std::uint8_t code = 0;
    std::vector<std::uint8_t> data;
  };
  std::deque<Said> events;
  std::vector<Said> taken;                    ///< commands other than polls and questions
  std::function<void(const Said&)> on_taken;  ///< what happens then, at the door for example
  std::uint64_t commands = 0, repeats = 0, polls = 0, plain_polls = 0;
  std::vector<std::uint8_t> sequences;  ///< of all commands, as they came

  [[nodiscard]] bool secure() const { return session_.has_value(); }
  /// Loses what it knew of the line, as when its power comes back.
  void reset() {
    session_.reset();
    expected_.reset();
    last_.clear();
  }

 private:
  std::vector<std::uint8_t> say(std::uint8_t code, const std::vector<std::uint8_t>& data, std::uint8_t block = 0);
  std::vector<std::uint8_t> refuse(std::uint8_t reason) {
    if (refuses_with_zero) {
      session_.reset();
      sequence_ = 0;
      expected_.reset();
    }
    return say(access::osdp::reply::kNak, {reason});
  }
  std::vector<std::uint8_t> respond(const access::osdp::Frame& frame, access::osdp::Bytes data);

  std::mt19937 random_;
  std::optional<access::osdp::SecureSession> session_;
  access::osdp::SessionKeys keys_;
  access::osdp::Nonce a_{}, b_{};
  bool with_default_ = false;
  std::optional<std::uint8_t> expected_;  ///< the next sequence
  std::uint8_t sequence_ = 0;
  access::osdp::Check check_ = access::osdp::Check::crc;
  std::vector<std::uint8_t> last_;  ///< the last answer, for a command that comes again
  std::uint8_t last_code_ = 0;
  bool polled_ = false;
};

}  // namespace wf::test
