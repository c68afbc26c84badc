#include "tests/console/link/peace.hpp"

#include <fstream>

#include "tests/support/catch.hpp"

namespace wf::link::test {

Fact fact_of(Engine& engine, const std::string& text) {
  Fact out;
  const bool found = engine.wait([&](const Engine& e) {
    for (const Fact& fact : e.audit)
      if (fact.line.find(text) != std::string::npos) {
        out = fact;
        return true;
      }
    return false;
  });
  if (!found) {
    const std::lock_guard hold(engine.mutex);
    for (const Fact& fact : engine.audit) UNSCOPED_INFO(fact.line);
  }
  CHECK(found);
  return out;
}

std::string encoded(const LinkMessage& message) {
  std::string out;
  encode_link(message, out);
  return out;
}

void check_served(Engine& engine, const KeyPair& keys) {
  Client agent = engine.connect(keys);
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  const std::size_t before = engine.taken().size();
  agent.send(batch(1000, 1), "honest");
  CHECK(
      engine.wait([&](const Engine& e) { return e.batches.size() > before && e.batches.back().payload == "honest"; }));
}

double resident_mb() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

}  // namespace wf::link::test
