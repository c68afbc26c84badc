#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::bench {

/// A directory of one run on the disk that benchmarks are about, removed at its end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What some work took, by the wall clock.
[[nodiscard]] double seconds_of(const std::function<void()>& work);
/// Processor time of all threads of this process so far, in seconds: what others do on the machine is not in it.
[[nodiscard]] double processor_seconds();
/// The same of this thread alone.
[[nodiscard]] double thread_seconds();
/// What the heap holds now, by malloc's own count.
[[nodiscard]] std::size_t heap_bytes();
/// Starts a program (its path, then its arguments) whose outputs nobody sees; -1 if it cannot be started.
[[nodiscard]] pid_t start_quietly(std::vector<std::string> words);

/// The value, or the end of the program with the error's line.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}
inline void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().text());
}

inline constexpr std::uint32_t kBatchEvents = 256;  ///< as the agents make them

/// Batches of kBatchEvents events, each of about 256 bytes once encoded, all different.
struct EncodedBatch {
  std::uint64_t first = 0;
  UtcNs min_time = 0, max_time = 0;
  std::string payload;
};
/// Each attack() on a host of its own is an incident of its own.
inline constexpr const char* kAttackRule =
    "title: t\nid: bench\nlevel: high\nlogsource: {category: bench}\n"
    "detection: {s: {what: attack}, condition: s}\n";
/// `n` makes its id; `kind` is what it is a line of.
[[nodiscard]] Event attack(std::size_t n, UtcNs time, std::size_t host, std::string kind = "network.alert");
[[nodiscard]] std::vector<Event> make_events(std::uint64_t first, std::uint32_t count);
[[nodiscard]] std::vector<EncodedBatch> make_batches(std::size_t count);

}  // namespace wf::bench
