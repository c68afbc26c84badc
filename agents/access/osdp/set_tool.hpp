#pragma once
#include <cstdio>

namespace wf::access::osdp {

/// The word on the command line that calls the tool in place of the agent.
inline constexpr const char* kSetTool = "--osdp-set";

/// `--osdp-set DEVICE --address N [--baud N] [--key FILE|default] [--to-address N] [--to-baud N]`: gives one reader
/// another address or speed (osdp_COMSET), for whoever installs it. Nothing is changed if somebody answers at the new
/// address already, and what the reader took is tried before it is called done. Takes the line for itself, says each
/// step on `out` and what went wrong on `err`. Exit code 0: it is done, 1: it is not, 2: the command
/// line cannot be used. `argv` begins behind kSetTool. One thread; blocks for seconds.
int run_set_tool(int argc, char** argv, std::FILE* out = stdout, std::FILE* err = stderr);

}  // namespace wf::access::osdp
