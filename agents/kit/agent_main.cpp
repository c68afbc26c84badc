#include "agents/kit/agent_main.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "agents/kit/agent.hpp"
#include "agents/kit/code_pages.hpp"
#include "agents/kit/configuration.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/kit/print.hpp"
#include "agents/kit/self_check.hpp"
#include "agents/kit/service_notify.hpp"
#include "agents/kit/source_set.hpp"
#include "agents/kit/spool/attachments.hpp"
#include "agents/kit/spool/disk.hpp"
#include "agents/kit/stop_signal.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr int kFine = 0, kFailed = 1, kUnusable = 2;

void say(const std::string& program, const std::string& line) {
  const std::string text = program + ": " + one_line(line) + "\n";
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

/// Gives memory back to the system when a busy time has ended: an agent is idle most of its life. And while it is busy,
/// when it takes more than it should: two thirds are code, and what connecting took, or reading of another kind, is not
/// needed for what happens now. What is needed comes back by itself, from the system's cache.
class MemoryTrim {
 public:
  explicit MemoryTrim(Agent& agent) : agent_(agent) {}
  /// `taken` events were read so far and `spooled` wait for the engine. Returns when to ask again.
  std::int64_t rest(std::uint64_t taken, std::uint64_t spooled, std::int64_t mono) {
    look(mono);
    if (taken != taken_ || spooled != spooled_) {
      taken_ = taken;
      spooled_ = spooled;
      due_ = mono + kQuiet;
    } else if (mono >= due_) {
      agent_.rest();
      malloc_trim(0);
      release_code_pages();
      due_ = kNever;
    }
    return due_;
  }

  /// Whether it takes too much now; costs little if that was asked a moment before.
  void look(std::int64_t mono) {
    if (mono < look_at_) return;
    look_at_ = mono + kLook;
    if (resident_bytes() <= kWanted) return;
    if (mono - second_ >= kSecond) {
      second_ = mono;
      released_ = 0;
    }
    release_code_pages();
    const bool helped = resident_bytes() <= kWanted;
    if (!helped) malloc_trim(0);
    // It is not the code, or all of it is needed.
    if (!helped || ++released_ > kMostASecond) look_at_ = mono + kInVain;
  }

 private:
  static constexpr std::int64_t kQuiet = 5 * kSecond;
  static constexpr std::uint64_t kWanted = 6656U << 10U;  ///< bytes; it grows while nobody looks
  static constexpr std::int64_t kLook = 3 * kMillisecond, kInVain = kMinute;
  static constexpr int kMostASecond = 25;  ///< each takes half a millisecond until all is back that is needed

  Agent& agent_;
  std::uint64_t taken_ = 0, spooled_ = 0;
  std::int64_t due_ = kNever, look_at_ = 0, second_ = 0;
  int released_ = 0;
};

int check(const AgentProgram& program, const CommandLine& command,
          const std::vector<std::unique_ptr<Source>>& sources) {
  std::string text = "ok   program: " + program.name + " " + program.version + "\nok   configuration: it can be used\n";
  if (::geteuid() == 0)
    text += "warn user: root reads what an agent's own user may not; where it runs as a service, use " + program.name +
            "-check\n";
  int code = kFine;
  for (const Checked& checked : check_agent(command.configuration, sources, command.clock)) {
    if (checked.verdict == Checked::Verdict::failed) code = kFailed;
    text += one_line(line_of(checked)) + "\n";
  }
  (void)!::write(STDOUT_FILENO, text.data(), text.size());
  return code;
}

int print(const AgentProgram& program, const CommandLine& command, SourceSet& sources, StopSignal& stop) {
  const std::string& name = command.configuration.name;
  PrintSink sink(STDOUT_FILENO, name.empty() ? default_agent_name(program.kind) : name);
  AttachmentNames names(command.configuration.attachment_bytes);
  for (const auto& source : sources.all()) source->set_attachments(&names);
  sources.start([](const std::string&) { return std::string(); }, command.once, look(command.clock));
  std::vector<pollfd> fds;
  while (!stop.stopped() && sink.failure() == 0 && !sources.over()) {
    const Moment moment = look(command.clock);
    const bool more = sources.step(sink, moment);
    for (const auto& source : sources.all()) {
      if (source->shedder() == nullptr) continue;
      source->shedder()->tick(moment);
      for (const std::string& line : source->shedder()->news()) say(program.name, source->spec().name + ": " + line);
    }
    sink.flush();
    if (sink.failure() == 0)
      for (const auto& source : sources.all()) source->durable(look(command.clock));
    fds.assign(1, {stop.fd(), POLLIN, 0});
    sources.add_fds(false, fds);
    if (!sources.over()) wait(fds, sources.next_wake(false), more);
  }
  sources.finish(sink, look(command.clock));
  sink.flush();
  for (const std::string& line : sources.summary()) say(program.name, line);
  if (sink.failure() != 0 && sink.failure() != EPIPE) {
    say(program.name, std::string("standard output: cannot write: ") + std::strerror(sink.failure()));
    return kFailed;
  }
  return sources.failed() ? kFailed : kFine;
}

/// Keeps a second agent away from a state directory, as long as it lives.
Result<Descriptor> lock_state(const std::filesystem::path& state) {
  if (Result<void> made = make_private_directory(state); !made) return made.error();
  Descriptor lock(::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.open()) return file_error(state / "lock", "open it", errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return Error{"another agent uses this state directory", state.string(),
                 "stop that one, or give this one its own --state"};
  return lock;
}

/// Finds or makes the identity and says to which engines to go.
Result<LinkOptions> link_options(const AgentProgram& program, const Configuration& configuration) {
  LinkOptions out;
  out.kind = program.kind;
  out.version = program.version;
  out.engines = configuration.engines;
  out.identity_file = configuration.state / "identity.json";
  randombytes_buf(&out.seed, sizeof out.seed);
  Result<std::optional<Identity>> known = read_identity(out.identity_file);
  if (!known) return known.error();
  const bool enrolled = *known && (*known)->enrolled;
  const auto tcp = [](const std::string& engine) { return engine.starts_with("tcp://"); };
  const bool needs_keys = out.engines.empty() || std::any_of(out.engines.begin(), out.engines.end(), tcp);
  if (needs_keys) {
    // An agent that has keys may go on without an invitation, and needs one again once it was revoked.
    const bool has_keys = enrolled || (*known && !(*known)->older.empty());
    if (!has_keys && configuration.invite.empty())
      return Error{"this agent is not enrolled", configuration.state.string(),
                   "make an invitation at the engine with `watchfloor agent invite` and give it with --invite FILE"};
    std::optional<Invitation> invitation;
    if (!configuration.invite.empty() && !(has_keys && configuration.invite == "-")) {
      Result<Invitation> read = read_invitation(configuration.invite);
      if (!read && !has_keys) return read.error();
      if (read) invitation = std::move(*read);
    }
    // The same keys as in an earlier try, so that an engine that enrolled them then knows them.
    if (invitation && !has_keys && (!*known || (*known)->engine_key != invitation->engine_key)) {
      Result<Identity> made = make_identity(*invitation);
      if (!made) return made.error();
      *known = std::move(*made);
      if (Result<void> written = write_identity(out.identity_file, **known); !written) return written.error();
    }
    // Releases before did not keep which invitation they came by: the one that lies there is taken for it.
    if (invitation && enrolled && (*known)->invited_with.empty()) {
      (*known)->invited_with = invitation->public_key;
      if (Result<void> written = write_identity(out.identity_file, **known); !written) return written.error();
    }
    out.invitation = std::move(invitation);
  }
  if (*known) out.identity = std::move(**known);
  if (out.engines.empty()) {
    if (!out.identity.engine.empty()) out.engines.push_back(out.identity.engine);
    const bool fresh = out.invitation && out.invitation->public_key != out.identity.invited_with;
    if (out.engines.empty() || (fresh && out.invitation->engine != out.identity.engine))
      out.engines.push_back(out.invitation->engine);
  }
  out.name = configuration.name;
  if (enrolled || out.name.empty()) out.name = out.identity.name;
  if (out.name.empty() && out.invitation) out.name = out.invitation->agent;
  if (out.name.empty()) out.name = default_agent_name(program.kind);
  return out;
}

/// What drives an output through one of the sources.
Result<std::unique_ptr<Output>> output_through(const OutputSpec& spec, const std::vector<Source*>& sources) {
  for (Source* const source : sources)
    if (source->spec().name == spec.through) return source->output(spec);
  return Error{"there is no source '" + spec.through + "'", spec.where, "give one of the sources that name"};
}

std::vector<Source*> pointers(const std::vector<std::unique_ptr<Source>>& sources) {
  std::vector<Source*> out;
  for (const auto& source : sources) out.push_back(source.get());
  return out;
}

int send(const AgentProgram& program, const CommandLine& command, std::vector<std::unique_ptr<Source>> sources,
         StopSignal& stop) {
  const Configuration& configuration = command.configuration;
  Result<Descriptor> lock = lock_state(configuration.state);
  if (!lock) return say_problems(program.name, {lock.error()});
  Result<LinkOptions> link = link_options(program, configuration);
  if (!link) return say_problems(program.name, {link.error()});
  link->say = [&](const std::string& line) { say(program.name, line); };
  if (link->invitation && !link->invitation->warning.empty()) say(program.name, link->invitation->warning);
  SpoolOptions options;
  options.directory = configuration.state / "spool";
  options.limit_bytes = configuration.spool_limit;
  options.max_age = configuration.spool_max_age;
  if (Result<std::string> id = read_small_file("/etc/machine-id", 64)) options.machine = id->substr(0, id->find('\n'));
  Result<Spool> spool = Spool::open(options);
  if (!spool) return say_problems(program.name, {spool.error()});
  for (const std::string& problem : spool->problems()) say(program.name, problem);
  Result<Attachments> attachments = Attachments::open({.directory = configuration.state / "attachments",
                                                       .limit_bytes = configuration.attachments_limit,
                                                       .each_bytes = configuration.attachment_bytes});
  if (!attachments) return say_problems(program.name, {attachments.error()});
  link->attachments = &*attachments;
  OutputsOptions outputs;
  outputs.list = configuration.outputs;
  outputs.journal = configuration.state / "commands";
  outputs.injected_clock = command.clock.injected();
  outputs.make = [all = pointers(sources)](const OutputSpec& spec) {
    return spec.through.empty() ? make_program_output(spec) : *output_through(spec, all);
  };
  Agent agent(std::move(sources), *spool, std::move(*link), command.once, std::move(outputs));
  ServiceNotify service;
  agent.start(look(command.clock));
  service.ready();
  // What the start alone needed.
  malloc_trim(0);
  release_code_pages();
  MemoryTrim trim(agent);
  agent.set_between([&] { trim.look(monotonic_ns()); });
  std::vector<pollfd> fds;
  while (!stop.stopped() && !agent.done()) {
    const Moment moment = look(command.clock);
    service.watchdog(moment.mono);
    const bool more = agent.turn(moment);
    fds.assign(1, {stop.fd(), POLLIN, 0});
    agent.add_fds(fds);
    const std::int64_t trim_at = trim.rest(agent.collector().taken(), spool->events(), moment.mono);
    if (!agent.done()) wait(fds, std::min({agent.next_wake(), service.next_wake(), trim_at}), more);
  }
  service.stopping();
  release_code_pages();  // what ending takes comes on top
  const bool kept = agent.stop([&] { return look(command.clock); });
  for (const std::string& line : agent.sources().summary()) say(program.name, line);
  if (!kept) say(program.name, "the last events could not be spooled: " + agent.collector().failure());
  const bool refused = command.once && !agent.link().refusal().empty();
  return agent.sources().failed() || refused || !kept ? kFailed : kFine;
}

int run(int argc, char** argv, const AgentProgram& program) {
  ParsedCommandLine parsed = read_command_line(argc, argv, program);
  if (parsed.stop) {
    (void)!::write(STDOUT_FILENO, parsed.out.data(), parsed.out.size());
    return kFine;
  }
  CommandLine& command = parsed.command;
  std::vector<std::unique_ptr<Source>> made = make_sources(command.configuration.sources, program, parsed.problems);
  if (parsed.problems.empty())
    for (const OutputSpec& spec : command.configuration.outputs)
      if (!spec.through.empty())
        if (const auto output = output_through(spec, pointers(made)); !output)
          parsed.problems.push_back(output.error());
  if (!parsed.problems.empty()) return say_problems(program.name, parsed.problems);
  // Reading options and YAML takes code that is never needed again; what follows would come on top of it.
  release_code_pages();
  if (command.check) return check(program, command, made);
  StopSignal stop;
  if (!command.print) return send(program, command, std::move(made), stop);
  SourceSet sources(std::move(made));
  return print(program, command, sources, stop);
}

}  // namespace

int run_agent(int argc, char** argv, const AgentProgram& program) {
  // One arena: an agent allocates on one thread, and a second arena of libzmq's threads costs resident memory.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 128 << 10);  // fixed, so that a large buffer goes back whole
  try {
    return run(argc, argv, program);
  } catch (const std::exception& e) {
    say(program.name, std::string("stopped by an unforeseen failure: ") + e.what());
    return kFailed;
  }
}

}  // namespace wf::kit
