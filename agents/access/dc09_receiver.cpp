#include "agents/access/dc09_receiver.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "agents/kit/kinds.hpp"
#include "proto/utf8.hpp"

namespace wf::access {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::size_t kMostWord = 16;  ///< of a position: a partition's number, its state

std::uint64_t hash_of(const Dc09Frame& frame) {
  std::uint64_t out = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto mix = [&](std::string_view text) {
    for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    out = (out ^ 0xFFU) * 0x100000001b3ULL;
  };
  mix(frame.id);
  mix(frame.data);
  for (const std::string& field : frame.extended) mix(field);
  return out;
}

std::string seconds(std::int64_t ns) { return std::to_string(std::abs(ns) / kSecond) + " s"; }

bool is_answer(const std::string& id) { return id == "ACK" || id == "NAK" || id == "DUH" || id == "RSP"; }

template <class Number>
bool read_number(std::string_view text, Number& out, int base = 10) {
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return failed == std::errc{} && stop == text.data() + text.size();
}

/// The next piece up to `end`, which is taken off with it.
std::string_view piece(std::string_view& left, char end) {
  const std::size_t at = std::min(left.find(end), left.size());
  const std::string_view out = left.substr(0, at);
  left.remove_prefix(std::min(at + 1, left.size()));
  return out;
}

}  // namespace

Dc09Receiver::Dc09Receiver(Dc09Config config, Dc09Keys keys, Random random)
    : config_(std::move(config)), keys_(std::move(keys)), random_(std::move(random)) {
  for (const PanelAccount& account : config_.accounts) states_.try_emplace(account.account);
}

// A line an account: ACCOUNT SP late|here SP SEQUENCE:HASH:TIME[!]… SP PARTITION=STATE… , lists joined by commas.
const std::string& Dc09Receiver::position() const {
  if (!position_old_) return position_;
  position_old_ = false;
  position_ = kVersion;
  for (const auto& [account, state] : states_) {
    if (state.recent.empty() && state.armed.empty() && !state.late) continue;
    position_ += "\n" + account + (state.late ? " late " : " here ");
    for (const Remembered& one : state.recent)
      position_ +=
          one.sequence + ":" + std::to_string(one.hash) + ":" + std::to_string(one.at) + (one.understood ? "," : "!,");
    position_ += " ";
    for (const auto& [partition, value] : state.armed) position_ += partition + "=" + value + ",";
  }
  return position_;
}

void Dc09Receiver::start(std::string_view position, const kit::Moment& moment) {
  for (auto& [account, state] : states_) state.heard = moment.mono;
  if (piece(position, '\n') != kVersion) return;
  while (!position.empty()) {
    std::string_view line = piece(position, '\n');
    const auto it = states_.find(piece(line, ' '));
    if (it == states_.end()) continue;
    State& state = it->second;
    state.late = piece(line, ' ') == "late";
    for (std::string_view recent = piece(line, ' '); !recent.empty() && state.recent.size() < kRemembered;) {
      std::string_view one = piece(recent, ',');
      Remembered message;
      message.understood = !one.ends_with('!');
      if (!message.understood) one.remove_suffix(1);
      message.sequence = piece(one, ':');
      const bool numbers = read_number(piece(one, ':'), message.hash) && read_number(one, message.at);
      if (numbers && !message.sequence.empty() && message.sequence.size() <= 4)
        state.recent.push_back(std::move(message));
    }
    while (!line.empty() && state.armed.size() < kMostPartitions) {
      std::string_view one = piece(line, ',');
      const std::string partition(piece(one, '='));
      if (!one.empty() && one.size() <= kMostWord && partition.size() <= kMostWord) state.armed[partition] = one;
    }
  }
  position_old_ = true;
}

const PanelAccount* Dc09Receiver::find(std::string_view account) const {
  const auto it = std::find_if(config_.accounts.begin(), config_.accounts.end(),
                               [&](const PanelAccount& one) { return same_account(one.account, account); });
  return it == config_.accounts.end() ? nullptr : &*it;
}

const Dc09Key* Dc09Receiver::key_of(const std::string& account) const {
  auto it = keys_.find(account);
  if (it == keys_.end()) it = keys_.find("*");
  return it == keys_.end() ? nullptr : &it->second;
}

Dc09Answer Dc09Receiver::reply(const Dc09Frame& to, const char* id, const PanelAccount* account,
                               const kit::Moment& moment) const {
  Dc09Frame answer;
  answer.id = id;
  answer.sequence = to.sequence;
  answer.receiver = to.receiver;
  answer.prefix = to.prefix;
  answer.account = to.account;
  answer.binary_crc = to.binary_crc;
  // DC-09 5.5.3: what acknowledges an encrypted message is encrypted, with a time stamp; DUH is in clear.
  answer.encrypted = to.encrypted && std::string_view(id) == "ACK";
  if (answer.encrypted) answer.time = moment.now;
  return {build_frame(answer, account == nullptr ? nullptr : key_of(account->account), random_), false, {}};
}

