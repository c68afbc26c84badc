#pragma once
#include <poll.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/link/engine_clock.hpp"
#include "agents/kit/outputs/command_journal.hpp"
#include "agents/kit/outputs/fire_watch.hpp"
#include "agents/kit/outputs/output.hpp"
#include "agents/kit/outputs/output_list.hpp"
#include "proto/event.hpp"

namespace wf::kit {

struct OutputsOptions {
  std::vector<OutputSpec> list;   ///< what is allowed; empty: nothing
  std::filesystem::path journal;  ///< file; needed when `list` is not empty. Fires are kept beside it, in JOURNAL.fires
  CommandJournal::Write write;    ///< for tests
  bool injected_clock = false;    ///< of a demo: nothing is ever done
  std::function<std::unique_ptr<Output>(const OutputSpec&)> make;  ///< default: make_program_output
};

/// What an agent does to devices: takes signed commands, judges each by its own rules, carries out what it may, and
/// tells every outcome as an event. Its rules do not depend on the engine, so that no forged or mistaken engine can
/// lock an exit. At most once: a command is written down durably before it is carried out. README.md states the
/// checks in their order and what ends by itself. One thread, the agent's.
class Outputs {
 public:
  using Tell = std::function<void(Event&&)>;
  /// `tell` takes each event to the spool.
  Outputs(OutputsOptions options, Tell tell);
  ~Outputs();

  /// Undoes what a crash left and tells what was not told.
  void start(const Moment& moment);
  /// A DEVICE_COMMAND's payload. `name`: this agent's; `key`: the pinned one in hexadecimal, empty: none.
  void take(std::string_view payload, const std::string& name, const std::string& key, const EngineClock& clock,
            const Moment& moment);
  /// Carries out what is due.
  void step(const EngineClock& clock, const Moment& moment);
  /// One of this agent's own events: it may confirm a command, or be a fire.
  void observe(const Event& event, const Moment& moment);
  /// All events that were told so far are in the spool.
  void spooled();
  /// The agent ends: what ends by itself ends now. Waits for its programs, at most for their timeouts.
  void stop(const std::function<Moment()>& look);

  void add_fds(std::vector<pollfd>& fds) const;
  [[nodiscard]] std::int64_t next_wake() const;
  [[nodiscard]] std::vector<OfferedOutput> offered() const { return kit::offered(options_.list); }
  /// Some are driven through this agent's sources, which must be stepped for them.
  [[nodiscard]] bool through_sources() const;
  /// What is wrong with the journal, once at the start; empty: nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Entry {
    OutputSpec spec;
    std::unique_ptr<Output> output;
  };
  /// How what a command began is ended: `undo`; by freeing the door, since there is a fire and it is locked; or it is
  /// kept from ending, since there is a fire and it would lock the door.
  enum class End : std::uint8_t { undo, free, keep };
  struct Undo {
    std::string id;
    Entry* entry = nullptr;
    std::int64_t due = 0;  ///< CLOCK_MONOTONIC
    std::int64_t retry = 0;
    End how = End::undo;
  };
  struct Running {
    std::string id;
    Entry* entry = nullptr;
    std::optional<End> end;  ///< none: it is the command itself
    bool proven = false;     ///< what confirms it came while it ran
    UtcNs begun = 0;
  };
  /// What is done to one device one after the other: its door, or its sounder.
  struct Channel {
    std::deque<std::string> waiting;  ///< ids
    std::optional<Running> running;
    std::optional<Undo> undo;
    std::string pulse;  ///< the last unlock that ends by itself, and until when
    std::int64_t pulse_until = 0;
  };
  struct Watched {
    std::string id;
    OutputSpec::Confirm by;
    UtcNs begun = 0;
    std::int64_t until = 0;  ///< CLOCK_MONOTONIC
  };

  [[nodiscard]] std::string refusal(const DeviceCommand& command, const EngineClock& clock, const Moment& moment,
                                    Entry*& entry);
  [[nodiscard]] std::string unsafe(const DeviceCommand& command, const Moment& moment);
  void step(Channel& channel, const EngineClock& clock, const Moment& moment);
  void begin_next(Channel& channel, const EngineClock& clock, const Moment& moment);
  void finish(Channel& channel, const Result<void>& outcome, const Moment& moment);
  void ended(Channel& channel, const Running& running, const Result<void>& outcome, const Moment& moment);
  [[nodiscard]] Entry* entry_of(const std::string& device, const std::string& action);
  [[nodiscard]] Channel& channel_of(const DeviceCommand& command);
  /// Keeps the state and tells it.
  void tell(const std::string& id, const std::string& state, const std::string& reason, const Moment& moment,
            const std::function<void(JournalEntry&)>& more = {});
  void tell(const DeviceCommand& command, const std::string& state, const std::string& reason, const Moment& moment,
            std::uint8_t severity = 0);
  void tell_forged(const std::string& why, const Moment& moment);
  /// A fire began: what is unlocked stays unlocked, what was locked is let go.
  void let_go(const Moment& moment);
  void let_go(const std::string& device, Channel& channel, const Moment& moment);
  void keep_open(const std::string& device, Channel& channel, const Moment& moment);
  /// A new start during a fire: what drives a door through a source knows no longer that it is to stay free.
  void free_again(const Moment& moment);
  /// What frees a door in a fire: `release` where the list has it, else what drives it through a source, else its
  /// unlock if that does not end by itself. Null: nothing does.
  [[nodiscard]] Entry* freeing(const std::string& device);
  /// What lets go of a lock: what frees the door, else the lock's `undo`. An entry of null: nothing does.
  [[nodiscard]] Undo letting_go(const std::string& id, const std::string& device, std::int64_t due);

  OutputsOptions options_;
  const Tell tell_;
  std::string problem_;
  CommandJournal journal_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::map<std::pair<std::string, bool>, Channel> channels_;  ///< by device; true: its door
  std::vector<Watched> watched_;
  std::vector<std::string> told_;  ///< told since the last spooled()
  FireWatch fires_;
  std::uint64_t forged_ = 0;  ///< not told yet
  std::int64_t forged_told_ = 0;
};

}  // namespace wf::kit
