#include "agents/network/suricata_socket.hpp"
#include "agents/network/eve_record.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/read/framing.hpp"
#include "agents/network/datagrams.hpp"
#include "agents/network/suricata.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kMostRecord = 1U << 20U;
constexpr std::size_t kMostDatagram = 256U << 10U;
constexpr std::size_t kMostConnections = 8;  ///< one a Suricata, and one a thread with threaded: yes in a larger one
constexpr std::size_t kReceiveBytes = 64U << 10U;
constexpr std::size_t kStepBytes = 512U << 10U;
constexpr int kStepDatagrams = 256;
constexpr std::int64_t kRetry = kSecond;

bool address_of(const std::string& path, sockaddr_un& out) {
  out = {};
  out.sun_family = AF_UNIX;
  if (path.size() >= sizeof out.sun_path) return false;
  std::memcpy(out.sun_path, path.c_str(), path.size() + 1);
  return true;
}

/// Binds, and listens if it is a stream. A socket that nobody answers on is taken over.
Result<kit::Descriptor> bind_to(const std::string& path, int type) {
  sockaddr_un address{};
  if (!address_of(path, address))
    return Error{"the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " bytes", path,
                 "choose a shorter one"};
  struct stat st {};
  if (::lstat(path.c_str(), &st) == 0) {
    if (!S_ISSOCK(st.st_mode)) return Error{"something else is there", path, "name a path that is free"};
    const kit::Descriptor tried(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int answer = ::connect(tried.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (answer == 0 || errno == EAGAIN || errno == EPROTOTYPE)
      return Error{"another program listens there", path, "stop it, or choose another path"};
    if (errno == ECONNREFUSED) ::unlink(path.c_str());
  }
  kit::Descriptor out(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!out.open() || ::bind(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || (type == SOCK_STREAM && ::listen(out.get(), 8) != 0)) {
    const int error = errno;
    return Error{std::string("cannot listen: ") + std::strerror(error), path,
                 error == EACCES   ? "let the agent's user write to the folder"
                 : error == ENOENT ? "make the folder"
                                   : "check the path"};
  }
  return out;
}

class SuricataSocket final : public kit::Source {
 public:
  SuricataSocket(const kit::SourceSpec& spec, kit::Zone zone)
      : Source(spec),
        path_(spec.address.substr(5)),
        type_(spec.option("type", "stream") == "dgram" ? SOCK_DGRAM : SOCK_STREAM),
        zone_(zone) {}
  ~SuricataSocket() override {
    if (listener_.open() || datagrams_.is_open()) ::unlink(path_.c_str());
  }

  [[nodiscard]] std::vector<Error> check() override {
    const std::string folder = std::filesystem::path(path_).parent_path().string();
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0)
      return {{std::string("no socket can be made there: ") + std::strerror(errno), path_,
               "make the folder, and let the agent's user write to it"}};
    return {};
  }

  [[nodiscard]] Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a listener has no end at which it could stop", spec().name, "leave out --once"};
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!listening() && moment.mono >= retry_at_) open(moment);
    bool more = receive_datagrams(sink, moment);
    accept_all();
    for (Connection& c : connections_) more |= receive(c, sink, moment);
    std::erase_if(connections_, [](const Connection& c) { return !c.socket.open(); });
    return more;
  }

  [[nodiscard]] std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (datagrams_.is_open()) fds.push_back({datagrams_.fd(), POLLIN, 0});
    if (listener_.open()) fds.push_back({listener_.get(), POLLIN, 0});
    for (const Connection& c : connections_) fds.push_back({c.socket.get(), POLLIN, 0});
  }
  /// Suricata drops what it cannot write at once, or stands still while it inspects.
  [[nodiscard]] bool can_wait() const override { return false; }
  [[nodiscard]] std::int64_t next_wake() const override { return listening() ? kit::kNever : retry_at_; }

 private:
  struct Connection {
    kit::Descriptor socket;
    std::unique_ptr<kit::Framing> framing = kit::line_framing();
    std::string buffer;
    bool skipping = false;
  };

  [[nodiscard]] bool listening() const { return type_ == SOCK_DGRAM ? datagrams_.is_open() : listener_.open(); }

  void open(const kit::Moment& moment) {
    retry_at_ = moment.mono + kRetry;
    Result<kit::Descriptor> socket = bind_to(path_, type_);
    if (!socket) return set_state("waiting", socket.error().text());
    if (type_ == SOCK_DGRAM)
      datagrams_.open(std::move(*socket));
    else
      listener_ = std::move(*socket);
    set_state("running");
  }

  void take(std::string_view record, kit::Sink& sink, const kit::Moment& moment) {
    if (record.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    count_read();
    if (shedder() != nullptr) {
      EveRecord raw(record, zone_);
      if (!wanted(raw, moment)) return;
    }
    Result<Event> event = suricata_event(record, zone_);
    if (event) return emit(sink, std::move(*event), moment);
    Error why = event.error();
    why.where = path_ + ", record " + std::to_string(status().read);
    refuse(why);
  }

  bool receive_datagrams(kit::Sink& sink, const kit::Moment& moment) {
    std::size_t received = 1;
    for (int times = 0; received > 0 && times < kStepDatagrams && !sink.full(); ++times)
      received = datagrams_.receive([&](std::string_view bytes, const std::string&, bool whole) {
        if (whole) return take(bytes, sink, moment);
        count_read();
        refuse({"a record of more than 256 KiB in a datagram", path_, "use filetype: unix_stream"});
      });
    return received > 0;
  }

  void accept_all() {
    while (listener_.open()) {
      kit::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.open()) return;
      if (connections_.size() >= kMostConnections) {
        refuse({"more than 8 connections", path_, "let each Suricata have a socket of its own"});
        continue;
      }
      connections_.emplace_back().socket = std::move(socket);
    }
  }

  bool receive(Connection& c, kit::Sink& sink, const kit::Moment& moment) {
    std::size_t bytes = 0;
    while (c.socket.open() && !sink.full() && bytes < kStepBytes) {
      const std::size_t have = c.buffer.size();
      c.buffer.resize(have + kReceiveBytes);
      ssize_t n = 0;
      do n = ::recv(c.socket.get(), c.buffer.data() + have, kReceiveBytes, 0);
      while (n < 0 && errno == EINTR);
      const bool nothing_yet = n < 0 && errno == EAGAIN;
      c.buffer.resize(have + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (nothing_yet) {
        if (c.buffer.empty()) std::string().swap(c.buffer);
        return false;
      }
      bytes += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
      cut(c, n <= 0, sink, moment);
      if (n <= 0) c.socket.reset();
    }
    return c.socket.open();
  }

  void cut(Connection& c, bool ended, kit::Sink& sink, const kit::Moment& moment) {
    std::size_t begin = 0;
    kit::Frame frame;
    for (;;) {
      const std::string_view rest = std::string_view(c.buffer).substr(begin);
      if (!c.framing->next(rest, ended, frame)) break;
      if (frame.record) {
        c.skipping = false;
        take(rest.substr(frame.begin, frame.end - frame.begin), sink, moment);
      }
      begin += frame.consumed;
    }
    c.buffer.erase(0, begin);
    if (c.buffer.size() < kMostRecord) return;
    c.buffer.erase(0, c.framing->overflow(c.buffer));
    if (std::exchange(c.skipping, true)) return;
    count_read();
    refuse({"a record of more than 1 MiB", path_, "it was skipped"});
  }

  std::string path_;
  int type_;
  kit::Zone zone_;
  kit::Descriptor listener_;
  Datagrams datagrams_{kMostDatagram, 4};
  std::vector<Connection> connections_;
  std::int64_t retry_at_ = 0;
};

}  // namespace

std::unique_ptr<kit::Source> make_suricata_socket(const kit::SourceSpec& spec, kit::Zone zone) {
  return std::make_unique<SuricataSocket>(spec, zone);
}

}  // namespace wf::network
