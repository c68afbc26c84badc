#include "agents/access/osdp/capture.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace wf::access::osdp {
namespace {

constexpr std::uint8_t kOutOff = 1, kOutOn = 2, kOutOffLater = 3, kOutOnLater = 4, kOutOnForATime = 5;
constexpr std::string_view kBetween = " -:,";  ///< what recorders write between two bytes
constexpr std::uint8_t kBaseKey = 1;           ///< type of key of a KEYSET
constexpr std::int64_t kMostMs = std::numeric_limits<std::int64_t>::max() / kMillisecond / 4;

bool whole_number(std::string_view text, std::int64_t& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

Result<std::vector<std::uint8_t>> bytes_of(std::string_view text) {
  std::vector<std::uint8_t> out;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      if (kBetween.find(c) == std::string_view::npos) return Error{"bytes that are not hexadecimal", "", ""};
      if (high >= 0) return Error{"half a byte", "", ""};
      continue;
    }
    if (high >= 0) out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  if (high >= 0 || out.empty()) return Error{"half a byte, or none", "", ""};
  return out;
}

/// A number that stands as such, or as text.
bool number_of(simdjson::dom::element root, const char* name, std::int64_t& out) {
  simdjson::dom::element value;
  std::string_view text;
  if (root[name].get(value) != simdjson::SUCCESS) return false;
  return value.get(out) == simdjson::SUCCESS || (value.get(text) == simdjson::SUCCESS && whole_number(text, out));
}

Result<CaptureRecord> read_json(std::string_view line) {
  static thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS) return Error{"no JSON", "", ""};
  CaptureRecord out;
  std::string_view hex;
  if (root["data"].get(hex) == simdjson::SUCCESS) {
    std::int64_t s = 0, ns = 0;
    if (!number_of(root, "timeSec", s) || !number_of(root, "timeNano", ns) || s < 0 || s > kMostMs / 1000 || ns < 0 ||
        ns >= kSecond)
      return Error{"no time", "", ""};
    out.time = s * kSecond + ns;
  } else {
    std::int64_t ms = 0;
    if (root["hex"].get(hex) != simdjson::SUCCESS) return Error{"no bytes: neither data nor hex", "", ""};
    if (root["t_ms"].get(ms) != simdjson::SUCCESS || ms < 0 || ms > kMostMs) return Error{"no time", "", ""};
    out.after = ms * kMillisecond;
  }
  Result<std::vector<std::uint8_t>> bytes = bytes_of(hex);
  if (!bytes) return bytes.error();
  out.bytes = std::move(*bytes);
  return out;
}

}  // namespace

Result<CaptureRecord> read_capture_line(std::string_view line) {
  const auto trimmed = [](std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r"), text.size()));
    return text.substr(0, text.find_first_of(" \t\r"));
  };
  std::string_view rest = line;
  const std::string_view first = trimmed(rest);
  if (first.starts_with("{")) return read_json(rest);
  std::int64_t ms = 0;
  if (!whole_number(first, ms) || ms < 0 || ms > kMostMs)
    return Error{"no record of a capture", "", "write osdpcap, JSON with t_ms and hex, or: MILLISECONDS DIRECTION HEX"};
  rest.remove_prefix(first.size());
  rest.remove_prefix(trimmed(rest).size());
  (void)trimmed(rest);
  Result<std::vector<std::uint8_t>> bytes = bytes_of(rest.substr(0, rest.find_last_not_of(" \t\r") + 1));
  if (!bytes) return bytes.error();
  CaptureRecord out;
  out.after = ms * kMillisecond;
  out.bytes = std::move(*bytes);
  return out;
}

CaptureListener::CaptureListener(LineFile file, std::optional<Key> key, LineReport::Tell tell,
                                 LineReport::Refuse refuse)
    : file_([&] {
        for (unsigned address = 0; address < kBroadcast; ++address) {
          const auto named = std::any_of(file.readers.begin(), file.readers.end(),
                                         [&](const ReaderEntry& reader) { return reader.options.address == address; });
          if (named) continue;
          ReaderEntry entry;
          entry.options.address = static_cast<std::uint8_t>(address);
          entry.name = "osdp-" + std::to_string(address);
          file.readers.push_back(std::move(entry));
        }
        return std::move(file);
      }()),
      key_(key),
      report_(file_, std::move(tell), std::move(refuse)) {}

CaptureListener::Listened& CaptureListener::listened(std::uint8_t address) {
  for (Listened& reader : readers_)
    if (reader.address == address) return reader;
  Listened& out = readers_.emplace_back();
  out.address = address;
  for (std::size_t i = 0; i < file_.readers.size(); ++i)
    if (file_.readers[i].options.address == address) out.index = i;
  return out;
}

