#include "agents/http/server.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "agents/http/bulk.hpp"
#include "agents/http/gunzip.hpp"
#include "agents/http/microhttpd_library.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/read/socket_listen.hpp"

namespace wf::http {
namespace {

/// Of the same length and bytes, told in a time that says nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The secret that a header of Authorization says.
std::string secret_of(std::string_view authorization) {
  if (authorization.starts_with("Bearer ")) return std::string(authorization.substr(7));
  const bool key = authorization.starts_with("ApiKey ");
  if (!key && !authorization.starts_with("Basic ")) return {};
  authorization.remove_prefix(key ? 7 : 6);
  std::string pair(authorization.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(pair.data()), pair.size(), authorization.data(),
                        authorization.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return {};
  pair.resize(size);
  const std::size_t colon = pair.find(':');
  return colon == std::string::npos ? std::string() : pair.substr(colon + 1);
}

}  // namespace

class Server::Daemon {
 public:
  struct Exchange {
    std::uint64_t id = 0;
    MHD_Connection* connection = nullptr;
    std::string peer, body, answer;
    std::unique_ptr<Gunzip> gunzip;  ///< of a body that comes by gzip
    std::size_t came = 0;            ///< bytes of its body as they came
    std::size_t held = 0;            ///< bytes of its body, which somebody holds until it is answered
    unsigned status = 0;             ///< 0: not answered yet
    bool refused = false, suspended = false, bulk = false;
  };

  Daemon(const MicrohttpdLibrary& library, kit::Descriptor socket, ServerOptions options)
      : mhd_(library), socket_(std::move(socket)), options_(std::move(options)) {}

  ~Daemon() {
    if (daemon_ == nullptr) return;
    // A daemon is stopped only once none of its connections rests.
    for (auto& [id, exchange] : exchanges_)
      if (std::exchange(exchange->suspended, false)) mhd_.resume_connection(exchange->connection);
    mhd_.stop_daemon(daemon_);
  }

