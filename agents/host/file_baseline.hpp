#pragma once
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "proto/time.hpp"

namespace wf::host {

using Sha256 = std::array<std::uint8_t, 32>;

/// What is known of a file: a change of any of it is told.
struct FileState {
  std::uint32_t mode = 0;  ///< type and permissions
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0, inode = 0;
  std::int64_t changed = 0;  ///< status change (ctime), which no program can set, in nanoseconds since 1970
  bool hashed = false;       ///< false: no regular file, or one that could not be read
  Sha256 hash{};             ///< SHA-256 of a regular file's content, or of where a symbolic link leads
  std::uint32_t walk = 0;    ///< of a source: when it was seen last; not kept

  [[nodiscard]] static FileState of(const struct stat& st);
  [[nodiscard]] bool regular() const { return S_ISREG(mode); }
  [[nodiscard]] bool link() const { return S_ISLNK(mode); }
  [[nodiscard]] bool folder() const { return S_ISDIR(mode); }
  /// Nothing that stat(2) tells has changed. Of a folder only owner and permissions count: the rest changes with what
  /// is in it.
  [[nodiscard]] bool looks_like(const FileState& o) const {
    return same_attributes(o) && (folder() || (size == o.size && inode == o.inode && changed == o.changed));
  }
  [[nodiscard]] bool same_attributes(const FileState& o) const {
    return mode == o.mode && uid == o.uid && gid == o.gid;
  }
};

/// Files by path.
using FileBaseline = std::map<std::string, FileState>;

/// As a text and back, about 100 bytes a file; false: it cannot be read.
[[nodiscard]] std::string baseline_text(const FileBaseline& files);
[[nodiscard]] bool read_baseline_text(std::string_view text, FileBaseline& files);

[[nodiscard]] std::string hex(const Sha256& hash);

}  // namespace wf::host
