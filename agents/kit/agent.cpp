#include "agents/kit/agent.hpp"

#include <algorithm>

#include "agents/kit/code_pages.hpp"
#include "agents/kit/kinds.hpp"
#include "proto/attachment.hpp"

namespace wf::kit {
namespace {

constexpr const char* kSpool = "spool";  ///< what events and reports call the spool
constexpr const char* kOutputs = "outputs";
constexpr const char* kAttachments = "attachments";
/// Least time between two sayings of what was given up.
constexpr std::int64_t kGivenUpEvery = 10 * kSecond;
/// Between two sayings of what rules shed.
constexpr std::int64_t kShedEvery = 10 * kMinute;

bool troubled(const SourceStatus& status) { return status.state == "failed" || status.state == "waiting"; }

}  // namespace

Agent::Agent(std::vector<std::unique_ptr<Source>> sources, Spool& spool, LinkOptions link, bool once,
             OutputsOptions outputs)
    : sources_(std::move(sources)),
      spool_(spool),
      collector_(spool),
      kind_(link.kind),
      version_(link.version),
      say_(link.say),
      attachments_(link.attachments),
      outputs_(std::move(outputs), [this](Event&& event) { collector_.take(std::move(event)); }),
      link_(prepared(std::move(link)), spool),
      once_(once) {}

LinkOptions Agent::prepared(LinkOptions link) {
  link.report = [this] { return report(); };
  link.keeps_time = !outputs_.offered().empty();
  link.on_command = [this](std::string_view payload, const Moment& moment) {
    outputs_.take(payload, link_.name(), link_.commands().key(), link_.commands().clock(), moment);
  };
  return link;
}

void Agent::start(const Moment& moment) {
  for (const auto& source : sources_.all()) source->set_attachments(attachments_);
  spool_.keep_time(moment);
  std::string names;
  for (const auto& source : sources_.all()) names += (names.empty() ? "" : ", ") + source->spec().name;
  say_of_itself("agent.started", "agent", kind_ + " agent " + version_ + " started; it reads " + names, "", moment);
  for (const std::string& problem : spool_.problems())
    say_of_itself("agent.problem", kSpool, problem, "running", moment);
  outputs_.start(moment);
  collector_.set_observer([this](const Event& event) { outputs_.observe(event, turned_); });
  sources_.start([&](const std::string& source) { return std::string(spool_.position(source)); }, once_, moment);
  for (const auto& source : sources_.all()) {
    Shedder* const shedder = source->shedder();
    if (shedder == nullptr) continue;
    const std::string& name = source->spec().name;
    shedder->go_on(spool_.position(std::string(spool::kShed) + name));
    shed_said_[name] = shedder->counts();
  }
  if (!once_)
    for (const auto& source : sources_.all()) {
      const std::string& name = source->spec().name;
      health_.insert_or_assign(name, SourceHealth(spool_.position(std::string(spool::kHealth) + name)));
    }
  shed_due_ = moment.mono + kShedEvery;
  watch_sources(moment);
}

/// Counts become durable together with the positions that they belong to: after a crash both are of the same commit.
void Agent::watch_shedding(const Moment& moment) {
  const bool tick = moment.mono >= shed_tick_;
  if (tick) shed_tick_ = moment.mono + kSecond;
  for (const auto& source : sources_.all()) {
    Shedder* const shedder = source->shedder();
    if (shedder == nullptr) continue;
    const std::string& name = source->spec().name;
    if (tick) shedder->tick(moment);
    for (std::string& line : shedder->news()) {
      if (say_) say_(name + ": " + line);
      say_of_itself("agent.shed", name, std::move(line), "", moment);
    }
    std::string counts = shedder->kept(), key = std::string(spool::kShed) + name;
    if (counts != spool_.position(key)) collector_.note(std::move(key), std::move(counts));
  }
  if (moment.mono < shed_due_) return;
  shed_due_ = moment.mono + kShedEvery;
  say_shed(moment);
}

void Agent::say_shed(const Moment& moment) {
  for (const auto& source : sources_.all()) {
    const Shedder* const shedder = source->shedder();
    if (shedder == nullptr) continue;
    const std::string& name = source->spec().name;
    std::vector<Shedder::Count>& said = shed_said_[name];
    said.resize(shedder->counts().size());
    for (std::size_t i = 0; i < said.size(); ++i) {
      const Shedder::Count& count = shedder->counts()[i];
      const std::uint64_t since = count.shed - said[i].shed;
      said[i] = count;
      if (since == 0) continue;
      const std::string rule = shedder->rules()[i].text();
      Event event = of_itself("agent.shed", name, moment);
      event.add("message", "rule " + std::to_string(i + 1) + " (" + rule + ") shed " + std::to_string(since) +
                               " records since it was said last, " + std::to_string(count.shed) + " of " +
                               std::to_string(count.matched) + " in all");
      event.add("shed.rule", rule);
      event.add("shed.number", std::to_string(i + 1), ValueType::number);
      event.add("shed.matched", std::to_string(count.matched), ValueType::number);
      event.add("shed.kept", std::to_string(count.kept()), ValueType::number);
      event.add("shed.shed", std::to_string(count.shed), ValueType::number);
      event.add("shed.since", std::to_string(since), ValueType::number);
      event.add("shed.factor", std::to_string(shedder->factor(i)), ValueType::number);
      collector_.take(std::move(event));
    }
  }
}

/// Once a second is enough for what takes minutes.
void Agent::watch_health(const Moment& moment) {
  if (health_.empty() || moment.mono < health_due_) return;
  health_due_ = moment.mono + kSecond;
  for (const auto& source : sources_.all()) {
    const std::string& name = source->spec().name;
    SourceHealth& health = health_.at(name);
    health.look(source->status(), source->ahead(), moment.now);
    if (health.learned()) collector_.note(std::string(spool::kHealth) + name, health.kept());
  }
}

bool Agent::turn(const Moment& moment) {
  turned_ = moment;
  const bool reading = !collector_.blocked();
  bool more = sources_.step(collector_, moment, reading ? nullptr : &collector_.last_resort()) && reading;
  watch_sources(moment);
  watch_attachments(moment);
  watch_shedding(moment);
  drive_outputs(moment);
  spool_.keep_time(moment);
  say_given_up(moment);
  collector_.flush(sources_, moment, once_ && sources_.over() && collector_.failure().empty());
  if (collector_.empty()) all_spooled();
  more |= link_.step(moment);
  return more;
}

void Agent::watch_sources(const Moment& moment) {
  watch_health(moment);
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
    const auto health = health_.find(status.name);
    changed(status.name, status.state,
            troubled(status)             ? status.problem
            : !source->warning().empty() ? source->warning()
            : health == health_.end()    ? std::string()
                                         : health->second.problem());
  }
  if (!collector_.failure().empty())
    changed(kSpool, "failed", collector_.failure());
  else if (spool_.full())
    changed(kSpool, "waiting",
            "the spool is at its limit of " + std::to_string(spool_.limit() >> 20U) +
                " MiB: files wait until the engine takes events; what cannot wait takes the place of the oldest bulk "
                "events, then of normal ones");
  else
    changed(kSpool, "running", "");
}

