#include "console/link/address.hpp"

#include <charconv>
#include <optional>

namespace wf::link {
namespace {

struct Address {
  std::string_view host;
  unsigned port = 0;
};

std::optional<Address> parse(std::string_view endpoint) {
  if (!endpoint.starts_with("tcp://")) return std::nullopt;
  endpoint.remove_prefix(6);
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view port = endpoint.substr(colon + 1);
  Address out;
  out.host = endpoint.substr(0, colon);
  if (port == "*") return out;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (failed != std::errc{} || end != port.data() + port.size() || out.port > 65535) return std::nullopt;
  if (out.host.find_first_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  return out;
}

}  // namespace

bool can_listen(std::string_view endpoint) { return parse(endpoint).has_value(); }

bool can_reach(std::string_view endpoint) {
  const std::optional<Address> address = parse(endpoint);
  return address && address->port != 0 && address->host != "*" && address->host != "0.0.0.0" && address->host != "[::]";
}

}  // namespace wf::link
