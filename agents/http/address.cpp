#include "agents/http/address.hpp"

#include <algorithm>
#include <charconv>

namespace wf::http {
namespace {

constexpr std::size_t kLongest = 2048;

std::uint16_t usual_port(std::string_view scheme) {
  if (scheme == "http") return 80;
  if (scheme == "https") return 443;
  if (scheme == "rtsp") return 554;
  if (scheme == "rtsps") return 322;
  if (scheme == "mqtt") return 1883;
  return scheme == "mqtts" ? 8883 : 0;
}

bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string Address::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != usual_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Address::text() const { return scheme + "://" + authority() + path; }

Result<Address> read_address(std::string_view text) {
  const Error none{"this is no address", "", "write http://HOST[:PORT]/PATH, or https"};
  Address out;
  const std::size_t slashes = text.find("://");
  if (slashes == std::string_view::npos || text.size() > kLongest || !plain(text)) return none;
  out.scheme = text.substr(0, slashes);
  std::transform(out.scheme.begin(), out.scheme.end(), out.scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  out.port = usual_port(out.scheme);
  if (out.port == 0) return none;
  std::string_view rest = text.substr(slashes + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos)
    return Error{
        "a user and password have no place in an address", "",
        "name them with user=NAME,password_file=FILE; change that password, which programs and logs have seen"};
  rest.remove_prefix(end);
  rest = rest.substr(0, rest.find('#'));
  out.path_given = rest.size() > 1;
  out.path = rest.empty() || rest.front() != '/' ? "/" + std::string(rest) : std::string(rest);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return none;
    out.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!port.empty() && port.front() != ':') return none;
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (out.host.empty() || out.host.find_first_of("<>\"'&\\") != std::string::npos) return none;
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [stop, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (failed != std::errc{} || stop != port.data() + port.size() || out.port == 0) return none;
  }
  return out;
}

Address same_device(const Address& configured, std::string_view told) {
  Address out = configured;
  const Result<Address> other = read_address(told);
  if (!other) {
    if (told.starts_with('/') && told.size() <= kLongest && plain(told)) out.path = told;
    return out;
  }
  out.path = other->path;
  if (other->host == configured.host && other->scheme == configured.scheme) out.port = other->port;
  return out;
}

}  // namespace wf::http
