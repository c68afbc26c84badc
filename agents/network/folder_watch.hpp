#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "agents/kit/descriptor.hpp"

namespace wf::network {

/// Tells which files of one folder changed (inotify(7)): one watch, however many files. May stay silent (NFS, no
/// watches left): whoever uses it also looks from time to time.
class FolderWatch {
 public:
  /// Watches `folder` unless it does already.
  void watch(const std::string& folder);
  [[nodiscard]] bool working() const { return watch_ >= 0; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Calls `changed` for each file that was written to, came or went since the last call; "" where only that something
  /// changed is known.
  void drain(const std::function<void(std::string_view)>& changed);

 private:
  kit::Descriptor fd_;
  int watch_ = -1;
};

}  // namespace wf::network
