#include "agents/access/osdp/peripheral.hpp"

#include <algorithm>
#include <utility>

#include "agents/kit/clock.hpp"

namespace wf::access::osdp {
namespace {

constexpr std::int64_t kPollEvery = 50 * kMillisecond;
constexpr std::int64_t kAnswerIn = 200 * kMillisecond, kSlowAnswerIn = 400 * kMillisecond;
constexpr std::int64_t kOfflineAfter = 8 * kSecond;
constexpr std::int64_t kAskEvery = 10 * kSecond, kOutputsEvery = kSecond;
constexpr std::int64_t kBusyFor = 200 * kMillisecond;
constexpr std::int64_t kRefusedFor = 5 * kSecond, kRefusedForMost = kMinute;
constexpr std::int64_t kSecureAgain = 10 * kMinute;
constexpr std::int64_t kAllIsWell = kSecond;  ///< some readers end their session at each damaged frame on the line
constexpr std::uint32_t kFailures = 2;        ///< one may come from an answer that was late
constexpr std::uint32_t kHandshakeMisses = 5;
constexpr std::uint32_t kSilentHandshakes = 3;
constexpr std::uint32_t kDamages = 3;
constexpr std::uint32_t kRefusals = 10;

constexpr std::string_view kAnother = "it has another key than the one here";
constexpr std::string_view kNeither = "it has neither its own key nor the default one";

constexpr std::uint8_t kAskLstat = 1, kAskIstat = 2, kAskOstat = 4, kAskRstat = 8;
constexpr std::array<std::pair<std::uint8_t, std::uint8_t>, 4> kAsked{{{kAskLstat, command::kLstat},
                                                                       {kAskIstat, command::kIstat},
                                                                       {kAskOstat, command::kOstat},
                                                                       {kAskRstat, command::kRstat}}};
constexpr std::uint8_t kContacts = 1, kOutputs = 2, kCheckSupport = 8;  ///< function codes of capabilities

/// Twice as long each time, from `first` to `most`.
std::int64_t growing(std::int64_t first, std::uint32_t times, std::int64_t most) {
  return std::min(most, first << std::min<std::uint32_t>(times, 16));
}

}  // namespace

Peripheral::Peripheral(PeripheralOptions options, std::size_t index, const Random& random, PanelObserver& observer)
    : options_(options), index_(index), random_(random), observer_(observer) {}

std::int64_t Peripheral::patience() const {
  const bool handshake = phase_ == Phase::challenge || phase_ == Phase::cryptogram || phase_ == Phase::keyset;
  return handshake && misses_ > 0 ? kSlowAnswerIn : kAnswerIn;
}

void Peripheral::start(std::int64_t now) { progress_ = due_ = now; }

void Peripheral::say(std::uint8_t code, Bytes data, std::uint8_t block) {
  Outgoing out;
  out.address = options_.address;
  out.sequence = sequence_;
  // Some readers want a CRC in the handshake whatever they said that they can.
  out.check = block != 0 || session_ ? Check::crc : check_;
  out.block = block;
  const std::uint8_t which = default_key_ || options_.default_key ? 0 : 1;
  if (block != 0) out.block_data = Bytes(&which, 1);
  out.code = code;
  out.data = data;
  sent_size_ = build_frame(out, session_ ? &*session_ : nullptr, sent_);
  sent_code_ = code;
}

Bytes Peripheral::next(std::int64_t now) {
  static constexpr std::uint8_t kStandard = 0;
  if (!waits_ && online() && plain_ && now >= secure_again_) begin_handshake(false, now);
  if (!waits_) {
    switch (phase_) {
      case Phase::identify:
        if (!std::exchange(greeted_, false)) {
          sequence_ = 0;
          if (misses_ > 0) check_ = misses_ % 4 == 3 ? Check::checksum : Check::crc;
          // Some say who they are only after they were polled.
          if (!identity_.known && misses_ % 4 == 2) {
            say(command::kPoll, {});
            break;
          }
        }
        say(command::kId, Bytes(&kStandard, 1));
        break;
      case Phase::capabilities:
        say(command::kCap, Bytes(&kStandard, 1));
        break;
      case Phase::challenge:
        // Another key needs another beginning, which the reader knows by the sequence.
        sequence_ = 0;
        random_(a_);
        say(command::kChlng, a_, block::kChallenge);
        break;
      case Phase::cryptogram:
        say(command::kScrypt, cryptogram_, block::kScrypt);
        break;
      case Phase::keyset: {
        std::array<std::uint8_t, 18> data{1, 16};
        std::copy(options_.key->begin(), options_.key->end(), data.begin() + 2);
        say(command::kKeyset, data);
        break;
      }
      case Phase::online:
        say_online(now);
        break;
    }
  }
  waits_ = true;
  said_at_ = now;
  ++counters_.commands;
  return Bytes(sent_).first(sent_size_);
}

void Peripheral::say_online(std::int64_t now) {
  if (options_.asks && now >= ask_at_) {
    to_ask_ = kAskLstat | kAskRstat;
    if (options_.has_inputs || identity_.capabilities[kContacts].count > 0) to_ask_ |= kAskIstat;
    if (options_.watches_outputs || identity_.capabilities[kOutputs].count > 0) to_ask_ |= kAskOstat;
    // Not all readers of a line at the same moment.
    ask_at_ = now + kAskEvery + static_cast<std::int64_t>(index_ % 16) * kPollEvery;
    outputs_at_ = now + kOutputsEvery;
  } else if (options_.watches_outputs && now >= outputs_at_) {
    to_ask_ |= kAskOstat;
    outputs_at_ = now + kOutputsEvery;
  }
  to_ask_ &= static_cast<std::uint8_t>(~cannot_);
  if (!proven_) return say(command::kPoll, {});
  if (given_count_ > 0) {
    const Given& given = given_[given_first_];
    given_sent_ = true;
    return say(given.code, Bytes(given.data).first(given.size));
  }
  // A question stands between two polls, and in place of none.
  const bool may_ask = !std::exchange(asked_, false);
  for (const auto& [bit, code] : kAsked) {
    if (!may_ask || (to_ask_ & bit) == 0) continue;
    to_ask_ &= static_cast<std::uint8_t>(~bit);
    asked_ = true;
    return say(code, {});
  }
  say(command::kPoll, {});
}

bool Peripheral::answer(const Frame& frame, std::int64_t now) {
  const bool refuses = frame.code == reply::kNak && !frame.data.empty();
  // Both may come out of sequence and, whatever the session, in plain text.
  if (frame.mac.empty() && frame.code == reply::kBusy && (frame.sequence == 0 || frame.sequence == sequence_))
    return take_busy(now);
  if (frame.mac.empty() && refuses && frame.data[0] == nak::kSequence) return take_refusal(nak::kSequence, now);
  // With sequence 0 it says that it lost count, whatever else it says.
  if (frame.mac.empty() && refuses && frame.sequence == 0 && sequence_ != 0)
    return take_refusal(phase_ == Phase::online ? nak::kSequence : frame.data[0], now);
  if (frame.sequence != sequence_) {
    ++counters_.strays;
    return false;
  }
  if (!session_) {
    if (!frame.mac.empty()) {
      ++counters_.strays;
      return false;
    }
    return take(frame, frame.data, now);
  }
  std::array<std::uint8_t, kLargestFrame> scratch;
  const Opened opened = open_frame(frame, *session_, scratch);
  switch (opened.verdict) {
    case Opened::Verdict::good:
      return take(frame, opened.data, now);
    case Opened::Verdict::forged:
      ++counters_.forged;
      restart("its answers do not prove that they are its own", now);
      return true;
    case Opened::Verdict::plain:
      break;
  }
  // A reader that lost its session can only say so in plain text; that begins another session, and nothing else.
  if (frame.block == 0 && refuses) return take_refusal(frame.data[0], now);
  // With its new key it may have forgotten the session already.
  if (frame.block == 0 && phase_ == Phase::keyset && frame.code == reply::kAck) {
    take_keyset(now);
    return true;
  }
  ++counters_.forged;
  return false;
}

bool Peripheral::take(const Frame& frame, Bytes data, std::int64_t now) {
  if (phase_ == Phase::identify && sent_code_ == command::kPoll && frame.block == 0) {
    // That it is there is not yet what it must do.
    const std::int64_t before = progress_;
    answered(now);
    progress_ = before;
    greeted_ = true;
    return true;
  }
  if (frame.code == reply::kNak) return take_refusal(data.empty() ? std::uint8_t{0} : data[0], now);
  if (frame.code == reply::kBusy && phase_ == Phase::online) {
    // In the session, against the standard: both chains went on, so the same bytes cannot be said again.
    ++counters_.busy;
    why_ = "it is busy all the time";
    given_sent_ = false;
    const std::int64_t before = progress_;
    answered(now);
    progress_ = before;
    due_ = now + kBusyFor;
    judge(now);
    return true;
  }
  const auto is = [&](std::uint8_t code, std::uint8_t block, std::size_t size) {
    return frame.code == code && frame.block == block && data.size() >= size;
  };
  switch (phase_) {
    case Phase::identify:
      if (!is(reply::kPdid, 0, 12)) break;
      identity_ = *Identity::read(data);
      answered(now);
      phase_ = Phase::capabilities;
      return true;
    case Phase::capabilities:
      if (!is(reply::kPdcap, 0, 0)) break;
      take_capabilities(data);
      answered(now);
      known(now);
      return true;
    case Phase::challenge:
      if (!is(reply::kCcrypt, block::kCcrypt, 32)) break;
      take_ccrypt(data, now);
      return true;
    case Phase::cryptogram:
      if (!is(reply::kRmacI, block::kRmacI, 16)) break;
      take_rmac(data, now);
      return true;
    case Phase::keyset:
      if (frame.code != reply::kAck) break;
      take_keyset(now);
      return true;
    case Phase::online:
      if (!session_ && frame.block != 0) break;
      take_online(frame.code, data, now);
      return true;
  }
  ++counters_.strays;
  return false;
}

bool Peripheral::take_busy(std::int64_t now) {
  ++counters_.busy;
  why_ = "it is busy all the time";
  say_again(kBusyFor, now);
  judge(now);
  return true;
}

bool Peripheral::take_refusal(std::uint8_t reason, std::int64_t now) {
  ++counters_.refused;
  if (reason == nak::kSequence) {
    restart("it and this panel disagree about the sequence", now);
    return true;
  }
  if (reason == nak::kCheck && ++damages_ <= kDamages) {
    why_ = "it takes what is sent to it for damaged";
    say_again(kPollEvery, now);
    if (phase_ == Phase::identify) {
      // A reader of old that knows checksums only.
      check_ = check_ == Check::crc ? Check::checksum : Check::crc;
      waits_ = false;
    }
    return true;
  }
  switch (phase_) {
    case Phase::identify:
      why_ = "it refuses to say what it is";
      waits_ = false;
      due_ = now + kSecond;
      break;
    case Phase::capabilities:
      answered(now);
      known(now);
      return true;
    case Phase::challenge:
      handshake_failed(default_key_ ? kNeither : "it refuses a secure channel", now);
      return true;
    case Phase::cryptogram:
      handshake_failed(default_key_ ? kNeither : kAnother, now);
      return true;
    case Phase::keyset:
      handshake_failed("it does not take its key", now);
      return true;
    case Phase::online:
      refused_online(reason, now);
      break;
  }
  judge(now);
  return true;
}

void Peripheral::refused_online(std::uint8_t reason, std::int64_t now) {
  const bool security = reason == nak::kSecurityBlock || reason == nak::kSecurityNeeded;
  if (session_ && security) return restart("it ended the secure channel", now);
  if (security && sent_code_ == command::kPoll)
    return options_.key ? begin_handshake(false, now) : insecure("it wants a secure channel, and has no key here", now);
  why_ = "it refuses to be polled";
  const bool poll = sent_code_ == command::kPoll;
  if (given_sent_) end_given(kRefusedByReader);
  for (const auto& [bit, code] : kAsked)
    if (sent_code_ == code) cannot_ |= bit;
  if (poll && ++refusals_ >= kRefusals) return proven_ ? restart("it refuses to be polled", now) : go_offline(now);
  // Refused is answered: the sequence goes on; but to refuse polls is not what it must do.
  const std::int64_t before = progress_;
  answered(now);
  if (poll) progress_ = before;
}

std::optional<Identity> Identity::read(Bytes data) {
  if (data.size() < 12) return std::nullopt;
  Identity out;
  out.known = true;
  std::copy_n(data.begin(), 3, out.vendor.begin());
  out.model = data[3];
  out.version = data[4];
  for (unsigned i = 0; i < 4; ++i) out.serial |= static_cast<std::uint32_t>(data[5 + i]) << 8U * i;
  std::copy_n(data.begin() + 9, 3, out.firmware.begin());
  return out;
}

void Peripheral::take_capabilities(Bytes data) {
  for (; data.size() >= 3; data = data.subspan(3))
    if (data[0] < identity_.capabilities.size()) identity_.capabilities[data[0]] = {data[1], data[2]};
  if ((identity_.capabilities[kCheckSupport].level & 1U) != 0) check_ = Check::crc;
}

void Peripheral::known(std::int64_t now) {
  if (options_.key && !plain_) return begin_handshake(false, now);
  if (!options_.plain_text) return insecure("it has no key here, and plain text is not allowed", now);
  go_online(now);
}

void Peripheral::take_ccrypt(Bytes data, std::int64_t now) {
  Nonce b;
  std::copy_n(data.begin() + 8, b.size(), b.begin());
  keys_ = session_keys(default_key_ ? kDefaultKey : *options_.key, a_);
  if (!same(data.subspan(16, 16), reader_cryptogram(keys_, a_, b)))
    return handshake_failed(default_key_ ? kNeither : kAnother, now);
  cryptogram_ = panel_cryptogram(keys_, a_, b);
  answered(now);
  phase_ = Phase::cryptogram;
}

void Peripheral::take_rmac(Bytes data, std::int64_t now) {
  const Block expected = first_mac(keys_, cryptogram_);
  if (!same(data.first(16), expected)) return handshake_failed("it does not prove that it has the key", now);
  session_.emplace(keys_, expected);
  keys_ = {};
  answered(now);
  if (default_key_)
    phase_ = Phase::keyset;
  else
    go_online(now);
}

void Peripheral::take_keyset(std::int64_t now) {
  paired_ = true;
  answered(now);
  observer_.paired(index_);
  begin_handshake(false, now);
}

void Peripheral::take_online(std::uint8_t code, Bytes data, std::int64_t now) {
  refusals_ = 0;
  if (given_sent_) end_given({});
  answered(now);
  if (!proven_) found(now);
  if (code == reply::kAck) return;
  due_ = now;  // there may be more, and a question takes no poll's place
  observer_.said(index_, code, data);
}

void Peripheral::answered(std::int64_t now) {
  waits_ = false;
  sequence_ = static_cast<std::uint8_t>(sequence_ % 3 + 1);
  misses_ = damages_ = 0;
  progress_ = now;
  due_ = now;
  if (phase_ != Phase::online) return;
  if (now - online_since_ > kAllIsWell) restarts_ = 0;
  if (given_count_ == 0) due_ = std::max(now, said_at_ + kPollEvery);
}

void Peripheral::say_again(std::int64_t in, std::int64_t now) { due_ = now + in; }

void Peripheral::silence(std::int64_t now, bool damaged) {
  ++counters_.silent;
  ++misses_;
  why_ = damaged ? "its answers are damaged" : "it does not answer";
  switch (phase_) {
    case Phase::identify:
      waits_ = false;
      due_ = now + growing(kPollEvery * 5, misses_ - 1, 5 * kSecond);
      break;
    case Phase::challenge:
    case Phase::cryptogram:
    case Phase::keyset:
      due_ = now;
      if (misses_ < kHandshakeMisses) break;
      // Is it gone, or does it only not answer this?
      if (++silent_handshakes_ >= kSilentHandshakes) return insecure("it does not answer to a secure channel", now);
      waits_ = false;
      session_.reset();
      phase_ = Phase::identify;
      break;
    default:
      due_ = misses_ == 1 ? now : now + growing(2 * kPollEvery, misses_ - 2, kSecond);
      break;
  }
  // One silence may be our own: this machine may have had no time for the line.
  if (misses_ >= 3 || phase_ == Phase::identify) judge(now);
}

void Peripheral::judge(std::int64_t now) {
  if (now - progress_ > kOfflineAfter) go_offline(now);
}

void Peripheral::go_online(std::int64_t now) {
  phase_ = Phase::online;
  refusals_ = failures_ = silent_handshakes_ = 0;
  to_ask_ = cannot_ = 0;
  due_ = now;
  proven_ = false;
  if (session_) found(now);
}

void Peripheral::found(std::int64_t now) {
  proven_ = true;
  online_since_ = ask_at_ = outputs_at_ = now;
  refused_times_ = 0;
  told_offline_ = false;
  if (session_ || !options_.key) told_insecure_ = {};
  observer_.online(index_, identity_, session_ ? PanelObserver::Channel::secure : PanelObserver::Channel::plain);
}

void Peripheral::go_offline(std::int64_t now) {
  session_.reset();
  phase_ = Phase::identify;
  waits_ = false;
  plain_ = false;
  progress_ = now;
  misses_ = std::max<std::uint32_t>(misses_, 1);
  silent_handshakes_ = 0;
  due_ = now + kSecond;
  end_all_given("the reader is off line");
  told_insecure_ = {};
  if (told_offline_) return;
  told_offline_ = true;
  observer_.offline(index_, why_);
}

void Peripheral::begin_handshake(bool with_default_key, std::int64_t now) {
  session_.reset();
  if (given_sent_) end_given("the session ended before it was answered");
  default_key_ = with_default_key;
  plain_ = false;
  phase_ = Phase::challenge;
  waits_ = false;
  misses_ = 0;
  due_ = now;
}

void Peripheral::handshake_failed(std::string_view why, std::int64_t now) {
  if (!default_key_ && options_.pair && !paired_) return begin_handshake(true, now);
  if (++failures_ < kFailures) return begin_handshake(false, now);
  insecure(why, now);
}

void Peripheral::insecure(std::string_view why, std::int64_t now) {
  const bool goes_on = options_.key.has_value() && options_.plain_text;
  session_.reset();
  phase_ = Phase::identify;
  waits_ = false;
  default_key_ = false;
  misses_ = failures_ = silent_handshakes_ = 0;
  progress_ = now;
  plain_ = goes_on;
  secure_again_ = now + kSecureAgain;
  due_ = goes_on ? now : now + growing(kRefusedFor, refused_times_++, kRefusedForMost);
  if (!goes_on) end_all_given("the reader has no secure channel");
  if (told_insecure_ == why) return;
  told_insecure_ = why;
  told_offline_ = false;
  observer_.insecure(index_, why, goes_on);
}

void Peripheral::restart(std::string_view why, std::int64_t now) {
  why_ = why;
  ++counters_.restarts;
  session_.reset();
  if (given_sent_) end_given("the session ended before it was answered");
  phase_ = Phase::identify;
  waits_ = false;
  misses_ = damages_ = refusals_ = 0;
  due_ = ++restarts_ <= 3 ? now : now + growing(4 * kPollEvery, restarts_ - 3, 5 * kSecond);
  judge(now);
}

bool Peripheral::give(std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t now) {
  if (!online() || given_count_ == given_.size() || data.size() > kMostData) return false;
  Given& given = given_[(given_first_ + given_count_++) % given_.size()];
  given.code = code;
  given.ticket = ticket;
  given.size = static_cast<std::uint8_t>(data.size());
  std::copy(data.begin(), data.end(), given.data.begin());
  if (!waits_) due_ = now;
  return true;
}

void Peripheral::end_given(std::string_view why) {
  const std::uint32_t ticket = given_[given_first_].ticket;
  given_sent_ = false;
  given_first_ = (given_first_ + 1) % given_.size();
  --given_count_;
  observer_.done(index_, ticket, why);
}

void Peripheral::end_all_given(std::string_view why) {
  while (given_count_ > 0) end_given(why);
}

}  // namespace wf::access::osdp
