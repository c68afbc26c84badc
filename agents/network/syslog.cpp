#include "agents/network/syslog.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <utility>

#include "agents/kit/read/follow_source.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "agents/network/datagrams.hpp"
#include "agents/network/gelf.hpp"
#include "agents/network/listener.hpp"
#include "agents/network/syslog_connections.hpp"
#include "agents/network/syslog_event.hpp"

namespace wf::network {
namespace {

constexpr int kStepDatagrams = 64;  ///< times sixteen
constexpr std::int64_t kRetry = kSecond;
constexpr std::int64_t kLookAtAudit = kSecond;  ///< whether events are complete, because nothing more came
constexpr std::int64_t kLookAtFiles = kMinute;  ///< whether certificate and key were renewed

/// A file of syslog lines, as a central rsyslog writes it.
class SyslogFile final : public kit::FollowSource {
 public:
  SyslogFile(const kit::SourceSpec& spec, kit::Zone zone, bool audit_logins)
      : FollowSource(spec, options()), reader_(zone, audit_logins) {}

  [[nodiscard]] Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    return FollowSource::start(resume(position), once, moment);
  }
  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    const bool more = FollowSource::step(sink, moment);
    if (!reader_.waiting() || more) return more;
    events_.clear();
    reader_.flush(moment.now, over(), events_);
    for (Event& event : events_) emit(sink, std::move(event), moment);
    wake_ = moment.mono + kLookAtAudit;
    return more;
  }
  /// While audit events wait for their records, that of the first one: "s1 COUNT JOIN", where JOIN names it, behind how
  /// many records it stands, and the events behind it that were handed over (audit_join.hpp). COUNT is how many records
  /// were handed over, or wait.
  [[nodiscard]] std::string position() const override {
    const std::string here = FollowSource::position();
    if (here.empty() || (!reader_.waiting() && again_ == 0)) return here;
    return std::string(kHeld) + std::to_string(count_ + again_) + " " +
           reader_.audit_join().position(std::to_string(count_) + " " + here);
  }
  [[nodiscard]] std::int64_t next_wake() const override {
    const std::int64_t wake = FollowSource::next_wake();
    return reader_.waiting() ? std::min(wake, wake_) : wake;
  }

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    const bool again = again_ > 0;
    if (again) --again_;
    ++count_;
    const Result<SyslogMessage> message = reader_.parse(record.text, true, moment.now);
    if (!message) return message.error();
    if (message->form == SyslogMessage::Form::audit) {
      const std::string before = std::to_string(count_ - 1) + " " + this->before(record);
      events_.clear();
      if (Result<void> made = reader_.make(*message, {}, true, moment.now, events_, {{}, before}); !made)
        return made.error();
      for (Event& event : events_) emit(sink, std::move(event), moment);
      return {};
    }
    if (again) return {};
    if (shedder() != nullptr) {
      SyslogRecord raw(*message, {});
      if (raw.single() && !wanted(raw, moment)) return {};
    }
    events_.clear();
    if (Result<void> made = reader_.make(*message, {}, true, moment.now, events_); !made) return made.error();
    for (Event& event : events_) emit(sink, std::move(event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.record_limit = SyslogConnections::kMostLine;
    return options;
  }
  static bool take_number(std::string_view& text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
  }
  /// Returns what the follower begins at.
  std::string resume(std::string_view position) {
    std::string_view rest = position;
    if (!rest.starts_with(kHeld)) return std::string(position);
    rest.remove_prefix(kHeld.size());
    std::uint64_t count = 0;
    std::string where;
    if (!take_number(rest, count) || !reader_.audit_join().resume(rest, where)) return std::string(position);
    rest = where;
    if (!take_number(rest, count_) || count_ > count) return std::string(position);
    again_ = count - count_;
    return std::string(rest);
  }

  static constexpr std::string_view kHeld = "s1 ";
  SyslogReader reader_;
  std::vector<Event> events_;
  std::uint64_t count_ = 0,
                again_ = 0;  ///< records taken; of those that come, how many were handed over before a restart
  std::int64_t wake_ = 0;
};

/// Receives on UDP, TCP or both, or TLS. What the kernel holds is lost with the agent; nothing else waits here.
class SyslogListener final : public kit::Source {
 public:
  SyslogListener(const kit::SourceSpec& spec, ListenAddress address, kit::Zone zone, bool audit_logins,
                 tls::Files files)
      : Source(spec), address_(std::move(address)), reader_(zone, audit_logins), files_(std::move(files)) {}

