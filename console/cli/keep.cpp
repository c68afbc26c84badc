// verify, backup, restore: what keeps the record whole.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/settle.hpp"
#include "console/store/attachment_files.hpp"
#include "console/store/store.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string place;
};

int verify(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(*data);
  if (!reader) return fail(reader.error());
  Result<store::VerifyReport> report = (*reader)->verify();
  if (!report) return fail(report.error());
  for (const std::string& given : report->given_up) fmt::print("given up: {}\n", given);
  // After the log, so that what came meanwhile is found.
  Result<store::AttachmentCheck> attached = store::check_attachments(*data, report->attachments);
  if (!attached) return fail(attached.error());
  for (std::string& damage : attached->damages) report->damages.push_back(std::move(damage));
  for (const std::string& absence : attached->absences) fmt::print("absent: {}\n", absence);
  if (attached->absent > attached->absences.size())
    fmt::print("absent: and {} more\n", attached->absent - attached->absences.size());
  for (const std::string& gap : report->gaps) fmt::print("gap: {}\n", gap);
  for (const std::string& damage : report->damages) fmt::print("damage: {}\n", damage);
  const auto counted = [](std::uint64_t number, const char* what) {
    return number > 0 ? fmt::format(", {} {}", number, what) : std::string();
  };
  fmt::print(
      "{} events in {} batches, {} audit lines{}{}{}: {}\n", report->events, report->batches, report->audit_lines,
      counted(attached->count, "attachments"), counted(attached->absent, "absent"),
      counted(attached->removed, "removed to make room"),
      report->whole() ? "whole" : fmt::format("{} gaps, {} damages", report->gaps.size(), report->damages.size()));
  return report->whole() ? kGood : kFailed;
}

int backup(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (Result<void> made = store::backup(*data, options.place); !made) return fail(made.error());
  note(fmt::format("backup of {} in {}; it holds the engine's secret key: keep it as safe as that", data->string(),
                   options.place));
  return kGood;
}

int restore(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (Result<void> made = store::restore(options.place, *data); !made) return fail(made.error());
  note(fmt::format("{} restored from {}; the agents need not enrol again", data->string(), options.place));
  return kGood;
}

}  // namespace

void add_keep(CLI::App& app, Run& run) {
  const auto options = std::make_shared<Options>();
  CLI::App* const verifying = app.add_subcommand(
      "verify",
      "Show that the sequence ledger has no gap, and that audit chain and attachments are whole. Exit status 1 if not");
  add_data_option(*verifying, options->shared);
  verifying->callback([options, &run] { run = [options] { return verify(*options); }; });

  CLI::App* const saving =
      app.add_subcommand("backup", "Copy database, keys and attachments, also while an engine runs");
  add_data_option(*saving, options->shared);
  saving->add_option("FOLDER", options->place, "The backup: a folder that does not exist yet")->required();
  saving->callback([options, &run] { run = [options] { return backup(*options); }; });

  CLI::App* const loading = app.add_subcommand("restore", "Put a backup into an empty data directory");
  add_data_option(*loading, options->shared);
  loading->add_option("FOLDER", options->place, "The backup")->required();
  loading->callback([options, &run] { run = [options] { return restore(*options); }; });
}

}  // namespace wf::cli
