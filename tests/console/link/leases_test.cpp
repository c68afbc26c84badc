#include "console/link/leases.hpp"

#include <map>
#include <set>

#include "tests/support/catch.hpp"

using namespace wf::link;

namespace {

/// The leases that are durable, as a store has them.
using Durable = std::map<std::pair<std::string, std::uint64_t>, std::string>;

Leases leases_over(const Durable& durable, std::string secret = "secret of this database") {
  return {std::move(secret), [&durable](const std::string& agent, std::uint64_t epoch) {
            const auto found = durable.find({agent, epoch});
            return found != durable.end() ? found->second : std::string();
          }};
}

}  // namespace

TEST_CASE("a lease is given at each hello and taken by the first batch under it") {
  const Durable durable;
  Leases leases = leases_over(durable);
  const Leases::Greeting first = leases.hello("net-1", 7, "");
  CHECK_FALSE(first.renew);
  CHECK(first.lease.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK_FALSE(leases.known("net-1", 7));
  CHECK(leases.claim("net-1", 7, first.lease) == Leases::Claim::taken);
  CHECK(leases.known("net-1", 7));
  CHECK(leases.claim("net-1", 7, first.lease) == Leases::Claim::held);
  const Leases::Greeting second = leases.hello("net-1", 7, first.lease);
  CHECK_FALSE(second.renew);
  CHECK(second.lease != first.lease);
  CHECK(leases.claim("net-1", 7, second.lease) == Leases::Claim::taken);
  CHECK(leases.claim("net-1", 7, first.lease) == Leases::Claim::superseded);
}

TEST_CASE("leases that were given and not used are good, in any number, until another one is used") {
  const Durable durable;
  Leases leases = leases_over(durable);
  std::string lease;
  for (int i = 0; i < 5; ++i) {
    const Leases::Greeting greeting = leases.hello("net-1", 7, lease);
    REQUIRE_FALSE(greeting.renew);
    lease = greeting.lease;
  }
  const std::string old = lease;
  const std::string one = leases.hello("net-1", 7, old).lease;
  const std::string other = leases.hello("net-1", 7, old).lease;
  CHECK(leases.claim("net-1", 7, one) == Leases::Claim::taken);
  CHECK(leases.claim("net-1", 7, other) == Leases::Claim::superseded);
  CHECK(leases.hello("net-1", 7, other).renew);
  CHECK(leases.hello("net-1", 7, old).renew);
  CHECK_FALSE(leases.hello("net-1", 7, one).renew);
}

TEST_CASE("a restart of the engine forgets no lease: neither the one in use nor one that nobody used yet") {
  Durable durable;
  std::string used, given, before;
  {
    Leases leases = leases_over(durable);
    before = leases.hello("net-1", 7, "").lease;
    used = leases.hello("net-1", 7, before).lease;
    REQUIRE(leases.claim("net-1", 7, used) == Leases::Claim::taken);
    durable[{"net-1", 7}] = used;
    given = leases.hello("net-1", 7, used).lease;
  }
  Leases leases = leases_over(durable);
  CHECK_FALSE(leases.hello("net-1", 7, used).renew);
  CHECK_FALSE(leases.hello("net-1", 7, given).renew);
  CHECK(leases.hello("net-1", 7, before).renew);
  CHECK(leases.claim("net-1", 7, given) == Leases::Claim::taken);
}

TEST_CASE("a batch that was lost with the engine loses its lease with it, and nobody is called a copy") {
  const Durable durable;  // nothing became durable
  std::string lease;
  {
    Leases leases = leases_over(durable);
    lease = leases.hello("net-1", 7, "").lease;
    REQUIRE(leases.claim("net-1", 7, lease) == Leases::Claim::taken);
  }
  Leases leases = leases_over(durable);
  CHECK_FALSE(leases.hello("net-1", 7, lease).renew);
}

TEST_CASE("a lease is good for its agent and epoch, and cannot be made up; another engine's says nothing") {
  Durable durable;
  Leases leases = leases_over(durable);
  const std::string lease = leases.hello("net-1", 7, "").lease;
  REQUIRE(leases.claim("net-1", 7, lease) == Leases::Claim::taken);
  const std::string next = leases.hello("net-1", 7, lease).lease;
  REQUIRE(leases.claim("net-2", 7, leases.hello("net-2", 7, "").lease) == Leases::Claim::taken);
  CHECK(leases.claim("net-2", 7, next) == Leases::Claim::superseded);
  CHECK(leases.claim("net-1", 8, next) == Leases::Claim::superseded);
  std::string forged = next;
  forged.back() = forged.back() == '0' ? '1' : '0';
  CHECK(leases.claim("net-1", 7, forged) == Leases::Claim::superseded);
  CHECK(leases.claim("net-1", 7, next + "0") == Leases::Claim::superseded);
  CHECK(leases.claim("net-1", 7, "short") == Leases::Claim::superseded);
  CHECK(leases.claim("net-1", 7, "") == Leases::Claim::superseded);
  Leases stranger = leases_over(durable, "another secret");
  const std::string foreign = stranger.hello("net-1", 7, "").lease;
  // The agent comes back from another engine of its list, or lost its lease: the store will compare.
  CHECK_FALSE(leases.hello("net-1", 7, foreign).renew);
  CHECK_FALSE(leases.hello("net-1", 7, "").renew);
  CHECK_FALSE(leases.hello("net-1", 8, foreign).renew);
}
