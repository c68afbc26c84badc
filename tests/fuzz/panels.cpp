// What alarm panels send: frames of DC-09, and the reports in them.
#include "agents/access/dc09_receiver.hpp"
#include "proto/event_codec.hpp"
#include "proto/utf8.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::access;
using namespace wf::fuzz;

namespace {

const Dc09Key& key() {
  static const Dc09Key kKey = std::move(*Dc09Key::from_hex("00112233445566778899AABBCCDDEEFF"));
  return kKey;
}

void counted(std::span<std::uint8_t> bytes) {
  static std::uint8_t next = 0;
  for (std::uint8_t& b : bytes) b = next++;
}

/// Read once: the tables of codes are half a thousand rows of YAML.
const Dc09Config& config() {
  static const Dc09Config kConfig = [] {
    std::vector<Error> problems;
    Dc09Config out = read_dc09_config(
        "v: 1\nlisten: {tcp: '127.0.0.1:12128'}\nkeys: /none\naccounts:\n"
        "  - {account: '1234', supervise: 60s, zones: {12: {zone: unit, device: PIR}}}\n"
        "  - {account: '77AB', encrypted: false}\n  - {account: '9999', encrypted: false, check_time: false}\n",
        "fuzz", problems);
    holds(problems.empty(), "the configuration can be used");
    return out;
  }();
  return kConfig;
}

Dc09Receiver receiver() {
  Dc09Keys keys;
  keys.emplace("1234", std::move(*Dc09Key::from_hex("00112233445566778899AABBCCDDEEFF")));
  return Dc09Receiver(config(), std::move(keys), counted);
}

void sendable(const std::vector<Event>& events) {
  if (events.empty()) return;
  std::string bytes;
  BatchEncoder().encode(events, bytes);
  holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
}

}  // namespace

int fuzz_dc09_frame(const std::uint8_t* data, std::size_t size) {
  const std::string all(text_of(data, size));
  std::string_view left = all;
  while (!left.empty()) {
    const Dc09Cut cut = cut_frame(left);
    holds(cut.consumed <= left.size(), "no more is taken than there is");
    if (cut.what == Dc09Cut::What::more && cut.consumed == 0) {
      holds(left.size() < kDc09Longest, "an unfinished frame is never longer than a frame may be");
      break;
    }
    holds(cut.consumed > 0, "something is taken");
    left.remove_prefix(cut.consumed);
    if (cut.what != Dc09Cut::What::frame) continue;
    Result<Dc09Frame> frame = parse_frame(cut.body);
    if (!frame || frame->encrypted) continue;
    // What was read is written and read the same, in clear and sealed.
    for (const bool sealed : {false, true}) {
      Dc09Frame again = *frame;
      again.encrypted = sealed;
      const std::string bytes = build_frame(again, &key(), counted);
      const Dc09Cut whole = cut_frame(bytes);
      if (bytes.size() > kDc09Longest) continue;  // sealed, a long one is longer than a message may be
      holds(whole.what == Dc09Cut::What::frame && whole.consumed == bytes.size(), "what is built is a frame");
      Result<Dc09Frame> read = parse_frame(whole.body);
      holds(read.ok(), "what is built can be read");
      if (sealed) holds(open_frame(*read, key()).ok(), "what is sealed opens");
      holds(read->data == frame->data && read->extended == frame->extended && read->time == frame->time &&
                read->account == frame->account && read->sequence == frame->sequence,
            "what was read is written the same");
    }
  }
  return 0;
}

int fuzz_panel_report(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  static const PanelCodes kCodes;
  PanelAccount account;
  account.account = "1234";
  account.zones["12"] = {"dock", "PIR", "unit", "D-1"};
  ArmState armed;
  std::vector<Event> events;
  while (!pieces.done()) {
    const unsigned which = pieces.byte();
    const AccountAndData said = split_account(pieces.piece(), "1234");
    const Result<std::vector<PanelReport>> reports = which % 2 == 0 ? read_sia(said.data) : read_contact_id(said.data);
    if (!reports) continue;
    holds(!reports->empty() && reports->size() <= kMostReports, "a message has one report at least, and not too many");
    for (const PanelReport& report : *reports) {
      events.push_back(panel_event(report, account, kCodes, armed));
      add_extended({std::string(said.account), "V1"}, events.back());
    }
    if (events.size() > 200) break;
  }
  holds(armed.size() <= kMostPartitions, "the state of a bounded number of partitions is kept");
  for (const Event& event : events)
    for (const Field& field : event.fields) holds(is_utf8(field.value), "a field is UTF-8");
  sendable(events);
  return 0;
}

/// Messages in any order, and a restart in between: the receiver stays within its bounds and goes on.
int fuzz_dc09_receiver(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  Dc09Receiver subject = receiver();
  kit::Moment moment{UtcNs{1'770'000'000} * kSecond, 1000 * kSecond};
  subject.start(pieces.piece(), moment);
  std::vector<Event> events;
  for (int i = 0; i < 200 && !pieces.done(); ++i) {
    const std::int64_t passed = pieces.byte() * kSecond;
    moment.now += passed;
    moment.mono += passed;
    Dc09Frame frame;
    frame.id = pieces.byte() % 2 == 0 ? "SIA-DCS" : "ADM-CID";
    frame.sequence = std::to_string(950 + pieces.byte());
    static constexpr const char* kAccounts[] = {"1234", "77AB", "9999", "none", "77ab"};
    frame.account = kAccounts[pieces.byte() % 5];
    frame.prefix = "0";
    frame.time = moment.now + (pieces.byte() - 128) * kSecond;
    frame.encrypted = pieces.byte() % 2 == 0;
    frame.data = pieces.piece();
    if (frame.data.find_first_of("[]\r\n") != std::string::npos || frame.data.size() > 1000) continue;
    const std::string bytes = build_frame(frame, &key(), counted);
    const Dc09Answer answer =
        subject.take(std::string_view(bytes).substr(9, bytes.size() - 10), false, "10.0.0.1", moment, events);
    holds(answer.bytes.empty() || cut_frame(answer.bytes).what == Dc09Cut::What::frame, "an answer is a frame");
    subject.supervise(moment, events);
    holds(subject.position().size() < 16384, "what is remembered is bounded");
  }
  sendable(events);
  Dc09Receiver again = receiver();
  again.start(subject.position(), moment);
  holds(again.position() == subject.position(), "a position is read as it was written");
  return 0;
}
