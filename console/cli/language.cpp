// The language of what is drawn: choosing it, and what a translator needs to write a catalogue.
#include "console/cli/language.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/shell/language.hpp"

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file;
  bool missing = false;
};

/// As a catalogue writes it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::vector<const ui::Message*> messages() {
  std::vector<const ui::Message*> out;
  for (const ui::Message* m = ui::Message::first(); m != nullptr; m = m->next()) out.push_back(m);
  std::sort(out.begin(), out.end(), [](const ui::Message* a, const ui::Message* b) { return a->key() < b->key(); });
  return out;
}

/// Loads a catalogue and gives what is wrong with it.
Result<std::vector<std::string>> faults_of(const fs::path& file) {
  std::vector<std::string> problems;
  Result<ui::Language> language = shell::load_language(file, problems);
  if (!language) return language.error();
  for (const ui::LanguageFault& fault : ui::speak(std::move(*language)))
    problems.push_back(
        Error{fault.what, fmt::format("{}:{}", file.string(), fault.line), "mend or remove the entry"}.text());
  return problems;
}

int check(const Options& options) {
  const Result<std::vector<std::string>> problems = faults_of(options.file);
  if (!problems) return fail(problems.error());
  for (const std::string& problem : *problems) fmt::print("{}\n", problem);
  std::size_t missing = 0, all = 0;
  for (const ui::Message* m : messages()) {
    ++all;
    if (m->translated()) continue;
    ++missing;
    fmt::print("missing: {}\n", in_quotes(m->key()));
  }
  fmt::print("{} of {} texts translated, {} faults\n", all - missing, all, problems->size());
  return problems->empty() && missing == 0 ? kGood : kFailed;
}

/// What stands below `texts:` of a new catalogue, with English in the place of the translation.
int texts(const Options& options) {
  if (!options.file.empty()) {
    const Result<std::vector<std::string>> problems = faults_of(options.file);
    if (!problems) return fail(problems.error());
  }
  for (const ui::Message* m : messages()) {
    if (!options.file.empty() && m->translated()) continue;
    if (m->one().empty())
      fmt::print("  {}: {}\n", in_quotes(m->key()), in_quotes(ui::without_context(m->english())));
    else
      fmt::print("  {}: {{one: {}, other: {}}}\n", in_quotes(m->key()), in_quotes(m->one()), in_quotes(m->english()));
  }
  return kGood;
}

}  // namespace

Result<void> choose_language(const std::string& option, const std::string& configured) {
  const Result<fs::path> folder = assets();
  // Without its assets the program speaks English; whoever asked for another language is told why not.
  if (!folder) return option.empty() ? Result<void>() : Result<void>(folder.error());
  std::vector<std::string> problems;
  const Result<void> done = shell::speak_language(*folder / "languages", option, configured, problems);
  for (const std::string& problem : problems) note(problem);
  if (!done && option.empty()) {
    note(done.error().text());
    return {};
  }
  return done;
}

void add_language(CLI::App& app, Run& run) {
  CLI::App* const language = app.add_subcommand("language", "Work on the catalogues of the interface's languages");
  language->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* const checked = language->add_subcommand(
      "check", "Load a catalogue; name what is wrong with it and what it lacks. Exit status 1 if there is anything");
  checked->add_option("FILE", options->file, "A catalogue, like assets/languages/de.yaml")->required();
  checked->callback([options, &run] { run = [options] { return check(*options); }; });
  CLI::App* const all =
      language->add_subcommand("texts", "Print every text as a new catalogue needs it, below `texts:`");
  all->add_option("--missing-in", options->file, "Only those that this catalogue lacks");
  all->callback([options, &run] { run = [options] { return texts(*options); }; });
}

}  // namespace wf::cli
