#include "agents/kit/read/follow_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace wf::kit {

FollowWatch::FollowWatch(std::string path) : parent_(std::filesystem::path(path).parent_path().string()) {
  if (parent_.empty()) parent_ = ".";
}

FollowWatch::~FollowWatch() {
  if (fd_ >= 0) ::close(fd_);
}

void FollowWatch::watch_directory() {
  if (fd_ < 0) fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ < 0 || directory_ >= 0) return;
  // Not IN_MODIFY: every other log of the directory would wake us.
  directory_ = ::inotify_add_watch(fd_, parent_.c_str(), IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR);
}

void FollowWatch::watch_file(const std::string& file) {
  if (fd_ < 0) return;
  const int before = file_;
  file_ = ::inotify_add_watch(fd_, file.c_str(), IN_MODIFY | IN_ATTRIB);
  if (before >= 0 && before != file_) ::inotify_rm_watch(fd_, before);
}

void FollowWatch::drain() {
  if (fd_ < 0) return;
  alignas(inotify_event) std::array<char, 4096> events{};
  for (;;) {
    const ssize_t size = ::read(fd_, events.data(), events.size());
    if (size <= 0) return;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(size);) {
      const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
      // The kernel drops a watch with what it watched.
      if ((event->mask & IN_IGNORED) != 0) {
        if (event->wd == file_) file_ = -1;
        if (event->wd == directory_) directory_ = -1;
      }
      at += sizeof(inotify_event) + event->len;
    }
  }
}

void FollowWatch::add_fds(std::vector<pollfd>& fds) const {
  if (fd_ >= 0) fds.push_back({fd_, POLLIN, 0});
}

}  // namespace wf::kit
