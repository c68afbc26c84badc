#include "console/shell/language.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>

namespace wf::shell {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, ui::kPluralForms> kForms{"one", "few", "many", "other"};
constexpr std::array<std::pair<std::string_view, ui::PluralRule>, 6> kRules{
    {{"one other", ui::PluralRule::one_other},
     {"zero and one, other", ui::PluralRule::zero_one},
     {"none", ui::PluralRule::none},
     {"east slavic", ui::PluralRule::east_slavic},
     {"polish", ui::PluralRule::polish},
     {"czech", ui::PluralRule::czech}}};

class Reading {
 public:
  Reading(const fs::path& file, std::vector<std::string>& problems) : file_(file), problems_(problems) {}

  void problem(const YAML::Node& node, const std::string& what, const std::string& to_do) {
    problems_.push_back(Error{what, where(node), to_do}.text());
  }
  [[nodiscard]] std::string where(const YAML::Node& node) const {
    return fmt::format("{}:{}", file_.string(), node.Mark().line + 1);
  }

  /// Calls `take` with each key and value of a map; keys that stand twice and what is no map are told.
  void each(const YAML::Node& node, const std::string& name,
            const std::function<void(const std::string&, const YAML::Node&, const YAML::Node&)>& take) {
    if (!node.IsMap()) return problem(node, fmt::format("{} is no section", name), "write keys and values below it");
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar())
        problem(pair.first, "this key is no text", "put it in quotes");
      else if (!seen.insert(pair.first.Scalar()).second)
        problem(pair.first, fmt::format("\"{}\" stands here twice; the first counts", pair.first.Scalar()),
                "remove one of them");
      else
        take(pair.first.Scalar(), pair.first, pair.second);
    }
  }

  void text(const YAML::Node& node, const std::string& what, std::string& to) {
    if (node.IsScalar() && !node.Scalar().empty())
      to = node.Scalar();
    else
      problem(node, fmt::format("{} is missing", what), "write it in quotes");
  }

  template <std::size_t N>
  void names(const YAML::Node& node, const std::string& what, std::array<std::string, N>& to) {
    if (!node.IsSequence() || node.size() != N)
      return problem(node, fmt::format("there are {} {}, not {}", N, what, node.size()), "write all of them in [ ]");
    for (std::size_t k = 0; k < N; ++k) text(node[k], "a name", to[k]);
  }

 private:
  const fs::path& file_;
  std::vector<std::string>& problems_;
};

void take_dates(Reading& in, const YAML::Node& node, ui::Language& out) {
  in.each(node, "dates", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
    if (key == "day") {
      std::string day;
      in.text(value, "the form of a day", day);
      const auto once = [&](std::string_view place) {
        const std::size_t first = day.find(place);
        return first != std::string::npos && day.find(place, first + 1) == std::string::npos;
      };
      if (day.empty()) return;
      if (once("{weekday}") && once("{day}") && once("{month}"))
        out.day = day;
      else
        in.problem(value, "a day needs {weekday}, {day} and {month}, each once",
                   "write it like \"{weekday} {day} {month}\"");
    } else if (key == "weekdays") {
      in.names(value, "weekdays", out.weekdays);
    } else if (key == "months") {
      in.names(value, "months", out.months);
    } else {
      in.problem(at, fmt::format("dates has no \"{}\"", key), "known are day, weekdays, months");
    }
  });
}

void take_numbers(Reading& in, const YAML::Node& node, ui::Language& out) {
  in.each(node, "numbers", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
    if (key == "decimal")
      in.text(value, "the decimal mark", out.decimal);
    else if (key == "thousands")  // empty: none is set
      value.IsScalar() ? void(out.thousands = value.Scalar()) : in.text(value, "the mark of thousands", out.thousands);
    else
      in.problem(at, fmt::format("numbers has no \"{}\"", key), "known are decimal, thousands");
  });
}

void take_texts(Reading& in, const YAML::Node& node, ui::Language& out) {
  in.each(node, "texts", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
    ui::Language::Entry entry;
    entry.english = key;
    entry.line = at.Mark().line + 1;
    if (value.IsScalar()) {
      entry.forms[static_cast<std::size_t>(ui::PluralForm::other)] = value.Scalar();
      if (value.Scalar().empty())
        return in.problem(at, fmt::format("\"{}\" has no translation", key), "write one, or remove it");
    } else {
      in.each(value, fmt::format("\"{}\"", key),
              [&](const std::string& form, const YAML::Node& form_at, const YAML::Node& text) {
                const auto known = std::find(kForms.begin(), kForms.end(), form);
                if (known == kForms.end())
                  in.problem(form_at, fmt::format("there is no form \"{}\"", form), "known are one, few, many, other");
                else
                  in.text(text, "a form", entry.forms[static_cast<std::size_t>(known - kForms.begin())]);
              });
    }
    out.texts.push_back(std::move(entry));
  });
}

}  // namespace

