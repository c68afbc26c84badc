#pragma once
#include <string>
#include <string_view>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf {

/// One event as one JSON line (no newline), the format of `--print` and `match`:
/// {"v":1,"id":…,"time":…,"agent":…,"source":…,"kind":…,"severity":…,"logsource":{…},"fields":{…}}.
/// Fields that occur several times become an array; numbers, booleans and null keep their JSON type.
/// Appends to `out`.
void append_json_line(const Event& event, std::string& out);

/// Reads such a line. `fields` may be nested and is flattened with dots; arrays become repeated fields;
/// `id`, `v`, `agent`, `source`, `kind`, `severity`, `seen` and `logsource` may be absent; `time` may not.
[[nodiscard]] Result<Event> parse_json_line(std::string_view line);

/// Flattens a JSON object's text into fields, with dots, appending to `fields`; `prefix` is put before each
/// name ("" for none). Arrays of scalars become repeated fields; arrays of objects are flattened in place.
[[nodiscard]] Result<void> flatten_json(std::string_view object, std::string_view prefix, std::vector<Field>& fields);

}  // namespace wf
