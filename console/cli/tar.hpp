#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/time.hpp"

namespace wf::cli {

/// Small files as one archive in memory: POSIX ustar (IEEE Std 1003.1, pax), owner root, mode 0600.
class Tar {
 public:
  /// `time` stands in every header, in UTC.
  explicit Tar(UtcNs time) : time_(time) {}
  /// `name` is a plain path of at most 99 bytes.
  void add(std::string_view name, std::string_view content);
  /// The archive, ended as the format demands.
  [[nodiscard]] std::string finish() const;

 private:
  UtcNs time_;
  std::string bytes_;
};

}  // namespace wf::cli
