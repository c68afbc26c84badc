#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/shed/shed_rule.hpp"
#include "proto/event.hpp"
#include "tests/fuzz/targets.hpp"

namespace wf::fuzz {

/// What is said to be known of a record is what its event says.
inline void agrees(kit::RawRecord& raw, const Event& event) {
  // Two fields of one name are two values, and a rule may see either.
  std::set<std::string_view> names;
  for (const Field& field : event.fields)
    if (!names.insert(field.name).second) return;
  std::vector<std::string> asked{"kind",  "logsource.service", "src.ip", "dst.port", "message",
                                 "query", "alert.signature",   "none"};
  for (const Field& field : event.fields) asked.push_back(field.name);
  for (const std::string& name : asked) {
    if (name == "net.proto") continue;  // in lower case, which no rule looks at
    std::string_view value;
    const auto known = raw.field(name, value);
    if (known == kit::RawRecord::Known::unknown) continue;
    holds(kit::shed_field(event, name) == (known == kit::RawRecord::Known::value ? value : std::string_view()),
          "a raw record says what its event says");
  }
}

}  // namespace wf::fuzz
