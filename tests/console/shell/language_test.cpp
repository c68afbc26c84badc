// Catalogues: how a file is read, which one is chosen, and that those that come with Watchfloor are whole.
#include "console/shell/language.hpp"

#include <cstdlib>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;
using namespace wf::shell;

namespace {

const std::filesystem::path kLanguages = std::filesystem::path(WF_SOURCE_DIR) / "assets/languages";

/// A variable of the environment for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const was = std::getenv(name); was != nullptr) was_ = was, set_ = true;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Variable() { set_ ? ::setenv(name_, was_.c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string was_;
  bool set_ = false;
};

struct Nowhere {
  Variable all{"LC_ALL", nullptr}, messages{"LC_MESSAGES", nullptr}, lang{"LANG", nullptr};
  ~Nowhere() { (void)ui::speak({}); }
};

ui::Language read(std::string_view text, std::vector<std::string>& problems) {
  const auto out = read_language(text, "xx.yaml", problems);
  REQUIRE(out);
  return *out;
}

constexpr std::string_view kWhole =
    "v: 1\nname: Probe\nnumbers: {decimal: \",\", thousands: \"\"}\n"
    "dates:\n  day: \"{day}. {month}, {weekday}\"\n  weekdays: [a, b, c, d, e, f, g]\n"
    "  months: [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12]\nplural: one other\n"
    "texts:\n  \"Acknowledge\": \"Quittieren\"\n  \"{} event | {} events\": {one: \"{} E\", other: \"{} Es\"}\n";

}  // namespace

TEST_CASE("A catalogue is read whole") {
  std::vector<std::string> problems;
  const ui::Language language = read(kWhole, problems);
  CHECK(problems.empty());
  CHECK(language.code == "xx");
  CHECK(language.name == "Probe");
  CHECK(language.decimal == ",");
  CHECK(language.thousands.empty());
  CHECK(language.day == "{day}. {month}, {weekday}");
  CHECK(language.weekdays[6] == "g");
  CHECK(language.months[11] == "m12");
  REQUIRE(language.texts.size() == 2);
  CHECK(language.texts[0].english == "Acknowledge");
  CHECK(language.texts[0].line == 10);
  CHECK(language.texts[1].forms[static_cast<std::size_t>(ui::PluralForm::one)] == "{} E");
}

TEST_CASE("What is wrong with a catalogue is told with file and line, and the rest of it counts") {
  struct Wrong {
    const char *text, *told;
  };
  for (const Wrong& wrong : {
           Wrong{"v: 1\nnam: x\n", "xx.yaml:2: a catalogue has no \"nam\""},
           Wrong{"v: 1\nname: x\nname: y\n", "xx.yaml:3: \"name\" stands here twice"},
           Wrong{"v: 1\nplural: sometimes\n", "xx.yaml:2: this rule of plurals is not known"},
           Wrong{"v: 1\ndates: {day: \"{day} {month}\"}\n", "xx.yaml:2: a day needs {weekday}, {day} and {month}"},
           Wrong{"v: 1\ndates: {weekdays: [a, b]}\n", "xx.yaml:2: there are 7 weekdays, not 2"},
           Wrong{"v: 1\nnumbers: [1]\n", "xx.yaml:2: numbers is no section"},
           Wrong{"v: 1\nnumbers: {point: x}\n", "xx.yaml:2: numbers has no \"point\""},
           Wrong{"v: 1\ntexts:\n  \"Acknowledge\": \"\"\n", "xx.yaml:3: \"Acknowledge\" has no translation"},
           Wrong{"v: 1\ntexts:\n  \"A\": \"x\"\n  \"A\": \"y\"\n", "xx.yaml:4: \"A\" stands here twice"},
           Wrong{"v: 1\ntexts:\n  \"A\": {two: x}\n", "xx.yaml:3: there is no form \"two\""},
           Wrong{"v: 1\ntexts:\n  \"A\": {other: [x]}\n", "xx.yaml:3: a form is missing"},
       }) {
    std::vector<std::string> problems;
    (void)read(wrong.text, problems);
    INFO(wrong.text);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find(wrong.told) != std::string::npos);
  }
}

