#include "agents/kit/service_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/source.hpp"

namespace wf::kit {

ServiceNotify::ServiceNotify() {
  if (const char* socket = std::getenv("NOTIFY_SOCKET"); socket != nullptr) socket_ = socket;
  if (const char* usec = std::getenv("WATCHDOG_USEC"); usec != nullptr && !socket_.empty())
    every_ = std::strtoll(usec, nullptr, 10) * 1000 / 2;
}

void ServiceNotify::watchdog(std::int64_t mono) {
  if (every_ <= 0 || mono < due_) return;
  send("WATCHDOG=1");
  due_ = mono + every_;
}

std::int64_t ServiceNotify::next_wake() const { return every_ > 0 ? due_ : kNever; }

void ServiceNotify::send(std::string_view text) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace, unix(7)
  const Descriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Nobody listens: then nobody misses it.
  if (fd.open())
    (void)!::sendto(fd.get(), text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size);
}

}  // namespace wf::kit
