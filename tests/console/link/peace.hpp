#pragma once
#include <string>

#include "console/link/fact.hpp"
#include "tests/console/link/client.hpp"

namespace wf::link::test {

/// The first fact whose line contains the text; fails the test if there is none within ten seconds.
Fact fact_of(Engine& engine, const std::string& text);
[[nodiscard]] std::string encoded(const LinkMessage& message);
/// An honest agent is served: HELLO, WELCOME, a batch that is taken.
void check_served(Engine& engine, const KeyPair& keys);
/// What this process has in memory, in MB.
[[nodiscard]] double resident_mb();

}  // namespace wf::link::test
