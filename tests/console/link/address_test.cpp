#include "console/link/address.hpp"

#include "tests/support/catch.hpp"

using namespace wf::link;

TEST_CASE("an address to listen on has a host and a port that exists") {
  for (const char* good : {"tcp://127.0.0.1:7710", "tcp://*:0", "tcp://127.0.0.1:*", "tcp://0.0.0.0:65535",
                           "tcp://[::1]:7710", "tcp://lo:1"})
    CHECK(can_listen(good));
  for (const char* bad : {"", "tcp://", "tcp://:1", "tcp://host", "tcp://host:", "tcp://host:65536", "tcp://host:99999",
                          "tcp://host:-1", "tcp://host:1x", "tcp://host: 1", "tcp://a b:1", "ipc://x", "host:1"})
    CHECK(!can_listen(bad));
}

TEST_CASE("an address that others can reach names one host and one port") {
  CHECK(can_reach("tcp://engine.example:7710"));
  CHECK(can_reach("tcp://[2001:db8::1]:65535"));
  for (const char* bad : {"tcp://*:7710", "tcp://0.0.0.0:7710", "tcp://[::]:7710", "tcp://host:0", "tcp://host:*",
                          "tcp://host:65536", "foo"})
    CHECK(!can_reach(bad));
}
