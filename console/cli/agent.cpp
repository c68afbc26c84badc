#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/json_text.hpp"
#include "console/cli/secret_file.hpp"
#include "console/cli/settle.hpp"
#include "console/config/settings.hpp"
#include "console/link/link_server.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/schema.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string name, kinds, engine, out, expires = "1d";
  std::uint32_t uses = 1;
  bool json = false;
};

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
    for (const link::EnrolledAgent& a : *agents)
      fmt::print(R"({{"v": 1, "name": {}, "kind": {}, "enrolled": "{}", "revoked": {}, "public_key": {}}})"
                 "\n",
                 json(a.name), json(a.kind), format_rfc3339(a.enrolled), a.revoked, json(a.public_key));
    return status;
  }
  fmt::print("{:<32} {:<8} {:<20} {}\n", "NAME", "KIND", "ENROLLED", "STATE");
  for (const link::EnrolledAgent& a : *agents)
    fmt::print("{:<32} {:<8} {:<20} {}\n", a.name, a.kind, format_rfc3339(a.enrolled / kSecond * kSecond),
               a.revoked ? "revoked" : "enrolled");
  return status;
}

int revoke(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (Result<void> revoked = link::revoke_agent(*data / store::kKeysFolder, options.name); !revoked)
    return fail(revoked.error());
  note(fmt::format("{} is revoked; a running engine hears it at once", options.name));
  return kGood;
}

}  // namespace

void add_agent(CLI::App& app, Run& run) {
  CLI::App* const agent = app.add_subcommand("agent", "Invite, list and revoke agents");
  agent->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* const inviting =
      agent->add_subcommand("invite", "Make an invitation: a token for `wf-agent-… --invite FILE`");
  add_engine_options(*inviting, options->shared);
  inviting->add_option("--name", options->name, "Name that the agent will have; default: it asks for one");
  inviting->add_option("--kinds", options->kinds, "access, camera, network, host, comma-separated; default: any");
  inviting->add_option("--engine", options->engine, "The engine as its agents see it: tcp://HOST:PORT");
  inviting->add_option("--expires", options->expires, "For how long it can be used")->capture_default_str();
  inviting->add_option("--uses", options->uses, "How many agents may use it")->capture_default_str();
  inviting->add_option("--out", options->out, "File for the token, made with mode 0600; default: standard output");
  inviting->callback([options, &run] { run = [options] { return invite(*options); }; });

  CLI::App* const listing = agent->add_subcommand("list", "List the enrolled agents");
  add_data_option(*listing, options->shared);
  listing->add_flag("--json", options->json, "One JSON line an agent");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  CLI::App* const revoking = agent->add_subcommand("revoke", "Shut an agent out, connected or not");
  add_data_option(*revoking, options->shared);
  revoking->add_option("NAME", options->name, "The agent's name")->required();
  revoking->callback([options, &run] { run = [options] { return revoke(*options); }; });
}

}  // namespace wf::cli
