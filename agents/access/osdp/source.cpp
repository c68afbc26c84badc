#include "agents/access/osdp/source.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agents/access/osdp/display.hpp"
#include "agents/access/osdp/line_file.hpp"
#include "agents/access/osdp/line_output.hpp"
#include "agents/access/osdp/line_report.hpp"
#include "agents/access/osdp/line_talk.hpp"
#include "agents/access/osdp/panel.hpp"
#include "agents/access/osdp/serial_port.hpp"

namespace wf::access {
namespace {

using namespace osdp;

constexpr std::int64_t kRetry = 2 * kSecond;
constexpr std::int64_t kSettle = kSecond;  ///< with `once`: for the state of readers that were found
constexpr std::int64_t kCheckFor = 3 * kSecond;

PanelOptions options_of(const LineFile& file) {
  PanelOptions out;
  out.baud = file.baud;
  for (const ReaderEntry& reader : file.readers) out.readers.push_back(reader.options);
  out.random = [](std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); };
  return out;
}

class OsdpSource final : public kit::Source, private LineCommands {
 public:
  OsdpSource(const kit::SourceSpec& spec, LineFile file)
      : Source(spec),
        file_(std::move(file)),
        report_(
            file_, [this](Event&& event) { pending_.push_back(std::move(event)); },
            [this](const Error& error) { refuse(error); }),
        panel_(options_of(file_), report_),
        display_(
            file_, *this, [this](std::size_t reader) { return report_.free(reader); },
            [this](const Error& error) { refuse(error); }) {
    report_.on_online = [this](std::size_t reader) { display_.online(reader, report_.moment().mono); };
    report_.on_done = [this](std::uint32_t ticket, std::string_view why) {
      ended(ticket, why);
      display_.ended(ticket, why);
    };
    report_.on_outputs = [this](std::size_t reader, Bytes outputs) { shown(reader, outputs, report_.moment().mono); };
  }

  std::vector<Error> check() override;
  std::vector<std::string> remarks() const override { return file_.notes(); }

  Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    once_ = once;
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    report_.at(moment);
    if (!port_ && moment.mono >= retry_at_) open(moment);
    if (port_) receive(moment);
    // Without the line all goes on: readers that cannot be heard are off line.
    if (const Bytes out = panel_.next(moment.mono); !out.empty() && port_)
      if (const Result<void> sent = port_->write(out); !sent) lose(sent.error(), moment);
    report_.step(panel_);
    for (Event& event : pending_) {
      display_.observe(event, moment.mono);
      emit(sink, std::move(event), moment);
    }
    pending_.clear();
    display_.step(moment.mono);
    if (once_ && report_.settled()) {
      if (settled_at_ == 0) settled_at_ = moment.mono;
      if (moment.mono - settled_at_ >= kSettle) set_state("ended");
    }
    return false;
  }

  /// What was said on a line cannot be asked for again.
  std::string position() const override { return {}; }
  bool can_wait() const override { return false; }

  void add_fds(std::vector<pollfd>& fds) const override {
    if (port_) fds.push_back({port_->fd(), static_cast<short>(port_->wants_to_write() ? POLLIN | POLLOUT : POLLIN), 0});
  }
  std::int64_t next_wake() const override {
    std::int64_t wake = std::min({panel_.next_wake(), report_.next_wake(), display_.next_wake()});
    if (!port_) wake = std::min(wake, retry_at_);
    if (settled_at_ != 0) wake = std::min(wake, settled_at_ + kSettle);
    return wake;
  }

  Result<std::unique_ptr<kit::Output>> output(const kit::OutputSpec& spec) override {
    return make_line_output(spec, file_, *this);
  }

 private:
  void open(const kit::Moment& moment) {
    Result<SerialPort> port = SerialPort::open(file_.device, file_.baud);
    if (!port) return lose(port.error(), moment);
    port_.emplace(std::move(*port));
    set_state("running");
  }

  void lose(const Error& error, const kit::Moment& moment) {
    port_.reset();
    retry_at_ = moment.mono + kRetry;
    set_state(once_ ? "failed" : "waiting", error.text());
  }

  void receive(const kit::Moment& moment) {
    if (port_->wants_to_write())
      if (const Result<void> sent = port_->flush(); !sent) return lose(sent.error(), moment);
    std::array<std::uint8_t, 512> bytes;
    // A line that never stops talking must not keep the agent.
    for (int i = 0; i < 16; ++i) {
      const Result<std::size_t> got = port_->read(bytes);
      if (!got) return lose(got.error(), moment);
      if (*got == 0) return;
      const std::uint64_t before = panel_.answers();
      panel_.receive(Bytes(bytes).first(*got), moment.mono);
      count_read(panel_.answers() - before);
    }
  }

  // What outputs need of the line.
  bool give(std::size_t reader, std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t now) override {
    return panel_.give(reader, code, data, ticket, now);
  }
  std::string trouble(std::size_t reader) const override { return report_.trouble(reader); }
  void switched(std::size_t reader, std::uint32_t output, bool on) override {
    report_.switched(reader, output, on, true);
    const std::vector<std::uint32_t>& locks = file_.readers[reader].locks;
    if (on && std::find(locks.begin(), locks.end(), output) != locks.end())
      display_.granted(reader, report_.moment().mono);
  }

  const LineFile file_;
  std::vector<Event> pending_;
  LineReport report_;
  Panel panel_;
  Display display_;
  std::optional<SerialPort> port_;
  bool once_ = false;
  std::int64_t retry_at_ = 0, settled_at_ = 0;
};

// The line itself is tried, unless another program, such as this agent as a service, speaks on it. Nobody is paired.
std::vector<Error> OsdpSource::check() {
  Result<SerialPort> port = SerialPort::open(file_.device, file_.baud);
  if (!port) return {port.error()};
  LineReport report(
      file_, [](Event&&) {}, [](const Error&) {});
  PanelOptions options = options_of(file_);
  for (PeripheralOptions& reader : options.readers) reader.pair = false;
  Panel panel(std::move(options), report);
  const Result<void> talked = talk(
      *port, panel, kCheckFor,
      [&](std::int64_t now) {
        report.at({0, now});
      },
      [&] { return report.settled(); });
  if (!talked) return {talked.error()};
  std::vector<Error> out;
  for (std::size_t i = 0; i < file_.readers.size(); ++i) {
    const ReaderEntry& reader = file_.readers[i];
    if (const std::string why = report.trouble(i); !why.empty())
      out.push_back({"reader " + reader.name + " at address " + std::to_string(reader.options.address) + ": " + why,
                     reader.where,
                     reader.options.pair ? "if it still has the default key, it is paired when the agent runs"
                                         : "look at its cable, its address, the line's speed and its key"});
  }
  return out;
}

}  // namespace

kit::SourceMade make_osdp(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.empty()) {
    made.problems.push_back({"the source names no line", spec.where, "write osdp:FILE"});
    return made;
  }
  LineFile file = LineFile::read(spec.address, true, made.problems);
  if (made.problems.empty()) made.source = std::make_unique<OsdpSource>(spec, std::move(file));
  return made;
}

}  // namespace wf::access