void Agent::drive_outputs(const Moment& moment) {
  outputs_.step(link_.commands().clock(), moment);
  say_trouble(kOutputs, outputs_.problem().empty() ? link_.commands().problem() : outputs_.problem(), moment);
}

void Agent::say_trouble(const std::string& what, const std::string& trouble, const Moment& moment) {
  std::string& seen = seen_[what].second;
  if (seen == trouble) return;
  seen = trouble;
  link_.report_changed();
  if (trouble.empty()) return;
  if (say_) say_(trouble);
  say_of_itself("agent.problem", what, trouble, "running", moment);
}

void Agent::all_spooled() {
  outputs_.spooled();
  if (attachments_ != nullptr) attachments_->spooled();
}

void Agent::watch_attachments(const Moment& moment) {
  if (attachments_ == nullptr) return;
  const std::optional<Attachments::News> news = attachments_->news(moment);
  if (!news) return;
  if (say_) say_(news->line);
  link_.report_changed();
  Event event = of_itself("agent.problem", kAttachments, moment);
  event.add("message", news->line);
  event.add("source.state", "running");
  for (const std::string& hash : news->hashes) event.add(std::string(kGivenUpField), hash);
  collector_.take(std::move(event));
}

void Agent::say_given_up(const Moment& moment) {
  if (moment.mono < given_up_due_) return;
  std::vector<GivenUpRange> ranges;  // neighbours as one
  const std::uint64_t said = std::max(given_up_said_, spool_.said());
  for (const GivenUpRange& range : spool_.given_up()) {
    if (range.serial <= said) continue;
    given_up_said_ = std::max(given_up_said_, range.serial);
    GivenUpRange* const before = ranges.empty() ? nullptr : &ranges.back();
    if (before != nullptr && before->epoch == range.epoch && before->lane == range.lane &&
        before->reason == range.reason && before->last + 1 == range.first)
      before->last = range.last;
    else
      ranges.push_back(range);
  }
  for (const GivenUpRange& range : ranges) {
    const std::string reason(words_of(range.reason));
    Event event = of_itself("agent.gave_up", kSpool, moment);
    event.add("message", std::to_string(range.count()) + " events of lane " + std::to_string(range.lane) +
                             " were given up: " + reason);
    event.add("reason", reason);
    event.add("agent.count", std::to_string(range.count()), ValueType::number);
    event.add("agent.lane", std::to_string(range.lane), ValueType::number);
    event.add("agent.epoch", std::to_string(range.epoch));
    event.add("agent.first", std::to_string(range.first), ValueType::number);
    event.add("agent.last", std::to_string(range.last), ValueType::number);
    collector_.take(std::move(event));
  }
  // With the events, so that each range is said once whatever happens.
  if (!ranges.empty()) collector_.note(std::string(spool::kGivenUp), std::to_string(given_up_said_));
  const std::uint64_t refused = collector_.given_up() - refused_said_;
  if (refused > 0 && collector_.failure().empty()) {
    Event event = of_itself("agent.gave_up", kSpool, moment);
    event.add("message", std::to_string(refused) + " events were given up: the spool's disk took nothing");
    event.add("reason", "the spool's disk took nothing");
    event.add("agent.count", std::to_string(refused), ValueType::number);
    collector_.take(std::move(event));
    refused_said_ += refused;
  }
  if (!ranges.empty() || refused > 0) given_up_due_ = moment.mono + kGivenUpEvery;
}

