#include "agents/access/uhppote.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "agents/access/uhppote_door.hpp"
#include "agents/access/uhppote_packet.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/document_framing.hpp"
#include "agents/kit/read/follow_source.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "proto/event_json.hpp"

namespace wf::access {
namespace {

constexpr std::int64_t kRetry = 5 * kSecond;
constexpr std::int64_t kStrangerEvery = kMinute;
constexpr int kDatagrams = 256;                ///< in one step
constexpr std::size_t kMostControllers = 256;  ///< whose last event is remembered

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && stop == text.data() + text.size() && !text.empty();
}

Result<std::string> bytes_of_hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text.substr(0, 4096)) {
    if (c == ' ' || c == '\r' || c == '\t') continue;
    unsigned value = 0;
    if (std::from_chars(&c, &c + 1, value, 16).ec != std::errc{})
      return Error{"this is no hexadecimal line", "", "a packet is 128 hexadecimal digits"};
    if (high < 0) {
      high = static_cast<int>(value);
    } else {
      out += static_cast<char>(static_cast<unsigned>(high) << 4U | value);
      high = -1;
    }
  }
  return out;
}

class UhppoteFile final : public kit::FollowSource {
 public:
  UhppoteFile(const kit::SourceSpec& spec, kit::Zone zone) : FollowSource(spec, options()), zone_(zone) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    std::string hex(record.text);
    if (record.text.starts_with("{")) {
      Event fields;
      if (Result<void> flat = flatten_json(record.text, "", fields.fields); !flat) return flat;
      hex = fields.field("hex");
      if (hex.empty()) return Error{"the record has no member 'hex'", "", ""};
    }
    Result<std::string> bytes = bytes_of_hex(hex);
    if (!bytes) return bytes.error();
    Result<UhppotePacket> packet = parse_uhppote(*bytes);
    if (!packet) return packet.error();
    if (std::optional<Event> event = uhppote_event(*packet, zone_, moment.now)) emit(sink, std::move(*event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.framing = kit::document_framing;
    return options;
  }
  kit::Zone zone_;
};

/// Listens for datagrams. Knows the last event of each controller, so that one that comes twice is not reported twice
/// and one that never came is said.
class UhppoteListener final : public kit::Source {
 public:
  UhppoteListener(const kit::SourceSpec& spec, std::string host, std::uint16_t port, kit::Zone zone,
                  std::set<std::uint32_t> controllers)
      : Source(spec), host_(std::move(host)), port_(port), zone_(zone), controllers_(std::move(controllers)) {}

  std::vector<Error> check() override {
    const Result<kit::Descriptor> tried = kit::listen_on(host_, port_, SOCK_DGRAM, spec().name);
    if (tried || errno == EADDRINUSE) return {};
    return {tried.error()};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a listener has no end at which it could stop", spec().name, "leave out --once"};
    // "SERIAL=INDEX," for each controller.
    while (!position.empty()) {
      const std::string_view one = position.substr(0, position.find(','));
      position.remove_prefix(std::min(one.size() + 1, position.size()));
      const std::size_t equals = std::min(one.find('='), one.size());
      std::uint32_t serial = 0, index = 0;
      if (read_number(one.substr(0, equals), serial) && equals < one.size() &&
          read_number(one.substr(equals + 1), index) && last_.size() < kMostControllers)
        last_[serial] = index;
    }
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!socket_.open() && moment.mono >= retry_at_) open(moment);
    if (strangers_ > 0 && moment.mono - said_ >= kStrangerEvery) say_stranger(sink, moment);
    std::array<char, kUhppoteSize + 1> bytes;
    for (int i = 0; socket_.open() && i < kDatagrams; ++i) {
      if (sink.full()) return true;
      kit::SocketAddress from;
      const ssize_t n = ::recvfrom(socket_.get(), bytes.data(), bytes.size(), MSG_TRUNC, from.get(), &from.size);
      if (n < 0) return false;
      count_read();
      const std::size_t size = std::min(static_cast<std::size_t>(n), bytes.size());
      take({bytes.data(), size}, from.host(), sink, moment);
    }
    return socket_.open();
  }

  Result<std::unique_ptr<kit::Output>> output(const kit::OutputSpec& spec) override {
    Result<std::unique_ptr<kit::Output>> made = make_uhppote_output(spec);
    const auto controller = spec.to.find("controller");
    std::uint32_t serial = 0;
    if (made && !controllers_.empty() && !(read_number(controller->second, serial) && controllers_.contains(serial)))
      return Error{"controller " + controller->second + " is not one of this source's 'controllers'", spec.where,
                   "add it there"};
    return made;
  }

