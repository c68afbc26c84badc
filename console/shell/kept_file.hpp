#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "console/shell/kept.hpp"

namespace wf::shell {

/// $XDG_STATE_HOME/watchfloor/console.json, or the same under ~/.local/state; empty without either.
/// (XDG Base Directory Specification 0.8.)
[[nodiscard]] std::filesystem::path usual_kept_file();

/// The file that keeps what outlives a console. Written by a thread of its own, beside and renamed, within a second of
/// a change and at the end; several consoles may share it: of those that sit at one seat at the same time each has a
/// memory of its own. What goes wrong is told in one line, once, and never keeps anybody from working.
class KeptFile {
 public:
  /// `seat`: which engine's seat this is ("demo", a data directory, an address). An empty `file` keeps nothing.
  /// `tell` is called with one line for standard error, on any thread.
  KeptFile(std::filesystem::path file, std::string seat, std::function<void(const std::string&)> tell);
  /// Writes what is left.
  ~KeptFile();
  KeptFile(const KeptFile&) = delete;
  KeptFile& operator=(const KeptFile&) = delete;

  /// What the file said when it was opened; of a damaged one the usual.
  [[nodiscard]] const Kept& start() const { return start_; }
  /// Keeps it as it is now; returns at once.
  void keep(Kept kept);
  /// Waits until what was handed over is written, or cannot be.
  void flush();
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// Why nothing is kept; empty: it is.
  [[nodiscard]] std::string problem() const;

 private:
  struct Writer;
  std::filesystem::path file_;
  Kept start_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace wf::shell