Result<ui::Language> read_language(std::string_view text, const fs::path& file, std::vector<std::string>& problems) {
  ui::Language out;
  out.code = file.stem().string();
  out.name = out.code;
  Reading in(file, problems);
  bool version = false;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (!root.IsMap()) return Error{"this is no catalogue", file.string() + ":1", "begin it with `v: 1`"};
    in.each(root, file.filename().string(), [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
      if (key == "v") {
        version = value.IsScalar() && value.Scalar() == "1";
      } else if (key == "name") {
        in.text(value, "the language's name", out.name);
      } else if (key == "numbers") {
        take_numbers(in, value, out);
      } else if (key == "dates") {
        take_dates(in, value, out);
      } else if (key == "plural") {
        const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const auto& one) {
          return value.IsScalar() && one.first == value.Scalar();
        });
        if (rule != kRules.end()) {
          out.plural = rule->second;
        } else {
          std::string known;
          for (const auto& one : kRules) known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", one.first);
          in.problem(value, "this rule of plurals is not known", "known are " + known);
        }
      } else if (key == "texts") {
        if (!value.IsNull()) take_texts(in, value, out);
      } else {
        in.problem(at, fmt::format("a catalogue has no \"{}\"", key),
                   "known are v, name, numbers, dates, plural, texts");
      }
    });
  } catch (const YAML::Exception& e) {
    return Error{fmt::format("this is no YAML: {}", e.msg), fmt::format("{}:{}", file.string(), e.mark.line + 1),
                 "mend the line; put texts in quotes"};
  }
  if (!version)
    return Error{"this version of a catalogue is not known", file.string() + ":1",
                 "begin it with `v: 1`, or update watchfloor"};
  return out;
}

Result<ui::Language> load_language(const fs::path& file, std::vector<std::string>& problems) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::error_code failed;
  const bool folder = in && fs::is_directory(file, failed);
  if (folder) errno = EISDIR;
  if (!in || folder)
    return Error{fmt::format("cannot read it: {}", std::strerror(errno)), file.string(),
                 "check its path, owner and mode"};
  return read_language(std::string(std::istreambuf_iterator<char>(in), {}), file, problems);
}

std::vector<std::string> languages_in(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed); !failed && it != fs::directory_iterator(); it.increment(failed))
    if (it->path().extension() == ".yaml") out.push_back(it->path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<ui::LanguageChoice> languages_with_names(const fs::path& folder) {
  std::vector<ui::LanguageChoice> out;
  for (const std::string& code : languages_in(folder)) {
    std::vector<std::string> problems;  // told when it is spoken
    const Result<ui::Language> language = load_language(folder / (code + ".yaml"), problems);
    out.push_back({code, language ? language->name : code});
  }
  return out;
}

std::string environment_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string out(value);
    out.erase(std::min(out.find_first_of(".@"), out.size()));
    return out == "C" || out == "POSIX" ? std::string() : out;
  }
  return {};
}

std::string match_language(std::string_view wish, const std::vector<std::string>& codes) {
  std::string exact(wish);
  std::replace(exact.begin(), exact.end(), '-', '_');
  const std::string alone = exact.substr(0, exact.find('_'));
  for (const std::string* one : std::initializer_list<const std::string*>{&exact, &alone})
    if (std::find(codes.begin(), codes.end(), *one) != codes.end()) return *one;
  return {};
}

Result<void> speak_language(const fs::path& folder, std::string_view option, std::string_view configured,
                            std::vector<std::string>& problems) {
  const std::vector<std::string> codes = languages_in(folder);
  const auto none_such = [&](std::string_view wish, const char* where) {
    std::string known;
    for (const std::string& code : codes) known += (known.empty() ? "" : ", ") + code;
    return Error{fmt::format("there is no language \"{}\"", wish), where,
                 known.empty() ? fmt::format("there are no catalogues in {}", folder.string()) : "there are " + known};
  };
  std::string code;
  if (!option.empty()) {
    code = match_language(option, codes);
    if (code.empty()) return none_such(option, "--language");
  }
  if (code.empty() && !configured.empty()) {
    code = match_language(configured, codes);
    if (code.empty()) problems.push_back(none_such(configured, "language").text());
  }
  if (code.empty()) code = match_language(environment_language(), codes);
  if (code.empty()) {
    (void)ui::speak({});
    return {};
  }
  const fs::path file = folder / (code + ".yaml");
  Result<ui::Language> language = load_language(file, problems);
  if (!language) return language.error();
  const std::size_t texts = language->texts.size();
  for (const ui::LanguageFault& fault : ui::speak(std::move(*language)))
    problems.push_back(Error{fault.what, fmt::format("{}:{}", file.string(), fault.line),
                             "its English text is shown; mend or remove the entry"}
                           .text());
  std::size_t missing = 0, all = 0;
  for (const ui::Message* m = ui::Message::first(); m != nullptr; m = m->next()) {
    ++all;
    missing += m->translated() ? 0 : 1;
  }
  // A catalogue without any is the source's own language.
  if (texts > 0 && missing > 0)
    problems.push_back(Error{fmt::format("{} of {} texts are missing and shown in English", missing, all),
                             file.string(), "`watchfloor language check` names them"}
                           .text());
  return {};
}

}  // namespace wf::shell
