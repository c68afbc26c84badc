#include "agents/network/netflow.hpp"

#include <cerrno>
#include <charconv>
#include <utility>

#include "agents/kit/read/socket_listen.hpp"
#include "agents/network/datagrams.hpp"
#include "agents/network/listener.hpp"
#include "agents/network/netflow_packet.hpp"
#include "agents/network/netflow_volume.hpp"

namespace wf::network {
namespace {

constexpr std::int64_t kRetry = kSecond;
constexpr int kStepDatagrams = 64;  ///< times sixteen
constexpr std::int64_t kLeast = 10 * kSecond, kMost = 3600 * kSecond;

class NetflowSource final : public kit::Source {
 public:
  NetflowSource(const kit::SourceSpec& spec, ListenAddress address, OwnNetworks own, std::int64_t interval)
      : Source(spec), address_(std::move(address)), volume_(std::move(own)), interval_(interval) {}

  [[nodiscard]] std::vector<Error> check() override {
    const Result<kit::Descriptor> tried = kit::listen_on(address_.host, address_.port, SOCK_DGRAM, address_.text);
    if (tried || errno == EADDRINUSE) return {};
    return {tried.error()};
  }
  [[nodiscard]] std::vector<std::string> remarks() const override {
    return {address_.text + ": anybody who reaches the port can forge flows; let only the exporters reach it"};
  }

  [[nodiscard]] Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a listener has no end at which it could stop", spec().name, "leave out --once"};
    open(moment);
    due_ = moment.mono + interval_;
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!datagrams_.is_open() && moment.mono >= retry_at_) open(moment);
    std::size_t received = 1;
    for (int times = 0; received > 0 && times < kStepDatagrams; ++times)
      received = datagrams_.receive([&](std::string_view bytes, const std::string& peer, bool) { take(bytes, peer); });
    if (const std::uint64_t lost = datagrams_.dropped(); lost > 0) {
      count_read(lost);
      refuse({std::to_string(lost) + " datagrams were lost: more came than could be read", address_.text,
              "raise net.core.rmem_max, or let the exporters sample"},
             lost);
    }
    if (moment.mono >= due_) {
      // A clock that stood still (a suspended machine) makes no row of empty intervals.
      due_ = moment.mono + interval_;
      std::vector<Event> events;
      volume_.take(moment.now, interval_, events);
      for (Event& event : events) emit(sink, std::move(event), moment);
    }
    return received > 0;
  }

  [[nodiscard]] std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (datagrams_.is_open()) fds.push_back({datagrams_.fd(), POLLIN, 0});
  }
  [[nodiscard]] bool can_wait() const override { return false; }
  [[nodiscard]] std::int64_t next_wake() const override {
    return datagrams_.is_open() ? due_ : std::min(due_, retry_at_);
  }

 private:
  void open(const kit::Moment& moment) {
    retry_at_ = moment.mono + kRetry;
    Result<kit::Descriptor> socket = kit::listen_on(address_.host, address_.port, SOCK_DGRAM, spec().name);
    if (!socket) return set_state("waiting", socket.error().text());
    datagrams_.open(std::move(*socket));
    set_state("running");
  }

  void take(std::string_view bytes, const std::string& peer) {
    count_read();
    const Result<NetflowRead> read = decoder_.read(bytes, peer, [&](const FlowRecord& flow) { volume_.add(flow); });
    if (!read) {
      Error why = read.error();
      why.where = peer;
      return refuse(why);
    }
    if (read->without_template > 0)
      refuse({"flows came before their template", peer,
              "they can be read once the exporter sends it, every few minutes; let it send templates each minute"},
             read->without_template);
    if (read->lost > 0) {
      count_read(read->lost);
      refuse({std::to_string(read->lost) + " exports are missing by the exporter's numbers", peer,
              "they were lost on the way; volumes are too low"},
             read->lost);
    }
  }

  ListenAddress address_;
  Datagrams datagrams_{16U << 10U};
  NetflowDecoder decoder_;
  NetflowVolume volume_;
  std::int64_t interval_, due_ = 0, retry_at_ = 0;
};

}  // namespace

const char* const kNetflowHelp =
    "udp://HOST:PORT; volume by host from NetFlow 5 and 9 and IPFIX; interval=60s; local=NETWORK+NETWORK of our hosts "
    "(private addresses otherwise)";

kit::SourceMade make_netflow(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"interval", "local"});
  Result<ListenAddress> address =
      parse_listen_address(spec.address.find("://") == std::string::npos ? "udp://" + spec.address : spec.address);
  if (!address)
    made.problems.push_back({address.error().what, spec.where, "write netflow:udp://0.0.0.0:2055"});
  else if (!address->udp)
    made.problems.push_back({"exports come over UDP", spec.where, "write netflow:udp://0.0.0.0:2055"});
  std::string text = spec.option("interval", "60s");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::int64_t interval = seconds * (unit == "m" ? kMinute : kSecond);
  if (error != std::errc{} || (unit != "s" && unit != "m") || seconds > 3600 || interval < kLeast || interval > kMost)
    made.problems.push_back({"interval=" + text + " is no interval", spec.where, "write 10s to 60m"});
  Result<OwnNetworks> own = OwnNetworks::parse(spec.option("local"));
  if (!own) made.problems.push_back({own.error().what, spec.where, own.error().to_do});
  if (made.problems.empty())
    made.source = std::make_unique<NetflowSource>(spec, std::move(*address), std::move(*own), interval);
  return made;
}

}  // namespace wf::network