  [[nodiscard]] std::vector<Error> check() override {
    std::vector<Error> out;
    for (const auto& [wanted, type] : {std::pair{address_.udp, SOCK_DGRAM}, std::pair{address_.tcp, SOCK_STREAM}}) {
      if (!wanted) continue;
      const Result<kit::Descriptor> tried = kit::listen_on(address_.host, address_.port, type, address_.text);
      // An agent that runs listens there already.
      if (!tried && errno != EADDRINUSE) out.push_back(tried.error());
    }
    if (address_.tls)
      if (Result<void> read = files_.look(); !read) out.push_back(read.error());
    return out;
  }

  [[nodiscard]] std::vector<std::string> remarks() const override {
    std::vector<std::string> out;
    if (address_.udp) {
      out.push_back(
          address_.text +
          ": anybody who reaches the port can forge what comes over UDP, and what is lost on the way is not counted");
      Datagrams tried;
      if (Result<kit::Descriptor> socket =
              kit::listen_on(address_.host.empty() ? "127.0.0.1" : address_.host, 0, SOCK_DGRAM, ""))
        tried.open(std::move(*socket));
      if (tried.is_open() && tried.buffer_bytes() < (1 << 20))
        out.push_back(address_.text + ": the system lets a socket hold " + std::to_string(tried.buffer_bytes() >> 10) +
                      " KiB; a burst beyond is lost (and counted); raise net.core.rmem_max to 4194304");
    }
    if (address_.tcp && !address_.tls)
      out.push_back(address_.text + ": TCP without TLS is readable and can be forged on the way");
    if (address_.tls && !files_.files().mutual())
      out.push_back(
          address_.text +
          ": whoever reaches the port can send under any name; give ca= (and peers=) to ask for certificates");
    if (std::string warning = address_.tls ? files_.warning(now()) : std::string(); !warning.empty())
      out.push_back(std::move(warning));
    return out;
  }

  [[nodiscard]] Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a listener has no end at which it could stop", spec().name, "leave out --once"};
    look_at_files(moment);
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (moment.mono >= files_at_) look_at_files(moment);
    if (moment.mono >= retry_at_ && !listening()) open(moment);
    bool more = receive_datagrams(sink, moment);
    const SyslogConnections::Receiver receiver{
        [&](std::string_view message, const SyslogSender& sender) { take(message, sender, sink, moment); },
        [&](const Error& why) {
          count_read();
          refuse(why);
        },
        [&](const Error& why) { refuse(why); }, [&] { return sink.full(); }};
    more |= connections_.step(receiver, moment);
    if (reader_.waiting() && moment.mono >= audit_at_) hand_over_audit(sink, moment, false);
    if (const std::uint64_t lost = gelf_.given_up(moment.mono); lost > 0) {
      count_read(lost);
      refuse(
          {std::to_string(lost) + " GELF messages of which chunks did not come", address_.text, "let senders use TCP"},
          lost);
    }
    gelf_at_ = gelf_.waiting() ? moment.mono + kSecond : kit::kNever;
    return more;
  }
  void finish(kit::Sink& sink, const kit::Moment& moment) override { hand_over_audit(sink, moment, true); }

