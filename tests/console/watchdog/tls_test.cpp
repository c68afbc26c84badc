// The watch's HTTPS against a real TLS server, with an authority and certificates of the test's own.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "console/watchdog/caller.hpp"
#include "console/watchdog/http.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tls_server.hpp"

using namespace wf;
using namespace wf::watchdog;
using wf::test::tls::Authority;
using wf::test::tls::now;
using wf::test::tls::Server;

namespace {

const std::atomic<bool> kGoOn = false;

}  // namespace

TEST_CASE("a call goes to an https address whose certificate is good, and the end of the certificate is known") {
  const Authority authority;
  Server server(authority.vouch(-kDay, 90 * kDay));
  const Reply reply = request(server.url(), "{}", kGoOn, authority.file());
  REQUIRE(reply.done.ok());
  CHECK(server.taken == 1);
  CHECK(std::abs(reply.certificate.ends - (now() + 90 * kDay)) < kMinute);
  CHECK(trouble_with(reply.certificate, now()).empty());
  // A look shakes hands and asks nothing.
  const Reply seen = knock(server.url(), kGoOn, authority.file());
  REQUIRE(seen.done.ok());
  CHECK(seen.certificate.ends == reply.certificate.ends);
  CHECK(server.taken == 1);
}

TEST_CASE("a certificate that is not good is refused with its own clear line, and nothing is sent") {
  const Authority authority, stranger("Another authority");
  struct Case {
    std::int64_t from, to;
    std::string host, authorities, line;
  };
  const Case cases[] = {
      {-kDay, 90 * kDay, "DNS:elsewhere.example.org", authority.file(), "its certificate is for another host"},
      {-90 * kDay, -kDay, "IP:127.0.0.1", authority.file(), "its certificate has expired"},
      {kDay, 90 * kDay, "IP:127.0.0.1", authority.file(),
       "its certificate is not in force yet: look at this machine's clock"},
      {-kDay, 90 * kDay, "IP:127.0.0.1", stranger.file(), "its certificate comes from nobody that is trusted here"},
      {-kDay, 90 * kDay, "IP:127.0.0.1", "", "its certificate comes from nobody that is trusted here"}};
  for (const Case& one : cases) {
    INFO(one.line);
    Server server(authority.vouch(one.from, one.to, one.host));
    Result<std::unique_ptr<Helper>> helper = post_to(server.url(), one.authorities);
    REQUIRE(helper.ok());
    Message message;
    message.call = {Call::Kind::test, Trouble::none, "a test", 0};
    const Result<void> called = (*helper)->call(message, kGoOn);
    REQUIRE_FALSE(called.ok());
    CHECK(called.error().what == one.line);
    CHECK(called.error().text().find("secret") == std::string::npos);
    const Result<std::string> checked = (*helper)->check(kGoOn);
    REQUIRE_FALSE(checked.ok());
    CHECK(checked.error().what == one.line);
    CHECK(server.taken == 0);
  }
}

TEST_CASE("a certificate that ends soon is told before it does") {
  const Authority authority;
  Server server(authority.vouch(-kDay, 6 * kDay + kHour));
  Result<std::unique_ptr<Helper>> helper = post_to(server.url(), authority.file());
  REQUIRE(helper.ok());
  const Result<std::string> checked = (*helper)->check(kGoOn);
  REQUIRE(checked.ok());
  CHECK(checked->starts_with("its certificate ends in 6 days, on 20"));
  const Certificate certificate{now(), {}};
  CHECK(trouble_with(certificate, now() - kCertificateNear - kSecond).empty());
  CHECK(trouble_with(certificate, now() - kDay - kSecond).starts_with("its certificate ends in a day, on"));
  CHECK(trouble_with(certificate, now() - kHour).starts_with("its certificate ends within a day, on"));
  CHECK(trouble_with(certificate, now() + kHour).starts_with("its certificate ended on"));
}

TEST_CASE("authorities that cannot be read are said so") {
  const Authority authority;
  Server server(authority.vouch(-kDay, 90 * kDay));
  const Reply reply = request(server.url(), "{}", kGoOn, authority.file() + ".not");
  REQUIRE_FALSE(reply.done.ok());
  CHECK(reply.done.error().what == "the file with the authorities to trust cannot be read");
}

TEST_CASE("who is to be called is looked at before there is anything to call") {
  const Authority authority;
  Server server(authority.vouch(-90 * kDay, -kDay));
  std::mutex mutex;
  std::condition_variable changed;
  std::string problem;
  Result<std::unique_ptr<Helper>> helper = post_to(server.url(), authority.file());
  REQUIRE(helper.ok());
  Caller caller(std::move(*helper), Caller::Tell{[&](const std::string&, const std::string& text) {
                                                   const std::lock_guard hold(mutex);
                                                   problem = text;
                                                   changed.notify_all();
                                                 },
                                                 {}});
  std::unique_lock hold(mutex);
  CHECK(changed.wait_for(hold, std::chrono::seconds(20),
                         [&] { return problem.find("its certificate has expired") != std::string::npos; }));
}