  std::string position() const override {
    std::string out;
    for (const auto& [serial, index] : last_) out += std::to_string(serial) + "=" + std::to_string(index) + ",";
    return out;
  }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (socket_.open()) fds.push_back({socket_.get(), POLLIN, 0});
  }
  bool can_wait() const override { return false; }
  std::int64_t next_wake() const override {
    return std::min(socket_.open() ? kit::kNever : retry_at_, strangers_ > 0 ? said_ + kStrangerEvery : kit::kNever);
  }

 private:
  void open(const kit::Moment& moment) {
    Result<kit::Descriptor> opened = kit::listen_on(host_, port_, SOCK_DGRAM, spec().name);
    retry_at_ = moment.mono + kRetry;
    if (opened) socket_ = std::move(*opened);
    set_state(socket_.open() ? "running" : "waiting", opened ? std::string() : opened.error().text());
  }

  void take(std::string_view bytes, const std::string& peer, kit::Sink& sink, const kit::Moment& moment) {
    Result<UhppotePacket> packet = parse_uhppote(bytes);
    if (!packet) return refuse({packet.error().what, peer, packet.error().to_do});
    const std::string serial = std::to_string(packet->serial);
    if (!controllers_.empty() && !controllers_.contains(packet->serial)) {
      refuse({"controller " + serial + " is not one of 'controllers'", peer, "add it, or see who sends in its name"});
      ++strangers_;
      stranger_ = serial;
      stranger_at_ = peer;
      if (said_ == kit::kNever || moment.mono - said_ >= kStrangerEvery) say_stranger(sink, moment);
      return;
    }
    std::optional<Event> event = uhppote_event(*packet, zone_, moment.now);
    if (!event) return;
    const auto known = last_.find(packet->serial);
    if (known == last_.end() && last_.size() == kMostControllers) last_.erase(last_.begin());
    if (known != last_.end()) {
      if (packet->index == known->second) return;  // it came twice
      if (packet->index > known->second + 1) say_lost(*packet, known->second, *event, sink, moment);
    }
    last_[packet->serial] = packet->index;
    event->add("src.ip", peer);
    emit(sink, std::move(*event), moment);
  }

  void say_lost(const UhppotePacket& packet, std::uint32_t before, const Event& with, kit::Sink& sink,
                const kit::Moment& moment) {
    const std::string serial = std::to_string(packet.serial), count = std::to_string(packet.index - before - 1);
    Event event = about("device.fault", with.time);
    event.add("device.id", serial);
    event.add("reason", "communication");
    event.add("count", count, ValueType::number);
    event.add("message", "Controller " + serial + ": events " + std::to_string(before + 1) + " to " +
                             std::to_string(packet.index - 1) + " did not arrive; they stand in its own log");
    emit(sink, std::move(event), moment);
  }

  void say_stranger(kit::Sink& sink, const kit::Moment& moment) {
    Event event = about("device.refused", moment.now);
    event.add("reason", "unknown controller");
    event.add("device.id", stranger_);
    event.add("src.ip", stranger_at_);
    event.add("count", std::to_string(strangers_), ValueType::number);
    event.add("message", "Controller " + stranger_ + " at " + stranger_at_ + " reports here and is not one of ours");
    emit(sink, std::move(event), moment);
    said_ = moment.mono;
    strangers_ = 0;
  }

  static Event about(const char* kind, UtcNs time) {
    Event event;
    event.time = time;
    event.kind = kind;
    event.severity = kit::find_kind(event.kind)->severity;
    event.logsource = {"watchfloor", "access", "access"};
    return event;
  }

  std::string host_;
  std::uint16_t port_;
  kit::Zone zone_;
  std::set<std::uint32_t> controllers_;  ///< empty: any
  kit::Descriptor socket_;
  std::map<std::uint32_t, std::uint32_t> last_;  ///< index of each controller's last event
  std::int64_t retry_at_ = 0, said_ = kit::kNever;
  std::uint64_t strangers_ = 0;
  std::string stranger_, stranger_at_;
};

/// HOST:PORT with a numeric host, or :PORT.
bool is_address(const std::string& text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.find('/') != std::string::npos) return false;
  host = text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return read_number(std::string_view(text).substr(colon + 1), port) && port > 0;
}

}  // namespace

const char* const kUhppoteHelp =
    "FILE or HOST:PORT[,tz=ZONE,controllers=SERIAL+SERIAL]; event packets of UHPPOTE controllers, from a file or by "
    "UDP";

kit::SourceMade make_uhppote(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz", "controllers"});
  if (spec.address.empty())
    made.problems.push_back({"a uhppote source needs a file or an address", spec.where, "write uhppote:0.0.0.0:60001"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  std::set<std::uint32_t> controllers;
  const std::string written = spec.option("controllers");
  for (std::string_view left = written; !left.empty();) {
    const std::string_view one = left.substr(0, left.find('+'));
    left.remove_prefix(std::min(one.size() + 1, left.size()));
    std::uint32_t serial = 0;
    if (read_number(one, serial))
      controllers.insert(serial);
    else
      made.problems.push_back(
          {"'" + std::string(one) + "' is no serial number", spec.where, "write controllers=423187757+425757519"});
  }
  std::string host;
  std::uint16_t port = 0;
  const bool listens = is_address(spec.address, host, port);
  if (!listens && !controllers.empty())
    made.problems.push_back({"'controllers' is for a listener", spec.where, "leave it out"});
  if (!made.problems.empty()) return made;
  if (listens)
    made.source = std::make_unique<UhppoteListener>(spec, host, port, *zone, std::move(controllers));
  else
    made.source = std::make_unique<UhppoteFile>(spec, *zone);
  return made;
}

}  // namespace wf::access
