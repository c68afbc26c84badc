#include "agents/access/osdp/line_report.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "agents/kit/kinds.hpp"

namespace wf::access::osdp {
namespace {

constexpr std::int64_t kLookEvery = kMinute;
constexpr std::uint64_t kManyErrors = 10, kFewErrors = 3;  ///< in a minute

std::string hexadecimal(Bytes bytes) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string seconds(std::int64_t ns) {
  return std::to_string(ns / kSecond) + "." + std::to_string(ns % kSecond / (100 * kMillisecond));
}

/// Of a reader head by its RSTATR: 0 well, 1 not connected, 2 tamper.
std::string head_words(std::size_t head, std::uint8_t state) {
  return "reader head " + std::to_string(head) +
         (state == 0   ? ""
          : state == 2 ? " was tampered with"
                       : " is not connected");
}

}  // namespace

LineReport::LineReport(const LineFile& file, Tell tell, Refuse refuse)
    : file_(file), tell_(std::move(tell)), refuse_(std::move(refuse)) {
  for (const Door::Options& door : file_.doors) {
    const std::size_t at = doors_.size();
    doors_.emplace_back(door, [this, at](const Door::Told& told) { tell_door(doors_[at], told); });
  }
  for (const ReaderEntry& entry : file_.readers) {
    Reader reader;
    reader.entry = &entry;
    for (Door& door : doors_)
      if (door.options().id == entry.door) reader.door = &door;
    readers_.push_back(std::move(reader));
  }
}

Event LineReport::event(std::string kind, const Reader& reader) const {
  Event out;
  out.time = moment_.now;
  if (const kit::KindInfo* info = kit::find_kind(kind)) out.severity = info->severity;
  out.kind = std::move(kind);
  out.logsource = {"watchfloor", "access", "access"};
  if (!reader.entry->door.empty()) out.add("door.id", reader.entry->door);
  out.add("reader.id", reader.entry->name);
  out.add("osdp.address", std::to_string(reader.entry->options.address), ValueType::number);
  return out;
}

void LineReport::tell_health(const Reader& reader, const char* kind, const char* reason, std::string message,
                             std::uint8_t severity) {
  Event out = event(kind, reader);
  if (severity != 0) out.severity = severity;
  out.add("reason", reason);
  if (!message.empty()) out.add("message", std::move(message));
  tell_(std::move(out));
}

void LineReport::tell_door(const Door& door, const Door::Told& told) {
  Event out;
  out.time = moment_.now - told.ago;
  out.kind = told.kind;
  if (const kit::KindInfo* info = kit::find_kind(told.kind)) out.severity = info->severity;
  if (told.severity != 0) out.severity = told.severity;
  out.logsource = {"watchfloor", "access", "access"};
  out.add("door.id", door.options().id);
  if (!told.reader.empty()) out.add("reader.id", told.reader);
  if (!told.credential.empty()) out.add("credential.id", told.credential);
  if (!told.reason.empty()) out.add("reason", std::string(told.reason));
  if (told.open_for >= 0) out.add("door.open_s", seconds(told.open_for), ValueType::number);
  if (!told.message.empty()) out.add("message", std::string(told.message));
  tell_(std::move(out));
}

void LineReport::online(std::size_t index, const Identity& identity, Channel channel) {
  Reader& reader = readers_[index];
  const bool same = reader.state == State::online && reader.channel == channel &&
                    reader.identity.serial == identity.serial && reader.identity.vendor == identity.vendor;
  const bool swapped = reader.state == State::online && !same && reader.channel == channel;
  // In plain text for want of a channel: that stays what is said of it.
  const bool fallen = reader.state == State::insecure && channel == Channel::plain;
  reader.state = State::online;
  reader.why.clear();
  reader.identity = identity;
  reader.channel = channel;
  if (on_online) on_online(index);
  if (same || fallen) return;  // the former: only its session began anew
  Event out = event("door.restored", reader);
  out.add("reason", "reader online");
  out.add("osdp.channel", channel == Channel::secure ? "secure" : "plain text");
  if (identity.known) {
    out.add("reader.vendor", hexadecimal(identity.vendor));
    out.add("reader.model", std::to_string(identity.model) + "." + std::to_string(identity.version));
    out.add("reader.serial", std::to_string(identity.serial));
    out.add("reader.firmware", std::to_string(identity.firmware[0]) + "." + std::to_string(identity.firmware[1]) + "." +
                                   std::to_string(identity.firmware[2]));
  }
  if (swapped) {
    out.severity = 3;
    out.add("message", "another reader answers at this address than before");
  }
  tell_(std::move(out));
  restate(reader);
}

void LineReport::lost(Reader& reader) {
  if (reader.door == nullptr) return;
  for (const ReaderEntry::Input& input : reader.entry->inputs) {
    if (input.wired == Wired::contact) reader.door->contact_lost(moment_.mono);
    if (input.wired == Wired::exit) reader.door->exit_request_lost();
  }
}

void LineReport::offline(std::size_t index, std::string_view why) {
  Reader& reader = readers_[index];
  reader.state = State::offline;
  reader.why = why;
  lost(reader);
  tell_health(reader, "door.fault", "reader offline", std::string(why));
}

void LineReport::insecure(std::size_t index, std::string_view why, bool goes_on) {
  Reader& reader = readers_[index];
  reader.state = State::insecure;
  reader.why = why;
  if (!goes_on) lost(reader);
  tell_health(reader, "door.tamper", "no secure channel",
              std::string(why) + (goes_on ? ": it is spoken to in plain text, as its installer allowed"
                                          : ": it is not spoken to until this is mended"));
}

void LineReport::paired(std::size_t index) {
  tell_health(readers_[index], "door.restored", "reader paired",
              "it had the default key and was given its own: remove 'pair' from its entry", 3);
  restate(readers_[index]);
}

void LineReport::done(std::size_t, std::uint32_t ticket, std::string_view why) {
  if (on_done) on_done(ticket, why);
}

void LineReport::refuse(const Reader& reader, std::string what) {
  refuse_({"reader " + reader.entry->name + ": " + std::move(what), file_.device, ""});
}

void LineReport::said(std::size_t index, std::uint8_t code, Bytes data) {
  Reader& reader = readers_[index];
  switch (code) {
    case reply::kRaw:
      return card(reader, data);
    case reply::kFmt:
      return characters(reader, data);
    case reply::kKeypad:
      return keys(reader, data);
    case reply::kLstatr:
      return local(reader, data);
    case reply::kIstatr:
      return inputs(reader, data);
    case reply::kOstatr:
      if (on_outputs) on_outputs(index, data);
      return outputs(reader, data);
    case reply::kRstatr:
      return remote(reader, data);
    default:
      return refuse(reader, "answer " + hexadecimal({&code, 1}) + " is not known here");
  }
}

void LineReport::card(Reader& reader, Bytes data) {
  if (data.size() < 5) return refuse(reader, "a card without its bits");
  const unsigned bits = data[2] | static_cast<unsigned>(data[3]) << 8U;
  Result<Card> card = file_.formats.read_bits(data.subspan(4), bits);
  if (!card) return refuse(reader, card.error().what);
  tell_card(reader, std::move(*card), data[0]);
}

void LineReport::characters(Reader& reader, Bytes data) {
  // reader, direction, how many characters; then they.
  if (data.size() < 3 || data[2] != data.size() - 3) return refuse(reader, "a card of another length than it says");
  Result<Card> card = file_.formats.read_characters(data.subspan(3));
  if (!card) return refuse(reader, card.error().what);
  tell_card(reader, std::move(*card), data[0]);
}

void LineReport::tell_card(Reader& reader, Card&& card, std::uint8_t number) {
  Event out = event("access.read", reader);
  out.add("credential.id", card.id);
  if (number != 0) out.add("reader.number", std::to_string(number), ValueType::number);
  if (!card.format.empty()) out.add("card.format", card.format);
  for (const auto& [name, value] : card.numbers) out.add("card." + name, std::to_string(value), ValueType::number);
  if (card.bits > 0) {
    out.add("card.bits", std::to_string(card.bits), ValueType::number);
    out.add("card.raw", card.raw);
  }
  if (card.bad_parity) {
    out.severity = 2;
    out.add("reason", "parity wrong");
  }
  if (card.right_aligned) out.add("card.aligned", "right");
  if (reader.door != nullptr) reader.door->card(card.id, reader.entry->name, moment_.mono);
  tell_(std::move(out));
}

void LineReport::keys(Reader& reader, Bytes data) {
  if (data.size() < 2 || data[1] != data.size() - 2) return refuse(reader, "keys of another number than it says");
  // Which keys is nobody's business: they are somebody's PIN.
  Event out = event("access.read", reader);
  out.add("auth.method", "keypad");
  out.add("keys", std::to_string(data[1]), ValueType::number);
  tell_(std::move(out));
}

void LineReport::tell_changes(Reader& reader, const std::vector<Change>& changes) {
  bool restored = false;
  for (const Change& change : changes) {
    if (change.wrong) continue;
    tell_health(reader, "door.restored", change.reason, change.message);
    restored = true;
  }
  // Then all that is wrong, and not only what became it.
  if (restored) return restate(reader);
  for (const Change& change : changes) tell_health(reader, change.kind, change.reason, change.message);
}

void LineReport::restate(Reader& reader) {
  if (reader.tamper) tell_health(reader, "door.tamper", "tamper", "its housing");
  if (reader.power) tell_health(reader, "door.power", "power", "its power fails");
  for (std::size_t i = 0; i < reader.faulty_inputs.size(); ++i)
    if (reader.faulty_inputs[i] != 0)
      tell_health(reader, "door.tamper", "input line", "input " + std::to_string(i) + " is cut or short");
  if (reader.wired_tamper) tell_health(reader, "door.tamper", "tamper", "its tamper input");
  for (std::size_t i = 0; i < reader.remote.size(); ++i)
    if (reader.remote[i] != 0)
      tell_health(reader, reader.remote[i] == 2 ? "door.tamper" : "door.fault",
                  reader.remote[i] == 2 ? "tamper" : "reader head", head_words(i, reader.remote[i]));
  if (reader.door != nullptr) reader.door->restate();
}

void LineReport::local(Reader& reader, Bytes data) {
  if (data.size() != 2) return refuse(reader, "a state of another length than it has");
  const bool tamper = data[0] != 0, power = data[1] != 0;
  std::vector<Change> changes;
  if (std::exchange(reader.tamper, tamper) != tamper)
    changes.push_back({tamper, "door.tamper", "tamper", tamper ? "its housing" : ""});
  if (std::exchange(reader.power, power) != power)
    changes.push_back({power, "door.power", "power", power ? "its power fails" : ""});
  tell_changes(reader, changes);
}

void LineReport::inputs(Reader& reader, Bytes data) {
  reader.faulty_inputs.resize(std::max(reader.faulty_inputs.size(), data.size()));
  std::vector<Change> changes;
  std::optional<bool> contact;
  for (const ReaderEntry::Input& input : reader.entry->inputs) {
    const std::string which = "input " + std::to_string(input.number);
    if (input.number >= data.size()) {
      refuse(reader, "it has no " + which);
      continue;
    }
    const std::uint8_t state = data[input.number];
    // 0 inactive, 1 active; a supervised input tells a short or a cut by more.
    const std::uint8_t fault = state > 1 ? state : std::uint8_t{0};
    if (std::exchange(reader.faulty_inputs[input.number], fault) != fault)
      changes.push_back({fault != 0, "door.tamper", "input line", which + (fault != 0 ? " is cut or short" : "")});
    if (fault != 0 || reader.door == nullptr) continue;
    const bool means = (state == 1) == input.active;
    switch (input.wired) {
      case Wired::contact:
        contact = means;
        break;
      case Wired::exit:
        reader.door->exit_request(means, moment_.mono);
        break;
      case Wired::release:
        reader.door->release(means, false, moment_.mono);
        break;
      case Wired::tamper:
        if (std::exchange(reader.wired_tamper, means) != means)
          changes.push_back({means, "door.tamper", "tamper", "its tamper input"});
        break;
    }
  }
  // What explains an opening stands before it.
  if (contact) reader.door->contact(*contact, moment_.mono);
  tell_changes(reader, changes);
}

void LineReport::outputs(Reader& reader, Bytes data) {
  if (reader.entry->locks.empty() || reader.door == nullptr) return;
  bool on = false;
  for (const std::uint32_t lock : reader.entry->locks) {
    if (lock >= data.size()) return refuse(reader, "it has no output " + std::to_string(lock));
    on |= data[lock] != 0;
  }
  reader.door->release(on, false, moment_.mono);
}

void LineReport::switched(std::size_t index, std::uint32_t output, bool on, bool ours) {
  Reader& reader = readers_[index];
  const std::vector<std::uint32_t>& locks = reader.entry->locks;
  if (reader.door != nullptr && std::find(locks.begin(), locks.end(), output) != locks.end())
    reader.door->release(on, ours, moment_.mono);
}

void LineReport::remote(Reader& reader, Bytes data) {
  reader.remote.resize(std::max(reader.remote.size(), data.size()));
  std::vector<Change> changes;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::uint8_t before = std::exchange(reader.remote[i], data[i]);
    if (before == data[i]) continue;
    const bool tamper = (data[i] != 0 ? data[i] : before) == 2;
    changes.push_back({data[i] != 0, tamper ? "door.tamper" : "door.fault", tamper ? "tamper" : "reader head",
                       head_words(i, data[i])});
  }
  tell_changes(reader, changes);
}

