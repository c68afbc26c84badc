#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "console/engine/attachment_desk.hpp"
#include "console/engine/dispatch.hpp"
#include "console/engine/engine.hpp"
#include "console/engine/housekeeping.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/published.hpp"
#include "console/engine/record_queue.hpp"
#include "console/engine/recovery.hpp"
#include "console/engine/replies.hpp"
#include "console/engine/silence.hpp"
#include "console/engine/watch.hpp"
#include "console/engine/writer.hpp"
#include "console/link/link_server.hpp"

namespace wf::engine {

/// Takes stored records through the `Watch`, one after the other, and shows what came of them: snapshots, replies,
/// commands to devices; what changed goes back to the writer. A thread of its own.
class Judging {
 public:
  /// All outlive it.
  struct Parts {
    const EngineOptions& options;
    Watch& watch;  ///< its own from now on
    RecordQueue& records;
    Writer& writer;
    Intake& intake;
    CommandDispatch& dispatch;
    const link::LinkServer& link;
    const Housekeeping& house;
    Published& published;
    Replies& replies;
    AttachmentDesk* desk;                                                  ///< null: attachments cannot be stored
    std::function<void(const link::Fact&)> tell;                           ///< an event of the engine's own
    std::function<std::string()> problem;                                  ///< what is wrong with the engine
    std::function<std::string()> heartbeat;                                ///< why its heartbeat fails
    std::function<std::shared_ptr<const std::vector<GuardPost>>()> posts;  ///< guards' posts that are connected
  };
  /// `changes` are those that `watch` made before and nobody has stored. Shows the first snapshot.
  Judging(Parts parts, const fusion::Changes& changes);
  ~Judging();
  Judging(const Judging&) = delete;
  Judging& operator=(const Judging&) = delete;

  void start();
  /// What is not judged by then stays in the log: the next start judges it, as after a crash.
  void give_up_at(std::int64_t mono) { give_up_at_ = mono; }
  /// Waits for the end of its thread, which comes when the queue is closed and empty.
  void join();

  [[nodiscard]] std::int64_t beat() const { return beat_; }       ///< CLOCK_MONOTONIC; any thread
  [[nodiscard]] UtcNs last_event() const { return last_event_; }  ///< as Watch::last_event(); any thread

 private:
  void run();
  void apply(const store::Record& record);
  void hand_over_findings(std::int64_t mono);
  void refresh_agents(std::int64_t mono);
  [[nodiscard]] bool worth_showing(std::int64_t mono);
  void publish(std::int64_t mono);
  /// The shortest time between two snapshots as things are.
  [[nodiscard]] std::int64_t frame() const;
  void follow_attachments();

  const Parts parts_;
  fusion::Changes changes_;
  Unstored unstored_;
  std::vector<store::AuditLine> trail_;  ///< lines that go with unstored_
  Surroundings around_;
  Silence silence_;
  std::vector<CommandReply> replies_;  ///< that wait for the snapshot that shows what they speak of
  bool changed_ = false;
  std::int64_t publishing_ = 0;  ///< what the last snapshot took, ns
  std::int64_t published_ = 0, handed_over_ = 0, agents_asked_ = 0;
  std::string shown_;                      ///< what worth_showing() compares
  std::uint64_t attachments_version_ = 0;  ///< of the watch, as the desk follows it
  std::atomic<std::int64_t> beat_;
  std::atomic<UtcNs> last_event_ = 0;
  std::atomic<std::int64_t> give_up_at_ = std::numeric_limits<std::int64_t>::max();
  std::thread thread_;
};

}  // namespace wf::engine
