#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "console/model/snapshot.hpp"
#include "proto/result.hpp"

namespace wf::seat {

/// File of a data directory that holds the newest picture: what a console shows while its engine still reads the log.
/// It is no record: without it nothing but that first look is missing, so it is neither synced nor backed up.
inline constexpr const char* kPictureFile = "picture";

/// Replaces the picture that `data` keeps. The file has mode 0600.
[[nodiscard]] Result<void> keep_picture(const std::filesystem::path& data, const std::shared_ptr<const Snapshot>& now);

/// The picture that `data` keeps; null: there is none, it is torn or of another version, or it shows more than a log
/// that ends at `newest` (a backup was put back, a record was begun anew).
[[nodiscard]] std::shared_ptr<const Snapshot> kept_picture(const std::filesystem::path& data, std::uint64_t newest);

/// Keeps an engine's newest picture, on a thread of its own: when it changed, so often, and at its end. Encoding takes
/// at most a hundredth of its time.
class PictureKeeper {
 public:
  PictureKeeper(std::filesystem::path data, std::function<std::shared_ptr<const Snapshot>()> snapshot,
                std::chrono::nanoseconds every = std::chrono::seconds(10));
  ~PictureKeeper();
  PictureKeeper(const PictureKeeper&) = delete;
  PictureKeeper& operator=(const PictureKeeper&) = delete;

 private:
  void run();
  void keep();

  const std::filesystem::path data_;
  const std::function<std::shared_ptr<const Snapshot>()> snapshot_;
  const std::chrono::nanoseconds every_;
  std::shared_ptr<const Snapshot> kept_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace wf::seat
