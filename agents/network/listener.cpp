#include "agents/network/listener.hpp"

#include <charconv>

namespace wf::network {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress out;
  out.text = text;
  const auto bad = [&](std::string what) {
    return Error{std::move(what), out.text, "write udp://0.0.0.0:514, tcp://[::]:601 or tls://0.0.0.0:6514"};
  };
  if (const std::size_t scheme = text.find("://"); scheme == std::string_view::npos) {
    out.udp = out.tcp = true;
  } else {
    const std::string_view name = text.substr(0, scheme);
    out.udp = name == "udp";
    out.tcp = name == "tcp" || name == "tls";
    out.tls = name == "tls";
    if (!out.udp && !out.tcp) return bad("'" + std::string(name) + "' is no way to listen");
    text.remove_prefix(scheme + 3);
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return Error{
        "there is no port", out.text,
        "write udp://0.0.0.0:514, tcp://[::]:601 or tls://0.0.0.0:6514, or ./" + out.text + " if that is a file"};
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size() || port.empty()) return bad("there is no port");
  text = text.substr(0, colon);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  out.host = text == "*" ? "" : text;
  return out;
}

}  // namespace wf::network
