#include "console/seat/seat_server.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>
#include <zmq.hpp>

#include "console/link/address.hpp"
#include "console/link/key_files.hpp"
#include "console/link/socket_guard.hpp"
#include "console/link/watchers.hpp"
#include "console/seat/query_worker.hpp"
#include "console/seat/seat_codec.hpp"
#include "console/seat/seat_gate.hpp"
#include "console/seat/seat_guard.hpp"
#include "console/seat/seat_keys.hpp"
#include "console/seat/wake.hpp"

namespace wf::seat {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kEnforceDomain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN, a draft option of 4.3
constexpr milliseconds kSnapshotEvery{50};
constexpr milliseconds kHeartbeatEvery{2000};
constexpr milliseconds kForgetAfter{15'000};
constexpr int kQueued = 8;  ///< messages to one seat; a snapshot that finds no room is skipped

/// What other threads hand to the server's thread. Outlives the server, because replies may come late.
struct Mailbox {
  struct Item {
    std::string seat;
    Update update;
    std::size_t bytes = 0;  ///< of its page
  };
  /// Most bytes of pages that wait for one seat: what it asks for and does not read is not kept for it.
  static constexpr std::size_t kMostOwed = 64U << 20U;

  std::mutex mutex;
  std::deque<Item> items;
  std::unordered_map<std::string, std::size_t> owed;  ///< bytes of pages that wait, by seat
  Wake wake;
  void put(Item item) {
    item.bytes = item.update.page ? bytes_of(item.update.page->page) : 0;
    {
      const std::lock_guard lock(mutex);
      if (item.bytes > 0) {
        std::size_t& waits = owed[item.seat];
        if (waits > 0 && waits + item.bytes > kMostOwed) {
          item.update.page->page = {};
          item.update.page->page.error = "this seat reads too slowly what it asked for; ask again in a moment";
          item.bytes = 0;
        }
        waits += item.bytes;
      }
      items.push_back(std::move(item));
    }
    wake.signal();
  }
  /// Its page is gone. Under the mutex.
  void settle(const Item& item) {
    const auto found = owed.find(item.seat);
    if (found == owed.end()) return;
    found->second -= std::min(found->second, item.bytes);
    if (found->second == 0) owed.erase(found);
  }

 private:
  static std::size_t bytes_of(const QueryPage& page) {
    std::size_t out = page.attachment ? page.attachment->bytes.size() : 0;
    for (const std::string& line : page.lines) out += line.size();
    return out;
  }
};

struct Peer {
  UpdateEncoder encoder;
  std::string user, role;  ///< empty user: over ipc, the engine's own
  std::string name;
  std::optional<std::string> post;  ///< set: it is a guard's, of this name if it has one
  bool health_only = false;         ///< an account that may read health and nothing else
  SteadyClock::time_point heard, told;
  std::shared_ptr<const Snapshot> personal_of, personal;  ///< the snapshot with this peer's user in it
};

Result<void> check_ipc_folder(const std::string& endpoint) {
  const std::filesystem::path folder = std::filesystem::path(endpoint.substr(6)).parent_path();
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) {
    return Error{"the folder of the seats' socket is missing", folder.string(), "make it with mode 0700"};
  }
  if ((info.st_mode & 077U) != 0) {
    return Error{"others may enter the folder of the seats' socket", folder.string(), "chmod 700 " + folder.string()};
  }
  return {};
}

class Server final : public SeatServer {
 public:
  Server(SeatServerOptions options, Backend backend)
      : options_(std::move(options)),
        backend_(std::move(backend)),
        mailbox_(std::make_shared<Mailbox>()),
        queries_([this](const Query& q, const std::atomic<bool>& cancelled) { return backend_.query(q, cancelled); }) {}
  ~Server() override;
  [[nodiscard]] Result<void> open();
  [[nodiscard]] std::string endpoint() const override { return endpoint_; }
  [[nodiscard]] std::size_t connected() const override { return connected_; }

 private:
  void run();
  void receive();
  void on_request(const std::string& id, const std::string& user, const Request& request);
  void deny(const std::string& id, const Request& request);
  void deliver();
  void publish();
  void tend();
  bool send(const std::string& id, const std::string& bytes);
  [[nodiscard]] std::shared_ptr<const Snapshot> personal(Peer& peer, const std::shared_ptr<const Snapshot>& snapshot);
  void forget(const std::string& id);
  void tell_posts();

