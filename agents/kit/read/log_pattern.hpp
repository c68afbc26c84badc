#pragma once
#include <string_view>
#include <vector>

#include "proto/event.hpp"

namespace wf::kit {

/// Matches a whole message against a pattern and appends what it captures as fields. A pattern is literal text
/// with captures: "Accepted {auth.method} for {user.name} from {src.ip} port {src.port}{*}".
///  - {*} is any text and is not kept;
///  - {name} is one word without blanks, at least one character;
///  - {name#} is digits, kept as a number;
///  - {name~} is any text, empty too, and takes as much as it can.
/// The last is what keeps people honest: whoever logs in as "x from 10.0.0.1 port 22" does not become 10.0.0.1,
/// because the address is looked for from the end.
[[nodiscard]] bool match(std::string_view message, std::string_view pattern, std::vector<Field>& fields);

}  // namespace wf::kit