Dc09Answer Dc09Receiver::nak(const Dc09Frame& to, const kit::Moment& moment) const {
  Dc09Frame answer;
  answer.id = "NAK";
  answer.sequence = "0000";
  answer.receiver = answer.prefix = answer.account = "0";
  answer.time = moment.now;
  answer.binary_crc = to.binary_crc;
  return {build_frame(answer), false, {}};
}

void Dc09Receiver::refuse(Refusal why, const std::string& account, const std::string& peer, const kit::Moment& moment,
                          std::vector<Event>& out) {
  Refused& refused = refused_[why];
  ++refused.unsaid;
  refused.account = account;
  refused.peer = peer;
  if (refused.said == kit::kNever || moment.mono - refused.said >= kRefusedEvery) say_refused(why, moment, out);
}

void Dc09Receiver::say_refused(Refusal why, const kit::Moment& moment, std::vector<Event>& out) {
  static constexpr std::array<const char*, 3> kReasons{"unknown account", "wrong key", "not encrypted"};
  static constexpr std::array<const char*, 3> kWords{"reports to this receiver, which does not know it",
                                                     "sent something that its key does not open",
                                                     "sent in clear what must be encrypted"};
  Refused& refused = refused_[why];
  Event event;
  event.kind = "device.refused";
  event.time = moment.now;
  event.severity = kit::find_kind(event.kind)->severity;
  event.logsource = {"watchfloor", "access", "access"};
  event.add("reason", kReasons[why]);
  event.add("panel.account", refused.account);
  if (const PanelAccount* const known = find(refused.account); known != nullptr && !known->device.empty())
    event.add("device.id", known->device);
  event.add("src.ip", refused.peer);
  event.add("count", std::to_string(refused.unsaid), ValueType::number);
  event.add("message", "Account " + refused.account + " at " + refused.peer + " " + kWords[why] +
                           (refused.unsaid > 1 ? "; " + std::to_string(refused.unsaid) + " such messages" : ""));
  out.push_back(std::move(event));
  refused.said = moment.mono;
  refused.unsaid = 0;
}

bool Dc09Receiver::time_right(const Dc09Frame& frame, const PanelAccount& account, State& state,
                              const kit::Moment& moment, std::vector<Event>& out) {
  if (!account.check_time) return true;
  // In clear the stamp is optional; encrypted it is what keeps an old message from being played again.
  if (!frame.time && !frame.unreadable_time) return !frame.encrypted;
  const std::int64_t off = frame.time.value_or(0) - moment.now;
  const bool right = frame.time && off <= config_.ahead && off >= -config_.behind;
  if (right == !state.clock_wrong) return right;
  state.clock_wrong = !right;
  Event event = about_panel(account, right ? "device.restored" : "device.fault", "clock",
                            right ? std::string("its clock is right again")
                            : frame.unreadable_time
                                ? std::string("its time stamp cannot be read; what it sends is answered with the right "
                                              "time and not believed")
                                : "its clock is " + seconds(off) + (off < 0 ? " behind" : " ahead") +
                                      "; what it sends is answered with the right time and not believed");
  event.time = moment.now;
  out.push_back(std::move(event));
  return right;
}

const Dc09Receiver::Remembered* Dc09Receiver::repeat_of(const State& state, const Remembered& message) const {
  // A panel that never counts on sends other things under the same number: then the number says nothing.
  for (auto it = state.recent.rbegin(); it != state.recent.rend(); ++it) {
    if (it->sequence != message.sequence) continue;
    return it->hash == message.hash && message.at - it->at <= config_.repeats ? &*it : nullptr;
  }
  return nullptr;
}

void Dc09Receiver::remember(State& state, Remembered message) {
  if (state.recent.size() == kRemembered) state.recent.erase(state.recent.begin());
  state.recent.push_back(std::move(message));
  position_old_ = true;
}

UtcNs Dc09Receiver::time_of(const Dc09Frame& frame, const PanelAccount& account, const kit::Moment& moment) const {
  if (!account.check_time) return moment.now;
  const UtcNs sent = frame.time.value_or(moment.now);
  for (const std::string& field : frame.extended) {
    if (field.front() != 'H') continue;
    const std::size_t skip = field.starts_with("H_") ? 2 : 1;
    const std::optional<UtcNs> happened = parse_stamp(std::string_view(field).substr(skip));
    if (happened && *happened <= sent + config_.ahead) return *happened;
  }
  return sent;
}

