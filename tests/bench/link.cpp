// Benchmark 4: the encrypted link, from an agent's spool until the engine's end has confirmed all of it, against
// libzmq's CURVE with nothing around it.
#include <fmt/format.h>

#include <atomic>
#include <stdexcept>
#include <zmq.hpp>

#include "console/engine/clock.hpp"
#include "console/link/enrolment.hpp"
#include "console/link/link_server.hpp"
#include "tests/bench/agent_link.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/beside.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kBatches = 2000;
constexpr std::size_t kSingles = 300'000;  ///< events of the peer that has a frame for each

/// The engine's end of the link as it is, before a store that takes no time.
class Confirming {
 public:
  explicit Confirming(const std::filesystem::path& keys) {
    link::LinkOptions options;
    options.endpoint = "tcp://127.0.0.1:0";
    options.keys = keys;
    options.clock = [] { return engine::Clock().now(); };
    options.lease_secret = "benchmark";
    link::LinkHandlers handlers;
    handlers.on_batch = [this](link::ReceivedBatch& batch) {
      link::Acknowledgement done;
      done.origin = batch.origin;
      done.count = batch.count;
      done.reply_to = batch.reply_to;
      server_->acknowledge({&done, 1});
      return true;
    };
    handlers.stored = [](const std::string&) { return std::vector<LaneStored>{}; };
    handlers.lease = [](const std::string&, std::uint64_t) { return std::string(); };
    server_ = must(link::LinkServer::start(options, handlers));
    key_ = must(link::engine_public_key(keys));
  }
  [[nodiscard]] std::string endpoint() const { return server_->endpoint(); }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  std::unique_ptr<link::LinkServer> server_;
  std::string key_;
};

/// Of one run.
struct Speed {
  double a_second = 0;
  double processor_us = 0;  ///< processor time for one, both ends
};

Speed speed_of(std::size_t count, const std::function<void()>& work) {
  const double before = processor_seconds();
  const double seconds = seconds_of(work);
  const auto n = static_cast<double>(count);
  return {n / seconds, (processor_seconds() - before) / n * 1e6};
}

/// Batches a second. `spooling`: each 256 KiB of them are made durable in the spool before they are sent, as while an
/// agent reads; else they lie there from before.
Speed through_link(const std::vector<EncodedBatch>& batches, bool spooling) {
  const Scratch scratch;
  const std::filesystem::path keys = scratch.path() / "keys";
  kit::Spool spool = open_spool(scratch.path() / "spool");
  if (!spooling) fill(spool, batches);
  const Confirming engine(keys);
  AgentLink agent(engine.endpoint(), engine.key(), enrol(keys, "net-1"), "net-1", spool);
  agent.until_connected();
  return speed_of(batches.size(), [&] {
    if (spooling) {
      std::vector<kit::BatchToSpool> commit;
      for (const EncodedBatch& batch : batches) {
        commit.push_back({1, kBatchEvents, batch.payload});
        if (commit.size() < 4) continue;
        must(spool.append(commit, {}));
        commit.clear();
        agent.turn(0);
      }
      must(spool.append(commit, {}));
    }
    agent.until([&] { return spool.events() == 0; });
  });
}

/// Frames a second from a PUSH to a PULL over CURVE, the next of `frames` each time, `count` in all: sent as they are,
/// nothing read, looked at, kept or confirmed.
Speed bare(const std::vector<std::string>& frames, std::size_t count) {
  zmq::context_t context(1), other(1);  // as two programs have them
  const CurveKeys server_keys, client_keys;
  zmq::socket_t pull(other, zmq::socket_type::pull), push(context, zmq::socket_type::push);
  pull.set(zmq::sockopt::curve_server, 1);
  pull.set(zmq::sockopt::curve_secretkey, server_keys.secret_key);
  pull.set(zmq::sockopt::rcvtimeo, 60'000);
  pull.bind("tcp://127.0.0.1:*");
  push.set(zmq::sockopt::curve_serverkey, server_keys.public_key);
  push.set(zmq::sockopt::curve_publickey, client_keys.public_key);
  push.set(zmq::sockopt::curve_secretkey, client_keys.secret_key);
  push.set(zmq::sockopt::sndtimeo, 50);  // then it looks whether it is to end
  push.connect(pull.get(zmq::sockopt::last_endpoint));
  // The handshake is no part of it.
  push.send(zmq::str_buffer("hello"), zmq::send_flags::none);
  zmq::message_t frame;
  if (!pull.recv(frame)) throw std::runtime_error("bare CURVE: no connection");
  return speed_of(count, [&] {
    std::atomic<bool> enough = false;
    Beside sending(
        [&] {
          for (std::size_t i = 0; i < count && !enough;)
            if (push.send(zmq::buffer(frames[i % frames.size()]), zmq::send_flags::none)) ++i;
        },
        [&] { enough = true; });
    std::size_t came = 0;
    while (came < count && pull.recv(frame)) ++came;
    sending.finish();
    if (came < count) throw std::runtime_error("bare CURVE: frames were lost");
  });
}

}  // namespace

Rows link_throughput() {
  const std::vector<EncodedBatch> batches = make_batches(kBatches);
  std::vector<std::string> whole, single;
  std::size_t bytes = 0;
  for (const EncodedBatch& batch : batches) {
    whole.push_back(batch.payload);
    bytes += batch.payload.size();
  }
  BatchEncoder encoder;
  for (std::size_t i = 0; i < 1000; ++i) encoder.encode(make_events(i + 1, 1), single.emplace_back());
  // Turn about, so that a slow minute of a shared machine falls on all of them.
  std::vector<double> ours, spooling, equal, singles, ours_us, equal_us;
  const auto note = [](const Speed& speed, std::vector<double>& speeds, std::vector<double>* spent = nullptr) {
    speeds.push_back(speed.a_second);
    if (spent != nullptr) spent->push_back(speed.processor_us);
  };
  for (int i = 0; i < kRuns; ++i) {
    note(bare(whole, kBatches), equal, &equal_us);
    note(through_link(batches, false), ours, &ours_us);
    note(bare(single, kSingles), singles);
    note(through_link(batches, true), spooling);
  }
  Row row;
  row.number = "4";
  row.figure = "encrypted link, out of the spool until all is confirmed";
  row.value = median(ours) * kBatchEvents;
  row.unit = "events/s";
  row.peer = "bare CURVE, equal frames";
  row.peer_value = median(equal) * kBatchEvents;
  row.goal = 0.9;
  row.note = fmt::format(
      "{} batches of {} events, {} bytes each; the peer sends one way and confirms nothing; processor time a batch, "
      "both "
      "ends: {:.0f} µs, the peer {:.0f}",
      kBatches, kBatchEvents, bytes / kBatches, median(ours_us), median(equal_us));
  Row many = row;
  many.peer = "bare CURVE, an event a frame";
  many.peer_value = median(singles);
  many.goal = 2.5;
  many.note = fmt::format("the peer: {} frames of {} bytes", kSingles, single[0].size());
  Row live = row;
  live.number = "4+";
  live.figure = "the same while each 256 KiB are made durable first";
  live.value = median(spooling) * kBatchEvents;
  live.judged = false;
  return {row, many, live};
}

}  // namespace wf::bench
