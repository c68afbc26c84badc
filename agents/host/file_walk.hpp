#pragma once
#include <dirent.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wf::host {

/// Goes through folders and what is below them, a few entries at a time.
class FileWalk {
 public:
  struct Entry {
    std::string path;
    struct stat st {};
  };
  /// Adds a path, a file's or a folder's; its own entry comes too. Symbolic links are not followed.
  void add(std::string path, unsigned depth) { todo_.emplace_back(std::move(path), depth); }
  /// The next entry; false: nothing is left.
  [[nodiscard]] bool next(Entry& entry);
  [[nodiscard]] bool busy() const { return folder_ != nullptr || !todo_.empty(); }
  /// Folder that could not be read, and errno; empty again after it was asked for.
  [[nodiscard]] std::pair<std::string, int> blocked() { return std::exchange(blocked_, {}); }

 private:
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  std::vector<std::pair<std::string, unsigned>> todo_;
  std::unique_ptr<DIR, Close> folder_;
  std::string path_;
  unsigned depth_ = 0;
  std::pair<std::string, int> blocked_;
};

}  // namespace wf::host
