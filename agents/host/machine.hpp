#pragma once
#include <string>

namespace wf::host {

/// The name of this machine, for what does not name one itself; empty if it has none.
[[nodiscard]] std::string machine_name();

/// Whether a text is an IPv4 or IPv6 address, with or without a scope.
[[nodiscard]] bool is_ip_address(const std::string& text);

}  // namespace wf::host
