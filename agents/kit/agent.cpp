#include "agents/kit/agent.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/kinds.hpp"

namespace wf::kit {
namespace {

constexpr const char* kSpool = "spool";  ///< what events and reports call the spool

bool troubled(const SourceStatus& status) { return status.state == "failed" || status.state == "waiting"; }

}  // namespace

std::uint64_t resident_bytes() {
  const Descriptor file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const ssize_t n = file.open() ? ::read(file.get(), text.data(), text.size()) : 0;
  if (n <= 0) return 0;
  const char* const end = text.data() + n;
  const char* const at = std::find(static_cast<const char*>(text.data()), end, ' ');
  std::uint64_t pages = 0;
  if (at != end) std::from_chars(at + 1, end, pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Agent::Agent(std::vector<std::unique_ptr<Source>> sources, Spool& spool, LinkOptions link, bool once)
    : sources_(std::move(sources)),
      spool_(spool),
      collector_(spool),
      kind_(link.kind),
      version_(link.version),
      say_(link.say),
      link_(prepared(std::move(link)), spool),
      once_(once) {}

LinkOptions Agent::prepared(LinkOptions link) {
  link.report = [this] { return report(); };
  return link;
}

void Agent::start(const Moment& moment) {
  std::string names;
  for (const auto& source : sources_.all()) names += (names.empty() ? "" : ", ") + source->spec().name;
  say_of_itself("agent.started", "agent", kind_ + " agent " + version_ + " started; it reads " + names, "", moment);
  for (const std::string& problem : spool_.problems())
    say_of_itself("agent.problem", kSpool, problem, "running", moment);
  sources_.start([&](const std::string& source) { return spool_.position(source); }, once_, moment);
  watch_sources(moment);
}

bool Agent::turn(const Moment& moment) {
  const bool reading = !collector_.blocked();
  bool more = sources_.step(collector_, moment, reading ? nullptr : &collector_.last_resort()) && reading;
  watch_sources(moment);
  collector_.flush(sources_, moment, once_ && sources_.over() && collector_.failure().empty());
  more |= link_.step(moment);
  return more;
}

void Agent::watch_sources(const Moment& moment) {
  const auto changed = [&](const std::string& name, const std::string& state, std::string trouble) {
    auto& [seen_state, seen_trouble] = seen_[name];
    if (seen_state == state && seen_trouble == trouble) return;
    const bool worse = !trouble.empty() && trouble != seen_trouble;
    const bool better = trouble.empty() && !seen_trouble.empty();
    seen_state = state;
    seen_trouble = std::move(trouble);
    link_.report_changed();
    // With once the summary at the end says it.
    if (say_ && !once_ && worse) say_(seen_trouble);
    if (say_ && !once_ && better) say_(name + ": in order again");
    if (worse) say_of_itself("agent.problem", name, seen_trouble, state, moment);
  };
  for (const auto& source : sources_.all()) {
    const SourceStatus& status = source->status();
    changed(status.name, status.state, troubled(status) ? status.problem : std::string());
  }
  if (!collector_.failure().empty())
    changed(kSpool, "failed", collector_.failure());
  else if (spool_.full())
    changed(kSpool, "waiting",
            "the spool is at its limit of " + std::to_string(spool_.bytes() >> 20U) +
                " MiB: reading waits until the engine takes events");
  else
    changed(kSpool, "running", "");
  if (const std::uint64_t lost = spool_.lost(); lost > lost_) {
    say_of_itself("agent.problem", kSpool, std::to_string(lost - lost_) + " events in the spool are damaged and lost",
                  "running", moment);
    lost_ = lost;
  }
}

void Agent::say_of_itself(std::string kind, std::string source, std::string message, std::string state,
                          const Moment& moment) {
  Event event;
  event.time = event.seen = moment.now;
  event.severity = find_kind(kind)->severity;
  event.kind = std::move(kind);
  event.source = std::move(source);
  event.logsource = {"watchfloor", "agent", ""};
  event.add("message", std::move(message));
  event.add("agent.kind", kind_);
  if (!state.empty()) event.add("source.state", std::move(state));
  collector_.take(std::move(event));
}

AgentReport Agent::report() const {
  AgentReport out;
  for (const auto& source : sources_.all()) out.sources.push_back(source->status());
  // The spool stands among the sources only while there is something to say about it.
  const auto seen = seen_.find(kSpool);
  const bool trouble = seen != seen_.end() && !seen->second.second.empty();
  if (const std::uint64_t gone = collector_.given_up() + spool_.lost(); trouble || gone > 0) {
    SourceStatus status;
    status.name = kSpool;
    status.state = seen == seen_.end() ? "running" : seen->second.first;
    status.refused = gone;
    if (trouble)
      status.problem = seen->second.second;
    else
      status.problem = std::to_string(gone) + " events were given up or damaged since the agent started";
    out.sources.push_back(std::move(status));
  }
  out.spooled = spool_.events();
  out.spool_bytes = spool_.bytes();
  out.resident_bytes = resident_bytes();
  return out;
}

void Agent::add_fds(std::vector<pollfd>& fds) const {
  sources_.add_fds(collector_.full(), fds);
  link_.add_fds(fds);
}

std::int64_t Agent::next_wake() const {
  return std::min({sources_.next_wake(collector_.full()), collector_.next_wake(), link_.next_wake()});
}

bool Agent::done() const {
  return once_ && sources_.over() && collector_.empty() && (link_.delivered() || !link_.refusal().empty());
}

bool Agent::stop(const Moment& moment) {
  collector_.flush(sources_, moment, true);
  return collector_.failure().empty();
}

}  // namespace wf::kit
