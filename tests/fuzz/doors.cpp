// What is typed at the tool that sets readers up, and what comes to a door system's webhook, by gzip too.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "agents/access/osdp/set_tool.hpp"
#include "agents/http/gunzip.hpp"
#include "agents/http/server.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

namespace {

constexpr std::size_t kMostWords = 16;

/// What a body by gzip is, cut into pieces of `size` bytes: its text, or which refusal.
struct Unpacked {
  std::string text, refusal;
  bool operator==(const Unpacked&) const = default;
};
Unpacked unpack(std::string_view packed, std::size_t size, std::size_t most) {
  Result<std::unique_ptr<http::Gunzip>> gunzip = http::Gunzip::open();
  if (!gunzip) return {};
  Unpacked out;
  while (!packed.empty()) {
    const std::string_view piece = packed.substr(0, size);
    packed.remove_prefix(piece.size());
    const Result<bool> taken = (*gunzip)->take(piece, most, out.text);
    holds(out.text.size() <= most, "nothing is unpacked beyond the limit");
    if (!taken) return {{}, taken.error().what};
    if (!*taken) return {{}, "too large"};
  }
  const Result<void> end = (*gunzip)->end();
  return end ? out : Unpacked{{}, end.error().what};
}

/// A server of webhooks that stands for the whole run.
struct Webhook {
  Webhook() {
    Result<kit::Descriptor> socket = kit::listen_on("127.0.0.1", 0, SOCK_STREAM, "fuzz");
    if (!socket) return;
    port = kit::port_of(*socket);
    http::ServerOptions options;
    options.token = "knock";
    options.most = 4096;
    Result<std::unique_ptr<http::Server>> opened = http::Server::open(std::move(*socket), std::move(options));
    if (opened) server = std::move(*opened);
  }
  std::unique_ptr<http::Server> server;
  std::uint16_t port = 0;
  bool quiet = true;  ///< nobody of an earlier run may still be heard
};

}  // namespace

int fuzz_osdp_set(const std::uint8_t* data, std::size_t size) {
  // A line a word. No word names a file or a device that is there.
  std::vector<std::string> words;
  std::string_view rest = text_of(data, size);
  while (!rest.empty() && words.size() < kMostWords) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string word(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::replace(word.begin(), word.end(), '\0', '0');
    const bool path = word.find('/') != std::string::npos || word.find('.') != std::string::npos;
    words.push_back(path && !word.starts_with("--") ? "/nowhere/" + word : word);
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "w"), std::fclose);
  if (nowhere == nullptr) return 0;
  const int status =
      access::osdp::run_set_tool(static_cast<int>(argv.size()), argv.data(), nowhere.get(), nowhere.get());
  holds(status == 1 || status == 2, "no reader is set up where there is no line");
  return 0;
}

int fuzz_webhook(const std::uint8_t* data, std::size_t size) {
  static Webhook webhook;
  if (webhook.server == nullptr) return 0;
  const std::string_view text = text_of(data, std::min<std::size_t>(size, 32U << 10U));
  const kit::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(webhook.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return 0;
  // It fits into the socket: what is not read yet waits there.
  (void)::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)::shutdown(socket.get(), SHUT_WR);
  bool over = false;
  for (int turn = 0; turn < 200 && !over; ++turn) {
    std::vector<http::Posted> posted;
    webhook.server->step(posted);
    for (const http::Posted& one : posted) {
      holds(!webhook.quiet || text.find("knock") != std::string_view::npos, "nobody is heard without the token");
      holds(one.body.size() <= 4096, "no body is larger than may be");
      webhook.server->reply(one.id, 200, "ok");
    }
    std::vector<pollfd> fds;
    webhook.server->add_fds(fds);
    fds.push_back({socket.get(), POLLIN, 0});
    (void)::poll(fds.data(), fds.size(), 1);
    char answer[4096];
    ssize_t n = 0;
    while ((n = ::recv(socket.get(), answer, sizeof answer, MSG_DONTWAIT)) > 0) {
    }
    over = n == 0;
  }
  webhook.quiet &= over;
  return 0;
}

int fuzz_gunzip(const std::uint8_t* data, std::size_t size) {
  // The first byte says where the rest is cut.
  if (size == 0) return 0;
  const std::string_view packed = text_of(data + 1, size - 1);
  constexpr std::size_t kMost = 16U << 10U;
  holds(unpack(packed, packed.size(), kMost) == unpack(packed, data[0] + 1U, kMost), "a cut changes nothing");
  return 0;
}
