#include "tests/console/link/hostile.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace wf::link::test {

namespace {

sockaddr_in address_of(const std::string& endpoint) {
  const std::size_t colon = endpoint.rfind(':');
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(colon + 1))));
  ::inet_pton(AF_INET, endpoint.substr(6, colon - 6).c_str(), &out.sin_addr);
  return out;
}

}  // namespace

int begin_connection(const std::string& endpoint) {
  const sockaddr_in address = address_of(endpoint);
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  (void)::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return out;
}

RawPeer::RawPeer(const std::string& endpoint, int receive_buffer) {
  const sockaddr_in address = address_of(endpoint);
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return;
  if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  // A door that stays shut says nothing.
  const timeval patience{2, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(std::exchange(descriptor_, -1));
    return;
  }
  // Each frame may arrive alone, which is the dearest way.
  const int at_once = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

RawPeer::~RawPeer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
RawPeer::RawPeer(RawPeer&& o) noexcept : descriptor_(std::exchange(o.descriptor_, -1)) {}

bool RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) {
      pollfd wait{descriptor_, POLLOUT, 0};
      if (::poll(&wait, 1, 2000) <= 0) return false;
      continue;
    }
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string RawPeer::receive(std::size_t bytes, int patience_ms) {
  std::string out;
  while (out.size() < bytes) {
    std::string part(bytes - out.size(), '\0');
    const ssize_t n = ::recv(descriptor_, part.data(), part.size(), 0);
    if (n > 0) {
      out.append(part, 0, static_cast<std::size_t>(n));
      continue;
    }
    pollfd wait{descriptor_, POLLIN, 0};
    if (n == 0 || errno != EAGAIN || ::poll(&wait, 1, patience_ms) <= 0) break;
  }
  return out;
}

void RawPeer::say_no_more() const { ::shutdown(descriptor_, SHUT_WR); }

bool RawPeer::closed(int wait_ms) {
  if (descriptor_ < 0) return true;
  while (true) {
    char buffer[4096];
    const ssize_t n = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (n > 0) continue;
    if (n == 0 || errno != EAGAIN) return true;
    pollfd wait{descriptor_, POLLIN, 0};
    if (::poll(&wait, 1, wait_ms) <= 0) return false;
  }
}

std::string greeting() {
  // ZMTP 3.1: signature, version, mechanism in 20 bytes, as-server, filler.
  std::string out("\xff\0\0\0\0\0\0\0\1\x7f\3\1", 12);
  out += "CURVE";
  out.resize(64, '\0');
  return out;
}

std::string command_head(std::uint64_t bytes) {
  std::string out(1, '\x06');  // a command, with a long length
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>((bytes >> static_cast<unsigned>(shift)) & 0xffU);
  return out;
}

namespace {

std::string from_z85(const std::string& text) {
  std::string out(32, '\0');
  zmq_z85_decode(reinterpret_cast<std::uint8_t*>(out.data()), text.c_str());
  return out;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU);
  return out;
}

std::string boxed(std::string_view text, const std::string& nonce, std::string_view to, std::string_view from) {
  std::string out(text.size() + crypto_box_MACBYTES, '\0');
  if (crypto_box_easy(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text), text.size(), bytes_of(nonce),
                      bytes_of(to), bytes_of(from)) != 0)
    throw std::runtime_error("crypto_box failed");
  return out;
}

std::string property(const std::string& name, const std::string& value) {
  return std::string(1, static_cast<char>(name.size())) + name + big_endian(value.size(), 4) + value;
}

std::string framed(std::string_view body, bool command) {
  const auto flags = static_cast<char>((command ? 4 : 0) + (body.size() > 255 ? 2 : 0));
  return std::string(1, flags) + big_endian(body.size(), body.size() > 255 ? 8 : 1) + std::string(body);
}

}  // namespace

HostilePeer::HostilePeer(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys)
    : HostilePeer(endpoint, engine_key, keys, Habits()) {}

