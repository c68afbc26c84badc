#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agents/access/osdp/panel.hpp"
#include "agents/kit/clock.hpp"
#include "tests/agents/access/osdp_hex.hpp"
#include "tests/agents/access/osdp_reader.hpp"

namespace wf::test {

/// What a panel says, as short texts: "1 online secure", "1 said 50 000…".
class Told final : public access::osdp::PanelObserver {
 public:
  void online(std::size_t reader, const access::osdp::Identity& identity, Channel channel) override {
    add(reader, channel == Channel::secure ? "online secure" : "online plain");
    identities.push_back(identity);
  }
  void offline(std::size_t reader, std::string_view why) override { add(reader, "offline: " + std::string(why)); }
  void insecure(std::size_t reader, std::string_view why, bool goes_on) override {
    add(reader, "insecure: " + std::string(why) + (goes_on ? ", goes on" : ""));
  }
  void paired(std::size_t reader) override { add(reader, "paired"); }
  void said(std::size_t reader, std::uint8_t code, access::osdp::Bytes data) override {
    ++answers;
    // The answers to what is asked by itself only where a test wants them.
    if (quiet && code >= 0x48 && code <= 0x4b) return;
    add(reader, "said " + to_hex({&code, 1}) + " " + to_hex(data));
  }
  void done(std::size_t reader, std::uint32_t ticket, std::string_view why) override {
    add(reader, "done " + std::to_string(ticket) + (why.empty() ? "" : ": " + std::string(why)));
  }
  [[nodiscard]] bool has(std::string_view text) const { return std::find(all.begin(), all.end(), text) != all.end(); }
  [[nodiscard]] long count(std::string_view text) const { return std::count(all.begin(), all.end(), text); }

  std::vector<std::string> all;
  std::vector<access::osdp::Identity> identities;
  std::uint64_t answers = 0;
  bool quiet = true;

 private:
  void add(std::size_t reader, std::string text) {
    if (keep) all.push_back(std::to_string(reader) + " " + text);
  }

 public:
  bool keep = true;
};

/// A panel and its readers on one line, in simulated time that goes on only when nothing is left to do.
class Line {
 public:
  explicit Line(std::vector<access::osdp::PeripheralOptions> options, std::uint32_t baud = 9600)
      : panel({baud, std::move(options),
               [this](std::span<std::uint8_t> out) {
                 for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random());
               }},
              told) {}

  SimulatedReader& add(std::uint8_t address, std::optional<access::osdp::Key> key = {}) {
    readers.push_back(std::make_unique<SimulatedReader>(address, key));
    return *readers.back();
  }

  /// Lets so much time pass.
  void run(std::int64_t time) {
    const std::int64_t end = now + time;
    while (now < end) {
      if (const access::osdp::Bytes out = panel.next(now); !out.empty()) {
        ++frames;
        transmit({out.begin(), out.end()});
      } else {
        now = std::min(end, std::max(now + kMillisecond / 10, panel.next_wake()));
      }
    }
  }

  /// What the line does to bytes of either direction; may drop, damage or repeat them.
  std::function<void(bool from_panel, std::vector<std::uint8_t>&)> trouble;
  std::int64_t turnaround = 3 * kMillisecond;
  std::int64_t now = kSecond;
  std::uint64_t frames = 0;
  std::mt19937 random{42};
  Told told;
  access::osdp::Panel panel;
  std::vector<std::unique_ptr<SimulatedReader>> readers;

 private:
  void transmit(std::vector<std::uint8_t> bytes) {
    const std::int64_t begun = now;
    if (trouble) trouble(true, bytes);
    access::osdp::FrameReader at_readers;
    at_readers.push(bytes);
    bool answered = false;
    while (const std::optional<access::osdp::Frame> frame = at_readers.next())
      for (const auto& reader : readers) {
        std::vector<std::uint8_t> answer = reader->answer(*frame);
        if (answer.empty()) continue;
        if (trouble) trouble(false, answer);
        now = begun + panel.duration(bytes.size()) + turnaround + panel.duration(answer.size());
        panel.receive(answer, now);
        answered = true;
      }
    if (!answered) now = begun + kMillisecond;
  }
};

}  // namespace wf::test
