#include "console/demo/agents.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "console/demo/process.hpp"
#include "console/store/data_directory.hpp"
#include "proto/event_json.hpp"

namespace wf::demo {
namespace {

namespace fs = std::filesystem;

constexpr int kGraceMs = 3000;

/// Program, name, state and sources: what live and printing agents share.
std::vector<std::string> words_of(const RecordedAgent& agent, const AgentsOptions& options) {
  std::vector<std::string> out{
      (options.programs / ("wf-agent-" + agent.kind)).string(), "--name",  agent.name,   "--state",
      (options.folder / "agents" / agent.name).string(),        "--clock", options.clock};
  for (const RecordedSource& source : agent.sources) {
    std::string spec = fmt::format("{}:{}", source.kind, (options.live / source.file).string());
    for (const auto& [key, value] : source.options) spec += fmt::format(",{}={}", key, value);
    // Without it events would name the demo's temporary folder.
    if (!source.options.contains("name")) spec += fmt::format(",name={}:{}", source.kind, source.file);
    out.insert(out.end(), {"--source", spec});
  }
  return out;
}

fs::path log_of(const RecordedAgent& agent, const AgentsOptions& options) {
  return options.folder / "agents" / (agent.name + ".log");
}

Result<void> write_secret(const fs::path& file, const std::string& text) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool good = out >= 0 && ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int reason = errno;
  if (out >= 0) ::close(out);
  if (good) return {};
  return Error{fmt::format("cannot write it: {}", std::strerror(reason)), file.string(),
               "check the folder and its disk"};
}

class Running final : public Agents {
 public:
  explicit Running(std::function<void(const std::string&)> on_problem) : on_problem_(std::move(on_problem)) {}

  ~Running() override {
    stopping_ = true;
    const std::uint64_t one = 1;
    if (wake_ >= 0 && ::write(wake_, &one, sizeof one) < 0) stopping_ = true;  // a full counter wakes all the same
    if (thread_.joinable()) thread_.join();
    if (wake_ >= 0) ::close(wake_);
    for (const Child& child : children_) child.process.terminate();
    for (Child& child : children_) child.process.reap(kGraceMs);  // what still runs is killed by its destructor
  }

  Result<void> add(const RecordedAgent& agent, const AgentsOptions& options) {
    Result<std::string> token = options.invite(agent);
    if (!token) return token.error();
    const fs::path invitation = options.folder / "agents" / (agent.name + ".invite");
    if (Result<void> written = write_secret(invitation, *token + "\n"); !written) return written;
    std::vector<std::string> words = words_of(agent, options);
    words.insert(words.end(), {"--engine", options.engine, "--invite", invitation.string()});
    Result<Process> process = Process::start(words, {}, log_of(agent, options));
    if (!process) return process.error();
    children_.push_back({agent.name, log_of(agent, options), std::move(*process)});
    ++running_;
    return {};
  }

  Result<void> watch() {
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0)
      return Error{fmt::format("cannot make an eventfd: {}", std::strerror(errno)), "demo", "raise `ulimit -n`"};
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::size_t running() const override { return running_; }

 private:
  struct Child {
    std::string name;
    fs::path log;
    Process process;
  };

  void run() {
    while (!stopping_) {
      std::vector<pollfd> items{{wake_, POLLIN, 0}};
      for (const Child& child : children_)
        if (child.process.started()) items.push_back({child.process.descriptor(), POLLIN, 0});
      if (::poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return;
      if (stopping_) return;
      for (Child& child : children_) {
        if (!child.process.started() || !child.process.reap(0)) continue;
        --running_;
        const std::string said = last_line(child.log);
        on_problem_(fmt::format("the agent {} ended with status {}{}", child.name, child.process.status(),
                                said.empty() ? std::string() : ": " + said));
      }
    }
  }

  const std::function<void(const std::string&)> on_problem_;
  std::vector<Child> children_;  ///< the watching thread's while it runs
  std::atomic<std::size_t> running_{0};
  std::atomic<bool> stopping_{false};
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Agents>> Agents::start(const Recording& recording, const AgentsOptions& options) {
  if (Result<void> made = store::make_private_directory(options.folder / "agents"); !made) return made.error();
  auto out = std::make_unique<Running>(options.on_problem);
  for (const RecordedAgent& agent : recording.agents)
    if (Result<void> added = out->add(agent, options); !added) return added.error();
  if (Result<void> watched = out->watch(); !watched) return watched.error();
  return std::unique_ptr<Agents>(std::move(out));
}

Result<std::vector<Event>> read_once(const Recording& recording, const AgentsOptions& options,
                                     std::vector<std::string>& notes) {
  if (Result<void> made = store::make_private_directory(options.folder / "agents"); !made) return made.error();
  std::vector<Process> processes;
  const auto printed = [&](const RecordedAgent& agent) { return options.folder / "agents" / (agent.name + ".jsonl"); };
  for (const RecordedAgent& agent : recording.agents) {
    std::vector<std::string> words = words_of(agent, options);
    words.insert(words.end(), {"--print", "--once"});
    Result<Process> process = Process::start(words, printed(agent), log_of(agent, options));
    if (!process) return process.error();
    processes.push_back(std::move(*process));
  }
  std::vector<Event> out;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const RecordedAgent& agent = recording.agents[i];
    processes[i].reap(-1);
    if (processes[i].status() != 0)
      notes.push_back(fmt::format("the agent {} ended with status {}: {}", agent.name, processes[i].status(),
                                  last_line(log_of(agent, options))));
    std::ifstream in(printed(agent));
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      Result<Event> event = parse_json_line(line);
      if (!event) {
        notes.push_back(fmt::format("the agent {} printed what is no event: {}", agent.name, event.error().text()));
        continue;
      }
      event->agent = agent.name;
      event->id = fmt::format("{}:1:1:{}", agent.name, ++number);
      event->seen = event->time;
      out.push_back(std::move(*event));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
  return out;
}

}  // namespace wf::demo
