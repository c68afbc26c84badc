#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/json_text.hpp"
#include "console/cli/secret_file.hpp"
#include "console/cli/settle.hpp"
#include "console/config/settings.hpp"
#include "console/link/enrolment.hpp"
#include "console/link/scope.hpp"
#include "console/site/load.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/schema.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string name, kinds, devices, engine, out, expires = "1d";
  std::uint32_t uses = 1;
  bool json = false, any = false;
};

/// Says which patterns name no device that the site has. A source may have names of its own, so it is no error.
void say_unknown(const std::filesystem::path& folder, const std::vector<std::string>& patterns) {
  if (folder.empty() || patterns.empty()) return;
  site::SiteReport report;
  const Result<std::shared_ptr<const Estate>> estate = site::load_estate(folder, report);
  if (!estate) return note(estate.error().text());
  for (const std::string& pattern : patterns) {
    const auto& names = (*estate)->device_names;
    if (std::none_of(names.begin(), names.end(), [&](const auto& n) { return link::matches(pattern, n.first); }))
      note(fmt::format("no device of the site is called \"{}\"; right only if the source calls one so", pattern));
  }
}

/// What an invitation means for an agent of its name that is there already.
void say_of_namesake(const std::filesystem::path& keys, const std::string& name) {
  const Result<std::vector<link::EnrolledAgent>> agents = link::enrolled_agents(keys);
  if (!agents) return;
  for (const link::EnrolledAgent& a : *agents) {
    if (a.name != name) continue;
    note(a.revoked ? fmt::format("{} is revoked: who uses this invitation takes its place, with a new key", name)
                   : fmt::format("{} is enrolled: this invitation is of use only once it is revoked", name));
  }
}

std::string joined(const std::vector<std::string>& devices, const char* none) {
  std::string out;
  for (const std::string& device : devices) out += (out.empty() ? "" : ",") + device;
  return out.empty() ? none : out;
}

int invite(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  const engine::EngineOptions* const engine = &settled->engine;
  const Result<std::int64_t> lasts = config::parse_duration(options.expires);
  if (!lasts) return fail(lasts.error());
  if (Result<void> made = store::make_private_directory(engine->data); !made) return fail(made.error());
  link::Invitation invitation;
  invitation.agent = options.name;
  invitation.kinds = options.kinds;
  invitation.uses = options.uses;
  Result<std::vector<std::string>> devices = link::parse_scope(options.devices);
  if (!devices) return fail(devices.error());
  say_unknown(engine->site, *devices);
  if (!options.name.empty()) say_of_namesake(engine->data / store::kKeysFolder, options.name);
  invitation.devices = std::move(*devices);
  invitation.expires = engine->clock.now() + *lasts;
  const std::string address = options.engine.empty() ? engine->listen : options.engine;
  Result<std::string> token = link::make_invitation(engine->data / store::kKeysFolder, address, invitation);
  if (!token) return fail(token.error());
  if (options.out.empty() || options.out == "-") {
    fmt::print("{}\n", *token);
    return kGood;
  }
  if (Result<void> written = write_secret_file(options.out, *token + "\n"); !written) return fail(written.error());
  note(fmt::format("invitation to {} until {} in {}; give it to one agent with --invite, it is a secret", address,
                   format_rfc3339(invitation.expires), options.out));
  return kGood;
}

int list(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (std::error_code failed; !std::filesystem::is_directory(*data, failed)) return fail(no_data(*data));
  std::vector<std::string> unreadable;
  Result<std::vector<link::EnrolledAgent>> agents = link::enrolled_agents(*data / store::kKeysFolder, &unreadable);
  if (!agents) return fail(agents.error());
  for (const std::string& problem : unreadable) note(problem);
  const int status = unreadable.empty() ? kGood : kFailed;
  if (options.json) {
    for (const link::EnrolledAgent& a : *agents) {
      std::string devices;
      for (const std::string& device : a.devices) devices += (devices.empty() ? "" : ", ") + json(device);
      fmt::print(R"({{"v": 1, "name": {}, "kind": {}, "enrolled": "{}", "revoked": {}, "public_key": {}, )"
                 R"("key_since": "{}", "devices": [{}]}})"
                 "\n",
                 json(a.name), json(a.kind), format_rfc3339(a.enrolled), a.revoked, json(a.public_key),
                 format_rfc3339(a.key_since), devices);
    }
    return status;
  }
  const auto second = [](UtcNs time) { return format_rfc3339(time / kSecond * kSecond); };
  fmt::print("{:<32} {:<8} {:<20} {:<20} {:<13} {}\n", "NAME", "KIND", "ENROLLED", "KEY SINCE", "STATE", "DEVICES");
  for (const link::EnrolledAgent& a : *agents) {
    const char* const state = a.revoked ? "revoked" : a.rotate || !a.next_key.empty() ? "changes key" : "enrolled";
    fmt::print("{:<32} {:<8} {:<20} {:<20} {:<13} {}\n", a.name, a.kind, second(a.enrolled), second(a.key_since), state,
               joined(a.devices, "any"));
  }
  return status;
}

