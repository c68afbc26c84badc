#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "console/shell/still_decode.hpp"
#include "console/ui/draw/pictures.hpp"

namespace wf::shell {

/// Stills as textures of one OpenGL context: decoded on a thread of its own, put into the context when they are asked
/// for the next time. The context must be current in every call but ready(); one thread.
class StillTextures final : public ui::Pictures {
 public:
  StillTextures() = default;
  ~StillTextures() override;
  StillTextures(const StillTextures&) = delete;
  StillTextures& operator=(const StillTextures&) = delete;

  [[nodiscard]] ui::PictureLook look(const std::string& name,
                                     const std::shared_ptr<const AttachmentContent>& content) override;
  /// Called on the decoding thread when a still is ready; set before the first look().
  void set_on_ready(std::function<void()> on_ready) { on_ready_ = std::move(on_ready); }
  /// True once after stills became ready: a frame is due.
  [[nodiscard]] bool ready() { return ready_.exchange(false); }
  /// Decodes in look() instead: for a single picture, which nobody draws again.
  void decode_at_once() { at_once_ = true; }

  static constexpr std::size_t kMost = 24;

 private:
  struct Entry {
    std::string name;
    ui::PictureLook look;
    unsigned texture = 0;
  };
  struct Job {
    std::string name;
    std::shared_ptr<const AttachmentContent> content;
  };
  struct Done {
    std::string name;
    Result<StillPixels> pixels;
  };
  void work();
  void take(Done done);
  static void upload(const StillPixels& pixels, Entry& to);
  static void drop(Entry& entry);

  std::list<Entry> entries_;  ///< the one that was looked at last first
  std::function<void()> on_ready_;
  bool at_once_ = false;
  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;   ///< guarded by mutex_
  std::deque<Done> done_;  ///< guarded by mutex_
  bool stop_ = false;      ///< guarded by mutex_
  std::thread thread_;     ///< runs from the first look() on
};

}  // namespace wf::shell
