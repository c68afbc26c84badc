#include "tests/bench/agent_link.hpp"

#include <poll.h>
#include <zmq.h>

#include <array>
#include <stdexcept>

#include "console/link/agent_files.hpp"

namespace wf::bench {

CurveKeys::CurveKeys() {
  std::array<char, 41> open{}, secret{};
  if (zmq_curve_keypair(open.data(), secret.data()) != 0) throw std::runtime_error("libzmq has no CURVE");
  public_key = open.data();
  secret_key = secret.data();
}

kit::Spool open_spool(const std::filesystem::path& directory) {
  kit::SpoolOptions options;
  options.directory = directory;
  options.limit_bytes = 4ULL << 30U;
  return must(kit::Spool::open(options));
}

void fill(kit::Spool& spool, const std::vector<EncodedBatch>& batches, std::size_t each) {
  std::vector<kit::BatchToSpool> commit;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    commit.push_back({1, kBatchEvents, batches[i].payload});
    if (commit.size() < each && i + 1 < batches.size()) continue;
    must(spool.append(commit, {}));
    commit.clear();
  }
}

CurveKeys enrol(const std::filesystem::path& engine_keys, const std::string& name) {
  CurveKeys keys;
  link::EnrolledAgent agent;
  agent.name = name;
  agent.kind = "network";
  agent.public_key = keys.public_key;
  agent.enrolled = 1;
  must(link::write_agent(engine_keys, agent));
  return keys;
}

namespace {

kit::LinkOptions options_of(const std::string& endpoint, const std::string& engine_key, const CurveKeys& keys,
                            const std::string& name) {
  kit::LinkOptions out;
  out.kind = "network";
  out.name = name;
  out.engines = {endpoint};
  out.identity.name = name;
  out.identity.engine = endpoint;
  out.identity.engine_key = engine_key;
  out.identity.public_key = keys.public_key;
  out.identity.secret_key = keys.secret_key;
  out.identity.enrolled = true;
  return out;
}

}  // namespace

AgentLink::AgentLink(const std::string& endpoint, const std::string& engine_key, const CurveKeys& keys,
                     const std::string& name, kit::Spool& spool)
    : spool_(spool), client_(options_of(endpoint, engine_key, keys, name), spool) {}

void AgentLink::turn(int sleep_ms, const std::function<bool()>& done) {
  const std::int64_t mono = kit::monotonic_ns();
  const kit::Moment now{kit::Clock().at(mono), mono};
  spool_.keep_time(now);
  if (client_.step(now) || (done && done())) return;
  fds_.clear();
  client_.add_fds(fds_);
  (void)::poll(fds_.data(), static_cast<nfds_t>(fds_.size()), sleep_ms);
}

void AgentLink::until(const std::function<bool()>& done) {
  const std::int64_t late = kit::monotonic_ns() + kMinute;
  while (!done()) {
    turn(5, done);
    if (kit::monotonic_ns() > late) throw std::runtime_error("the link came to no end within a minute");
  }
}

void AgentLink::until_connected() {
  until([&] { return client_.state() == kit::LinkClient::State::connected; });
}

}  // namespace wf::bench
