#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/console.hpp"
#include "console/ui/draw/language.hpp"
#include "proto/result.hpp"

namespace wf::shell {

/// Reads a catalogue (assets/languages). `file` names it in messages. What is wrong with an entry is appended as
/// "file:line: what; what to do" and leaves that entry out; an error means that nothing of the file can be used.
[[nodiscard]] Result<ui::Language> read_language(std::string_view text, const std::filesystem::path& file,
                                                 std::vector<std::string>& problems);
[[nodiscard]] Result<ui::Language> load_language(const std::filesystem::path& file, std::vector<std::string>& problems);

/// Codes of the catalogues in a folder, sorted; empty: there is no such folder.
[[nodiscard]] std::vector<std::string> languages_in(const std::filesystem::path& folder);

/// The same with the names that they give themselves; what cannot be read is called by its code.
[[nodiscard]] std::vector<ui::LanguageChoice> languages_with_names(const std::filesystem::path& folder);

/// "de_AT" of LC_ALL, LC_MESSAGES or LANG, the first that is set; empty: none is, or it is C or POSIX.
[[nodiscard]] std::string environment_language();

/// The catalogue for a wish like "de", "de_AT" or "de-AT": exactly that one, else that of the language alone; empty:
/// none.
[[nodiscard]] std::string match_language(std::string_view wish, const std::vector<std::string>& codes);

/// Speaks the first of: `option` (the command line's; an error if there is none such), `configured` (a problem if there
/// is none such), the environment's, English. All that is wrong with its catalogue is appended, one line each.
[[nodiscard]] Result<void> speak_language(const std::filesystem::path& folder, std::string_view option,
                                          std::string_view configured, std::vector<std::string>& problems);

}  // namespace wf::shell