void LineReport::step_doors() {
  for (Door& door : doors_) door.step(moment_.mono);
}

void LineReport::step(const Panel& panel) {
  step_doors();
  if (look_at_ == 0) look_at_ = moment_.mono + kLookEvery;
  if (moment_.mono < look_at_) return;
  look_at_ = moment_.mono + kLookEvery;
  look_at_errors(panel);
}

void LineReport::look_at_errors(const Panel& panel) {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    Reader& reader = readers_[i];
    const LineCounters& counters = panel.reader(i).counters();
    const std::uint64_t all = counters.silent + counters.forged + counters.restarts;
    const std::uint64_t errors = all - std::exchange(reader.errors_before, all);
    // One that is off line is told as that.
    if (reader.state != State::online) {
      reader.errors_told = false;
      continue;
    }
    if (errors >= kManyErrors && !std::exchange(reader.errors_told, true))
      tell_health(reader, "door.fault", "communication errors",
                  std::to_string(errors) + " in a minute: " + std::to_string(counters.silent) + " answers missing, " +
                      std::to_string(counters.forged) + " not authentic, " + std::to_string(counters.restarts) +
                      " sessions begun anew since the start; look at cable, termination and a second panel");
    else if (errors < kFewErrors && std::exchange(reader.errors_told, false))
      tell_changes(reader, {{false, "", "communication errors", ""}});
  }
  const bool foreign = panel.foreign() - std::exchange(foreign_before_, panel.foreign()) >= kFewErrors;
  if (foreign && !std::exchange(foreign_told_, true)) {
    Event out;
    out.time = moment_.now;
    out.kind = "door.tamper";
    out.severity = kit::find_kind(out.kind)->severity;
    out.logsource = {"watchfloor", "access", "access"};
    out.add("reason", "another control panel");
    out.add("message", "somebody else commands the readers on line " + file_.device);
    tell_(std::move(out));
  }
  if (!foreign) foreign_told_ = false;
}

std::int64_t LineReport::next_wake() const {
  std::int64_t wake = look_at_;
  for (const Door& door : doors_) wake = std::min(wake, door.next_wake());
  return wake;
}

bool LineReport::settled() const {
  return std::all_of(readers_.begin(), readers_.end(), [](const Reader& r) { return r.state != State::unknown; });
}

std::string LineReport::trouble(std::size_t index) const {
  const Reader& reader = readers_[index];
  if (reader.state == State::online) return {};
  return reader.state == State::unknown ? "it has not answered yet" : reader.why;
}

}  // namespace wf::access::osdp
