// Hostile peers in a process of their own, so that what they take is not the engine's memory.
#include "tests/bench/attackers.hpp"

#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <sstream>
#include <stdexcept>

#include "proto/event_codec.hpp"
#include "tests/bench/beside.hpp"
#include "tests/console/link/client.hpp"
#include "tests/console/link/hostile.hpp"

namespace wf::bench {
namespace {

using link::test::HostilePeer;

/// One order: who attacks what, and how.
struct Order {
  Attack attack = Attack::none_but_busy;
  std::uint64_t first = 1;  ///< number of the first event, so that no order's are those of one before
  std::string endpoint, engine_key;
  std::vector<link::KeyPair> keys;
};

std::string encoded(const LinkMessage& message) {
  std::string out;
  encode_link(message, out);
  return out;
}

class Peer {
 public:
  Peer(const Order& order, link::KeyPair keys, const std::atomic<bool>& over, std::atomic<std::uint64_t>& sent)
      : order_(order), keys_(std::move(keys)), over_(over), sent_(sent) {}

  void run() {
    while (!over_) switch (order_.attack) {
        case Attack::none_but_busy:
          encrypt();
          break;
        case Attack::within_window:
          obey(large_);
          break;
        case Attack::usual_batches:
          obey(large_.substr(0, 256U << 10U));
          break;
        case Attack::strangers:
          crowd();
          break;
        default:
          flood();
      }
  }

 private:
  void encrypt() {
    unsigned char key[crypto_box_BEFORENMBYTES] = {}, nonce[crypto_box_NONCEBYTES] = {};
    std::string box(large_.size() + crypto_box_MACBYTES, '\0');
    (void)crypto_box_easy_afternm(reinterpret_cast<unsigned char*>(box.data()),
                                  reinterpret_cast<const unsigned char*>(large_.data()), large_.size(), nonce, key);
  }

  void flood() {
    HostilePeer::Habits habits;
    habits.patience_ms = 100;
    HostilePeer peer(order_.endpoint, order_.engine_key, keys_, habits);
    if (!peer.good()) return;
    bool open = peer.send(encoded(link::test::hello()));
    while (open && !over_) {
      if (order_.attack == Attack::large_batches)
        open = send(peer, encoded(link::test::batch(next_++, 1)), true) && send(peer, large_, false);
      else
        open = send(peer, "x", order_.attack == Attack::endless);
    }
  }

  void obey(const std::string& payload) {
    link::test::Client agent(order_.endpoint, order_.engine_key, keys_);
    agent.send(link::test::hello());
    const auto welcome = agent.receive(LinkKind::welcome);
    if (!welcome) return;
    for (std::uint64_t waiting = 0; !over_;) {
      while (waiting == 0 || (waiting + 1) * payload.size() <= welcome->window_bytes) {
        agent.send(link::test::batch(next_++, 1), payload);
        sent_ += payload.size();
        ++waiting;
      }
      if (!agent.receive(LinkKind::ack)) return;
      --waiting;
    }
  }

  void crowd() {
    // None of it waits for an answer, so that a door that stays shut slows nobody down.
    std::array<int, 50> silent{};
    for (int& peer : silent) peer = link::test::begin_connection(order_.endpoint);
    HostilePeer::Habits habits;
    habits.patience_ms = 100;
    HostilePeer(order_.endpoint, order_.engine_key, link::make_key_pair().value(), habits);
    for (const int peer : silent) ::close(peer);
  }

  bool send(HostilePeer& peer, std::string_view frame, bool more) {
    if (!peer.send(frame, more)) return false;
    sent_ += frame.size();
    return true;
  }

  const Order& order_;
  const link::KeyPair keys_;
  const std::atomic<bool>& over_;
  std::atomic<std::uint64_t>& sent_;
  const std::string large_ = std::string(kMaxSentBytes, 'f');
  std::uint64_t next_ = order_.first;
};

std::string read_line(int from) {
  std::string out;
  for (char c = 0; ::read(from, &c, 1) == 1 && c != '\n';) out += c;
  return out;
}

void write_line(int to, const std::string& line) {
  const std::string text = line + "\n";
  if (::send(to, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the attackers are gone");
}

Order order_of(const std::string& line) {
  std::istringstream words(line);
  Order out;
  int attack = 0;
  words >> attack >> out.endpoint >> out.engine_key;
  out.attack = static_cast<Attack>(attack);
  for (link::KeyPair pair; words >> pair.public_key >> pair.secret_key;) out.keys.push_back(pair);
  return out;
}

/// Orders come line by line; an empty one ends what is going on, and the end of the stream ends the process.
void obey_orders(int control) {
  std::uint64_t first = 1;
  for (std::string line; !(line = read_line(control)).empty();) {
    Order order = order_of(line);
    order.first = first;
    first += 1U << 30U;
    std::atomic<bool> over = false;
    std::atomic<std::uint64_t> sent = 0;
    std::deque<Beside> peers;
    for (const link::KeyPair& keys : order.keys)
      peers.emplace_back([&] { Peer(order, keys, over, sent).run(); }, [&] { over = true; });
    (void)read_line(control);
    for (Beside& peer : peers) peer.finish();
    write_line(control, std::to_string(sent));
  }
}

const cpu_set_t& all_processors() {
  static const cpu_set_t all = [] {
    cpu_set_t out;
    CPU_ZERO(&out);
    (void)::sched_getaffinity(0, sizeof out, &out);
    return out;
  }();
  return all;
}

}  // namespace

void use_all() { (void)::sched_setaffinity(0, sizeof all_processors(), &all_processors()); }

void use_half(bool attackers) {
  const int count = CPU_COUNT(&all_processors());
  if (count < 2) return;
  cpu_set_t half;
  CPU_ZERO(&half);
  for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &all_processors())) continue;
    if ((seen++ >= (count + 1) / 2) == attackers) CPU_SET(cpu, &half);
  }
  (void)::sched_setaffinity(0, sizeof half, &half);
}

Attackers::Attackers() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socket pair");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot make another process");
  if (pid_ == 0) {
    ::close(ends[0]);
    use_half(true);
    try {
      obey_orders(ends[1]);
    } catch (const std::exception& e) {
      try {
        write_line(ends[1], std::string("the attackers: ") + e.what());
      } catch (const std::exception&) {  // nobody is there to be told
      }
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  control_ = ends[0];
}

Attackers::~Attackers() {
  ::close(control_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Attackers::begin(Attack attack, const std::string& endpoint, const std::string& engine_key,
                      const std::vector<link::KeyPair>& keys) {
  std::string line = std::to_string(static_cast<int>(attack)) + " " + endpoint + " " + engine_key;
  for (const link::KeyPair& pair : keys) line += " " + pair.public_key + " " + pair.secret_key;
  write_line(control_, line);
}

std::uint64_t Attackers::end() {
  write_line(control_, "");
  const std::string said = read_line(control_);
  if (said.empty()) throw std::runtime_error("the attackers are gone");
  if (said.find_first_not_of("0123456789") != std::string::npos) throw std::runtime_error(said);
  return std::stoull(said);
}

}  // namespace wf::bench
