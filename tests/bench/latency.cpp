// Benchmark 5: how long one event takes until an agent knows that it is stored for good: alone, and while the link is
// kept full of others.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <zmq.hpp>

#include "console/engine/engine.hpp"
#include "console/link/enrolment.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/agent_link.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/beside.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kAlone = 300;     ///< events of a run, sent one by one
constexpr std::size_t kBacklog = 3000;  ///< batches that keep the link full
/// An engine that has worked before writes over its log again; one that never did has to make it longer each time.
constexpr std::size_t kBefore = 100;
constexpr std::int64_t kSettled = 3 * kSecond;  ///< for its housekeeping, each second, to put the log away
constexpr std::int64_t kEvery = 10 * kMillisecond;

double ms_since(std::int64_t begin) { return static_cast<double>(kit::monotonic_ns() - begin) / 1e6; }

/// A file that grows by what is written, and is synced each time.
class Appended {
 public:
  explicit Appended(const std::filesystem::path& file) : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error(file.string() + ": cannot be made");
  }
  ~Appended() { ::close(fd_); }
  Appended(const Appended&) = delete;
  Appended& operator=(const Appended&) = delete;
  void add(std::string_view bytes) {
    if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fdatasync(fd_) != 0)
      throw std::runtime_error("the peer's file: disk");
  }

 private:
  int fd_;
};

/// The peer: a program that answers each message over CURVE once it has it in a synced file.
class SyncingPeer {
 public:
  explicit SyncingPeer(const std::filesystem::path& file) : file_(file) {
    router_.set(zmq::sockopt::curve_server, 1);
    router_.set(zmq::sockopt::curve_secretkey, server_keys_.secret_key);
    router_.set(zmq::sockopt::rcvtimeo, 50);
    router_.bind("tcp://127.0.0.1:*");
    dealer_.set(zmq::sockopt::curve_serverkey, server_keys_.public_key);
    dealer_.set(zmq::sockopt::curve_publickey, client_keys_.public_key);
    dealer_.set(zmq::sockopt::curve_secretkey, client_keys_.secret_key);
    dealer_.set(zmq::sockopt::rcvtimeo, 10'000);
    dealer_.connect(router_.get(zmq::sockopt::last_endpoint));
    thread_.emplace([this] { answer(); }, [this] { stop_ = true; });
  }
  /// Milliseconds of one message.
  double ask(std::string_view bytes) {
    const std::int64_t begin = kit::monotonic_ns();
    dealer_.send(zmq::buffer(bytes), zmq::send_flags::none);
    zmq::message_t frame;
    if (!dealer_.recv(frame)) {
      thread_->finish();
      throw std::runtime_error("the peer does not answer");
    }
    return ms_since(begin);
  }

 private:
  void answer() {
    zmq::message_t route, body;
    while (!stop_) {
      if (!router_.recv(route)) continue;
      if (!router_.recv(body)) continue;
      file_.add(body.to_string_view());
      router_.send(route, zmq::send_flags::sndmore);
      router_.send(zmq::str_buffer("ok"), zmq::send_flags::none);
    }
  }

  const CurveKeys server_keys_, client_keys_;
  zmq::context_t context_{1}, other_{1};  // as two programs have them
  zmq::socket_t router_{other_, zmq::socket_type::router}, dealer_{context_, zmq::socket_type::dealer};
  Appended file_;
  std::atomic<bool> stop_ = false;
  std::optional<Beside> thread_;
};

/// A whole engine, without rules.
struct RunningEngine {
  explicit RunningEngine(const std::filesystem::path& data) {
    engine::EngineOptions options;
    options.data = data;
    options.listen = "tcp://127.0.0.1:0";
    std::vector<std::string> notes;
    engine = must(engine::Engine::start(options, notes));
    keys = data / "keys";
    key = must(link::engine_public_key(keys));
  }
  std::unique_ptr<engine::Engine> engine;
  std::filesystem::path keys;
  std::string key;
};

/// What one event took, in milliseconds.
struct Taken {
  std::vector<double> sent;    ///< from durable in the agent's spool to confirmed
  std::vector<double> whole;   ///< from handed to the spool to confirmed
  std::vector<double> synced;  ///< the peer: one message
  std::vector<double> twice;   ///< the peer, after the same message was written and synced at its sender
};

class OneByOne {
 public:
  OneByOne(const std::filesystem::path& directory, const RunningEngine& engine, const std::string& name,
           std::uint8_t lane)
      : spool_(open_spool(directory)),
        link_(engine.engine->endpoint(), engine.key, enrol(engine.keys, name), name, spool_),
        lane_(lane) {
    link_.until_connected();
  }
  [[nodiscard]] AgentLink& link() { return link_; }
  [[nodiscard]] kit::Spool& spool() { return spool_; }
  /// Begins an event's way.
  void append(const std::string& event) {
    handed_ = kit::monotonic_ns();
    const kit::BatchToSpool one{lane_, 1, event};
    must(spool_.append({&one, 1}, {}));
    durable_ = kit::monotonic_ns();
  }
  [[nodiscard]] bool confirmed() const { return spool_.acknowledged(lane_) + 1 == spool_.next_sequence(lane_); }
  void note(Taken& out) const {
    out.sent.push_back(ms_since(durable_));
    out.whole.push_back(ms_since(handed_));
  }

