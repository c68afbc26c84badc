#include "agents/kit/outputs/outputs.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "agents/kit/outputs/command_event.hpp"
#include "agents/kit/source.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kLongestLife = kMinute;    ///< from issued to expires
constexpr std::int64_t kMostAhead = 2 * kSecond;  ///< issued after the engine's latest time: its clock was set
constexpr std::uint32_t kMostSeconds = 24 * 3600;
constexpr std::size_t kMostWaiting = 16;
constexpr std::int64_t kUndoAgain = 5 * kSecond;
constexpr std::int64_t kForgedEvery = kMinute;
constexpr std::int64_t kPulse = 10 * kSecond;  ///< an unlock that ends by itself, and whose time is not known

bool signature_holds(const SignedCommand& whole, const std::string& key) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> raw{};
  std::size_t size = 0;
  if (key.size() != 2 * raw.size() ||
      sodium_hex2bin(raw.data(), raw.size(), key.data(), key.size(), nullptr, &size, nullptr) != 0 ||
      size != raw.size())
    return false;
  const std::string text = signed_text(whole.command);
  return whole.signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(whole.signature.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), raw.data()) == 0;
}

std::string seconds_text(std::int64_t ns) { return std::to_string((ns + kSecond - 1) / kSecond) + " s"; }

}  // namespace

Outputs::Outputs(OutputsOptions options, Tell tell)
    : options_(std::move(options)),
      tell_(std::move(tell)),
      journal_(options_.journal.empty() ? CommandJournal()
                                        : CommandJournal::open(options_.journal, problem_, options_.write)) {
  for (const OutputSpec& spec : options_.list) {
    auto entry = std::make_unique<Entry>();
    entry->spec = spec;
    entry->output = options_.make ? options_.make(spec) : make_program_output(spec);
    entries_.push_back(std::move(entry));
  }
}

Outputs::~Outputs() = default;

Outputs::Entry* Outputs::entry_of(const std::string& device, const std::string& action) {
  for (const auto& entry : entries_)
    if (entry->spec.device == device &&
        std::find(entry->spec.actions.begin(), entry->spec.actions.end(), action) != entry->spec.actions.end())
      return entry.get();
  return nullptr;
}

Outputs::Channel& Outputs::channel_of(const DeviceCommand& command) {
  return channels_[{command.device, door_action(command.action)}];
}

void Outputs::start(const Moment& moment) {
  if (!options_.journal.empty()) {
    std::string problem;
    fires_ = FireWatch::open(options_.journal.string() + ".fires", moment, problem, options_.write);
    if (!problem.empty()) problem_ += (problem_.empty() ? "" : "; ") + problem;
  }
  const std::vector<JournalEntry> left = journal_.entries();
  for (const JournalEntry& was : left) {
    const std::string& id = was.command.id;
    const bool unknown = was.state == "received";
    if (was.undo_at != 0) {
      if (Entry* const entry = entry_of(was.command.device, was.command.action)) {
        // The clock may have been set meanwhile: never longer than the whole time.
        const std::int64_t whole = static_cast<std::int64_t>(was.command.seconds) * kSecond;
        const std::int64_t rest = unknown ? 0 : std::clamp<std::int64_t>(was.undo_at - moment.now, 0, whole);
        std::optional<Undo>& undo = channel_of(was.command).undo;
        // A later command's end counts in place of an earlier one's.
        if (undo) (void)journal_.change(undo->id, [](JournalEntry& e) { e.undo_at = 0; });
        undo = Undo{id, entry, moment.mono + rest, 0};
        if (locks(was.command.action) && !fires_.refusal(moment).empty())
          if (const Undo free = letting_go(id, was.command.device, moment.mono); free.entry != nullptr) undo = free;
        if (!fires_.refusal(moment).empty()) keep_open(was.command.device, channel_of(was.command), moment);
      } else {
        tell(id, "not_ended", "its output is not in this agent's list any more", moment,
             [](JournalEntry& e) { e.undo_at = 0; });
        continue;
      }
    }
    if (unknown)
      tell(id, "failed", "the agent stopped before the outcome was known; it is not done again", moment);
    else if (was.confirms)
      tell(id, "not_confirmed", "the agent was started anew meanwhile", moment,
           [](JournalEntry& e) { e.confirms = false; });
    else if (!was.told)
      tell(id, was.state, was.reason, moment);
  }
  if (!fires_.refusal(moment).empty()) free_again(moment);
}

