#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/engine/watch.hpp"

namespace wf::test {

/// Ten thousand open incidents in a real watch (rules, fusion, snapshots), to which 500 events a second keep coming.
/// Time is the events': nothing waits for a clock.
class Rush {
 public:
  static constexpr std::size_t kOpen = 10'000;
  static constexpr double kEventsPerSecond = 500;

  Rush();
  /// Lets `seconds` pass, with their events. Every third second something new opens, and the operator's oldest is
  /// resolved, so that the wall stays as full.
  void pass(double seconds);
  /// The events are about so many of the things that are open, 9,000 at most, and there from the beginning. A few reach
  /// the bounds of what is kept of one incident within minutes; of all of them that takes three hours.
  void about_things(std::size_t count) { things_ = count; }
  /// What a person asked for; answered in replies().
  void take(Command command);
  [[nodiscard]] std::vector<CommandReply> replies();
  /// Somebody at that post presses panic; returns the incident.
  std::uint64_t panic(const std::string& post);
  void resolve(std::uint64_t incident);

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();
  [[nodiscard]] UtcNs now() const { return now_; }
  [[nodiscard]] std::uint64_t events() const { return sent_; }

 private:
  void send(std::vector<Event>& events);
  [[nodiscard]] Event about(std::size_t thing);

  engine::Watch watch_;
  engine::Surroundings around_;
  UtcNs now_;
  std::uint64_t sent_ = 0, commands_ = 0;
  std::size_t opened_ = 0, things_ = 9'000;
  double owed_ = 0;
  UtcNs next_new_ = 0;
  std::vector<CommandReply> replies_;
};

}  // namespace wf::test
