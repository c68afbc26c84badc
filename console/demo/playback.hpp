#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/demo/recording.hpp"
#include "proto/result.hpp"

namespace wf::demo {

/// Writes a recording's lines into live files as time reaches them: whole lines, all that are due of a file in one
/// write, as a device does. Knows no clock and no thread. The recording must outlive it.
class Playback {
 public:
  /// Makes the empty live files in `folder`, which exists.
  [[nodiscard]] static Result<Playback> start(const Recording& recording, const std::filesystem::path& folder);
  Playback(Playback&&) noexcept;
  Playback& operator=(Playback&&) = delete;
  ~Playback();

  /// Writes what is due at `offset` after the start. What cannot be written (a full disk) is tried again by the
  /// next call, and nothing is left out.
  [[nodiscard]] Result<void> advance(std::int64_t offset);
  /// Offset of the next line; negative: none is left.
  [[nodiscard]] std::int64_t next() const;
  [[nodiscard]] std::size_t written() const;

 private:
  struct Live {
    const RecordedSource* source = nullptr;
    std::string path;
    int descriptor = -1;
    std::size_t next = 0;  ///< line
    std::string rest;      ///< of a write that was cut short
  };
  Playback() = default;
  static Result<void> append(Live& live, std::string text);
  std::vector<Live> live_;
  std::size_t written_ = 0;
};

/// Plays on a thread of its own as an injected clock runs.
class Player {
 public:
  /// `now` is the clock in UTC, `speed` its rate; `on_problem` gets one line a failure, on the player's thread.
  Player(Playback playback, UtcNs start, std::function<UtcNs()> now, double speed,
         std::function<void(const std::string&)> on_problem);
  ~Player();  ///< stops, joins
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  /// True when every line was written. Any thread.
  [[nodiscard]] bool over() const;
  [[nodiscard]] std::size_t written() const;  ///< lines; any thread

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::demo
