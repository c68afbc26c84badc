// Do attachments get in the way of events? The time from an event's commit at the agent to its acknowledgement there,
// with nothing else to bring and while a 50 MiB clip travels on the same connection.
#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>

#include "agents/kit/link/link_client.hpp"
#include "agents/kit/source.hpp"
#include "console/engine/engine.hpp"
#include "console/link/agent_files.hpp"
#include "console/link/key_files.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr std::int64_t kEvery = 2 * kMillisecond;  ///< between two events
constexpr std::size_t kClipBytes = 50U << 20U;
constexpr std::int64_t kQuiet = 2 * kSecond;  ///< measured without a clip

std::int64_t mono() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string clip() {
  std::string out(
      "\0\0\0\x20"
      "ftypisom",
      12);
  for (std::uint64_t state = 0x9e3779b97f4a7c15ULL; out.size() < kClipBytes;) {
    state ^= state << 13U, state ^= state >> 7U, state ^= state << 17U;
    out.append(reinterpret_cast<const char*>(&state), sizeof state);
  }
  return out;
}

struct Measured {
  std::vector<double> latencies;  ///< ms
  double clip_seconds = 0;
};

/// One agent's spool, store and link against a whole engine over CURVE, on one thread as an agent has it.
Measured run(bool with_clip) {
  const Scratch scratch;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  std::vector<std::string> notes;
  const auto engine = must(engine::Engine::start(options, notes));
  const link::KeyPair keys = must(link::make_key_pair());
  link::EnrolledAgent enrolled;
  enrolled.name = "cam-1";
  enrolled.kind = "camera";
  enrolled.public_key = keys.public_key;
  enrolled.enrolled = 1;
  must(link::write_agent(options.data / "keys", enrolled));
  kit::SpoolOptions spool_options;
  spool_options.directory = scratch.path() / "spool";
  kit::Spool spool = must(kit::Spool::open(spool_options));
  kit::Attachments attachments = must(kit::Attachments::open(
      {.directory = scratch.path() / "attachments", .limit_bytes = 2 * kClipBytes, .each_bytes = 2 * kClipBytes}));
  kit::LinkOptions link;
  link.kind = "camera";
  link.name = "cam-1";
  link.engines = {engine->endpoint()};
  link.identity.name = "cam-1";
  link.identity.engine = engine->endpoint();
  link.identity.engine_key = must(link::engine_public_key(options.data / "keys"));
  link.identity.public_key = keys.public_key;
  link.identity.secret_key = keys.secret_key;
  link.identity.enrolled = true;
  link.identity_file = scratch.path() / "identity.json";
  link.attachments = &attachments;
  kit::LinkClient client(std::move(link), spool);
  const kit::Clock clock;
  BatchEncoder encoder;
  std::string batch;
  std::uint64_t number = 0;
  std::deque<std::pair<std::uint64_t, std::int64_t>> waiting;  ///< an event's number, and when it was committed
  Measured out;
  std::vector<pollfd> fds;
  std::int64_t next = 0, begun = 0;
  const std::int64_t give_up = mono() + 120 * kSecond;
  while (mono() < give_up) {
    const std::int64_t now = mono();
    const bool more = client.step({clock.at(now), now});
    const bool connected = client.state() == kit::LinkClient::State::connected;
    if (connected && begun == 0) {
      begun = next = now;
      if (with_clip) (void)must(attachments.add(clip()));
      if (with_clip) begun = next = mono();
    }
    for (; !waiting.empty() && spool.acknowledged(1) >= waiting.front().first; waiting.pop_front())
      out.latencies.push_back(static_cast<double>(mono() - waiting.front().second) / 1e6);
    const bool over = begun != 0 && (with_clip ? attachments.count() == 0 : now - begun >= kQuiet);
    if (over && out.clip_seconds == 0) out.clip_seconds = static_cast<double>(now - begun) / 1e9;
    if (over && waiting.empty()) return out;
    if (connected && !over && now >= next) {
      encoder.encode(make_events(++number, 1), batch);
      const kit::BatchToSpool one{1, 1, batch};
      must(spool.append({&one, 1}, {}));
      waiting.emplace_back(number, mono());
      next = std::max(next + kEvery, now);
      continue;
    }
    if (more) continue;
    fds.clear();
    client.add_fds(fds);
    const std::int64_t due = begun == 0 ? 10 * kMillisecond : std::max<std::int64_t>(next - mono(), 0);
    (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()),
                 static_cast<int>((due + kMillisecond - 1) / kMillisecond));
  }
  throw std::runtime_error("the clip did not arrive within two minutes");
}

}  // namespace

Rows attachments() {
  std::vector<double> quiet, loaded, seconds;
  for (int i = 0; i < kRuns; ++i) {
    const Measured without = run(false), with = run(true);
    quiet.insert(quiet.end(), without.latencies.begin(), without.latencies.end());
    loaded.insert(loaded.end(), with.latencies.begin(), with.latencies.end());
    seconds.push_back(with.clip_seconds);
  }
  const std::string note =
      fmt::format("an event each {} ms; {} events without, {} while a 50 MiB clip travels, in {:.2f} s",
                  kEvery / kMillisecond, quiet.size(), loaded.size(), median(seconds));
  Rows out;
  for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p99", 0.99)}) {
    Row row;
    row.number = "att";
    row.figure = fmt::format("event committed to acknowledged beside an attachment, {}", name);
    row.value = percentile(loaded, share);
    row.unit = "ms";
    row.peer = "the same without one";
    row.peer_value = percentile(quiet, share);
    row.goal = 2;
    row.at_least = false;
    row.note = note;
    out.push_back(row);
  }
  return out;
}

}  // namespace wf::bench
