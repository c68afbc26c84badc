#pragma once
#include <cstdint>
#include <functional>

#include "agents/access/osdp/panel.hpp"
#include "agents/access/osdp/serial_port.hpp"

namespace wf::access::osdp {

/// Speaks on a line until `done`, for at most `most` nanoseconds; `at` is told each time before anything is said or
/// heard. Blocks: for
/// --check and tools, never for an agent at work. An error means that the line is gone.
[[nodiscard]] Result<void> talk(SerialPort& port, Panel& panel, std::int64_t most,
                                const std::function<void(std::int64_t now)>& at, const std::function<bool()>& done);

}  // namespace wf::access::osdp
