#include "console/engine/rule_documents.hpp"

#include <algorithm>
#include <utility>

namespace wf::engine {
namespace {

std::string_view line_at(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

std::size_t line_after(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size() - 1) + 1;
}

/// The value of a line "id: value", without quotes and a comment; empty: it is no such line.
std::string_view id_on(std::string_view line) {
  if (!line.starts_with("id:")) return {};
  line.remove_prefix(3);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  if (const std::size_t comment = line.find(" #"); comment != std::string_view::npos) line = line.substr(0, comment);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  if (line.size() >= 2 && (line.front() == '\'' || line.front() == '"') && line.back() == line.front())
    line = line.substr(1, line.size() - 2);
  return line;
}

bool has_id(std::string_view text, const sigma::DocumentText& document, std::string_view id) {
  for (std::size_t at = document.begin; at < document.end; at = line_after(text, at))
    if (id_on(line_at(text, at)) == id) return true;
  return false;
}

/// Marks, comments and space say nothing.
bool says_anything(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at = line_after(text, at)) {
    std::string_view line = line_at(text, at);
    if (line.starts_with("---")) line.remove_prefix(3);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] != '#') return true;
  }
  return false;
}

}  // namespace

std::optional<FoundDocument> find_document(const std::vector<sigma::RuleFile>& files, std::string_view id) {
  std::optional<FoundDocument> out;
  if (id.empty()) return out;
  for (std::size_t n = 0; n < files.size(); ++n) {
    if (files[n].text.find(id) == std::string::npos) continue;
    for (const sigma::DocumentText& document : sigma::documents_of(files[n].text)) {
      if (!has_id(files[n].text, document, id)) continue;
      if (out) return std::nullopt;
      out = FoundDocument{n, document};
    }
  }
  return out;
}

std::string_view text_of(const std::vector<sigma::RuleFile>& files, const FoundDocument& found) {
  return std::string_view(files[found.file].text).substr(found.text.begin, found.text.end - found.text.begin);
}

std::vector<sigma::DocumentText> rules_of(std::string_view text) {
  std::vector<sigma::DocumentText> out = sigma::documents_of(text);
  std::erase_if(out,
                [&](const sigma::DocumentText& d) { return !says_anything(text.substr(d.begin, d.end - d.begin)); });
  return out;
}

std::string changed_path(std::string_view path) { return std::string(path) + " (changed here)"; }

void put_document(std::vector<sigma::RuleFile>& files, const FoundDocument& found, std::string text) {
  sigma::RuleFile& file = files[found.file];
  for (std::size_t at = found.text.begin; at < found.text.end; ++at)
    if (file.text[at] != '\n') file.text[at] = ' ';
  sigma::RuleFile changed{changed_path(file.path), std::move(text)};
  files.insert(files.begin() + static_cast<std::ptrdiff_t>(found.file) + 1, std::move(changed));
}

}  // namespace wf::engine