int revoke(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  const Result<std::uint32_t> revoked = link::revoke_agent(*data / store::kKeysFolder, options.name);
  if (!revoked) return fail(revoked.error());
  note(fmt::format("{} is revoked; a running engine hears it at once", options.name));
  if (*revoked > 0)
    note(fmt::format("the invitation that it came by had {} use{} left; they are taken back, since it has the token",
                     *revoked, *revoked == 1 ? "" : "s"));
  return kGood;
}

int allow(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  Result<std::vector<std::string>> devices = link::parse_scope(options.devices);
  if (!devices) return fail(devices.error());
  if (devices->empty() && !options.any) return fail("say which devices with --devices, or --any for all of them");
  say_unknown(settled->engine.site, *devices);
  if (Result<void> done = link::allow_devices(settled->engine.data / store::kKeysFolder, options.name, *devices); !done)
    return fail(done.error());
  note(fmt::format("{} may speak for {}; a running engine hears it at once", options.name,
                   joined(*devices, "any device")));
  return kGood;
}

int rotate(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  const std::filesystem::path keys = *data / store::kKeysFolder;
  if (Result<void> asked = link::ask_rotation(keys, options.name); !asked) return fail(asked.error());
  const link::HeardOf heard = link::heard_of(keys, options.name);
  if (heard.wire_version == 1)
    note(
        fmt::format("{} cannot do it: its program ({}) speaks wire version 1, which has no change of keys; it makes a "
                    "new key once it is updated",
                    options.name, heard.version));
  else
    note(
        fmt::format("{} makes a new key {}; it goes on sending meanwhile, and `watchfloor agent list` shows the change",
                    options.name,
                    heard.wire_version == 0 ? "when it is connected next, if its program is of this release"
                                            : "as soon as it is connected"));
  return kGood;
}

}  // namespace

void add_agent(CLI::App& app, Run& run) {
  CLI::App* const agent =
      app.add_subcommand("agent", "Invite and list agents, say what they may do, change their keys, revoke them");
  agent->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* const inviting =
      agent->add_subcommand("invite", "Make an invitation: a token for `wf-agent-… --invite FILE`");
  add_engine_options(*inviting, options->shared);
  inviting->add_option("--name", options->name, "Name that the agent will have; default: it asks for one");
  inviting->add_option("--kinds", options->kinds, "access, camera, network, host, comma-separated; default: any");
  inviting->add_option("--devices", options->devices,
                       "Devices that it may speak for, comma-separated, with * and ?; default: any");
  inviting->add_option("--engine", options->engine, "The engine as its agents see it: tcp://HOST:PORT");
  inviting->add_option("--expires", options->expires, "For how long it can be used")->capture_default_str();
  inviting->add_option("--uses", options->uses, "How many agents may use it")->capture_default_str();
  inviting->add_option("--out", options->out, "File for the token, made with mode 0600; default: standard output");
  inviting->callback([options, &run] { run = [options] { return invite(*options); }; });

  CLI::App* const listing = agent->add_subcommand("list", "List the enrolled agents");
  add_data_option(*listing, options->shared);
  listing->add_flag("--json", options->json, "One JSON line an agent");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  CLI::App* const allowing = agent->add_subcommand("allow", "Change the devices that an agent may speak for");
  add_engine_options(*allowing, options->shared);
  allowing->add_option("NAME", options->name, "The agent's name")->required();
  CLI::Option* const devices =
      allowing->add_option("--devices", options->devices, "Names as the site or the source has them, with * and ?");
  allowing->add_flag("--any", options->any, "Any device")->excludes(devices);
  allowing->callback([options, &run] { run = [options] { return allow(*options); }; });

  CLI::App* const rotating = agent->add_subcommand("rotate", "Let an agent make itself a new key");
  add_data_option(*rotating, options->shared);
  rotating->add_option("NAME", options->name, "The agent's name")->required();
  rotating->callback([options, &run] { run = [options] { return rotate(*options); }; });

  CLI::App* const revoking = agent->add_subcommand("revoke", "Shut an agent out, connected or not");
  add_data_option(*revoking, options->shared);
  revoking->add_option("NAME", options->name, "The agent's name")->required();
  revoking->callback([options, &run] { run = [options] { return revoke(*options); }; });
}

}  // namespace wf::cli