void Outputs::free_again(const Moment& moment) {
  std::map<std::string, const JournalEntry*> last;
  for (const JournalEntry& entry : journal_.entries())
    if (door_action(entry.command.action) && entry.state != "refused" && entry.state != "expired" &&
        entry.state != "failed" && entry.state != "received")
      last[entry.command.device] = &entry;
  for (const auto& [device, entry] : last) {
    const std::string& action = entry->command.action;
    // What ends by itself is over unless a fire kept it.
    const Entry* const done_by = entry_of(device, action);
    const bool ended_itself = done_by != nullptr && done_by->spec.ends_itself && entry->state != "not_ended";
    const bool over = entry->state == "ended" || (action == "unlock" && ended_itself);
    const bool free = action == "release" || (action == "unlock" && !over) || (action == "lock" && over);
    Channel& channel = channels_[{device, true}];
    Entry* const by = free && !channel.undo ? freeing(device) : nullptr;
    if (by != nullptr && !by->spec.through.empty())
      channel.undo = Undo{entry->command.id, by, moment.mono, 0, End::keep};
  }
}

void Outputs::take(std::string_view payload, const std::string& name, const std::string& key, const EngineClock& clock,
                   const Moment& moment) {
  const Result<SignedCommand> whole = decode_signed_command(payload);
  if (!whole) return tell_forged(whole.error().what, moment);
  if (key.empty()) return tell_forged("this agent was not told by which key commands are signed", moment);
  if (!signature_holds(*whole, key)) return tell_forged("it is not signed by the engine that this agent knows", moment);
  const Result<DeviceCommand> read = decode_device_command(whole->command);
  if (!read) return tell_forged(read.error().what, moment);
  const DeviceCommand& command = *read;
  if (command.agent != name) return tell(command, "refused", "it is meant for agent " + command.agent, moment, 4);
  // Its answer was given or is on its way.
  if (journal_.find(command.id) != nullptr) return;
  if (!clock.known()) return tell(command, "refused", "the engine's time is not known", moment);
  if (journal_.fresh()) journal_.begin(clock.welcomed());
  if (const UtcNs now = clock.latest(moment.mono); command.expires <= now)
    return tell(command, "expired", "its time had passed " + seconds_text(now - command.expires) + " before it came",
                moment);
  Entry* entry = nullptr;
  if (const std::string why = refusal(command, clock, moment, entry); !why.empty())
    return tell(command, "refused", why, moment);
  JournalEntry record;
  record.command = command;
  record.state = "received";
  if (command.seconds > 0 && !entry->spec.ends_itself)
    record.undo_at = moment.now + static_cast<std::int64_t>(command.seconds) * kSecond;
  if (Result<void> put = journal_.put(std::move(record)); !put)
    return tell(command, "refused", "it cannot be written down: " + put.error().text(), moment);
  tell(command, "received", "", moment);
  channel_of(command).waiting.push_back(command.id);
}

std::string Outputs::refusal(const DeviceCommand& command, const EngineClock& clock, const Moment& moment,
                             Entry*& entry) {
  if (options_.injected_clock) return "this agent runs on a made-up clock, as in a demo, and does nothing to devices";
  if (command.expires <= command.issued || command.expires - command.issued > kLongestLife)
    return "it would be valid for more than a minute";
  if (command.issued > clock.latest(moment.mono) + kMostAhead)
    return "it comes from the future: the engine's clock was set since the connection began";
  if (command.expires <= journal_.horizon() || command.issued < journal_.born())
    return "it is old enough to have been carried out before";
  entry = entry_of(command.device, command.action);
  if (entry == nullptr) return "it is not in this agent's list of outputs";
  const OutputSpec& spec = entry->spec;
  if (command.seconds > kMostSeconds) return "it would last longer than a day";
  if (command.seconds > 0 && !may_end(command.action)) return "this action has no end";
  if (spec.max_seconds > 0 && may_end(command.action) && (command.seconds == 0 || command.seconds > spec.max_seconds))
    return "this agent's list allows " + std::to_string(spec.max_seconds) + " s at most";
  if (command.seconds > 0 && locks(command.action) && !spec.through.empty())
    return "a lock through a source has no end of its own: end it by an unlock or a release";
  if (command.seconds > 0 && spec.undo.empty() && spec.through.empty() && !spec.ends_itself)
    return "this output cannot end by itself: its list has no undo";
  if (std::string why = unsafe(command, moment); !why.empty()) return why;
  if (channel_of(command).waiting.size() >= kMostWaiting) return "too many commands wait for this device";
  return {};
}

