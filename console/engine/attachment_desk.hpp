#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "console/link/attachment_gate.hpp"
#include "console/store/attachment_store.hpp"

namespace wf::engine {

/// Stores what agents attach, on a thread of its own, so that its writing and syncing holds up neither link nor log.
/// Pieces wait in a bounded queue; one that finds no room is left out, and its agent asks again.
class AttachmentDesk {
 public:
  using AttachmentStates = std::map<std::string, AttachmentState>;
  static constexpr std::size_t kMostBytes = 16U << 20U;

  struct Exits {
    std::function<UtcNs()> clock;
    std::function<void(link::PieceAnswer)> answer;         ///< to the link
    std::function<void(const std::string& line)> removed;  ///< for the audit: what made room for newer ones
  };
  AttachmentDesk(std::unique_ptr<store::AttachmentStore> store, Exits exits);
  ~AttachmentDesk() { stop(); }
  AttachmentDesk(const AttachmentDesk&) = delete;
  AttachmentDesk& operator=(const AttachmentDesk&) = delete;

  /// Begins its thread; pieces may have been offered before.
  void start();
  /// Ends its thread; what waits is left out, and offer() says false from now on.
  void stop();

  /// Takes a piece, or says false: no room. Any thread; does not block.
  [[nodiscard]] bool offer(link::ReceivedPiece& piece);

  /// Names of attachments whose state states() is to tell, kMostFollowed of them at most. Any thread; does not block.
  void follow(std::set<std::string> hashes);
  static constexpr std::size_t kMostFollowed = 4096;
  /// How those that are followed stand, once its thread has looked: within a tenth of a second, or before the
  /// answer to the last piece that waits. The same object until something changes. Any thread; does not block.
  [[nodiscard]] std::shared_ptr<const AttachmentStates> states() const;

 private:
  void run();
  void look(const std::string& hash);
  void look_at_all(const std::set<std::string>& hashes);
  void publish();
  [[nodiscard]] link::PieceAnswer judge(const link::ReceivedPiece& piece);

  const std::unique_ptr<store::AttachmentStore> store_;
  const Exits exits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<link::ReceivedPiece> waiting_;  ///< guarded by mutex_
  std::size_t bytes_ = 0;                    ///< guarded by mutex_
  bool stopping_ = false;                    ///< guarded by mutex_
  std::set<std::string> followed_;           ///< guarded by mutex_
  bool stale_ = false;                       ///< followed_ changed since it was looked at; guarded by mutex_
  std::shared_ptr<const AttachmentStates> states_ = std::make_shared<AttachmentStates>();  ///< guarded by mutex_
  // Only the desk's own thread asks the store, knows and publishes.
  AttachmentStates known_;
  bool unpublished_ = false;
  std::chrono::steady_clock::time_point published_;
  std::thread thread_;
};

}  // namespace wf::engine
