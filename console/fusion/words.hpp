#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/facts.hpp"
#include "proto/event.hpp"

namespace wf::fusion {

/// An event in plain words, as an operator reads it. `many` is the line when like events were folded into it and
/// has "{n}" where their number belongs.
struct Words {
  std::string once, many;
};
[[nodiscard]] Words describe(const Event& event, const Facts& facts);

/// What happened in at most a few words, for the wall's last change: "Motion on C-27", "D-231 forced".
[[nodiscard]] std::string brief(const Event& event, const Facts& facts);

/// `many` with its number, or `once` for one.
[[nodiscard]] std::string repeated(const std::string& once, const std::string& many, std::uint32_t n);

/// Fills a rule's `watchfloor: title`: {field} is the event's first value of that field, {a|b} the first of them
/// that has one, {count} the number of events, {who} the person's badge or account, {badge}, {door}, {camera},
/// {host}, {zone}, {seen} (what a camera saw) their names for people, {event} the event in words. Empty if a
/// placeholder has no value.
[[nodiscard]] std::string fill_title(std::string_view pattern, const Event& event, const Facts& facts,
                                     std::size_t count);

/// Is a role among those? Letter case does not matter.
[[nodiscard]] bool is_among(const std::vector<std::string>& roles, std::string_view role);

/// Text of a source, fit for one line: control characters become blanks, at most `bytes` long, never cut within a
/// character.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes = 120);

}  // namespace wf::fusion
