#include "agents/network/web_request.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace wf::network {
namespace {

/// RFC 1918, RFC 6598, link-local and loopback; RFC 4193.
bool is_private(std::string_view address) {
  const std::string text(address.substr(0, 64));
  std::array<std::uint8_t, 16> b{};
  if (::inet_pton(AF_INET, text.c_str(), b.data()) == 1)
    return b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0U) == 16) || (b[0] == 192 && b[1] == 168) ||
           (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0U) == 64);
  if (::inet_pton(AF_INET6, text.c_str(), b.data()) != 1) return false;
  const bool loopback = std::all_of(b.begin(), b.begin() + 15, [](std::uint8_t x) { return x == 0; }) && b[15] == 1;
  return loopback || (b[0] & 0xfeU) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0U) == 0x80);
}

}  // namespace

void add_web_names(const WebRequest& request, std::string_view server, Event& event) {
  const bool here = is_private(server);
  event.logsource.category = here ? "webserver" : "proxy";
  // The fields move while they grow: what is read of them is copied first.
  std::vector<std::pair<const char*, std::string>> made;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) made.emplace_back(name, value);
  };
  const std::size_t question = request.uri.find('?');
  const std::string_view stem = request.uri.substr(0, question);
  add("cs-method", request.method);
  add("cs-host", request.host);
  add("cs-uri-stem", stem);
  add("sc-status", request.status);
  add("cs-username", request.user);
  add("cs-referer", request.referrer);
  if (here) {
    // Rules for web servers mean the whole of a request's target by it.
    add("cs-uri-query", request.uri);
    add("cs-user-agent", request.agent);
  } else {
    add("c-uri", request.uri);
    if (request.uri.starts_with('/') && !request.host.empty()) {
      add("c-uri", "http://" + std::string(request.host) + std::string(request.uri));
      add("cs-uri", made.back().second);
    } else {
      add("cs-uri", request.uri);
    }
    if (question != std::string_view::npos) add("c-uri-query", request.uri.substr(question + 1));
    const std::size_t dot = stem.rfind('.'), slash = stem.rfind('/');
    if (dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash))
      add("c-uri-extension", stem.substr(dot + 1));
    add("c-useragent", request.agent);
    add("cs-content-type", request.content_type);
  }
  for (auto& [name, value] : made) event.add(name, std::move(value));
}

bool is_web_name(std::string_view name) {
  return name.starts_with("c-") || name.starts_with("cs-") || name.starts_with("sc-");
}

}  // namespace wf::network
