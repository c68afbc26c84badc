#pragma once
#include <map>
#include <string>

#include "agents/kit/source.hpp"

namespace wf::kit {

/// One kind of source that a program can read.
struct SourceKind {
  SourceFactory make;
  std::string help;  ///< one line for --help: what the address is and which options there are
};

/// What makes one agent different from the others.
struct AgentProgram {
  std::string kind;     ///< access, camera, network, host
  std::string name;     ///< of the program: "wf-agent-network"
  std::string version;  ///< of the program, for people
  std::map<std::string, SourceKind> sources;
};

/// The whole life of an agent: command line, configuration, sources, spool, link, clean end on SIGTERM or
/// SIGINT. An agent's main() does nothing else. Returns the exit code: 0 fine, 1 a source or the engine
/// failed, 2 the command line or the configuration cannot be used. Never throws. README.md lists the options.
int run_agent(int argc, char** argv, const AgentProgram& program);

}  // namespace wf::kit
