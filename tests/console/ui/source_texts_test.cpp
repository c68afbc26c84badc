// Nothing that a person reads is forgotten: every text in the sources of console/ui is one that a catalogue can
// translate, or stands in the list below with the reason why not.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;

/// Files whose texts nobody at a console reads.
const std::set<std::string> kFiles{
    // Samples of widgets, for those who change the program.
    "gallery.cpp",
    "gallery_board.cpp",
    "gallery_widgets.cpp",
    // English's own conventions; faults of a catalogue.
    "language.hpp",
    "language.cpp",
};

/// What reads like words and is none of the interface's.
const std::set<std::string> kTexts{
    // Written into the record, whose language is English where the program writes it.
    "by hand at the map",
    // Roles and panic's title as the engine names them: compared, never shown.
    "Guard",
    "Supervisor",
    "Manager",
    "Administrator",
    "Panic: ",
    "Acknowledge",
    // Fusion's own words, taken apart.
    " (came ",
    " late)",
    " times",
    // What joins terms of a query.
    " and ",
    // Areas' names where the label has more words.
    "Resolve",
    "About",
    // Lines for the log, which is English.
    "fonts: Chinese, Japanese and Korean writing is shown as boxes; install fonts-noto-cjk, or name a folder with "
    "such a font in WATCHFLOOR_FONTS, and start again",
    "fonts: {} writing is shown as boxes: what is set from the right or shaped by its neighbours is not drawn; the "
    "record keeps it whole",
    // The same in every language.
    "JPEG",
    "PNG",
    "UTC",
    " UTC",
    "KiB",
    "MiB",
    "GiB",
    "{} TiB",
    "%g km",
    "%g cm",
    "OTTO",
    // Areas' names of spans, whose labels are made by span().
    "15 min",
    "30 min",
    "1 h",
    "2 h",
    "4 h",
    "8 h",
};

struct Found {
  std::string text;
  int line = 0;
};

/// Literals of a source that are none of: a translated one, a place's argument, an #include, a comment.
std::vector<Found> plain_literals(const std::string& source, std::set<std::string>& translated) {
  static const std::regex kToken(
      "//[^\\n]*|/\\*[^]*?\\*/|#include[^\\n]*|'(?:[^'\\\\]|\\\\.)'|"
      "((?:\"(?:[^\"\\\\\\n]|\\\\.)*\"\\s*)+)(_tr\\b)?");
  static const std::regex kPiece("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  std::vector<Found> out;
  bool in_template = false;  // text_of< or plural< stands before it, with literals in between at most
  std::size_t end_of_last = 0;
  for (std::sregex_iterator it(source.begin(), source.end(), kToken), end; it != end; ++it) {
    if (!(*it)[1].matched) continue;
    const std::string pieces = (*it)[1].str();
    std::string text;
    for (std::sregex_iterator piece(pieces.begin(), pieces.end(), kPiece); piece != end; ++piece)
      text += (*piece)[1].str();
    const auto at = static_cast<std::size_t>(it->position());
    std::string before = source.substr(end_of_last, at - end_of_last);
    std::erase_if(before, [](char c) { return c == ' ' || c == '\n'; });
    in_template = before.ends_with("text_of<") || before.ends_with("plural<") || (in_template && before == ",");
    end_of_last = at + static_cast<std::size_t>(it->length());
    if ((*it)[2].matched || in_template) {
      translated.insert(text.substr(0, text.find("##")));
      continue;
    }
    out.push_back({text, 1 + static_cast<int>(std::count(source.begin(), source.begin() + it->position(), '\n'))});
  }
  return out;
}

/// Does it look like something that a person reads? Names of areas ("map/card/close"), of kinds ("door.forced") and of
/// fields are written without capitals and spaces.
bool reads_like_words(std::string text) {
  text = std::regex_replace(text, std::regex("\\{[^}]*\\}"), "");
  if (std::regex_search(text, std::regex("^[a-z0-9_%-]+/"))) return false;
  if (text.starts_with("watchfloor ") || text.starts_with("--") || text.starts_with("##")) return false;
  if (text.ends_with(".md") || text.starts_with("fonts-")) return false;
  return std::regex_search(text, std::regex("[A-Z][a-z]+|[A-Z]{3,}|[A-Za-z]{2,} |[0-9] [a-z]| [A-Za-z]{2,}"));
}

}  // namespace

TEST_CASE("Every text of the interface can be translated") {
  const fs::path folder = fs::path(WF_SOURCE_DIR) / "console/ui";
  std::size_t files = 0, texts = 0;
  std::set<std::string> used;
  std::string forgotten;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    if (kFiles.contains(name)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string source(std::istreambuf_iterator<char>(in), {});
    std::set<std::string> translated;
    const std::vector<Found> literals = plain_literals(source, translated);
    ++files;
    texts += translated.size();
    for (const Found& found : literals) {
      if (!reads_like_words(found.text)) continue;
      // The name of an area beside its label: the same words, translated.
      if (translated.contains(found.text)) continue;
      if (kTexts.contains(found.text)) {
        used.insert(found.text);
        continue;
      }
      forgotten += name + ":" + std::to_string(found.line) + ": \"" + found.text + "\"\n";
    }
  }
  INFO("write \"…\"_tr, text_of<\"…\">(…) or plural<\"…\", \"…\">(n), or give the reason in this test");
  CHECK(forgotten == "");
  CHECK(files > 60);
  CHECK(texts > 700);
  std::string stale;
  for (const std::string& text : kTexts)
    if (!used.contains(text)) stale += "\"" + text + "\"\n";
  INFO("exceptions that nothing needs any more");
  CHECK(stale == "");
}

TEST_CASE("The guard sees what it is for") {
  std::set<std::string> translated;
  const auto literals = plain_literals(
      "#include \"x/y.hpp\"\n// \"In a comment\"\np.text(x, \"Shown\", \"Said\"_tr, text_of<\"{} told\">(n),\n"
      "  plural<\"{} one\",\n \"{} more \" \"words\">(2), \"two \" \"halves\");",
      translated);
  REQUIRE(literals.size() == 2);
  CHECK(literals[0].text == "Shown");
  CHECK(literals[0].line == 3);
  CHECK(literals[1].text == "two halves");
  CHECK(translated == std::set<std::string>{"Said", "{} told", "{} one", "{} more words"});
  for (const char* text : {"Shown", "no owner", "DRILL", "{} open", "30 min", "late by {}"})
    CHECK(reads_like_words(text));
  for (const char* text : {"map/card/close", "row/{}", "door.forced", "not_ended", "{}", " › ", "T", "--site"})
    CHECK_FALSE(reads_like_words(text));
}