Dc09Answer Dc09Receiver::take(std::string_view body, bool binary_crc, const std::string& peer,
                              const kit::Moment& moment, std::vector<Event>& out) {
  Result<Dc09Frame> read = parse_frame(body);
  if (!read) return {{}, false, read.error()};
  Dc09Frame& frame = *read;
  frame.binary_crc = binary_crc;
  // DC-09 5.5.3: they go from a receiver to a panel, RSP too; whoever sends one here is no panel.
  if (is_answer(frame.id))
    return {{},
            false,
            Error{frame.id + " came, which is a receiver's answer and no panel's message", peer,
                  "see what sends to this port"}};
  if (frame.account.empty() && !frame.encrypted) frame.account = split_account(frame.data, {}).account.substr(0, 16);
  const PanelAccount* const account = find(frame.account);
  if (account == nullptr) {
    const std::string shown = one_line(frame.account);
    refuse(unknown_account, shown, peer, moment, out);
    Dc09Answer answer = reply(frame, "DUH", nullptr, moment);
    answer.refused = Error{"account '" + shown + "' is not known", peer, "add it to " + config_.file};
    return answer;
  }
  State& state = states_.find(account->account)->second;
  if (frame.encrypted) {
    const Dc09Key* const key = key_of(account->account);
    const Result<void> opened =
        key == nullptr ? Error{"there is no key for it", "", "add one to the file of keys"} : open_frame(frame, *key);
    if (!opened) {
      refuse(wrong_key, frame.account, peer, moment, out);
      Dc09Answer answer = nak(frame, moment);
      answer.refused = Error{"account " + frame.account + ": " + opened.error().what, peer, opened.error().to_do};
      return answer;
    }
  } else if (account->encrypted) {
    refuse(in_clear, frame.account, peer, moment, out);
    Dc09Answer answer = reply(frame, "DUH", account, moment);
    answer.refused =
        Error{"account " + frame.account + " sends in clear", peer, "let the panel encrypt, or say 'encrypted: false'"};
    return answer;
  }
  if (!time_right(frame, *account, state, moment, out)) {
    Dc09Answer answer = nak(frame, moment);
    answer.refused = Error{"account " + frame.account + ": the time stamp is out of range", peer,
                           "let the panel take its time from this receiver's answer"};
    return answer;
  }
  state.heard = moment.mono;
  if (state.late) {
    state.late = false;
    position_old_ = true;
    out.push_back(about_panel(*account, "device.online", "", "it is heard again"));
    out.back().time = moment.now;
  }
  if (frame.id == "NULL") return reply(frame, "ACK", account, moment);
  Remembered message{frame.sequence, hash_of(frame), moment.now, true};
  if (const Remembered* const before = repeat_of(state, message)) {
    ++repeated_;
    Dc09Answer answer = reply(frame, before->understood ? "ACK" : "DUH", account, moment);
    answer.when_durable = true;
    return answer;
  }
  const AccountAndData said = split_account(frame.data, frame.account);
  Result<std::vector<PanelReport>> reports =
      !frame.problem.empty()  ? Error{frame.problem, "", ""}
      : frame.id == "SIA-DCS" ? read_sia(said.data)
      : frame.id == "ADM-CID" ? read_contact_id(said.data)
                              : Error{"messages of id '" + one_line(frame.id) + "' are not read", "", ""};
  const std::size_t first = out.size();
  if (reports) {
    for (const PanelReport& report : *reports) out.push_back(panel_event(report, *account, config_.codes, state.armed));
  } else {
    // It is the panel's word all the same: a person must see it.
    out.push_back(about_panel(*account, "other", "", "it reports what cannot be read: '" + one_line(frame.data) + "'"));
  }
  for (std::size_t i = first; i < out.size(); ++i) {
    Event& event = out[i];
    event.time = time_of(frame, *account, moment);
    event.add("panel.sequence", frame.sequence);
    event.add("panel.encrypted", frame.encrypted ? "true" : "false", ValueType::boolean);
    if (!said.account.empty() && !same_account(said.account, frame.account))
      event.add("panel.inner_account", one_line(said.account.substr(0, 16)));
    event.add("src.ip", peer);
    add_extended(frame.extended, event);
  }
  message.understood = reports.ok();
  remember(state, std::move(message));
  Dc09Answer answer = reply(frame, reports ? "ACK" : "DUH", account, moment);
  answer.when_durable = true;
  if (!reports) answer.refused = Error{"account " + frame.account + ": " + reports.error().what, peer, ""};
  return answer;
}

void Dc09Receiver::supervise(const kit::Moment& moment, std::vector<Event>& out) {
  for (const PanelAccount& account : config_.accounts) {
    State& state = states_.find(account.account)->second;
    if (account.supervise == 0 || state.late || moment.mono - state.heard < account.supervise) continue;
    state.late = true;
    position_old_ = true;
    out.push_back(about_panel(account, "device.offline", "silent",
                              "nothing was heard of it for " + seconds(moment.mono - state.heard) +
                                  "; it must report every " + seconds(account.supervise)));
    out.back().time = moment.now;
  }
  for (const Refusal why : {unknown_account, wrong_key, in_clear})
    if (refused_[why].unsaid > 0 && moment.mono - refused_[why].said >= kRefusedEvery) say_refused(why, moment, out);
}

std::int64_t Dc09Receiver::next_wake() const {
  std::int64_t wake = kit::kNever;
  for (const PanelAccount& account : config_.accounts) {
    const State& state = states_.find(account.account)->second;
    if (account.supervise > 0 && !state.late) wake = std::min(wake, state.heard + account.supervise);
  }
  for (const Refused& refused : refused_)
    if (refused.unsaid > 0) wake = std::min(wake, refused.said + kRefusedEvery);
  return wake;
}

}  // namespace wf::access
