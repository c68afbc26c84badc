#pragma once
#include <simdjson.h>

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proto/event.hpp"
#include "proto/time.hpp"

/// What the readers of UniFi Protect's and UniFi Access' messages share.
namespace wf::access::unifi {

namespace dom = simdjson::dom;

/// A text below an object, by its path of members; empty: it is not there, or no text.
[[nodiscard]] std::string text(dom::element at, std::initializer_list<const char*> path);
[[nodiscard]] bool object(dom::element at, const char* name, dom::element& out);
/// Milliseconds since 1970, or RFC 3339.
[[nodiscard]] std::optional<UtcNs> time_of(dom::element at, const char* name);

/// What a type of message means.
struct Row {
  std::string_view type, kind, words, reason = {}, mode = {};
};
[[nodiscard]] const Row* find(std::span<const Row> rows, std::string_view type);
/// An event of that kind, without a row `other`.
[[nodiscard]] Event event_of(const Row* row, const std::string& type, UtcNs time);
void set_kind(Event& event, const char* kind);
/// Adds a field unless its value is empty.
void put(Event& event, const char* name, const std::string& value);
/// Adds the message: the row's words, or the type, and where it was.
void say(Event& event, const Row* row, const std::string& type, const std::string& where);

}  // namespace wf::access::unifi
