#include "console/cli/settle.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <cstdlib>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/config/settings.hpp"

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

/// A variable of the environment; empty when it is not set.
std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// The configuration file that counts; empty: none.
fs::path configuration_file(const Shared& shared, const fs::path& data) {
  if (!shared.config.empty()) return shared.config;
  std::error_code failed;
  if (const std::string folder = variable("CONFIGURATION_DIRECTORY"); !folder.empty())
    if (const fs::path file = fs::path(folder) / "watchfloor.yaml"; fs::exists(file, failed)) return file;
  if (const fs::path file = data / "watchfloor.yaml"; fs::exists(file, failed)) return file;
  return {};
}

Result<config::Settings> settings(const Shared& shared, const fs::path& data) {
  const fs::path file = configuration_file(shared, data);
  if (file.empty()) return config::Settings{};
  std::vector<std::string> problems;
  config::Settings out = config::load_settings(file, problems);
  if (problems.empty()) return out;
  for (const std::string& problem : problems) note(problem);
  return Error{fmt::format("the configuration has {} problem{} and is not used", problems.size(),
                           problems.size() == 1 ? "" : "s"),
               file.string(), "mend what is named above"};
}

Result<engine::Judgement> judgement(const Shared& shared, const config::Settings& settings) {
  engine::Judgement out;
  out.policy = settings.policy;
  if (!shared.site.empty())
    out.site = fs::absolute(shared.site);
  else if (settings.site)
    out.site = *settings.site;
  std::error_code failed;
  if (!out.site.empty() && !fs::is_directory(out.site, failed))
    return Error{"there is no such site folder", out.site.string(),
                 "name a folder with manifest.json, or one of such folders"};
  const auto named = [&](const std::vector<std::string>& from, std::vector<fs::path>& to) {
    for (const std::string& path : from) {
      if (!fs::exists(path, failed)) return path;
      to.push_back(fs::absolute(path));
    }
    return std::string();
  };
  if (const std::string bad = named(shared.rules, out.rules); !bad.empty())
    return Error{"there are no rules here", bad, "name rule files, or folders of them, with --rules"};
  if (const std::string bad = named(shared.plans, out.plans); !bad.empty())
    return Error{"there are no plans here", bad, "name response plans, or folders of them, with --plans"};
  if (out.rules.empty() && settings.rules) out.rules = *settings.rules;
  if (out.plans.empty() && settings.plans) out.plans = *settings.plans;
  const bool rules_come = shared.rules.empty() && !settings.rules, plans_come = shared.plans.empty() && !settings.plans;
  if (!rules_come && !plans_come) return out;
  const Result<fs::path> folder = assets();
  if (!folder) {
    note(folder.error().text());
    return out;
  }
  if (rules_come) out.rules = {*folder / "rules"};
  // Assets of before plans have none.
  if (plans_come && fs::is_directory(*folder / "plans", failed)) out.plans = {*folder / "plans"};
  return out;
}

}  // namespace

void add_data_option(CLI::App& command, Shared& shared) {
  command.add_option("--data", shared.data, "Data directory; default: the user's");
}

void add_engine_options(CLI::App& command, Shared& shared) {
  add_data_option(command, shared);
  command.add_option("--site", shared.site, "Site or estate folder");
  command.add_option("--listen", shared.listen, "Address for agents; default tcp://127.0.0.1:7710");
  command.add_option("--seats", shared.seats, "Address for seats from elsewhere, tcp://ADDRESS:PORT; default: none");
  command.add_option("--rules", shared.rules, "A rule file, or a folder of them; repeatable")->allow_extra_args(false);
  command.add_option("--plans", shared.plans, "A response plan, or a folder of them; repeatable")
      ->allow_extra_args(false);
  command.add_option("--config", shared.config, "Configuration; default: watchfloor.yaml in the data directory");
  command.add_option("--clock", shared.clock, "Injected clock for demos and tests: START,ANCHOR,SPEED");
  command.add_flag("--fresh", shared.fresh,
                   "Begin an empty record where the database is missing; agents stay enrolled");
}

Result<fs::path> data_directory(const Shared& shared) {
  if (!shared.data.empty()) return fs::absolute(shared.data);
  if (const std::string state = variable("STATE_DIRECTORY"); !state.empty()) return fs::path(state);
  if (const std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty()) return fs::path(xdg) / "watchfloor";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".local/share/watchfloor";
  return Error{"no data directory is named and HOME is not set", "", "name one with --data DIR"};
}

Error no_data(const fs::path& data) {
  return Error{"there is no such data directory", data.string(), "name it with --data, or start the engine on it once"};
}

Result<Settled> settle(const Shared& shared) {
  Result<fs::path> data = data_directory(shared);
  if (!data) return data.error();
  Result<config::Settings> found = settings(shared, *data);
  if (!found) return found.error();
  Result<engine::Judgement> judged = judgement(shared, *found);
  if (!judged) return judged.error();
  Settled all;
  engine::EngineOptions& out = all.engine;
  all.language = found->language;
  all.seats = !shared.seats.empty() ? shared.seats : found->seats.value_or("");
  all.heartbeat = found->heartbeat;
  all.heartbeat_every = found->heartbeat_every;
  if (found->heartbeat_authorities) all.heartbeat_authorities = *found->heartbeat_authorities;
  out.data = *data;
  out.fresh = shared.fresh;
  out.site = judged->site;
  out.rules = judged->rules;
  out.plans = judged->plans;
  out.policy = judged->policy;
  out.attachments = found->attachments;
  if (!shared.listen.empty())
    out.listen = shared.listen;
  else if (found->listen)
    out.listen = *found->listen;
  out.rotate_after = found->rotate_after;
  out.max_key_age = found->max_key_age;
  if (!found->user.empty()) out.user = found->user;
  if (!found->role.empty()) out.role = found->role;
  if (!found->seat.empty()) out.seat = found->seat;
  if (!shared.clock.empty()) {
    Result<engine::Clock> clock = engine::Clock::parse(shared.clock);
    if (!clock) return clock.error();
    out.clock = *clock;
  }
  return all;
}

Result<engine::Judgement> settle_judgement(const Shared& shared) {
  Result<fs::path> data = data_directory(shared);
  if (!data) return data.error();
  Result<config::Settings> found = settings(shared, *data);
  if (!found) return found.error();
  return judgement(shared, *found);
}

}  // namespace wf::cli
