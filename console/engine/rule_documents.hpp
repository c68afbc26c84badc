#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::engine {

/// Where a rule's document stands.
struct FoundDocument {
  std::size_t file = 0;  ///< index
  sigma::DocumentText text;
};

/// The document with a line `id: ID` that is not indented; nothing where there is none, or more than one. A rule
/// without an id of its own, and YAML that writes the key another way, are not found.
[[nodiscard]] std::optional<FoundDocument> find_document(const std::vector<sigma::RuleFile>& files,
                                                         std::string_view id);
/// The text of a document that was found.
[[nodiscard]] std::string_view text_of(const std::vector<sigma::RuleFile>& files, const FoundDocument& found);
/// The documents of a text that say anything.
[[nodiscard]] std::vector<sigma::DocumentText> rules_of(std::string_view text);

/// Puts `text` in the place of a document. The file keeps its lines, so that what stands behind it is named by the same
/// ones; the text follows as a file of its own whose path is `changed_path(path)`.
void put_document(std::vector<sigma::RuleFile>& files, const FoundDocument& found, std::string text);
[[nodiscard]] std::string changed_path(std::string_view path);

}  // namespace wf::engine
