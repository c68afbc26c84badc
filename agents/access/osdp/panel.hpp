#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "agents/access/osdp/peripheral.hpp"

namespace wf::access::osdp {

struct PanelOptions {
  std::uint32_t baud = 9600;
  std::vector<PeripheralOptions> readers;
  Peripheral::Random random;  ///< fills with bytes that nobody can foresee; of recorded sessions: theirs
};

/// The control panel of one line: speaks to its readers one after the other, each as soon as it is due and none twice
/// before the others had their turn. Pure: bytes and times in, bytes and observations out; CLOCK_MONOTONIC in
/// nanoseconds. One thread. Takes nothing from the heap after it was made.
///
/// A reader is polled 50 ms after it was last spoken to. An answer must begin within 200 ms; what was not answered is
/// said again with the same sequence number, byte for byte, after the other readers. A reader that has not done what
/// it must for 8 s is off line; those that do not answer are looked for one at a time, one a second, so that they do
/// not take the line from the others.
class Panel {
 public:
  Panel(PanelOptions options, PanelObserver& observer);

  /// What has come. Call it before next(), so that an answer that came in time is not taken for silence.
  void receive(Bytes bytes, std::int64_t now);
  /// What to send now, valid until the next call; empty: nothing.
  [[nodiscard]] Bytes next(std::int64_t now);
  /// When next() is to be called even if nothing comes.
  [[nodiscard]] std::int64_t next_wake() const;
  /// Gives a command to a reader; done() of the observer tells the outcome. False: it is not on line, or has too many.
  bool give(std::size_t reader, std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t now) {
    return readers_.at(reader).give(code, data, ticket, now);
  }

  [[nodiscard]] std::size_t size() const { return readers_.size(); }
  [[nodiscard]] const Peripheral& reader(std::size_t index) const { return readers_.at(index); }
  [[nodiscard]] std::uint64_t noise() const { return line_.noise(); }    ///< bytes that belonged to no frame
  [[nodiscard]] std::uint64_t broken() const { return line_.broken(); }  ///< frames whose check or make was wrong
  /// Commands on the line that are not ours: somebody else commands these readers.
  [[nodiscard]] std::uint64_t foreign() const { return foreign_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  /// How long `bytes` take on the line, in nanoseconds.
  [[nodiscard]] std::int64_t duration(std::size_t bytes) const;

 private:
  void take(const Frame& frame, std::int64_t now);
  [[nodiscard]] std::size_t choose(std::int64_t now) const;
  [[nodiscard]] std::int64_t due_of(const Peripheral& reader) const;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const std::uint32_t baud_;
  const Peripheral::Random random_;
  std::deque<Peripheral> readers_;  ///< which stay where they are
  FrameReader line_;
  std::size_t waits_for_ = kNone;  ///< the reader whose answer is waited for
  std::size_t last_ = 0;           ///< who was spoken to last
  Bytes ours_;                     ///< what was sent last: some adapters say it back
  std::int64_t deadline_ = 0, latest_ = 0;
  std::int64_t quiet_until_ = 0;  ///< the line rests between two frames
  std::int64_t look_again_ = 0;   ///< for one that does not answer
  std::uint64_t broken_before_ = 0;
  std::uint64_t foreign_ = 0, answers_ = 0;
  bool started_ = false;
};

}  // namespace wf::access::osdp
