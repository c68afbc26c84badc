#include "tests/bench/load.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <spawn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <chrono>

#include "proto/event_codec.hpp"

extern char** environ;

namespace wf::bench {

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double processor_seconds() {
  timespec spent{};
  (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

double thread_seconds() {
  timespec spent{};
  (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

pid_t start_quietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failed = ::posix_spawn(&child, arguments.front(), &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  return failed == 0 ? child : -1;
}

Scratch::Scratch() {
  // Not /tmp: that may be memory, and a figure about a disk must touch one.
  std::string text = (std::filesystem::current_path() / "wf-bench.XXXXXX").string();
  if (::mkdtemp(text.data()) == nullptr) throw std::runtime_error(text + ": cannot be made");
  path_ = text;
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Event attack(std::size_t n, UtcNs time, std::size_t host, std::string kind) {
  Event e;
  e.id = "bench:" + std::to_string(n);
  e.time = time;
  e.kind = std::move(kind);
  e.logsource.category = "bench";
  e.add("what", "attack");
  e.add("host.name", "h" + std::to_string(host));
  return e;
}

std::vector<Event> make_events(std::uint64_t first, std::uint32_t count) {
  std::vector<Event> out;
  out.reserve(count);
  std::uint64_t noise = first * 0x9e3779b97f4a7c15U + 1;
  const auto next = [&] {
    noise ^= noise << 13U;
    noise ^= noise >> 7U;
    noise ^= noise << 17U;
    return noise;
  };
  for (std::uint64_t n = first; n < first + count; ++n) {
    Event e;
    e.time = 1'772'000'000 * kSecond + static_cast<UtcNs>(n) * kMillisecond;
    e.seen = e.time + kMillisecond;
    e.kind = "network.flow";
    e.source = "suricata:/var/log/suricata/eve.json";
    e.logsource = {"suricata", "", "network"};
    e.add("src.ip", fmt::format("10.{}.{}.{}", next() % 256, next() % 256, next() % 256));
    e.add("dst.ip", fmt::format("192.168.{}.{}", next() % 256, next() % 256));
    e.add("dst.port", std::to_string(next() % 65536), ValueType::number);
    e.add("flow_id", std::to_string(next()), ValueType::number);
    e.add("proto", "TCP");
    std::string text;
    while (text.size() < 128) text += fmt::format("{:016x}", next());
    e.add("payload_printable", text);
    out.push_back(std::move(e));
  }
  return out;
}

std::vector<EncodedBatch> make_batches(std::size_t count) {
  std::vector<EncodedBatch> out(count);
  BatchEncoder encoder;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Event> events = make_events(i * kBatchEvents + 1, kBatchEvents);
    out[i].first = i * kBatchEvents + 1;
    out[i].min_time = events.front().time;
    out[i].max_time = events.back().time;
    encoder.encode(events, out[i].payload);
  }
  return out;
}

}  // namespace wf::bench
