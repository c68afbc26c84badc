// Benchmark 13: what an idle agent costs a machine, beside a bare CURVE client.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "console/engine/engine.hpp"
#include "console/link/agent_files.hpp"
#include "console/link/link_server.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr int kSettleMs = 3000, kWindowMs = 10'000;

class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& c : command) arguments.push_back(const_cast<char*>(c.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ~Child() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool running() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  /// Bytes.
  [[nodiscard]] double resident() const {
    std::ifstream file(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) * 1024;
    return 0;
  }
  /// Nanoseconds that its threads ran.
  [[nodiscard]] double ran() const {
    double sum = 0;
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid_), ignored)) {
      std::ifstream file(task.path() / "schedstat");
      double ns = 0;
      if (file >> ns) sum += ns;
    }
    return sum;
  }

 private:
  pid_t pid_ = -1;
};

void pass(int ms) { ::poll(nullptr, 0, ms); }

struct Cost {
  double resident_mb = 0, cpu_percent = 0;
};

Cost cost_of(const std::vector<std::string>& command) {
  const Child child(command);
  pass(kSettleMs);
  const double before = child.ran();
  const auto begin = std::chrono::steady_clock::now();
  pass(kWindowMs);
  const double window = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  if (!child.running()) throw std::runtime_error(command[0] + ": it ended by itself");
  return {child.resident() / (1024 * 1024), (child.ran() - before) / window * 100};
}

/// Megabytes of a program without its symbols.
double stripped_mb(const std::filesystem::path& program, const std::filesystem::path& scratch) {
  const std::filesystem::path out = scratch / "stripped";
  const std::string command = fmt::format("strip -o '{}' '{}'", out.string(), program.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("strip (Debian package binutils) failed");
  return static_cast<double>(std::filesystem::file_size(out)) / (1024 * 1024);
}

}  // namespace

Rows footprint() {
  const std::filesystem::path bin = std::filesystem::canonical("/proc/self/exe").parent_path();
  const std::filesystem::path agent = bin / "wf-agent-network", bare = bin / "wf-bench-bare-client";
  Row row{"13", "agent, idle: resident memory", 0, "MB", "bare CURVE client, MB", 0, 8, false, true, ""};
  if (!std::filesystem::exists(agent)) {
    row.note = "wf-agent-network is not built";
    return {row};
  }
  const Scratch scratch;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  std::vector<std::string> notes;
  const auto engine = must(engine::Engine::start(options, notes));
  const std::filesystem::path keys = options.data / "keys";
  const std::string engine_key = must(link::engine_public_key(keys));
  const link::KeyPair pair = must(link::make_key_pair());
  must(link::write_agent(keys, {"bare", "network", pair.public_key, 1, false}));
  std::ofstream(scratch.path() / "eve.json").close();

  std::vector<double> memory, cpu, bare_memory, bare_cpu;
  for (int i = 0; i < kRuns; ++i) {
    link::Invitation invitation;
    invitation.agent = fmt::format("net-{}", i);
    invitation.expires = options.clock.now() + kHour;
    const std::filesystem::path invite = scratch.path() / fmt::format("invite-{}", i);
    std::ofstream(invite) << must(link::make_invitation(keys, engine->endpoint(), invitation)) << "\n";
    std::filesystem::permissions(invite, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const Cost it = cost_of({agent.string(), "--source", "suricata:" + (scratch.path() / "eve.json").string(),
                             "--engine", engine->endpoint(), "--invite", invite.string(), "--state",
                             (scratch.path() / fmt::format("state-{}", i)).string()});
    const Cost limit = cost_of({bare.string(), engine->endpoint(), engine_key, pair.public_key, pair.secret_key});
    memory.push_back(it.resident_mb);
    cpu.push_back(it.cpu_percent);
    bare_memory.push_back(limit.resident_mb);
    bare_cpu.push_back(limit.cpu_percent);
  }
  bool connected = false;
  for (const AgentState& state : engine->snapshot()->agents)
    connected |= state.name == "net-0" && state.last_heard != 0;
  if (!connected) throw std::runtime_error("the agent never reached the engine: its idle cost means nothing");

  const auto shown = [](const char* number, const char* figure, double value, const char* unit) {
    return Row{number, figure, value, unit, "", 0, 0, false, false, ""};
  };
  row.value = median(memory);
  row.peer.clear();
  Row load = row;
  load.figure = "agent, idle: CPU";
  load.value = median(cpu);
  load.unit = "%";
  load.goal = 0.05;
  Row size = row;
  size.figure = "agent: program, stripped";
  size.value = stripped_mb(agent, scratch.path());
  size.goal = 4;
  return {row, shown("13", "bare CURVE client: resident memory", median(bare_memory), "MB"), load,
          shown("13", "bare CURVE client: CPU", median(bare_cpu), "%"), size};
}

}  // namespace wf::bench
