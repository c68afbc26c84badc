#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "console/engine/engine.hpp"
#include "proto/result.hpp"

namespace CLI {
class App;
}

namespace wf::cli {

/// Options that commands on an engine share. Empty: the configuration decides, then the default.
struct Shared {
  std::string data, site, listen, seats, clock, config;
  std::vector<std::string> rules, plans;
  bool fresh = false;  ///< --fresh
};

/// Adds --data, which every command on a data directory takes.
void add_data_option(CLI::App& command, Shared& shared);
/// Adds --data, --site, --listen, --seats, --rules, --plans, --clock, --config and --fresh.
void add_engine_options(CLI::App& command, Shared& shared);

/// What a command says that only reads where there is no data directory.
[[nodiscard]] Error no_data(const std::filesystem::path& data);

/// --data, else $STATE_DIRECTORY (systemd), else $XDG_DATA_HOME/watchfloor, else ~/.local/share/watchfloor.
[[nodiscard]] Result<std::filesystem::path> data_directory(const Shared& shared);

struct Settled {
  engine::EngineOptions engine;
  std::string heartbeat;  ///< address to call while all is well; empty: none
  std::int64_t heartbeat_every = 60 * kSecond;
  std::string heartbeat_authorities;  ///< PEM file that alone may vouch for it; empty: the machine's authorities
  std::string language;               ///< of the interface, by the configuration; empty: it does not say
  std::string seats;                  ///< address for seats from elsewhere; empty: only those of this machine's user
};

/// What engine to start: the command line over the configuration over the defaults. Problems of the
/// configuration are printed one a line; the error sums them up.
[[nodiscard]] Result<Settled> settle(const Shared& shared);

/// The configuration's part alone, read again for a reload.
[[nodiscard]] Result<engine::Judgement> settle_judgement(const Shared& shared);

}  // namespace wf::cli