HostilePeer::HostilePeer(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys,
                         const Habits& habits)
    : raw_(endpoint, habits.receive_buffer), good_(shake_hands(engine_key, keys, habits)) {}

HostilePeer::~HostilePeer() = default;
HostilePeer::HostilePeer(HostilePeer&&) noexcept = default;

bool HostilePeer::shake_hands(const std::string& engine_key, const KeyPair& keys, const Habits& habits) {
  const std::string server = from_z85(engine_key), own = from_z85(keys.public_key), secret = from_z85(keys.secret_key);
  std::string short_public(32, '\0'), short_secret(32, '\0');
  crypto_box_keypair(reinterpret_cast<unsigned char*>(short_public.data()),
                     reinterpret_cast<unsigned char*>(short_secret.data()));
  if (!raw_.send(greeting()) || raw_.receive(64, habits.patience_ms).size() != 64) return false;
  const std::string hello = std::string("\x05HELLO\1\0", 8) + std::string(72, '\0') + short_public + big_endian(1, 8) +
                            boxed(std::string(64, '\0'), "CurveZMQHELLO---" + big_endian(1, 8), server, short_secret);
  if (!raw_.send(framed(hello, true))) return false;
  const std::string welcome = raw_.receive(2 + 168, habits.patience_ms);
  if (welcome.size() != 2 + 168 || welcome.compare(2, 8, "\x07WELCOME") != 0) return false;
  std::string opened(128, '\0');
  const std::string nonce = "WELCOME-" + welcome.substr(10, 16);
  if (crypto_box_open_easy(reinterpret_cast<unsigned char*>(opened.data()), bytes_of(welcome) + 26, 144,
                           bytes_of(nonce), bytes_of(server), bytes_of(short_secret)) != 0)
    return false;
  const std::string short_server = opened.substr(0, 32), cookie = opened.substr(32);
  const std::string vouch_nonce(16, 'n');
  const std::string vouch = boxed(short_public + server, "VOUCH---" + vouch_nonce, short_server, secret);
  std::string metadata = property("Socket-Type", "DEALER") + property("Identity", habits.routing_id);
  if (habits.metadata > 0) metadata += property("X-Filler", std::string(habits.metadata, 'f'));
  const std::string initiate =
      "\x08INITIATE" + cookie + big_endian(2, 8) +
      boxed(own + vouch_nonce + vouch + metadata, "CurveZMQINITIATE" + big_endian(2, 8), short_server, short_secret);
  if (!raw_.send(framed(initiate, true))) return false;
  session_.resize(crypto_box_BEFORENMBYTES);
  if (crypto_box_beforenm(reinterpret_cast<unsigned char*>(session_.data()), bytes_of(short_server),
                          bytes_of(short_secret)) != 0)
    return false;
  // READY, or ERROR. Its length stands in the second byte.
  const std::string head = raw_.receive(2, habits.patience_ms);
  if (head.size() != 2) return false;
  const std::string ready = raw_.receive(static_cast<unsigned char>(head[1]), habits.patience_ms);
  return ready.starts_with("\x05READY");
}

bool HostilePeer::send_flagged(std::string_view frame, std::uint8_t flags) {
  const std::string number = big_endian(++nonce_, 8);
  const std::string nonce = "CurveZMQMESSAGEC" + number;
  const std::string text = std::string(1, static_cast<char>(flags)) + std::string(frame);
  std::string box(text.size() + crypto_box_MACBYTES, '\0');
  (void)crypto_box_easy_afternm(reinterpret_cast<unsigned char*>(box.data()), bytes_of(text), text.size(),
                                bytes_of(nonce), bytes_of(session_));
  return raw_.send(framed("\x07MESSAGE" + number + box, false));
}

bool HostilePeer::send(std::string_view frame, bool more) { return send_flagged(frame, more ? 1 : 0); }

bool HostilePeer::ping(std::uint16_t ttl) { return send_flagged("\x04PING" + big_endian(ttl, 2), 2); }

}  // namespace wf::link::test
