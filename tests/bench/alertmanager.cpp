#include "tests/bench/alertmanager.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr const char* kProgram = "/usr/bin/prometheus-alertmanager";

const char* const kSettings =
    "route: {receiver: nobody, group_by: [host], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}\n"
    "receivers: [{name: nobody}]\n";

sockaddr_in local(int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

int free_port() {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(s, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(s, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(s);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

void wait_ms(int ms) { (void)::poll(nullptr, 0, ms); }

}  // namespace

bool Alertmanager::installed() { return ::access(kProgram, X_OK) == 0; }

Alertmanager::Alertmanager(const std::filesystem::path& folder) : port_(free_port()) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "alertmanager.yml") << kSettings;
  child_ = start_quietly({kProgram, "--config.file=" + (folder / "alertmanager.yml").string(),
                          "--storage.path=" + (folder / "storage").string(),
                          fmt::format("--web.listen-address=127.0.0.1:{}", port_),
                          "--cluster.listen-address=", "--log.level=error"});
  if (child_ < 0) throw std::runtime_error("prometheus-alertmanager cannot be started");
  const sockaddr_in address = local(port_);
  for (int tries = 0; tries < 200; ++tries) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const int on = 1;
      ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return;
    }
    ::close(socket_);
    wait_ms(50);
  }
  ::kill(child_, SIGKILL);
  (void)::waitpid(child_, nullptr, 0);
  throw std::runtime_error("prometheus-alertmanager does not listen");
}

Alertmanager::~Alertmanager() {
  ::close(socket_);
  ::kill(child_, SIGKILL);
  (void)::waitpid(child_, nullptr, 0);
}

std::string Alertmanager::ask(const std::string& request) {
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t n = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("prometheus-alertmanager hung up");
    sent += static_cast<std::size_t>(n);
  }
  std::string answer;
  std::size_t head = std::string::npos, body = 0;
  while (head == std::string::npos || answer.size() < head + 4 + body) {
    char piece[65536];
    const ssize_t n = ::recv(socket_, piece, sizeof piece, 0);
    if (n <= 0) throw std::runtime_error("prometheus-alertmanager hung up");
    answer.append(piece, static_cast<std::size_t>(n));
    if (head != std::string::npos) continue;
    head = answer.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    const std::size_t length = answer.find("Content-Length: ");
    if (length != std::string::npos && length < head) body = std::stoul(answer.substr(length + 16));
  }
  if (answer.compare(0, 12, "HTTP/1.1 200") != 0) throw std::runtime_error("prometheus-alertmanager: " + answer);
  return answer.substr(head + 4);
}

void Alertmanager::post(const std::string& alerts) {
  (void)ask(
      fmt::format("POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  "Content-Length: {}\r\n\r\n{}",
                  alerts.size(), alerts));
}

std::string Alertmanager::get(const std::string& path) const {
  // By HTTP/1.0 it sends the whole and hangs up, so nothing comes in pieces.
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(port_);
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  std::string answer;
  if (::connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(s, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char piece[65536];
    for (ssize_t n = 0; (n = ::recv(s, piece, sizeof piece, 0)) > 0;) answer.append(piece, static_cast<std::size_t>(n));
  }
  ::close(s);
  return answer;
}

double Alertmanager::spent() const {
  std::ifstream in("/proc/" + std::to_string(child_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double Alertmanager::processor_seconds() const {
  double before = spent();
  for (int i = 0; i < 100; ++i) {
    wait_ms(200);
    const double now = spent();
    if (now - before < 0.015) return before;
    before = now;
  }
  return before;
}

double Alertmanager::resident_bytes() const {
  std::ifstream in("/proc/" + std::to_string(child_) + "/statm");
  double all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace wf::bench
