#pragma once
#include <string_view>

#include "proto/event.hpp"

namespace wf::network {

/// What a sensor saw of an HTTP request; empty: it did not say.
struct WebRequest {
  std::string_view method, host, uri, agent, referrer, status, content_type, user;
};

/// Gives an event of a sensor the names under which public rules for proxies (what somebody here asks for) and for web
/// servers (what somebody asks of one here) look for a request, and the category of the two that it fits: webserver if
/// `server` is a private address, else proxy. The texts of `request` may lie in the event's own fields.
void add_web_names(const WebRequest& request, std::string_view server, Event& event);

/// Whether add_web_names() may give an event a field of this name.
[[nodiscard]] bool is_web_name(std::string_view name);

}  // namespace wf::network