  SeatServerOptions options_;
  Backend backend_;
  std::shared_ptr<Mailbox> mailbox_;
  QueryWorker queries_;
  zmq::context_t context_ = link::SocketGuard::frugal_context();
  std::unique_ptr<SeatGate> gate_;
  std::unique_ptr<zmq::socket_t> router_;
  std::unique_ptr<SeatGuard> guard_;  ///< on tcp
  std::string endpoint_;
  std::map<std::string, Peer> peers_;
  std::vector<GuardPost> told_posts_;
  std::atomic<std::size_t> connected_{0};
  std::atomic<bool> stop_{false}, news_{true};
  std::uint64_t watch_ = 0;
  SteadyClock::time_point published_{}, tended_{};
  std::string buffer_;
  std::thread thread_;
};

Result<void> Server::open() {
  const bool ipc = options_.endpoint.rfind("ipc://", 0) == 0;
  if (!ipc && !link::can_listen(options_.endpoint)) {
    return Error{"seats are served on ipc:// or tcp://", options_.endpoint,
                 "use ipc://DATA/seat.ipc or tcp://ADDRESS:PORT, for example tcp://*:7711"};
  }
  try {
    if (ipc) {
      if (Result<void> folder = check_ipc_folder(options_.endpoint); !folder) return folder;
    } else {
      gate_ = std::make_unique<SeatGate>(context_, options_.keys);
    }
    router_ = std::make_unique<zmq::socket_t>(context_, zmq::socket_type::router);
    router_->set(zmq::sockopt::linger, 0);
    router_->set(zmq::sockopt::sndhwm, kQueued);
    router_->set(zmq::sockopt::rcvhwm, 256);
    router_->set(zmq::sockopt::maxmsgsize, kMaxRequestBytes);
    router_->set(zmq::sockopt::handshake_ivl, 3000);
    router_->set(zmq::sockopt::router_mandatory, 1);
    if (!ipc) {
      const Result<link::KeyPair> keys = link::engine_keys(options_.keys);
      if (!keys) return keys.error();
      router_->set(zmq::sockopt::zap_domain, "seat");
      const int enforce = 1;
      if (zmq_setsockopt(router_->handle(), kEnforceDomain, &enforce, sizeof enforce) != 0) throw zmq::error_t();
      router_->set(zmq::sockopt::curve_server, true);
      router_->set(zmq::sockopt::curve_secretkey, keys->secret_key);
      guard_ = std::make_unique<SeatGuard>(context_, *router_, backend_.report);
    }
    router_->bind(options_.endpoint);
    endpoint_ = router_->get(zmq::sockopt::last_endpoint);
  } catch (const zmq::error_t& e) {
    return Error{std::string("seats cannot be served (") + e.what() + ")", options_.endpoint,
                 "look at the address and at who else uses it"};
  }
  watch_ = backend_.watch([this] {
    news_ = true;
    mailbox_->wake.signal();
  });
  thread_ = std::thread([this] { run(); });
  return {};
}

Server::~Server() {
  if (!thread_.joinable()) return;
  backend_.unwatch(watch_);
  stop_ = true;
  mailbox_->wake.signal();
  thread_.join();
  if (!told_posts_.empty()) backend_.posts(this, {});
}

void Server::run() {
  while (!stop_) {
    std::vector<zmq::pollitem_t> items{{router_->handle(), 0, ZMQ_POLLIN, 0},
                                       {nullptr, mailbox_->wake.fd(), ZMQ_POLLIN, 0}};
    if (gate_) items.push_back({gate_->socket().handle(), 0, ZMQ_POLLIN, 0});
    if (guard_) items.push_back({guard_->monitor().handle(), 0, ZMQ_POLLIN, 0});
    // News waits for its turn, so that a busy engine does not make a picture for every event.
    const auto turn = published_ + kSnapshotEvery - SteadyClock::now();
    auto wait = news_ && !peers_.empty() ? std::chrono::ceil<milliseconds>(turn) : milliseconds(500);
    if (guard_) wait = std::min(wait, milliseconds(guard_->wait_ms()));
    try {
      zmq::poll(items, std::max(wait, milliseconds(0)));
      mailbox_->wake.take();
      if (guard_) guard_->hear();
      if (gate_) gate_->answer([this] { return guard_->next_number(); });
      receive();
      if (guard_) guard_->watch();
      deliver();
      publish();
      tend();
    } catch (const zmq::error_t& e) {
      if (e.num() != EINTR) return;  // the context is gone
    }
  }
}

void Server::receive() {
  for (int n = 0; n < 256; ++n) {
    zmq::message_t id, body;
    if (!router_->recv(id, zmq::recv_flags::dontwait)) return;
    bool more = id.more();
    bool first = true;
    while (more) {
      zmq::message_t part;
      if (!router_->recv(part)) return;
      more = part.more();
      if (first) body = std::move(part);
      first = false;
    }
    std::string user;
    if (gate_) {
      try {
        user = body.gets("User-Id");
      } catch (const zmq::error_t&) {
        continue;  // nobody the gate knows
      }
      if (!guard_->came(body, user)) continue;
      if (!gate_->still_admitted(user)) {
        forget(id.to_string());
        continue;
      }
    }
    const Result<Request> request = decode_request({body.data<char>(), body.size()});
    if (!request) {
      Update refusal;
      refusal.refused = request.error().text();
      UpdateEncoder().encode(refusal, buffer_);
      send(id.to_string(), buffer_);
      continue;
    }
    on_request(id.to_string(), user, *request);
  }
}

void Server::on_request(const std::string& id, const std::string& user, const Request& request) {
  const auto now = SteadyClock::now();
  if (request.hello) {
    std::optional<std::string> role;
    if (gate_ && !(role = gate_->role_of(user))) return forget(id);
    Peer& peer = peers_[id];
    peer = {};
    peer.user = user;
    peer.role = role.value_or("");
    peer.health_only = link::is_watch_role(peer.role);
    peer.name = request.hello->seat;
    if (!peer.health_only) peer.post = request.hello->post;
    tell_posts();
    peer.heard = now;
    connected_ = peers_.size();
    Update update;
    const std::uint32_t version = std::min(kSeatWireVersion, request.hello->wire_version);
    peer.encoder = UpdateEncoder(version);
    update.welcome = Update::Welcome{version, options_.program};
    peer.encoder.encode(update, buffer_);
    send(id, buffer_);
    news_ = true;
    published_ = {};
    return;
  }
  const auto it = peers_.find(id);
  if (it == peers_.end()) {
    Update update;
    update.refused = "say hello first";  // the engine was started anew, or forgot a silent seat
    UpdateEncoder().encode(update, buffer_);
    send(id, buffer_);
    return;
  }
  Peer& peer = it->second;
  peer.heard = now;
  if (request.health && backend_.health) {
    Update update;
    update.health = backend_.health();
    update.health->program = options_.program;
    // Only who watches is let in at agents' door; another key there would look like a stranger's.
    if (!peer.health_only) update.health->agents_at.clear();
    UpdateEncoder().encode(update, buffer_);
    send(id, buffer_);
  }
  if (peer.health_only) return deny(id, request);
  if (request.command) {
    Command command = *request.command;
    const std::shared_ptr<const Snapshot> snapshot = backend_.snapshot();
    command.actor = peer.user.empty() ? snapshot->user : peer.user;
    command.role = peer.user.empty() ? snapshot->role : peer.role.empty() ? "none" : peer.role;
    if (!peer.name.empty()) command.seat = peer.name;
    command.post = peer.post.value_or("");
    backend_.submit(std::move(command), [mailbox = mailbox_, id](CommandReply reply) {
      Update update;
      update.replies.push_back(std::move(reply));
      mailbox->put({id, std::move(update), 0});
    });
  }
  if (request.ask) {
    const std::uint64_t token = request.ask->token;
    Query query = request.ask->query;
    query.actor = peer.user.empty() ? backend_.snapshot()->user : peer.user;
    queries_.ask(id, token, std::move(query), [mailbox = mailbox_, id, token](QueryPage page) {
      Update update;
      update.page = Update::Page{token, std::move(page)};
      mailbox->put({id, std::move(update), 0});
    });
  }
  if (request.cancel != 0) queries_.cancel(id, request.cancel);
}

/// What an account that may only read health asks beside it is answered, so that nobody waits, and not done.
void Server::deny(const std::string& id, const Request& request) {
  constexpr const char* kMayNot = "This account may only read the engine's health";
  Update update;
  if (request.command) update.replies.push_back({request.command->id, false, kMayNot});
  if (request.ask) {
    update.page = Update::Page{request.ask->token, {}};
    update.page->page.error = kMayNot;
  }
  if (!request.command && !request.ask) return;
  UpdateEncoder().encode(update, buffer_);
  send(id, buffer_);
}

/// False: the seat is gone, or takes nothing now.
bool Server::send(const std::string& id, const std::string& bytes) {
  try {
    if (!router_->send(zmq::buffer(id), zmq::send_flags::sndmore | zmq::send_flags::dontwait)) return false;
    return router_->send(zmq::buffer(bytes), zmq::send_flags::dontwait).has_value();
  } catch (const zmq::error_t& e) {
    if (e.num() == EHOSTUNREACH) forget(id);
    return false;
  }
}

/// Replies and pages. What finds no room waits: a seat must learn what became of its command.
void Server::deliver() {
  std::deque<Mailbox::Item> items;
  {
    const std::lock_guard lock(mailbox_->mutex);
    items.swap(mailbox_->items);
  }
  std::deque<Mailbox::Item> kept, gone;
  for (Mailbox::Item& item : items) {
    bool there = peers_.find(item.seat) != peers_.end();
    if (there) {
      UpdateEncoder().encode(item.update, buffer_);
      there = !send(item.seat, buffer_) && peers_.find(item.seat) != peers_.end();
    }
    (there ? kept : gone).push_back(std::move(item));
  }
  if (items.empty()) return;
  const std::lock_guard lock(mailbox_->mutex);
  for (const Mailbox::Item& item : gone) mailbox_->settle(item);
  mailbox_->items.insert(mailbox_->items.begin(), std::make_move_iterator(kept.begin()),
                         std::make_move_iterator(kept.end()));
}

/// The snapshot as this seat sees it: under its own user. Over ipc that is the engine's.
std::shared_ptr<const Snapshot> Server::personal(Peer& peer, const std::shared_ptr<const Snapshot>& snapshot) {
  if (peer.personal_of == snapshot) return peer.personal;
  auto own = std::make_shared<Snapshot>(*snapshot);
  if (!peer.user.empty()) {
    own->user = peer.user;
    own->role = peer.role;
  }
  if (!peer.name.empty()) own->seat = peer.name;
  peer.personal_of = snapshot;
  peer.personal = std::move(own);
  return peer.personal;
}

void Server::publish() {
  const auto now = SteadyClock::now();
  if (!news_ || peers_.empty() || now - published_ < kSnapshotEvery) return;
  news_ = false;
  published_ = now;
  const std::shared_ptr<const Snapshot> snapshot = backend_.snapshot();
  std::vector<std::string> ids;
  for (const auto& [id, peer] : peers_) ids.push_back(id);
  for (const std::string& id : ids) {
    const auto it = peers_.find(id);
    if (it == peers_.end()) continue;
    Peer& peer = it->second;
    if (peer.health_only) continue;
    const std::shared_ptr<const Snapshot> own = personal(peer, snapshot);
    if (peer.encoder.last() == own) continue;
    peer.encoder.encode_snapshot(own, buffer_);
    if (send(id, buffer_)) {
      peer.encoder.sent(own);
      peer.told = now;
    } else {
      news_ = true;  // it gets the newest one when it has room
    }
  }
}

/// Signs of life, and seats that gave none.
void Server::tend() {
  const auto now = SteadyClock::now();
  if (now - tended_ < milliseconds(500)) return;
  tended_ = now;
  std::vector<std::string> gone, quiet;
  for (const auto& [id, peer] : peers_) {
    if (now - peer.heard > kForgetAfter || (gate_ && !gate_->still_admitted(peer.user))) {
      gone.push_back(id);
    } else if (now - peer.told > kHeartbeatEvery) {
      quiet.push_back(id);
    }
  }
  for (const std::string& id : gone) forget(id);
  for (const std::string& id : quiet) {
    UpdateEncoder().encode({}, buffer_);
    if (send(id, buffer_)) peers_[id].told = now;
  }
}

void Server::forget(const std::string& id) {
  queries_.cancel(id);
  peers_.erase(id);
  connected_ = peers_.size();
  tell_posts();
}

/// Whoever dispatches sees who would get it.
void Server::tell_posts() {
  if (!backend_.posts) return;
  std::vector<GuardPost> posts;
  const std::shared_ptr<const Snapshot> snapshot = backend_.snapshot();
  for (const auto& [id, peer] : peers_)
    if (peer.post)
      posts.push_back({peer.user.empty() ? snapshot->user : peer.user, peer.user.empty() ? snapshot->role : peer.role,
                       *peer.post, peer.name});
  if (posts == told_posts_) return;
  told_posts_ = posts;
  backend_.posts(this, std::move(posts));
}

}  // namespace

Result<std::unique_ptr<SeatServer>> SeatServer::start(SeatServerOptions options, Backend backend) {
  auto server = std::make_unique<Server>(std::move(options), std::move(backend));
  if (Result<void> opened = server->open(); !opened) return opened.error();
  return std::unique_ptr<SeatServer>(std::move(server));
}

}  // namespace wf::seat
