#include "agents/kit/agent_main.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "agents/kit/configuration.hpp"
#include "agents/kit/print.hpp"
#include "agents/kit/source_set.hpp"
#include "agents/kit/stop_signal.hpp"

namespace wf::kit {
namespace {

constexpr int kFine = 0, kFailed = 1, kUnusable = 2;

void say(const std::string& program, const std::string& line) {
  const std::string text = program + ": " + line + "\n";
  (void)!::write(STDERR_FILENO, text.data(), text.size());
}

int say_problems(const std::string& program, const std::vector<Error>& problems) {
  for (const Error& problem : problems) say(program, problem.text());
  return kUnusable;
}

Moment look(const Clock& clock) {
  const std::int64_t mono = monotonic_ns();
  return {clock.at(mono), mono};
}

/// Waits until a descriptor is ready or `wake` has come.
void wait(std::vector<pollfd>& fds, std::int64_t wake, bool at_once) {
  int timeout = -1;
  if (at_once) {
    timeout = 0;
  } else if (wake != kNever) {
    const std::int64_t left = std::max<std::int64_t>(wake - monotonic_ns(), 0);
    timeout = static_cast<int>(std::min<std::int64_t>((left + kMillisecond - 1) / kMillisecond, 60'000));
  }
  (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), timeout);
}

int check(const AgentProgram& program, const std::vector<std::unique_ptr<Source>>& sources) {
  int code = kFine;
  for (const auto& source : sources)
    for (const Error& error : source->check()) {
      say(program.name, error.text());
      code = kFailed;
    }
  if (code == kFine) say(program.name, "configuration and sources are in order");
  return code;
}

int print(const AgentProgram& program, const CommandLine& command, SourceSet& sources, StopSignal& stop) {
  const std::string& name = command.configuration.name;
  PrintSink sink(STDOUT_FILENO, name.empty() ? default_agent_name(program.kind) : name);
  sources.start([](const std::string&) { return std::string(); }, command.once, look(command.clock));
  std::vector<pollfd> fds;
  while (!stop.stopped() && sink.failure() == 0 && !sources.over()) {
    const bool more = sources.step(sink, look(command.clock));
    sink.flush();
    fds.assign(1, {stop.fd(), POLLIN, 0});
    sources.add_fds(false, fds);
    if (!sources.over()) wait(fds, sources.next_wake(false), more);
  }
  sink.flush();
  for (const std::string& line : sources.summary()) say(program.name, line);
  if (sink.failure() != 0 && sink.failure() != EPIPE) {
    say(program.name, std::string("standard output: cannot write: ") + std::strerror(sink.failure()));
    return kFailed;
  }
  return sources.failed() ? kFailed : kFine;
}

int run(int argc, char** argv, const AgentProgram& program) {
  ParsedCommandLine parsed = read_command_line(argc, argv, program);
  if (parsed.stop) {
    (void)!::write(STDOUT_FILENO, parsed.out.data(), parsed.out.size());
    return kFine;
  }
  CommandLine& command = parsed.command;
  std::vector<std::unique_ptr<Source>> made = make_sources(command.configuration.sources, program, parsed.problems);
  if (!parsed.problems.empty()) return say_problems(program.name, parsed.problems);
  if (command.check) return check(program, made);
  StopSignal stop;
  SourceSet sources(std::move(made));
  if (command.print) return print(program, command, sources, stop);
  say(program.name, "sending is not built yet; use --print");
  return kUnusable;
}

}  // namespace

int run_agent(int argc, char** argv, const AgentProgram& program) {
  // One arena: an agent allocates on one thread, and a second arena of libzmq's threads costs resident memory.
  mallopt(M_ARENA_MAX, 1);
  try {
    return run(argc, argv, program);
  } catch (const std::exception& e) {
    say(program.name, std::string("stopped by an unforeseen failure: ") + e.what());
    return kFailed;
  }
}

}  // namespace wf::kit
