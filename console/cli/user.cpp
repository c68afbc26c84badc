#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/secret_file.hpp"
#include "console/cli/settle.hpp"
#include "console/seat/seat_keys.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/schema.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string name, role = "Operator", engine, out;
};

int add(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  const std::string endpoint = options.engine.empty() ? settled->seats : options.engine;
  if (endpoint.empty())
    return fail(Error{"where seats reach this engine is not known", "--engine",
                      "name it, tcp://HOST:PORT, or set `seats` in watchfloor.yaml"});
  if (Result<void> made = store::make_private_directory(settled->engine.data); !made) return fail(made.error());
  Result<std::string> token =
      seat::add_user(settled->engine.data / store::kKeysFolder, endpoint, {options.name, options.role, {}});
  if (!token) return fail(token.error());
  if (options.out.empty() || options.out == "-") {
    fmt::print("{}\n", *token);
    return kGood;
  }
  if (Result<void> written = write_secret_file(options.out, *token + "\n"); !written) return fail(written.error());
  note(fmt::format("the seat's token for {} is in {}; `watchfloor --connect FILE` uses it, it is a secret",
                   options.name, options.out));
  return kGood;
}

int list(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (std::error_code failed; !std::filesystem::is_directory(*data, failed)) return fail(no_data(*data));
  std::vector<std::string> problems;
  const std::vector<seat::SeatUser> users = seat::users(*data / store::kKeysFolder, problems);
  fmt::print("{:<32} {}\n", "NAME", "ROLE");
  for (const seat::SeatUser& user : users) fmt::print("{:<32} {}\n", user.name, user.role);
  for (const std::string& problem : problems) note(problem);
  return problems.empty() ? kGood : kFailed;
}

int remove(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (Result<void> removed = seat::remove_user(*data / store::kKeysFolder, options.name); !removed)
    return fail(removed.error());
  note(fmt::format("{} is removed; a connected seat is cut off at once", options.name));
  return kGood;
}

}  // namespace

void add_user(CLI::App& app, Run& run) {
  CLI::App* const user = app.add_subcommand("user", "Seats that may connect from elsewhere, by their user");
  user->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* const adding = user->add_subcommand("add", "Admit a seat: a token for `watchfloor --connect FILE`");
  add_engine_options(*adding, options->shared);
  adding->add_option("NAME", options->name, "The user's name; commands of this seat carry it")->required();
  adding->add_option("--role", options->role, "The user's role, for people; `watch`: reads the engine's health only")
      ->capture_default_str();
  adding->add_option("--engine", options->engine, "Where the seat reaches this engine: tcp://HOST:PORT");
  adding->add_option("--out", options->out, "File for the token, made with mode 0600; default: standard output");
  adding->callback([options, &run] { run = [options] { return add(*options); }; });

  CLI::App* const listing = user->add_subcommand("list", "List the users");
  add_data_option(*listing, options->shared);
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  CLI::App* const removing = user->add_subcommand("remove", "Shut a seat out, connected or not");
  add_data_option(*removing, options->shared);
  removing->add_option("NAME", options->name, "The user's name")->required();
  removing->callback([options, &run] { run = [options] { return remove(*options); }; });
}

}  // namespace wf::cli