 private:
  kit::Spool spool_;
  AgentLink link_;
  std::uint8_t lane_;
  std::int64_t handed_ = 0, durable_ = 0;
};

/// Each event when the last one is confirmed, turn about with the peer.
Taken alone(const std::vector<EncodedBatch>& before_it) {
  const Scratch scratch;
  const RunningEngine engine(scratch.path() / "data");
  OneByOne agent(scratch.path() / "spool", engine, "net-1", 1);
  fill(agent.spool(), before_it);
  agent.link().until([&] { return agent.confirmed(); });
  for (const std::int64_t end = kit::monotonic_ns() + kSettled; kit::monotonic_ns() < end;) agent.link().turn(100);
  SyncingPeer peer(scratch.path() / "peer");
  Appended before(scratch.path() / "before");
  BatchEncoder encoder;
  std::string event;
  Taken out;
  for (std::size_t i = 0; i < kAlone; ++i) {
    encoder.encode(make_events(i + 1, 1), event);
    agent.append(event);
    agent.link().until([&] { return agent.confirmed(); });
    agent.note(out);
    const double once = peer.ask(event);
    const std::int64_t begin = kit::monotonic_ns();
    before.add(event);
    (void)peer.ask(event);
    out.synced.push_back(once);
    out.twice.push_back(ms_since(begin));
    // Its connection is quiet meanwhile, but not dead.
    agent.link().turn(0);
  }
  return out;
}

/// A life-safety event each kEvery while the same agent brings a backlog as fast as the engine takes it.
Taken beside_a_backlog(const std::vector<EncodedBatch>& batches) {
  const Scratch scratch;
  const RunningEngine engine(scratch.path() / "data");
  OneByOne agent(scratch.path() / "spool", engine, "net-1", 0);
  fill(agent.spool(), batches);
  BatchEncoder encoder;
  std::string event;
  Taken out;
  std::uint64_t n = 0;
  std::int64_t next = kit::monotonic_ns() + kEvery;
  bool waiting = false;
  agent.link().until([&] {
    if (waiting && agent.confirmed()) {
      agent.note(out);
      waiting = false;
    }
    if (agent.spool().acknowledged(1) + 1 == agent.spool().next_sequence(1)) return true;
    if (!waiting && kit::monotonic_ns() >= next) {
      encoder.encode(make_events(++n, 1), event);
      agent.append(event);
      waiting = true;
      next = kit::monotonic_ns() + kEvery;
    }
    return false;
  });
  return out;
}

/// An event each kEvery of an agent that has no others, while another one brings its backlog.
Taken beside_another(const std::vector<EncodedBatch>& batches) {
  const Scratch scratch;
  const RunningEngine engine(scratch.path() / "data");
  OneByOne quiet(scratch.path() / "quiet", engine, "net-1", 1);
  kit::Spool backlog = open_spool(scratch.path() / "backlog");
  fill(backlog, batches);
  std::atomic<bool> enough = false;
  AgentLink other(engine.engine->endpoint(), engine.key, enrol(engine.keys, "net-2"), "net-2", backlog);
  other.until_connected();
  Beside loud([&] { other.until([&] { return backlog.events() == 0 || enough; }); }, [&] { enough = true; });
  BatchEncoder encoder;
  std::string event;
  Taken out;
  for (std::uint64_t n = 0; !loud.over();) {
    encoder.encode(make_events(++n, 1), event);
    const std::int64_t begin = kit::monotonic_ns();
    quiet.append(event);
    quiet.link().until([&] { return quiet.confirmed(); });
    if (!loud.over()) quiet.note(out);
    while (kit::monotonic_ns() - begin < kEvery) quiet.link().turn(2);
  }
  loud.join();
  return out;
}

void add(std::vector<double>& to, const std::vector<double>& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

Rows latency() {
  const std::vector<EncodedBatch> batches = make_batches(kBacklog);
  const std::vector<EncodedBatch> few(batches.begin(), batches.begin() + kBefore);
  Taken one, same, other;
  for (int i = 0; i < kRuns; ++i) {
    for (const auto& [to, from] : {std::pair(&one, alone(few)), std::pair(&same, beside_a_backlog(batches)),
                                   std::pair(&other, beside_another(batches))}) {
      add(to->sent, from.sent);
      add(to->whole, from.whole);
      add(to->synced, from.synced);
      add(to->twice, from.twice);
    }
  }
  Row sent;
  sent.number = "5";
  sent.figure = "one event, sent to durably stored and confirmed, p50";
  sent.value = median(one.sent);
  sent.unit = "ms";
  sent.peer = "CURVE round trip, 1 fdatasync";
  sent.peer_value = median(one.synced);
  sent.goal = 1.5;
  sent.at_least = false;
  sent.note = fmt::format("{} events one by one, turn about with the peer, which appends each to a file and syncs it",
                          one.sent.size());
  Row whole = sent;
  whole.number = "5";
  whole.figure = "the same from the agent's spool on, which syncs too, p50";
  whole.value = median(one.whole);
  whole.peer = "the same, 1 more at the sender";
  whole.peer_value = median(one.twice);
  Row full = sent;
  full.figure = "life safety, sent behind a backlog of its agent's, p99";
  full.value = percentile(same.sent, 0.99);
  full.peer = "";
  full.peer_value = 0;
  full.goal = 5;
  full.note = fmt::format("{} events, p50 {:.2f} ms; with the agent's own sync p99 {:.2f} ms", same.sent.size(),
                          median(same.sent), percentile(same.whole, 0.99));
  Row beside = full;
  beside.figure = "an event, sent while another agent brings a backlog, p99";
  beside.value = percentile(other.sent, 0.99);
  beside.note = fmt::format("{} events, p50 {:.2f} ms; with the agent's own sync p99 {:.2f} ms", other.sent.size(),
                            median(other.sent), percentile(other.whole, 0.99));
  return {sent, whole, full, beside};
}

}  // namespace wf::bench