std::string Outputs::unsafe(const DeviceCommand& command, const Moment& moment) {
  if (!locks(command.action)) return {};
  for (const auto& entry : entries_) {
    const OutputSpec& spec = entry->spec;
    if (spec.device != command.device) continue;
    if (spec.emergency_exit) return "an emergency exit is never locked";
    if (std::any_of(spec.actions.begin(), spec.actions.end(), locks) && !(spec.entry_only && spec.fail_safe_egress))
      return "a door is locked only where its way out is declared to stay free";
  }
  return fires_.refusal(moment);
}

void Outputs::step(const EngineClock& clock, const Moment& moment) {
  for (auto& [key, channel] : channels_) step(channel, clock, moment);
  for (std::size_t i = 0; i < watched_.size();) {
    if (moment.mono < watched_[i].until) {
      ++i;
      continue;
    }
    const Watched gone = watched_[i];
    watched_.erase(watched_.begin() + static_cast<std::ptrdiff_t>(i));
    tell(gone.id, "not_confirmed", "no " + gone.by.kind + " within " + seconds_text(gone.by.within), moment,
         [](JournalEntry& e) { e.confirms = false; });
  }
  if (forged_ > 0 && moment.mono >= forged_told_ + kForgedEvery) tell_forged("more of them came", moment);
}

void Outputs::step(Channel& channel, const EngineClock& clock, const Moment& moment) {
  if (channel.running) {
    const std::optional<Result<void>> outcome = channel.running->entry->output->outcome(moment);
    if (!outcome) return;
    finish(channel, *outcome, moment);
  }
  while (!channel.running && !channel.waiting.empty()) begin_next(channel, clock, moment);
  if (channel.running || !channel.undo || moment.mono < std::max(channel.undo->due, channel.undo->retry)) return;
  const Undo& undo = *channel.undo;
  const JournalEntry* const entry = journal_.find(undo.id);
  channel.running = Running{undo.id, undo.entry, undo.how, false, moment.now};
  if (undo.how == End::undo)
    undo.entry->output->begin({entry != nullptr ? entry->command.action : std::string(), 0, true}, moment);
  else
    undo.entry->output->begin({"release", 0, false}, moment);
}

void Outputs::begin_next(Channel& channel, const EngineClock& clock, const Moment& moment) {
  const std::string id = channel.waiting.front();
  channel.waiting.pop_front();
  const JournalEntry* const found = journal_.find(id);
  if (found == nullptr) return;
  const DeviceCommand command = found->command;
  const auto drop = [](JournalEntry& e) { e.undo_at = 0; };
  if (command.expires <= clock.latest(moment.mono))
    return tell(id, "expired", "it waited behind another command until its time had passed", moment, drop);
  if (const std::string why = unsafe(command, moment); !why.empty()) return tell(id, "refused", why, moment, drop);
  Entry* const entry = entry_of(command.device, command.action);
  if (found->undo_at != 0) {
    // Whatever becomes of it, its own end is now the one that counts.
    if (channel.undo) (void)journal_.change(channel.undo->id, drop);
    channel.undo = Undo{id, entry, kNever, 0};
  }
  channel.pulse_until = 0;
  channel.running = Running{id, entry, std::nullopt, false, moment.now};
  entry->output->begin({command.action, command.seconds, false}, moment);
}

void Outputs::finish(Channel& channel, const Result<void>& outcome, const Moment& moment) {
  const Running running = *channel.running;
  channel.running.reset();
  if (running.end) return ended(channel, running, outcome, moment);
  const bool ends = channel.undo && channel.undo->id == running.id;
  const JournalEntry* const found = journal_.find(running.id);
  if (found == nullptr) return;
  const std::int64_t lasts = static_cast<std::int64_t>(found->command.seconds) * kSecond;
  if (!outcome) {
    // How far it came is not known: what ends it comes at once, unless there is a fire and it would lock the door.
    const bool stays = ends && found->command.action == "unlock" && !fires_.refusal(moment).empty();
    if (stays)
      channel.undo.reset();
    else if (ends)
      channel.undo->due = moment.mono;
    return tell(running.id, "failed", outcome.error().text(), moment, [&](JournalEntry& e) {
      if (stays) e.undo_at = 0;
    });
  }
  if (ends) {
    channel.undo->due = moment.mono + lasts;
  } else if (channel.undo) {
    // The door was locked or released meanwhile: what was to end an earlier unlock must not change that.
    (void)journal_.change(channel.undo->id, [](JournalEntry& e) { e.undo_at = 0; });
    channel.undo.reset();
  }
  const OutputSpec::Confirm& by = running.entry->spec.confirm;
  const bool awaits = !by.kind.empty() && !running.proven;
  tell(running.id, "executed", "", moment, [&](JournalEntry& e) {
    if (ends) e.undo_at = moment.now + lasts;
    e.confirms = awaits;
  });
  if (running.proven) tell(running.id, "confirmed", "", moment);
  if (awaits) watched_.push_back({running.id, by, running.begun, moment.mono + by.within});
  // In a fire nothing that it began ends, and no lock holds that was under way when it began.
  const JournalEntry* const done = journal_.find(running.id);
  if (done == nullptr || !door_action(done->command.action)) return;
  if (done->command.action == "unlock" && running.entry->spec.ends_itself) {
    channel.pulse = running.id;
    channel.pulse_until = moment.mono + std::max(lasts, kPulse);
  }
  if (fires_.refusal(moment).empty()) return;
  const std::string device = done->command.device;
  keep_open(device, channel, moment);
  let_go(device, channel, moment);
}

