#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

/// What Elasticsearch's bulk interface must say so that Beats (Winlogbeat) send their records: enough for those that
/// were told to set nothing up (setup.template.enabled and setup.ilm.enabled: false).
namespace wf::http {

/// Whether records are posted to this target ("/_bulk", "/index/_bulk?…").
[[nodiscard]] bool is_bulk(std::string_view target);

/// The answer, in JSON, to what is asked or set before records are sent: version, licence, and whatever else begins
/// with
/// '_'. Nothing: it is none of these.
[[nodiscard]] std::optional<std::string> bulk_question(std::string_view method, std::string_view target);

/// A line of a body that says what becomes of the next: {"create":{…}} or {"index":{…}}. An error: it is another.
[[nodiscard]] Result<void> bulk_action(std::string_view line);

/// The answer to a body: what came of each of its records, in order; an empty text is fine, else why it is refused.
[[nodiscard]] std::string bulk_answer(const std::vector<std::string>& outcomes);

}  // namespace wf::http