Event Agent::of_itself(std::string kind, std::string source, const Moment& moment) const {
  Event event;
  event.time = event.seen = moment.now;
  event.severity = find_kind(kind)->severity;
  event.kind = std::move(kind);
  event.source = std::move(source);
  event.logsource = {"watchfloor", "agent", ""};
  event.add("agent.kind", kind_);
  return event;
}

void Agent::say_of_itself(std::string kind, std::string source, std::string message, std::string state,
                          const Moment& moment) {
  Event event = of_itself(std::move(kind), std::move(source), moment);
  event.add("message", std::move(message));
  if (!state.empty()) event.add("source.state", std::move(state));
  collector_.take(std::move(event));
}

AgentReport Agent::report() const {
  AgentReport out;
  for (const auto& source : sources_.all()) {
    out.sources.push_back(source->status());
    SourceStatus& status = out.sources.back();
    const auto health = health_.find(status.name);
    if (troubled(status)) continue;
    if (!source->warning().empty())
      status.problem = source->warning();
    else if (health != health_.end() && !health->second.problem().empty())
      status.problem = health->second.problem();
  }
  // What rules shed, a row each: how many fitted, and how many of them were kept.
  for (const auto& source : sources_.all()) {
    const Shedder* const shedder = source->shedder();
    for (std::size_t i = 0; shedder != nullptr && i < shedder->rules().size(); ++i) {
      SourceStatus status;
      status.name = source->spec().name + ": rule " + std::to_string(i + 1) + ", " + shedder->rules()[i].text();
      status.state = "running";
      status.read = shedder->counts()[i].matched;
      status.events = shedder->counts()[i].kept();
      out.sources.push_back(std::move(status));
    }
  }
  // The spool stands among the sources only while there is something to say about it.
  const auto seen = seen_.find(kSpool);
  const bool trouble = seen != seen_.end() && !seen->second.second.empty();
  if (const std::uint64_t gone = collector_.given_up() + spool_.gave_up() + spool_.lost(); trouble || gone > 0) {
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
  // Attachments likewise.
  const std::uint64_t unwanted = link_.attachments().refused();
  if (attachments_ != nullptr && attachments_->given_up() + unwanted > 0) {
    SourceStatus status;
    status.name = kAttachments;
    status.state = "running";
    status.read = attachments_->count();
    status.refused = attachments_->given_up() + unwanted;
    status.problem = std::to_string(attachments_->given_up()) + " attachments were given up before the engine had them";
    if (unwanted > 0) status.problem = link_.attachments().problem();
    out.sources.push_back(std::move(status));
  }
  if (const auto seen = seen_.find(kOutputs); seen != seen_.end() && !seen->second.second.empty()) {
    SourceStatus status;
    status.name = kOutputs;
    status.state = "waiting";
    status.problem = seen->second.second;
    out.sources.push_back(std::move(status));
  }
  out.outputs = outputs_.offered();
  out.spooled = spool_.events();
  out.spool_bytes = spool_.bytes();
  out.resident_bytes = resident_bytes();
  return out;
}

void Agent::add_fds(std::vector<pollfd>& fds) const {
  sources_.add_fds(collector_.full(), fds);
  link_.add_fds(fds);
  outputs_.add_fds(fds);
}

std::int64_t Agent::next_wake() const {
  return std::min(
      {sources_.next_wake(collector_.full()), collector_.next_wake(), link_.next_wake(), outputs_.next_wake()});
}

bool Agent::done() const {
  return once_ && sources_.over() && collector_.empty() && (link_.delivered() || !link_.refusal().empty());
}

bool Agent::stop(const std::function<Moment()>& look) {
  // What is driven through a source ends through it.
  outputs_.stop([&] {
    const Moment moment = look();
    if (outputs_.through_sources()) sources_.step(collector_, moment);
    return moment;
  });
  sources_.finish(collector_, look());
  say_shed(look());
  collector_.flush(sources_, look(), true);
  if (collector_.empty()) all_spooled();
  return collector_.failure().empty();
}

}  // namespace wf::kit
