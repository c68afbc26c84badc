#include "agents/access/osdp/line_talk.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "agents/kit/clock.hpp"

namespace wf::access::osdp {

Result<void> talk(SerialPort& port, Panel& panel, std::int64_t most, const std::function<void(std::int64_t)>& at,
                  const std::function<bool()>& done) {
  const std::int64_t begun = kit::monotonic_ns();
  for (std::int64_t now = begun; now - begun < most && !done(); now = kit::monotonic_ns()) {
    at(now);
    std::array<std::uint8_t, 512> bytes;
    const Result<std::size_t> got = port.read(bytes);
    if (!got) return got.error();
    panel.receive(Bytes(bytes).first(*got), now);
    if (const Bytes frame = panel.next(now); !frame.empty())
      if (Result<void> sent = port.write(frame); !sent) return sent;
    pollfd fd{port.fd(), POLLIN, 0};
    const std::int64_t left = std::clamp<std::int64_t>(panel.next_wake() - now, 0, kSecond);
    (void)::poll(&fd, 1, static_cast<int>((left + kMillisecond - 1) / kMillisecond));
  }
  return {};
}

}  // namespace wf::access::osdp