TEST_CASE("What is no catalogue is refused") {
  std::vector<std::string> problems;
  for (const char* const bad : {"", "- a\n", "name: x\n", "v: 2\n", "v: 1\n\ttexts: x\n", "v: [1\n", "\xFF\xFE"}) {
    INFO(bad);
    CHECK_FALSE(read_language(bad, "xx.yaml", problems));
  }
  CHECK_FALSE(load_language("/nowhere/de.yaml", problems));
  CHECK_FALSE(load_language("/", problems));
}

TEST_CASE("Every catalogue that comes with Watchfloor is without fault, and German is whole") {
  CHECK(languages_in(kLanguages) == std::vector<std::string>{"de", "en"});
  const std::vector<ui::LanguageChoice> named = languages_with_names(kLanguages);
  REQUIRE(named.size() == 2);
  CHECK(named[0].name == "Deutsch");
  CHECK(named[1].code == "en");
  for (const std::string& code : languages_in(kLanguages)) {
    std::vector<std::string> problems;
    Result<ui::Language> language = load_language(kLanguages / (code + ".yaml"), problems);
    REQUIRE(language);
    INFO(code);
    CHECK(problems.empty());
    CHECK_FALSE(language->name.empty());
    const bool source = language->texts.empty();
    CHECK(source == (code == "en"));
    std::string faults;
    for (const ui::LanguageFault& fault : ui::speak(std::move(*language)))
      faults += std::to_string(fault.line) + ": " + fault.what + "\n";
    CHECK(faults == "");
    std::set<std::string> missing;
    for (const ui::Message* m = ui::Message::first(); m != nullptr; m = m->next())
      if (!source && !m->translated()) missing.insert(m->key());
    std::string told;
    for (const std::string& one : missing) told += "\"" + one + "\"\n";
    CHECK(told == "");
  }
  (void)ui::speak({});
}

TEST_CASE("The environment's language is that of the first variable that is set") {
  const Nowhere nowhere;
  CHECK(environment_language().empty());
  const Variable lang("LANG", "de_AT.UTF-8@euro");
  CHECK(environment_language() == "de_AT");
  const Variable messages("LC_MESSAGES", "fr");
  CHECK(environment_language() == "fr");
  const Variable all("LC_ALL", "C.UTF-8");
  CHECK(environment_language().empty());
}

TEST_CASE("A wish finds its own catalogue, else that of the language alone") {
  const std::vector<std::string> codes{"de", "en", "pt_BR"};
  CHECK(match_language("de", codes) == "de");
  CHECK(match_language("de_AT", codes) == "de");
  CHECK(match_language("de-CH", codes) == "de");
  CHECK(match_language("pt_BR", codes) == "pt_BR");
  CHECK(match_language("pt", codes).empty());
  CHECK(match_language("fr", codes).empty());
  CHECK(match_language("", codes).empty());
}

TEST_CASE("The option outranks the configuration, that the environment, and that English") {
  const Nowhere nowhere;
  const test::TemporaryFolder folder;
  for (const char* code : {"aa", "bb", "cc"})
    folder.write(std::string(code) + ".yaml",
                 "v: 1\nname: x\ntexts:\n  \"Acknowledge\": \"" + std::string(code) + "\"\n");
  std::vector<std::string> problems;
  const auto spoken = [&](std::string_view option, std::string_view configured) {
    problems.clear();
    REQUIRE(speak_language(folder.path(), option, configured, problems));
    return ui::language().code;
  };
  CHECK(spoken("", "") == "en");
  CHECK(problems.empty());
  const Variable lang("LANG", "cc_CC.UTF-8");
  CHECK(spoken("", "") == "cc");
  // One line says how much is missing.
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("texts are missing and shown in English") != std::string::npos);
  CHECK(spoken("", "bb") == "bb");
  CHECK(spoken("aa", "bb") == "aa");
  CHECK(spoken("", "zz") == "cc");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].find("there is no language \"zz\"") != std::string::npos);
  CHECK(problems[0].find("there are aa, bb, cc") != std::string::npos);
  const Result<void> none = speak_language(folder.path(), "zz", "bb", problems);
  REQUIRE_FALSE(none);
  CHECK(none.error().text().find("--language") != std::string::npos);
}
