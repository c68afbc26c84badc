#pragma once
#include <poll.h>

#include <string>
#include <vector>

namespace wf::kit {

/// Tells when a file, or what stands under its name in its directory, may have changed (inotify(7)). May stay
/// silent (NFS, no watches left): whoever uses it also looks from time to time.
class FollowWatch {
 public:
  explicit FollowWatch(std::string path);
  ~FollowWatch();
  FollowWatch(const FollowWatch&) = delete;
  FollowWatch& operator=(const FollowWatch&) = delete;

  /// Watches the directory (if it is not watched yet) and the open file instead of the one before.
  void watch_directory();
  void watch_file(const std::string& file);
  /// Both are watched, so that looking rarely is enough.
  [[nodiscard]] bool working() const { return directory_ >= 0 && file_ >= 0; }
  /// Forgets what has been reported so far; called before looking.
  void drain();
  void add_fds(std::vector<pollfd>& fds) const;

 private:
  std::string parent_;
  int fd_ = -1, directory_ = -1, file_ = -1;
};

}  // namespace wf::kit