  Result<void> start() {
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    const bool tls = !options_.certificate.empty();
    if (tls) flags |= MHD_USE_TLS;
    const int given = ::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0);  // the daemon closes it
    if (given < 0) return Error{"the HTTP server does not start: " + std::string(std::strerror(errno)), "", ""};
    std::vector<MHD_OptionItem> items{
        {MHD_OPTION_LISTEN_SOCKET, given, nullptr},
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(options_.connections), nullptr},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, static_cast<intptr_t>(std::max(options_.connections / 4, 1U)), nullptr},
        {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options_.timeout / kSecond), nullptr},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, 32 * 1024, nullptr}};
    if (tls) {
      items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(options_.certificate.c_str())});
      items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(options_.key.c_str())});
    }
    items.push_back({MHD_OPTION_END, 0, nullptr});
    daemon_ = mhd_.start_daemon(flags, 0, nullptr, nullptr, &Daemon::handle, this, MHD_OPTION_NOTIFY_COMPLETED,
                                &Daemon::completed, this, MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
    if (daemon_ == nullptr)
      return tls ? Error{"the certificate or its key cannot be used", "", "give both as PEM, of each other"}
                 : Error{"the HTTP server does not start", "", ""};
    const MHD_DaemonInfo* const info = mhd_.get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == nullptr) return Error{"the HTTP server has no descriptor to wait for", "", ""};
    epoll_ = info->epoll_fd;
    return {};
  }

  void step(std::vector<Posted>& out) {
    mhd_.run(daemon_);
    for (Exchange* const exchange : std::exchange(whole_, {}))
      out.push_back({exchange->id, exchange->peer, std::exchange(exchange->body, {}), exchange->bulk});
  }

  void reply(std::uint64_t id, unsigned status, const std::string& text) {
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end()) return;
    it->second->status = status;
    it->second->answer = text + "\n";
    if (std::exchange(it->second->suspended, false)) mhd_.resume_connection(it->second->connection);
    // What was resumed goes on in the next step.
    resumed_ = true;
  }

  [[nodiscard]] std::size_t waiting() const {
    return static_cast<std::size_t>(
        std::count_if(exchanges_.begin(), exchanges_.end(), [](const auto& one) { return one.second->suspended; }));
  }

  [[nodiscard]] std::int64_t next_wake(std::int64_t now) const {
    if (resumed_) return now;
    MHD_UNSIGNED_LONG_LONG ms = 0;
    return mhd_.get_timeout(daemon_, &ms) == MHD_YES ? now + static_cast<std::int64_t>(ms) * kMillisecond : kit::kNever;
  }

  void settle() { resumed_ = false; }

  int epoll_ = -1;
  TurnedAway turned_away_;

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* target, const char* method, const char*,
                           const char* data, std::size_t* size, void** held) {
    Daemon& daemon = *static_cast<Daemon*>(self);
    if (*held == nullptr) return daemon.begin(connection, target, method, held);
    Exchange& exchange = *static_cast<Exchange*>(*held);
    if (*size > 0) {
      const std::size_t given = std::exchange(*size, 0);
      if (exchange.refused) return MHD_YES;  // the answer is on its way
      exchange.came += given;
      if (exchange.came > daemon.options_.most) return daemon.cut_off(daemon.turned_away_.too_large);
      if (exchange.status != 0) return MHD_YES;  // it is answered once the rest has come
      if (exchange.gunzip != nullptr) {
        daemon.unpack(exchange, {data, given});
        return MHD_YES;
      }
      if (daemon.held_ + given > daemon.options_.together) return daemon.cut_off(daemon.turned_away_.too_many);
      exchange.body.append(data, given);
      daemon.hold(exchange, given);
      return MHD_YES;
    }
    if (exchange.gunzip != nullptr && !exchange.refused) daemon.unpacked(exchange);
    if (exchange.status != 0)
      return exchange.bulk ? daemon.answer_json(connection, exchange.status, exchange.answer)
                           : daemon.answer(connection, exchange.status, exchange.answer);
    if (exchange.refused || exchange.suspended) return MHD_YES;
    exchange.suspended = true;
    daemon.mhd_.suspend_connection(connection);
    daemon.whole_.push_back(&exchange);
    return MHD_YES;
  }

  MHD_Result begin(MHD_Connection* connection, const char* target, const char* method, void** held) {
    auto made = std::make_unique<Exchange>();
    Exchange& exchange = *made;
    exchange.id = next_++;
    exchange.connection = connection;
    exchange.peer = peer_of(connection);
    exchanges_.emplace(exchange.id, std::move(made));
    *held = &exchange;
    turned_away_.last_peer = exchange.peer;
    const char* const said = mhd_.lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    if (!same_secret(secret_of(said == nullptr ? "" : said), options_.token)) {
      ++turned_away_.without_token;
      exchange.refused = true;
      return answer(connection, MHD_HTTP_UNAUTHORIZED, "the token is missing or wrong\n", "WWW-Authenticate", "Bearer");
    }
    if (options_.bulk) {
      if (const std::optional<std::string> text = bulk_question(method, target)) {
        exchange.refused = true;
        return answer_json(connection, MHD_HTTP_OK, *text);
      }
      exchange.bulk = is_bulk(target);
    }
    if (std::strcmp(method, "POST") != 0 && std::strcmp(method, "PUT") != 0) {
      ++turned_away_.no_post;
      exchange.refused = true;
      return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "records are posted\n", "Allow", "POST, PUT");
    }
    const char* const encoding = mhd_.lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Encoding");
    const bool gzip =
        encoding != nullptr && (::strcasecmp(encoding, "gzip") == 0 || ::strcasecmp(encoding, "x-gzip") == 0);
    if (encoding != nullptr && !gzip && ::strcasecmp(encoding, "identity") != 0) {
      ++turned_away_.compressed;
      exchange.refused = true;
      return answer(connection, 415, "a body comes as it is, or by gzip: send it without another compression\n",
                    "Accept-Encoding", "gzip");  // RFC 7694
    }
    const char* const length = mhd_.lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    if (length != nullptr && std::strtoull(length, nullptr, 10) > options_.most) {
      ++turned_away_.too_large;
      exchange.refused = true;
      return answer(connection, 413, too_large_text() + "\n");
    }
    if (held_ > options_.together / 2) {
      ++turned_away_.too_many;
      exchange.refused = true;
      return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, too_many_text() + "\n", "Retry-After", "1");
    }
    return gzip ? begin_gzip(exchange) : MHD_YES;
  }

  MHD_Result begin_gzip(Exchange& exchange) {
    Result<std::unique_ptr<Gunzip>> opened = Gunzip::open();
    if (!opened) {
      ++turned_away_.without_zlib;
      exchange.refused = true;
      return answer(exchange.connection, 415, opened.error().text() + "; or send bodies without compression\n");
    }
    exchange.gunzip = std::move(*opened);
    hold(exchange, Gunzip::kOwnBytes);
    return MHD_YES;
  }

  /// Appends what a piece of a body unpacks to, or says why nothing of it is taken.
  void unpack(Exchange& exchange, std::string_view piece) {
    const std::size_t before = exchange.body.size();
    const std::size_t free = options_.together - std::min(held_, options_.together);
    const std::size_t most = std::min(options_.most, before + free);
    const Result<bool> taken = exchange.gunzip->take(piece, most, exchange.body);
    if (!taken) return give_up(exchange, 400, taken.error().what, turned_away_.damaged);
    if (*taken) return hold(exchange, exchange.body.size() - before);
    if (most < options_.most)
      return give_up(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, too_many_text(), turned_away_.too_many);
    give_up(exchange, 413, too_large_text() + ", unpacked too", turned_away_.too_large);
  }

  /// A body by gzip has come, whole or not.
  void unpacked(Exchange& exchange) {
    if (const Result<void> end = exchange.gunzip->end(); !end)
      return give_up(exchange, 400, end.error().what, turned_away_.damaged);
    exchange.gunzip.reset();
    let_go(exchange, Gunzip::kOwnBytes);
  }

  /// Lets go of what came of a body; the answer is given once the rest of it has come, which nobody keeps.
  void give_up(Exchange& exchange, unsigned status, const std::string& text, std::uint64_t& count) {
    ++count;
    exchange.gunzip.reset();
    std::string().swap(exchange.body);
    let_go(exchange, exchange.held);
    exchange.status = status;
    exchange.answer = text + "\n";
    exchange.bulk = false;
  }

  void hold(Exchange& exchange, std::size_t bytes) {
    exchange.held += bytes;
    held_ += bytes;
  }
  void let_go(Exchange& exchange, std::size_t bytes) {
    exchange.held -= bytes;
    held_ -= bytes;
  }

  static std::string too_many_text() { return "too much waits to be kept"; }

  /// In the middle of a body no answer can be queued: the connection ends, and its sender tries again.
  static MHD_Result cut_off(std::uint64_t& count) {
    ++count;
    return MHD_NO;
  }

  [[nodiscard]] std::string too_large_text() const {
    return "a body has at most " + std::to_string(options_.most) + " bytes";
  }

  MHD_Result answer_json(MHD_Connection* connection, unsigned status, const std::string& text) {
    // Beats look whether it is Elasticsearch that answers.
    return answer(connection, status, text, "X-Elastic-Product", "Elasticsearch", "application/json");
  }

  MHD_Result answer(MHD_Connection* connection, unsigned status, const std::string& text, const char* header = nullptr,
                    const char* value = nullptr, const char* type = "text/plain; charset=utf-8") {
    MHD_Response* const response = mhd_.create_response_from_buffer(
        text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_MUST_COPY);  // NOLINT: the API takes void*
    if (response == nullptr) return MHD_NO;
    mhd_.add_response_header(response, "Content-Type", type);
    if (header != nullptr) mhd_.add_response_header(response, header, value);
    const MHD_Result queued = mhd_.queue_response(connection, status, response);
    mhd_.destroy_response(response);
    return queued;
  }

  std::string peer_of(MHD_Connection* connection) const {
    const MHD_ConnectionInfo* const info = mhd_.get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == nullptr || info->client_addr == nullptr) return {};
    kit::SocketAddress address;
    address.size = info->client_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    std::memcpy(&address.storage, info->client_addr, address.size);
    return address.host();
  }

  static void completed(void* self, MHD_Connection*, void** held, MHD_RequestTerminationCode) {
    Daemon& daemon = *static_cast<Daemon*>(self);
    auto* const exchange = static_cast<Exchange*>(std::exchange(*held, nullptr));
    if (exchange == nullptr) return;
    std::erase(daemon.whole_, exchange);
    daemon.held_ -= exchange->held;
    daemon.exchanges_.erase(exchange->id);
  }

  const MicrohttpdLibrary& mhd_;
  kit::Descriptor socket_;
  const ServerOptions options_;
  MHD_Daemon* daemon_ = nullptr;
  std::map<std::uint64_t, std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> whole_;  ///< came whole since the last step
  std::uint64_t next_ = 1;
  bool resumed_ = false;
  std::size_t held_ = 0;  ///< bytes of bodies
};

Server::Server(std::unique_ptr<Daemon> daemon) : daemon_(std::move(daemon)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(kit::Descriptor socket, ServerOptions options) {
  const Result<const MicrohttpdLibrary*> library = microhttpd_library();
  if (!library) return library.error();
  auto daemon = std::make_unique<Daemon>(**library, std::move(socket), std::move(options));
  if (Result<void> started = daemon->start(); !started) return started.error();
  return std::unique_ptr<Server>(new Server(std::move(daemon)));
}

void Server::step(std::vector<Posted>& out) {
  daemon_->settle();
  daemon_->step(out);
}
void Server::reply(std::uint64_t id, unsigned status, const std::string& text) { daemon_->reply(id, status, text); }
std::size_t Server::waiting() const { return daemon_->waiting(); }
const TurnedAway& Server::turned_away() const { return daemon_->turned_away_; }
void Server::add_fds(std::vector<pollfd>& fds) const { fds.push_back({daemon_->epoll_, POLLIN, 0}); }
std::int64_t Server::next_wake(std::int64_t now) const { return daemon_->next_wake(now); }

}  // namespace wf::http