  [[nodiscard]] std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (datagrams_.is_open()) fds.push_back({datagrams_.fd(), POLLIN, 0});
    connections_.add_fds(fds);
  }
  /// Datagrams cannot; a sender on TCP is made to wait by the connection itself.
  [[nodiscard]] bool can_wait() const override { return !address_.udp; }
  [[nodiscard]] std::int64_t next_wake() const override {
    return std::min({listening() ? kit::kNever : retry_at_, files_at_, connections_.next_wake(),
                     reader_.waiting() ? audit_at_ : kit::kNever, gelf_at_});
  }

 private:
  [[nodiscard]] bool listening() const {
    return (!address_.udp || datagrams_.is_open()) && (!address_.tcp || connections_.listening());
  }
  [[nodiscard]] static UtcNs now() { return static_cast<UtcNs>(::time(nullptr)) * kSecond; }

  void hand_over_audit(kit::Sink& sink, const kit::Moment& moment, bool end) {
    audit_at_ = moment.mono + kLookAtAudit;
    events_.clear();
    reader_.flush(moment.now, end, events_);
    for (Event& event : events_) emit(sink, std::move(event), moment);
  }

  void look_at_files(const kit::Moment& moment) {
    files_at_ = kit::kNever;
    if (!address_.tls) return;
    files_at_ = moment.mono + kLookAtFiles;
    Result<void> read = files_.look();
    files_problem_ = read || files_.current() != nullptr ? std::string() : read.error().text();
    connections_.use(files_.current());
    set_warning(files_.warning(moment.now));
  }

  void open(const kit::Moment& moment) {
    retry_at_ = moment.mono + kRetry;
    std::string problem = files_problem_;
    if (address_.udp && !datagrams_.is_open()) {
      Result<kit::Descriptor> socket = kit::listen_on(address_.host, address_.port, SOCK_DGRAM, spec().name);
      if (socket)
        datagrams_.open(std::move(*socket));
      else
        problem = socket.error().text();
    }
    if (address_.tcp && !connections_.listening() && files_problem_.empty()) {
      Result<kit::Descriptor> socket = kit::listen_on(address_.host, address_.port, SOCK_STREAM, spec().name);
      if (socket)
        connections_.open(std::move(*socket));
      else
        problem = socket.error().text();
    }
    set_state(problem.empty() ? "running" : "waiting", problem);
  }

  void take(std::string_view message, const SyslogSender& sender, kit::Sink& sink, const kit::Moment& moment) {
    if (message.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos) return;
    count_read();
    const auto refused = [&](Error why) {
      why.where = sender.address;
      refuse(why);
    };
    const Result<SyslogMessage> parsed = reader_.parse(message, false, moment.now);
    if (!parsed) return refused(parsed.error());
    if (shedder() != nullptr) {
      SyslogRecord raw(*parsed, sender.address);
      if (raw.single() && !wanted(raw, moment)) return;
    }
    events_.clear();
    if (Result<void> made = reader_.make(*parsed, sender.address, false, moment.now, events_, {sender.certificate, {}});
        !made)
      return refused(made.error());
    for (Event& event : events_) emit(sink, std::move(event), moment);
  }

  void take_gelf(std::string_view bytes, const std::string& peer, kit::Sink& sink, const kit::Moment& moment) {
    const Result<bool> whole = gelf_.take(bytes, peer, moment.mono, unpacked_);
    if (whole && !*whole) return;
    if (whole) return take(unpacked_, {peer, {}}, sink, moment);
    // Text may begin like what is packed.
    if (bytes.starts_with('x')) return take(bytes, {peer, {}}, sink, moment);
    count_read();
    Error why = whole.error();
    why.where = peer;
    refuse(why);
  }

  bool receive_datagrams(kit::Sink& sink, const kit::Moment& moment) {
    bool more = datagrams_.is_open();
    for (int times = 0; more && times < kStepDatagrams && !sink.full(); ++times)
      more = datagrams_.receive([&](std::string_view bytes, const std::string& peer, bool) {
        if (GelfDatagrams::is_one(bytes))
          take_gelf(bytes, peer, sink, moment);
        else
          take(bytes, {peer, {}}, sink, moment);
      }) > 0;
    if (const std::uint64_t lost = datagrams_.dropped(); lost > 0) {
      count_read(lost);
      refuse({std::to_string(lost) +
                  " datagrams were lost: more came than could be read, and the system's buffer was full",
              address_.text, "raise net.core.rmem_max, or let senders use TCP"},
             lost);
    }
    return more;
  }

  ListenAddress address_;
  SyslogReader reader_;
  Datagrams datagrams_;
  GelfDatagrams gelf_;
  std::string unpacked_;
  tls::CredentialFiles files_;
  std::string files_problem_;
  SyslogConnections connections_;
  std::int64_t retry_at_ = 0, files_at_ = kit::kNever, audit_at_ = 0, gelf_at_ = kit::kNever;
  std::vector<Event> events_;
};

