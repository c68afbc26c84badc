#include "agents/host/file_walk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <tuple>

namespace wf::host {

bool FileWalk::next(Entry& entry) {
  for (;;) {
    if (folder_ != nullptr) {
      errno = 0;
      const dirent* found = ::readdir(folder_.get());
      if (found == nullptr) {
        folder_.reset();
        continue;
      }
      const std::string_view name = found->d_name;
      if (name == "." || name == "..") continue;
      std::string path = path_ + (path_.ends_with('/') ? "" : "/") + std::string(name);
      struct stat st {};
      if (::lstat(path.c_str(), &st) != 0) continue;
      // A folder's own entry comes when its turn comes.
      if (S_ISDIR(st.st_mode) && depth_ > 0) {
        todo_.emplace_back(std::move(path), depth_ - 1);
        continue;
      }
      entry = {std::move(path), st};
      return true;
    }
    if (todo_.empty()) return false;
    std::tie(path_, depth_) = std::move(todo_.back());
    todo_.pop_back();
    struct stat st {};
    if (::lstat(path_.c_str(), &st) != 0) continue;
    if (S_ISDIR(st.st_mode)) {
      const int fd = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd >= 0) folder_.reset(::fdopendir(fd));
      if (fd < 0)
        blocked_ = {path_, errno};
      else if (folder_ == nullptr)
        ::close(fd);
    }
    entry = {path_, st};
    return true;
  }
}

}  // namespace wf::host
