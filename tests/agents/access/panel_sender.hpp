#pragma once
// A panel of the tests' own: sends messages of DC-09, also wrong ones, and reads what is answered.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "agents/access/dc09_frame.hpp"
#include "agents/kit/descriptor.hpp"

namespace wf::access::test {

/// Padding that is no secret.
inline void counted(std::span<std::uint8_t> bytes) {
  static std::uint8_t next = 0;
  for (std::uint8_t& b : bytes) b = next++;
}

inline Dc09Key key_of(const char* hex) { return std::move(*Dc09Key::from_hex(hex)); }

/// A frame as a panel without faults writes it.
struct Message {
  std::string id = "SIA-DCS";
  std::string sequence = "0001";
  std::string account = "1234";
  std::string data = "#1234|Nri1/BA12";
  std::vector<std::string> extended;
  std::optional<UtcNs> time;
  const Dc09Key* key = nullptr;  ///< null: in clear

  [[nodiscard]] std::string bytes() const {
    Dc09Frame frame;
    frame.id = id;
    frame.sequence = sequence;
    frame.prefix = "0";
    frame.account = account;
    frame.data = data;
    frame.extended = extended;
    frame.time = time;
    frame.encrypted = key != nullptr;
    return build_frame(frame, key, counted);
  }
};

/// What stands from the quote to before CR.
inline std::string body_of(const std::string& bytes) { return bytes.substr(9, bytes.size() - 10); }

/// The id of an answer: ACK, *ACK, NAK…; empty: there is none.
inline std::string id_of(const std::string& answer) {
  const Dc09Cut cut = cut_frame(answer);
  if (cut.what != Dc09Cut::What::frame || cut.consumed != answer.size()) return answer.empty() ? "" : "broken";
  const Result<Dc09Frame> frame = parse_frame(cut.body);
  return !frame ? "unreadable" : (frame->encrypted ? "*" : "") + frame->id;
}

/// A socket to a receiver on this machine.
class PanelSocket {
 public:
  PanelSocket(std::uint16_t port, int type) : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  bool send(const std::string& bytes) {
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// What came since; without waiting. `ended` when the other side closed.
  std::string receive() {
    char bytes[8192];
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (n == 0) ended = true;
    if (n < 0 && errno != EAGAIN) ended = true;
    return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
  }
  void close() { socket_.reset(); }
  bool ended = false;

 private:
  kit::Descriptor socket_;
  bool connected_ = false;
};

}  // namespace wf::access::test
