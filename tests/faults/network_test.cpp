// Bad networks: through a relay of our own, and, in the full run as root, through a network namespace of the kernel's.
#include <unistd.h>

#include <cstdio>

#include "tests/faults/estate.hpp"
#include "tests/faults/relay.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

void report(const char* what, Estate& estate, std::uint64_t seed, std::chrono::seconds limit) {
  const bool settled = estate.settles(limit);
  const Figures figures = estate.figures();
  std::printf("%s: %s\n", what, figures.text().c_str());
  std::fflush(stdout);
  INFO("seed " << seed << "\n" << figures.text() << "\n" << estate.said());
  CHECK(settled);
  CHECK(figures.good());
  for (const auto& agent : estate.agents()) CHECK(agent->ends().empty());
  CHECK(estate.engine().ends().empty());
}

}  // namespace

TEST_CASE("every event arrives once over a line that delays, splits, freezes, halves and cuts connections") {
  const int rounds = amount("WF_FAULTS_NETWORK", 10, 300);
  const std::uint64_t seed = fault_seed();
  std::printf("relay: %d rounds, seed %llu\n", rounds, static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  const int engine_port = free_port();
  Relay relay(engine_port, seed);
  Estate::Options options;
  options.port = engine_port;
  options.reach = "tcp://127.0.0.1:" + std::to_string(relay.port());
  Estate estate(seed, options);
  estate.engine().start();
  for (auto& agent : estate.agents()) agent->start();
  for (int round = 0; round < rounds; ++round) {
    Relay::Line line;
    line.delay_ms = up_to(3) == 0 ? up_to(120) : 0;
    line.jitter_ms = up_to(3) == 0 ? up_to(120) : 0;
    line.piece = up_to(3) == 0 ? static_cast<std::size_t>(1 + up_to(200)) : 65536;
    line.cut_after = up_to(4) == 0 ? static_cast<std::size_t>(1 + up_to(6000)) : 0;
    line.frozen = up_to(8) == 0;
    line.refuse = up_to(10) == 0;
    relay.set(line);
    for (int i = 0; i < 5; ++i) {
      estate.write(1 + up_to(40));
      until_moment(milliseconds(up_to(120)));
    }
    const int end = up_to(5);
    if (end == 0) relay.cut();
    if (end == 1) relay.half_close(true);
    if (end == 2) relay.half_close(false);
  }
  relay.set({});
  std::printf("relay: %zu connections, %zu reset\n", relay.connections(), relay.resets());
  report("relay", estate, seed, std::chrono::seconds(180));
  estate.stop();
}

namespace {

bool shell(const std::string& command, std::string* said = nullptr) {
  const Outcome done = run("/bin/sh", {"-c", command});
  if (said != nullptr) *said = done.out + done.err;
  return done.status == 0;
}

/// A network namespace of the kernel's, joined by a pair of interfaces; gone at the end.
class Namespace {
 public:
  Namespace() : name_("wf-faults-" + std::to_string(::getpid())) {
    const std::string pid = std::to_string(::getpid() % 100'000);
    here_ = "wfh" + pid;
    there_ = "wft" + pid;
    made_ = shell("ip netns add " + name_ + " && ip link add " + here_ + " type veth peer name " + there_ + " netns " +
                      name_ + " && ip addr add 10.213.77.1/30 dev " + here_ + " && ip link set " + here_ +
                      " up && ip -n " + name_ + " addr add 10.213.77.2/30 dev " + there_ + " && ip -n " + name_ +
                      " link set " + there_ + " up && ip -n " + name_ + " link set lo up",
                  &problem_);
  }
  ~Namespace() { (void)shell("ip link del " + here_ + "; ip netns del " + name_); }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::vector<std::string> prefix() const { return {"/usr/bin/env", "ip", "netns", "exec", name_}; }
  /// Loss, delay and rate by the kernel, both ways; false where it has no such queue.
  [[nodiscard]] bool netem(const std::string& how) const {
    return shell("tc qdisc replace dev " + here_ + " root netem " + how + " && ip netns exec " + name_ +
                 " tc qdisc replace dev " + there_ + " root netem " + how);
  }
  /// Without netem: a filter that drops one of `n` packets each way, all of them for 1, none for 0.
  [[nodiscard]] bool drop(int n) const {
    if (n == 0) return shell("nft delete table ip wf_faults 2>/dev/null; true");
    const std::string what = n == 1 ? "" : "numgen random mod " + std::to_string(n) + " 0 ";
    return shell(
        "nft delete table ip wf_faults 2>/dev/null; nft add table ip wf_faults && "
        "nft 'add chain ip wf_faults in { type filter hook input priority 0; }' && "
        "nft 'add chain ip wf_faults out { type filter hook output priority 0; }' && nft add rule ip wf_faults in "
        "iif " +
        here_ + " " + what + "drop && nft add rule ip wf_faults out oif " + here_ + " " + what + "drop");
  }
  /// Takes the cable out, or puts it in again.
  void cable(bool in) const { (void)shell("ip link set " + here_ + (in ? " up" : " down")); }

 private:
  std::string name_, here_, there_, problem_;
  bool made_ = false;
};

}  // namespace

TEST_CASE("every event arrives once through a namespace of the kernel with loss, a slow line and cuts") {
  if (!full_run()) return;  // it needs root and takes minutes; the relay stands for it in the short form
  if (::geteuid() != 0) {
    WARN("not root: no network namespaces, skipped");
    return;
  }
  const Namespace space;
  if (!space.made()) {
    WARN("this kernel lets us make no network namespace, skipped: " << space.problem());
    return;
  }
  const int rounds = amount("WF_FAULTS_NETNS", 0, 20);
  const std::uint64_t seed = fault_seed();
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Estate::Options options;
  options.listen_at = "10.213.77.1";
  Estate estate(seed, options);
  estate.engine().start();
  for (auto& agent : estate.agents()) agent->start({}, space.prefix());
  const bool netem = space.netem("delay 1ms");
  std::printf("namespace: %d rounds, seed %llu, loss by %s\n", rounds, static_cast<unsigned long long>(seed),
              netem ? "netem" : "nftables (no netem in this kernel)");
  for (int round = 0; round < rounds; ++round) {
    if (netem) {
      const std::string loss = std::to_string(up_to(20)), delay = std::to_string(1 + up_to(150));
      CHECK(space.netem("delay " + delay + "ms " + std::to_string(up_to(40)) + "ms loss " + loss + "% rate " +
                        std::to_string(64 + up_to(2000)) + "kbit"));
    } else {
      CHECK(space.drop(up_to(4) == 0 ? 1 : 4 + up_to(20)));
    }
    for (int i = 0; i < 8; ++i) {
      estate.write(1 + up_to(60));
      until_moment(milliseconds(up_to(400)));
    }
    if (up_to(3) == 0) {
      space.cable(false);
      estate.write(40);
      // Longer than the link's patience now and then.
      until_moment(milliseconds(up_to(4) == 0 ? 18'000 : up_to(3000)));
      space.cable(true);
    }
  }
  if (netem)
    CHECK(space.netem("delay 1ms"));
  else
    CHECK(space.drop(0));
  report("namespace", estate, seed, std::chrono::seconds(240));
  estate.stop();
}