void Outputs::ended(Channel& channel, const Running& running, const Result<void>& outcome, const Moment& moment) {
  if (!channel.undo || channel.undo->id != running.id || channel.undo->how != running.end) return;
  if (outcome) {
    channel.undo.reset();
    if (running.end == End::keep) return;  // that was told when the fire began
    return tell(running.id, "ended", "", moment, [](JournalEntry& e) { e.undo_at = 0; });
  }
  const bool first = channel.undo->retry == 0;
  channel.undo->retry = moment.mono + kUndoAgain;
  if (first) tell(running.id, "not_ended", outcome.error().text() + "; it is tried again", moment);
}

void Outputs::observe(const Event& event, const Moment& moment) {
  if (event.kind == "device.command") return;
  if (fires_.take(event, moment)) let_go(moment);
  for (auto& [key, channel] : channels_)
    if (channel.running && !channel.running->end &&
        proves(channel.running->entry->spec.confirm, event, channel.running->begun))
      channel.running->proven = true;
  for (std::size_t i = 0; i < watched_.size();) {
    if (!proves(watched_[i].by, event, watched_[i].begun)) {
      ++i;
      continue;
    }
    const std::string id = watched_[i].id;
    watched_.erase(watched_.begin() + static_cast<std::ptrdiff_t>(i));
    tell(id, "confirmed", "", moment, [](JournalEntry& e) { e.confirms = false; });
  }
}

void Outputs::let_go(const Moment& moment) {
  std::set<std::string> doors;
  for (auto& [key, channel] : channels_) {
    if (!key.second) continue;
    doors.insert(key.first);
    keep_open(key.first, channel, moment);
  }
  for (const JournalEntry& entry : journal_.entries())
    if (locks(entry.command.action)) doors.insert(entry.command.device);
  for (const std::string& device : doors) let_go(device, channels_[{device, true}], moment);
}

void Outputs::keep_open(const std::string& device, Channel& channel, const Moment& moment) {
  std::string id;
  // An end that is under way locks the door: it is freed behind that.
  bool again = channel.running && channel.running->end == End::undo;
  if (channel.undo && channel.undo->how == End::undo) {
    const JournalEntry* const entry = journal_.find(channel.undo->id);
    if (entry == nullptr || entry->command.action != "unlock") return;
    id = std::exchange(channel.undo, std::nullopt)->id;
  } else if (moment.mono < channel.pulse_until) {
    id = channel.pulse;
    again = true;
  }
  channel.pulse_until = 0;
  if (id.empty()) return;
  Entry* const entry = again ? freeing(device) : nullptr;
  if (entry != nullptr) channel.undo = Undo{id, entry, moment.mono, 0, End::keep};
  tell(id, "not_ended",
       again && entry == nullptr ? "there is a fire, and nothing in this agent's list keeps the door unlocked"
                                 : "there is a fire: the door stays unlocked",
       moment, [](JournalEntry& e) { e.undo_at = 0; });
}

Outputs::Entry* Outputs::freeing(const std::string& device) {
  const auto stays = [](const Entry* entry) {
    return entry != nullptr && !(entry->spec.ends_itself && entry->spec.through.empty());
  };
  if (Entry* const release = entry_of(device, "release"); stays(release)) return release;
  for (const auto& entry : entries_)
    if (entry->spec.device == device && !entry->spec.through.empty() &&
        std::any_of(entry->spec.actions.begin(), entry->spec.actions.end(), door_action))
      return entry.get();
  // One program for both would be no unlock.
  Entry* const unlock = entry_of(device, "unlock");
  return stays(unlock) && unlock != entry_of(device, "lock") ? unlock : nullptr;
}

