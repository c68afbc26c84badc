#include "agents/network/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace wf::network {

void FolderWatch::watch(const std::string& folder) {
  if (watch_ >= 0) return;
  if (!fd_.open()) fd_ = kit::Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd_.open()) return;
  watch_ = ::inotify_add_watch(fd_.get(), folder.c_str(),
                               IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR);
}

void FolderWatch::drain(const std::function<void(std::string_view)>& changed) {
  if (!fd_.open()) return;
  alignas(inotify_event) std::array<char, 8192> events{};
  for (;;) {
    const ssize_t size = ::read(fd_.get(), events.data(), events.size());
    if (size <= 0) return;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(size);) {
      const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
      // The kernel drops the watch with the folder, and says when it could not keep up.
      if ((event->mask & IN_IGNORED) != 0) watch_ = -1;
      const bool named = event->len > 0 && (event->mask & (IN_IGNORED | IN_Q_OVERFLOW)) == 0;
      changed(named ? std::string_view(event->name, std::strlen(event->name)) : std::string_view());
      at += sizeof(inotify_event) + event->len;
    }
  }
}

}  // namespace wf::network
