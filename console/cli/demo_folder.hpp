#pragma once
#include <filesystem>

#include "console/demo/recording.hpp"
#include "proto/result.hpp"

namespace wf::cli {

/// A fresh temporary folder of mode 0700, removed at the end unless it is kept.
class DemoFolder {
 public:
  [[nodiscard]] static Result<DemoFolder> make(bool keep);
  DemoFolder(DemoFolder&& o) noexcept;
  DemoFolder& operator=(DemoFolder&&) = delete;
  ~DemoFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  DemoFolder(std::filesystem::path path, bool keep) : path_(std::move(path)), keep_(keep) {}
  std::filesystem::path path_;
  bool keep_;
};

/// The recording in `folder`, or the one that comes with Watchfloor when that is empty. Its problems are printed.
[[nodiscard]] Result<demo::Recording> find_recording(const std::string& folder);

}  // namespace wf::cli
