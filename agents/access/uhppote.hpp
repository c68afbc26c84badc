#pragma once
#include "agents/kit/source.hpp"

namespace wf::access {

/// "uhppote:FILE[,tz=ZONE]" reads packets from a file (hexadecimal lines, or JSON records with a member `hex`);
/// "uhppote:HOST:PORT[,tz=ZONE][,controllers=SERIAL+SERIAL…]" listens for the controllers' datagrams.
[[nodiscard]] kit::SourceMade make_uhppote(const kit::SourceSpec& spec);

/// One line for --help.
extern const char* const kUhppoteHelp;

}  // namespace wf::access
