#include "tests/agents/access/osdp_reader.hpp"

#include <algorithm>

namespace wf::test {

using namespace access::osdp;

std::vector<std::uint8_t> SimulatedReader::say(std::uint8_t code, const std::vector<std::uint8_t>& data,
                                               std::uint8_t block) {
  std::array<std::uint8_t, kLargestFrame + 1> out{};
  Outgoing frame;
  frame.address = address;
  frame.reply = true;
  frame.sequence = sequence_;
  frame.check = check_;
  frame.block = block;
  const std::uint8_t which = with_default_ ? 0 : 1;
  if (block != 0) frame.block_data = Bytes(&which, 1);
  frame.code = code;
  frame.data = data;
  std::size_t size = 0;
  if (session_ && block == 0 && plain_blocks) {
    frame.block = block::kCommandMac;
    size = begin_frame(frame, out);
    const Block mac = session_->mac(From::reader, Bytes(out).subspan(1, size - 1));
    std::copy_n(mac.begin(), 4, out.begin() + static_cast<std::ptrdiff_t>(size));
    session_->advance(From::reader, mac);
    size = end_frame(check_, out, size + 4);
  } else {
    size = build_frame(frame, session_ && block == 0 ? &*session_ : nullptr, out);
  }
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::vector<std::uint8_t> SimulatedReader::answer(const Frame& frame) {
  if (off || frame.reply || frame.address != address) return {};
  ++commands;
  sequences.push_back(frame.sequence);
  if (deaf > 0) {
    --deaf;
    return {};
  }
  check_ = frame.check;
  if (frame.check == Check::crc && !knows_crc) {
    check_ = Check::checksum;
    sequence_ = frame.sequence;
    return refuse(nak::kCheck);
  }
  if (busy > 0 && !(busy_in_session && session_)) {
    --busy;
    std::array<std::uint8_t, 32> out{};
    const std::size_t size =
        build_frame({address, true, 0, check_, 0, {}, access::osdp::reply::kBusy, {}}, nullptr, out);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
  }
  if (frame.sequence == 0) {
    session_.reset();
  } else if (expected_ && frame.sequence != *expected_) {
    if (frame.sequence == sequence_ && frame.code == last_code_ && !last_.empty()) {
      ++repeats;
      return last_;
    }
    sequence_ = *expected_;
    session_.reset();
    return refuse(nak::kSequence);
  } else if (!expected_) {
    sequence_ = frame.sequence;
    return refuse(nak::kSequence);
  }
  sequence_ = frame.sequence;
  expected_ = static_cast<std::uint8_t>(sequence_ % 3 + 1);
  last_code_ = frame.code;
  Bytes data = frame.data;
  std::array<std::uint8_t, kLargestFrame> scratch{};
  if (session_) {
    const Opened opened = open_frame(frame, *session_, scratch);
    if (opened.verdict != Opened::Verdict::good) {
      session_.reset();
      return refuse(nak::kSecurityNeeded);
    }
    data = opened.data;
  } else if (!frame.mac.empty()) {
    return refuse(nak::kSecurityNeeded);
  }
  return last_ = respond(frame, data);
}

std::vector<std::uint8_t> SimulatedReader::respond(const Frame& frame, Bytes data) {
  if (busy > 0) {
    --busy;
    return say(access::osdp::reply::kBusy, {});
  }
  if (refuses > 0) {
    --refuses;
    return refuse(refusal);
  }
  const bool handshake = frame.code == command::kChlng || frame.code == command::kScrypt;
  if (demands_security && !session_ && !handshake && frame.code != command::kId && frame.code != command::kCap)
    return refuse(nak::kSecurityNeeded);
  if (frame.code == command::kPoll) polled_ = true;
  if (waits_for_poll && !polled_) return {};
  switch (frame.code) {
    case command::kId:
      return say(access::osdp::reply::kPdid, {0x69, 0x7a, 0x99, 1, 2, address, 0, 0, 1, 3, 4, 5});
    case command::kCap:
      return say(access::osdp::reply::kPdcap,
                 {1, 1, contacts, 2, 1, outputs, 4, 1, 1, 8, static_cast<std::uint8_t>(says_crc ? 1 : 0), 0, 9,
                  static_cast<std::uint8_t>(key || default_key ? 1 : 0), 1});
    case command::kChlng: {
      with_default_ = frame.block_data.size() == 1 && frame.block_data[0] == 0;
      if (frame.check == Check::checksum) return refuse(nak::kSecurityBlock);
      if (with_default_ ? !default_key : !key) return refuse(nak::kSecurityBlock);
      std::copy_n(data.begin(), 8, a_.begin());
      for (std::uint8_t& byte : b_) byte = static_cast<std::uint8_t>(random_());
      keys_ = session_keys(with_default_ ? kDefaultKey : *key, a_);
      std::vector<std::uint8_t> out{0x69, 0x7a, 0x99, 1, address, 0, 0, 1};
      out.insert(out.end(), b_.begin(), b_.end());
      const Block cryptogram = reader_cryptogram(keys_, a_, b_);
      out.insert(out.end(), cryptogram.begin(), cryptogram.end());
      return say(access::osdp::reply::kCcrypt, out, block::kCcrypt);
    }
    case command::kScrypt: {
      const Block expected = panel_cryptogram(keys_, a_, b_);
      if (!same(data, expected)) return refuse(nak::kSecurityNeeded);
      const Block first = first_mac(keys_, expected);
      std::vector<std::uint8_t> out = say(access::osdp::reply::kRmacI, {first.begin(), first.end()}, block::kRmacI);
      session_.emplace(keys_, first);
      return out;
    }
    case command::kKeyset: {
      if (!session_ || data.size() != 18) return refuse(nak::kSecurityNeeded);
      key.emplace();
      std::copy_n(data.begin() + 2, 16, key->begin());
      default_key = false;
      if (forgets_at_keyset) session_.reset();
      std::vector<std::uint8_t> out = say(access::osdp::reply::kAck, {});
      session_.reset();
      return out;
    }
    case command::kPoll: {
      if (refuses_polls) return refuse(nak::kUnknown);
      ++polls;
      if (!session_) ++plain_polls;
      if (events.empty()) return say(access::osdp::reply::kAck, {});
      const Said event = events.front();
      events.pop_front();
      return say(event.code, event.data);
    }
    case command::kLstat:
      return say(access::osdp::reply::kLstatr, local);
    case command::kIstat:
      return say(access::osdp::reply::kIstatr, inputs);
    case command::kOstat:
      return say(access::osdp::reply::kOstatr, outs);
    case command::kComset: {
      // The answer still comes from where it was.
      std::vector<std::uint8_t> set{data.begin(), data.end()};
      if (!moves) set[0] = address;
      std::vector<std::uint8_t> out = say(access::osdp::reply::kCom, set);
      address = set[0];
      reset();
      return out;
    }
    case command::kText:
      if (!shows_text) return refuse(nak::kUnknown);
      [[fallthrough]];
    case command::kOut:
      // Output, control code, time; several at once.
      for (Bytes one = data; frame.code == command::kOut && one.size() >= 4; one = one.subspan(4))
        if (one[0] < outs.size()) outs[one[0]] = one[1] == 2 || one[1] == 5;
      [[fallthrough]];
    case command::kLed:
    case command::kBuz:
      taken.push_back({frame.code, {data.begin(), data.end()}});
      if (on_taken) on_taken(taken.back());
      return say(access::osdp::reply::kAck, {});
    default:
      return refuse(nak::kUnknown);
  }
}

}  // namespace wf::test
