// What stands on a line of OSDP readers, from readers and from whoever holds the cable; and its files.
#include <algorithm>

#include "agents/access/osdp/capture.hpp"
#include "agents/access/osdp/line_file.hpp"
#include "agents/access/osdp/line_report.hpp"
#include "agents/access/osdp/panel.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;
namespace osdp = wf::access::osdp;

namespace {

std::vector<std::string> frames_of(osdp::Bytes bytes, std::size_t step) {
  osdp::FrameReader reader;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t taken = reader.push(bytes.subspan(at, std::min(step, bytes.size() - at)));
    holds(taken > 0, "a reader whose frames were taken takes more");
    at += taken;
    while (const std::optional<osdp::Frame> frame = reader.next()) {
      holds(frame->whole.size() <= osdp::kLargestFrame, "a frame is no longer than frames are");
      holds(osdp::parse_frame(frame->whole).has_value(), "what was found on the line is a frame");
      holds(frame->covered.size() + frame->mac.size() < frame->whole.size(), "parts of a frame lie in it");
      out.emplace_back(frame->whole.begin(), frame->whole.end());
      if (!frame->mac.empty()) continue;
      std::array<std::uint8_t, osdp::kLargestFrame + 1> again{};
      const std::size_t begun = osdp::begin_frame({frame->address, frame->reply, frame->sequence, frame->check,
                                                   frame->block, frame->block_data, frame->code, frame->data},
                                                  again);
      holds(begun > 0, "what was read can be built");
      const std::size_t size = osdp::end_frame(frame->check, again, begun);
      holds(size == frame->whole.size() + 1, "and is as long as it was");
    }
  }
  return out;
}

/// Answers a panel's commands with what the input says: anything, or a good frame with anything in it.
class Silent final : public osdp::PanelObserver {
 public:
  void online(std::size_t, const osdp::Identity&, Channel channel) override { secure_ |= channel == Channel::secure; }
  void offline(std::size_t, std::string_view) override {}
  void insecure(std::size_t, std::string_view, bool) override {}
  void paired(std::size_t) override { secure_ = true; }
  void said(std::size_t reader, std::uint8_t, osdp::Bytes) override { said_keyed_ |= reader == 1; }
  void done(std::size_t, std::uint32_t, std::string_view) override {}
  bool secure_ = false, said_keyed_ = false;
};

}  // namespace

int fuzz_osdp_frames(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const osdp::Bytes bytes(data + 1, size - 1);
  holds(frames_of(bytes, bytes.size() + 1) == frames_of(bytes, 1 + data[0] % 64U),
        "frames do not depend on how their bytes come");
  return 0;
}

int fuzz_osdp_panel(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  osdp::PanelOptions options;
  options.readers.resize(2);
  options.readers[0].plain_text = true;
  options.readers[1].address = 1;
  options.readers[1].key.emplace(osdp::Key{0x5a, 0x01, 0xc3});
  options.random = [](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), std::uint8_t{7}); };
  Silent observer;
  osdp::Panel panel(std::move(options), observer);
  std::int64_t now = kSecond;
  for (int i = 0; i < 2000 && !pieces.done(); ++i) {
    const osdp::Bytes sent = panel.next(now);
    if (sent.empty()) {
      now = std::max(now + kMillisecond, panel.next_wake());
      continue;
    }
    const std::optional<osdp::Frame> command = osdp::parse_frame(sent.subspan(1));
    holds(command && !command->reply, "what a panel sends is a command");
    // What it is may be asked, and a poll may be needed before it says so, of which nothing is taken (said_keyed_).
    const bool keyed = command->address == 1 && command->code != osdp::command::kId &&
                       command->code != osdp::command::kCap && command->code != osdp::command::kPoll &&
                       command->block == 0;
    holds(!keyed, "a reader with a key is not commanded in plain text");
    const std::uint8_t how = pieces.byte();
    if (how == 0) continue;  // no answer
    std::string_view said = pieces.piece().substr(0, 200);
    std::array<std::uint8_t, osdp::kLargestFrame + 1> out{};
    std::size_t length = std::min(said.size(), out.size());
    std::copy_n(said.begin(), length, out.begin());
    if (how % 2 == 1 && !said.empty()) {
      osdp::Outgoing frame;
      frame.address = command->address;
      frame.reply = true;
      frame.sequence = how % 16 == 1 ? static_cast<std::uint8_t>(how >> 4U) : command->sequence;
      frame.block = how % 8 == 3 ? static_cast<std::uint8_t>(0x11 + (how >> 5U)) : std::uint8_t{0};
      frame.code = static_cast<std::uint8_t>(said[0]);
      frame.data = osdp::Bytes(reinterpret_cast<const std::uint8_t*>(said.data()) + 1, said.size() - 1);
      length = osdp::begin_frame(frame, out);
      if (frame.block >= 0x15) length += 4;
      length = osdp::end_frame(frame.check, out, length);
    }
    now += kMillisecond;
    panel.receive(osdp::Bytes(out).first(length), now);
  }
  holds(!observer.secure_ && !observer.said_keyed_, "nobody gets a channel without its key");
  return 0;
}

int fuzz_osdp_capture(const std::uint8_t* data, std::size_t size) {
  osdp::LineFile file;
  std::vector<Error> problems;
  if (size > 0 && data[0] % 2 == 1)
    file = osdp::LineFile::parse(
        "v: 1\ndevice: /dev/null\nreaders: [{address: 5, reader: R, door: D, plain_text: true, locks: [0], "
        "inputs: [{input: 0, is: contact}, {input: 1, is: rex}, {input: 2, is: release}, {input: 3, is: tamper}]}]\n",
        "fuzz.yaml", problems);
  std::size_t events = 0;
  osdp::CaptureListener listener(
      std::move(file), osdp::Key{1, 2, 3}, [&](Event&& event) { events += event.kind.empty() ? 0 : 1; },
      [](const Error&) {});
  std::string_view rest = text_of(data, size).substr(std::min<std::size_t>(size, 1));
  for (int i = 0; i < 2000 && !rest.empty(); ++i) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const Result<osdp::CaptureRecord> record = osdp::read_capture_line(rest.substr(0, end))) {
      const UtcNs time = record->time ? *record->time : record->after;
      (void)listener.take(record->bytes, {time, time});
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}

int fuzz_osdp_files(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const bool table = pieces.byte() % 2 == 0;
  const std::string text(pieces.piece());
  std::vector<Error> problems;
  if (!table) {
    const osdp::LineFile file = osdp::LineFile::parse(text, "fuzz.yaml", problems);
    if (problems.empty()) holds(!file.readers.empty(), "a line has readers");
    return 0;
  }
  const osdp::CardFormats formats = osdp::CardFormats::read(text, "fuzz.yaml", problems);
  const unsigned bits = pieces.number() % 600;
  const std::string_view rest = pieces.rest();
  const osdp::Bytes bytes(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
  if (const Result<osdp::Card> card = formats.read_bits(bytes, bits))
    holds(!card->id.empty() || !card->format.empty(), "a card is called something");
  (void)formats.read_characters(bytes);
  return 0;
}