Outputs::Undo Outputs::letting_go(const std::string& id, const std::string& device, std::int64_t due) {
  if (Entry* const entry = freeing(device)) return {id, entry, due, 0, End::free};
  Entry* const lock = entry_of(device, "lock");
  return {id, lock == nullptr || lock->spec.undo.empty() ? nullptr : lock, due, 0, End::undo};
}

void Outputs::let_go(const std::string& device, Channel& channel, const Moment& moment) {
  const JournalEntry* last = nullptr;
  for (const JournalEntry& entry : journal_.entries())
    if (entry.command.device == device && door_action(entry.command.action) &&
        (entry.state == "executed" || entry.state == "confirmed" || entry.state == "not_confirmed" ||
         entry.state == "ended"))
      last = &entry;
  if (last == nullptr || !locks(last->command.action) || last->state == "ended") return;
  const std::string id = last->command.id;
  Undo undo = letting_go(id, device, moment.mono);
  if (undo.entry == nullptr)
    return tell(id, "not_ended",
                "there is a fire, and nothing in this agent's list ends the lock: open it by hand; its way out is free",
                moment, [](JournalEntry& e) { e.undo_at = 0; });
  channel.undo = undo;
  // After a crash it is still let go.
  (void)journal_.change(id, [&](JournalEntry& e) { e.undo_at = moment.now; });
}

void Outputs::spooled() {
  if (told_.empty()) return;
  // One that cannot be written now is told again after a restart.
  (void)journal_.told(std::exchange(told_, {}));
}

void Outputs::stop(const std::function<Moment()>& look) {
  const EngineClock none;
  Moment moment = look();
  std::int64_t end = moment.mono;
  for (auto& [key, channel] : channels_) {
    for (const std::string& id : channel.waiting)
      tell(id, "failed", "the agent stopped", moment, [](JournalEntry& e) { e.undo_at = 0; });
    channel.waiting.clear();
    if (channel.undo) channel.undo->due = channel.undo->retry = 0;
    for (const auto& entry : entries_)
      if (channel.running || channel.undo) end = std::max(end, moment.mono + 2 * entry->spec.timeout);
  }
  const auto busy = [&] {
    return std::any_of(channels_.begin(), channels_.end(),
                       [](const auto& c) { return c.second.running || (c.second.undo && c.second.undo->retry == 0); });
  };
  for (; busy() && moment.mono <= end; moment = look()) {
    for (auto& [key, channel] : channels_) {
      step(channel, none, moment);
      if (channel.undo && channel.undo->retry == 0) channel.undo->due = 0;
    }
    std::vector<pollfd> fds;
    add_fds(fds);
    if (busy()) (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), fds.empty() ? 0 : 50);
  }
}

bool Outputs::through_sources() const {
  return std::any_of(options_.list.begin(), options_.list.end(),
                     [](const OutputSpec& spec) { return !spec.through.empty(); });
}

void Outputs::add_fds(std::vector<pollfd>& fds) const {
  for (const auto& [key, channel] : channels_)
    if (channel.running) channel.running->entry->output->add_fds(fds);
}

std::int64_t Outputs::next_wake() const {
  std::int64_t wake = forged_ > 0 ? forged_told_ + kForgedEvery : kNever;
  for (const auto& [key, channel] : channels_) {
    if (channel.running)
      wake = std::min(wake, channel.running->entry->output->next_wake());
    else if (!channel.waiting.empty())
      wake = 0;
    else if (channel.undo)
      wake = std::min(wake, std::max(channel.undo->due, channel.undo->retry));
  }
  for (const Watched& watched : watched_) wake = std::min(wake, watched.until);
  return wake;
}

void Outputs::tell(const std::string& id, const std::string& state, const std::string& reason, const Moment& moment,
                   const std::function<void(JournalEntry&)>& more) {
  (void)journal_.change(id, [&](JournalEntry& entry) {
    entry.state = state;
    entry.reason = reason;
    entry.told = false;
    if (more) more(entry);
  });
  const JournalEntry* const entry = journal_.find(id);
  if (entry == nullptr) return;
  told_.push_back(id);
  tell(entry->command, state, reason, moment);
}

void Outputs::tell(const DeviceCommand& command, const std::string& state, const std::string& reason,
                   const Moment& moment, std::uint8_t severity) {
  Event event = event_of(command, state, reason, moment);
  if (severity != 0) event.severity = severity;
  tell_(std::move(event));
}

void Outputs::tell_forged(const std::string& why, const Moment& moment) {
  ++forged_;
  if (forged_told_ != 0 && moment.mono < forged_told_ + kForgedEvery) return;
  tell_(event_of_forged(why, forged_, moment));
  forged_ = 0;
  forged_told_ = moment.mono;
}

}  // namespace wf::kit
