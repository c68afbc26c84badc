// Benchmark 14: appending to an agent's spool against raw writes, and bringing a spool to an engine against the link.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>

#include "agents/kit/clock.hpp"
#include "agents/kit/link/link_client.hpp"
#include "agents/kit/spool/spool.hpp"
#include "tests/agents/kit/fake_engine.hpp"
#include "tests/bench/agent_link.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/beside.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kAppends = 300;
constexpr std::size_t kReplayed = 3000;
constexpr std::uint32_t kWindow = 64;

/// Megabytes a second of appends that write `bytes` in all, spread over `lanes` lanes.
double appended(std::string_view bytes, std::size_t lanes) {
  const Scratch scratch;
  kit::Spool spool = open_spool(scratch.path() / "spool");
  std::vector<kit::BatchToSpool> batches;
  const std::size_t each = bytes.size() / lanes;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    batches.push_back({static_cast<std::uint8_t>((lane + 1) % 3), kBatchEvents, bytes.substr(lane * each, each)});
  std::uint64_t n = 0;
  const double seconds = seconds_of([&] {
    for (std::size_t i = 0; i < kAppends; ++i) {
      const kit::spool::Position at{"suricata:/var/log/suricata/eve.json", std::to_string(++n)};
      must(spool.append(batches, {&at, 1}));
    }
  });
  return static_cast<double>(kAppends * each * lanes) / seconds / 1e6;
}

/// The same bytes into one file, synced each time.
double written(std::string_view bytes) {
  const Scratch scratch;
  const int fd = ::open((scratch.path() / "raw").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("raw: cannot be made");
  const double seconds = seconds_of([&] {
    for (std::size_t i = 0; i < kAppends; ++i) {
      const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(i * bytes.size()));
      if (n != static_cast<ssize_t>(bytes.size()) || ::fdatasync(fd) != 0) throw std::runtime_error("raw: disk");
    }
  });
  ::close(fd);
  return static_cast<double>(kAppends * bytes.size()) / seconds / 1e6;
}

/// An engine that confirms what it gets and keeps nothing, on a thread of its own.
class Confirming {
 public:
  Confirming() : engine_("tcp://127.0.0.1:*"), thread_([this] { run(); }, [this] { stop_ = true; }) {}
  [[nodiscard]] const kit::test::FakeEngine& engine() const { return engine_; }
  /// Throws what ended it.
  void check() {
    if (thread_.over()) thread_.finish();
  }

 private:
  void run() {
    while (!stop_) {
      const std::optional<kit::test::FromAgent> message = engine_.receive(50);
      if (!message) continue;
      LinkMessage answer;
      if (message->header.kind == LinkKind::hello) {
        answer.kind = LinkKind::welcome;
        answer.window = kWindow;
      } else if (message->header.kind == LinkKind::batch) {
        answer.kind = LinkKind::ack;
        answer.epoch = message->header.epoch;
        answer.lane = message->header.lane;
        answer.first_sequence = message->header.first_sequence;
        answer.count = message->header.count;
      } else {
        continue;
      }
      engine_.send(message->route, answer);
    }
  }

  kit::test::FakeEngine engine_;
  std::atomic<bool> stop_ = false;
  Beside thread_;
};

/// Batches a second from a spool that an agent finds at its start.
double replayed(const std::vector<EncodedBatch>& batches) {
  const Scratch scratch;
  {
    kit::Spool spool = open_spool(scratch.path() / "spool");
    fill(spool, batches);
  }
  kit::Spool spool = open_spool(scratch.path() / "spool");
  const Confirming confirming;
  AgentLink agent(confirming.engine().endpoint(), confirming.engine().public_key(), CurveKeys(), "bench", spool);
  agent.until_connected();
  const double seconds = seconds_of([&] { agent.until([&] { return spool.events() == 0; }); });
  return static_cast<double>(batches.size()) / seconds;
}

/// The same batches from memory over the same socket, at most a window of them unconfirmed.
double live(const std::vector<EncodedBatch>& batches) {
  Confirming confirming;
  const kit::test::Keys keys = kit::test::make_keys();
  kit::LinkSocket socket;
  must(socket.connect(confirming.engine().endpoint(),
                      {confirming.engine().public_key(), keys.public_key, keys.secret_key}));
  std::string header, answer, payload;
  std::vector<pollfd> fds;
  const auto wait = [&] {
    confirming.check();
    fds.clear();
    socket.add_fds(fds);
    (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), 5);
    (void)socket.fate();
  };
  LinkMessage message;
  message.kind = LinkKind::hello;
  encode_link(message, header);
  (void)socket.send(header);
  while (!socket.receive(answer, payload)) wait();
  message.kind = LinkKind::batch;
  return static_cast<double>(batches.size()) / seconds_of([&] {
           std::size_t sent = 0, confirmed = 0;
           while (confirmed < batches.size()) {
             for (; sent < batches.size() && sent - confirmed < kWindow; ++sent) {
               message.first_sequence = batches[sent].first;
               message.count = kBatchEvents;
               encode_link(message, header);
               if (!socket.send(header, batches[sent].payload)) break;
             }
             bool any = false;
             while (socket.receive(answer, payload)) {
               any = true;
               const LinkMessage said = must(decode_link(answer));
               if (said.kind == LinkKind::ack) confirmed += said.count / kBatchEvents;
             }
             if (!any) wait();
           }
         });
}

}  // namespace

Rows spool() {
  const std::string bytes = [] {
    std::string out;
    while (out.size() < 64U << 10U) out += make_batches(1)[0].payload;
    return out.substr(0, 64U << 10U);
  }();
  const std::vector<EncodedBatch> batches = make_batches(kReplayed);
  // Turn about, so that a slow minute of a shared machine falls on all of them.
  std::vector<double> raw, one, three, brought, bare;
  for (int i = 0; i < kRuns; ++i) {
    raw.push_back(written(bytes));
    one.push_back(appended(bytes, 1));
    three.push_back(appended(bytes, 3));
    bare.push_back(live(batches));
    brought.push_back(replayed(batches));
  }
  Row append{"14",
             "spool append, batches of 64 KiB",
             median(one),
             "MB/s",
             "raw write + fdatasync, MB/s",
             median(raw),
             0.5,
             true,
             true,
             ""};
  Row lanes = append;
  lanes.figure = "the same, a commit spread over three lanes";
  lanes.value = median(three);
  lanes.judged = false;
  Row replay{"14",
             "spool replay, found at the start, until all is confirmed",
             median(brought) * kBatchEvents,
             "events/s",
             "the live link, from memory",
             median(bare) * kBatchEvents,
             0.9,
             true,
             true,
             ""};
  return {append, lanes, replay};
}

}  // namespace wf::bench