/// "A+B" into `peers`.
void read_peers(std::string_view text, bool have_authorities, const std::string& where, std::vector<std::string>& peers,
                std::vector<Error>& problems) {
  while (!text.empty()) {
    const std::size_t plus = text.find('+');
    const std::string_view one = text.substr(0, plus);
    text = plus == std::string_view::npos ? std::string_view() : text.substr(plus + 1);
    if (Result<void> good = tls::check_peer(one, have_authorities); !good)
      problems.push_back({good.error().what, where, good.error().to_do});
    else
      peers.emplace_back(one);
  }
}

tls::Files read_files(const kit::SourceSpec& spec, bool tls, std::vector<Error>& problems) {
  tls::Files out{spec.option("cert"), spec.option("key"), spec.option("ca"), {}};
  const bool any = !out.certificate.empty() || !out.key.empty() || !out.authorities.empty();
  if (!tls && (any || !spec.option("peers").empty()))
    problems.push_back({"cert, key, ca and peers are for TLS", spec.where, "listen on tls://HOST:6514"});
  if (tls && (out.certificate.empty() || out.key.empty()))
    problems.push_back({"TLS needs a certificate and its key", spec.where, "give cert=FILE and key=FILE, both PEM"});
  read_peers(spec.option("peers"), !out.authorities.empty(), spec.where, out.peers, problems);
  return out;
}

}  // namespace

const char* const kSyslogHelp =
    "udp://HOST:PORT, tcp://HOST:PORT, or HOST:PORT for both; tls://HOST:PORT with cert=FILE and key=FILE, for senders "
    "with certificates ca=FILE and peers=NAME+FINGERPRINT; or the PATH of a file of syslog lines; tz=ZONE of time "
    "stamps without an offset (this machine's otherwise); logins=both where audit records alone tell of logins";

kit::SourceMade make_syslog(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz", "cert", "key", "ca", "peers", "logins"});
  const std::string logins = spec.option("logins", "log");
  if (logins != "log" && logins != "both")
    made.problems.push_back({"logins=" + logins + " is neither log nor both", spec.where,
                             "write logins=both if senders' audit records alone tell of logins"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  if (spec.address.empty()) {
    made.problems.push_back({"a syslog source needs an address to listen on, or the path of a file", spec.where,
                             "write syslog:udp://0.0.0.0:514 or syslog:/var/log/remote.log"});
    return made;
  }
  const bool file = spec.address.find('/') != std::string::npos && spec.address.find("://") == std::string::npos;
  tls::Files files = read_files(spec, spec.address.starts_with("tls://"), made.problems);
  if (file) {
    if (made.problems.empty()) made.source = std::make_unique<SyslogFile>(spec, *zone, logins == "both");
    return made;
  }
  Result<ListenAddress> address = parse_listen_address(spec.address);
  if (!address) made.problems.push_back(address.error());
  if (made.problems.empty())
    made.source =
        std::make_unique<SyslogListener>(spec, std::move(*address), *zone, logins == "both", std::move(files));
  return made;
}

}  // namespace wf::network