std::size_t CaptureListener::take(Bytes bytes, const kit::Moment& moment) {
  step(moment);
  std::size_t frames = 0;
  while (!bytes.empty()) {
    const std::size_t taken = line_.push(bytes);
    if (taken == 0) line_.reset();
    bytes = bytes.subspan(taken);
    while (const std::optional<Frame> frame = line_.next()) {
      ++frames;
      if (frame->address < kBroadcast) take(*frame);
    }
  }
  return frames;
}

void CaptureListener::step(const kit::Moment& moment) {
  report_.at(moment);
  for (Listened& reader : readers_)
    for (auto it = reader.ends.begin(); it != reader.ends.end();) {
      if (moment.mono < it->second) {
        ++it;
        continue;
      }
      report_.switched(reader.index, it->first, false, false);
      it = reader.ends.erase(it);
    }
  report_.step_doors();
}

void CaptureListener::handshake(Listened& reader, const Frame& frame) {
  switch (frame.block) {
    case block::kChallenge: {
      reader.session.reset();
      if (frame.data.size() != reader.a.size()) return;
      std::copy(frame.data.begin(), frame.data.end(), reader.a.begin());
      reader.default_key = frame.block_data.size() == 1 && frame.block_data[0] == 0;
      return;
    }
    case block::kCcrypt: {
      const std::optional<Key>& key = reader.set_key ? reader.set_key : key_;
      if (frame.data.size() != 32 || (!reader.default_key && !key)) return;
      Nonce b;
      std::copy_n(frame.data.begin() + 8, b.size(), b.begin());
      reader.keys = session_keys(reader.default_key ? kDefaultKey : *key, reader.a);
      reader.cryptogram = panel_cryptogram(reader.keys, reader.a, b);
      return;
    }
    case block::kRmacI: {
      const Block first = first_mac(reader.keys, reader.cryptogram);
      if (same(frame.data, first)) reader.session.emplace(reader.keys, first);
      return;
    }
    default:
      return;
  }
}

void CaptureListener::take(const Frame& frame) {
  Listened& reader = listened(frame.address);
  if (frame.block != 0 && frame.mac.empty()) return handshake(reader, frame);
  std::array<std::uint8_t, kLargestFrame> scratch;
  Bytes data = frame.data;
  if (!frame.mac.empty()) {
    if (!reader.session) {
      // Without data there is nothing that is missed.
      if (!frame.data.empty()) ++sealed_;
      return;
    }
    SecureSession next = *reader.session;
    const Opened opened = open_frame(frame, next, scratch);
    if (opened.verdict != Opened::Verdict::good) {
      // Said twice: the chain has gone on. Anything else ends it.
      if (same(frame.mac, reader.last_mac)) return;
      ++sealed_;
      reader.session.reset();
      return;
    }
    reader.session = next;
    std::copy(frame.mac.begin(), frame.mac.end(), reader.last_mac.begin());
    data = opened.data;
  }
  take_clear(reader, frame, data);
}

void CaptureListener::take_keyset(Listened& reader, Bytes data) {
  if (data.size() < 2 + kDefaultKey.size() || data[0] != kBaseKey || data[1] != kDefaultKey.size()) return;
  std::copy_n(data.begin() + 2, kDefaultKey.size(), reader.set_key.emplace().begin());
}

void CaptureListener::take_clear(Listened& reader, const Frame& frame, Bytes data) {
  if (!frame.reply) {
    if (frame.code == command::kKeyset) return take_keyset(reader, data);
    if (frame.code != command::kOut) return;
    for (; data.size() >= 4; data = data.subspan(4)) {
      const std::uint32_t output = data[0];
      const std::uint8_t control = data[1];
      const std::int64_t lasts = (data[2] | static_cast<std::int64_t>(data[3]) << 8) * 100 * kMillisecond;
      reader.ends.erase(output);
      if (control == kOutOff || control == kOutOffLater) report_.switched(reader.index, output, false, false);
      if (control == kOutOn || control == kOutOnLater || control == kOutOnForATime)
        report_.switched(reader.index, output, true, false);
      if (control == kOutOnForATime) reader.ends[output] = report_.moment().mono + lasts;
    }
    return;
  }
  switch (frame.code) {
    case reply::kPdid:
      if (const std::optional<Identity> identity = Identity::read(data)) reader.identity = *identity;
      return;
    case reply::kPdcap:
    case reply::kNak:
    case reply::kBusy:
    case reply::kCom:
      return;
    default:
      break;
  }
  if (!std::exchange(reader.told, true))
    report_.online(reader.index, reader.identity,
                   reader.session ? PanelObserver::Channel::secure : PanelObserver::Channel::plain);
  if (frame.code != reply::kAck) report_.said(reader.index, frame.code, data);
}

}  // namespace wf::access::osdp
