#pragma once
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "console/fusion/sigma/parse.hpp"

namespace wf::sigma {

// What the readers of documents share. All of it throws Refusal.

[[nodiscard]] inline int line_of(const YAML::Node& node) { return node.Mark().line + 1; }
[[nodiscard]] Scalar scalar_of(const YAML::Node& node);
/// A list's scalars, or the one.
[[nodiscard]] std::vector<Scalar> scalars_of(const YAML::Node& node);
/// Empty where the key is missing or null.
[[nodiscard]] std::string text_at(const YAML::Node& map, const char* key);
[[nodiscard]] std::vector<std::string> texts_at(const YAML::Node& map, const char* key);

/// "90m" in nanoseconds; -1 if it is no such text, or longer than `most`.
[[nodiscard]] std::int64_t duration_of(const std::string& text, std::int64_t most);
/// Our section's `expect:`.
[[nodiscard]] std::vector<Expectation> expectations_at(const YAML::Node& own);

/// Refuses what YAML leaves open: a key written twice, merge keys, documents that contain themselves.
void check_shape(const YAML::Node& document);
/// All documents of a text; throws YAML::Exception.
[[nodiscard]] std::vector<YAML::Node> load_documents(const std::string& text);

[[nodiscard]] Logsource logsource_of(const YAML::Node& document);
[[nodiscard]] CorrelationDocument correlation_of(const YAML::Node& document, RuleInfo info);

}  // namespace wf::sigma
