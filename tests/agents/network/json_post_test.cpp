// Windows events and other records that are posted in JSON.
#include "agents/network/json_post.hpp"

#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <future>

#include "agents/http/microhttpd_library.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr const char* kToken = "0123456789abcdef0123";

struct Posting {
  Posting() {
    const Result<kit::Descriptor> socket = kit::listen_on("127.0.0.1", 0, SOCK_STREAM, "test");
    REQUIRE(socket);
    port = kit::port_of(*socket);
    const std::string token = folder.write("token", kToken);
    std::filesystem::permissions(token, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void open() {
    kit::SourceMade made = make_json_post(
        *kit::parse_source_spec("post:127.0.0.1:" + std::to_string(port) + ",tz=UTC,token=" + folder.file("token")));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start("", false, moment()).ok());
  }
  static kit::Moment moment() { return {utc_from_civil(2026, 3, 13), kit::monotonic_ns()}; }
  /// "200 1 taken, 0 refused".
  std::string post(const std::string& body) {
    auto answer = std::async(std::launch::async, [&] {
      httplib::Client client("127.0.0.1", port);
      const auto got = client.Post("/", {{"Authorization", std::string("Bearer ") + kToken}}, body, "application/json");
      return got ? std::to_string(got->status) + " " + got->body : std::string("none");
    });
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
           std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      (void)::poll(fds.data(), fds.size(), 10);
      while (source->step(sink, moment())) {
      }
      source->durable(moment());
    }
    return answer.get();
  }
  /// "host.login_failed windows/security/".
  std::string event(std::size_t at) const {
    REQUIRE(at < sink.events.size());
    const Event& e = sink.events[at];
    return e.kind + " " + e.logsource.product + "/" + e.logsource.service + "/" + e.logsource.category;
  }

  TemporaryFolder folder;
  std::uint16_t port = 0;
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

constexpr const char* kNxlog =
    R"({"EventTime":"2026-03-12 22:31:05","Hostname":"DC1","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"avos","LogonType":"3","IpAddress":"192.0.2.7"})";
constexpr const char* kWinlogbeat =
    R"({"@timestamp":"2026-03-12T22:31:06.123Z","winlog":{"channel":"Security","event_id":"4624","computer_name":"DC1","event_data":{"TargetUserName":"avos","LogonType":"10","IpAddress":"192.0.2.7"}}})";
constexpr const char* kFluentBit =
    R"({"date":1773354667.5,"ProviderName":"Microsoft-Windows-Sysmon","TimeCreated":"2026-03-12 22:31:07 +0000","EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"WS7","Message":"Process Create:","StringInserts":["-","x"]})";

TEST_CASE("Windows events come by HTTP as the usual forwarders post them") {
  if (!http::microhttpd_library()) {
    WARN("not tested: libmicrohttpd12 is not installed");
    return;
  }
  Posting at;
  at.open();
  // NXLog's om_http: one object a request.
  CHECK(at.post(kNxlog) == "200 1 taken, 0 refused\n");
  CHECK(at.event(0) == "host.login_failed windows/security/");
  CHECK(at.sink.events[0].field("TargetUserName") == "avos");
  CHECK(at.sink.events[0].field("syslog.peer") == "127.0.0.1");
  CHECK(at.sink.events[0].time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  // Fluent Bit's http output: a list; with json_lines, Vector and Logstash too: a line each.
  CHECK(at.post("[" + std::string(kFluentBit) + ",\n " + kNxlog + "]") == "200 2 taken, 0 refused\n");
  CHECK(at.event(1) == "host.process windows/sysmon/process_creation");
  CHECK(at.post(std::string(kWinlogbeat) + "\n" + kNxlog + "\r\n\n") == "200 2 taken, 0 refused\n");
  CHECK(at.event(3) == "host.login windows/security/");
  CHECK(at.sink.events[3].field("IpAddress") == "192.0.2.7");
  // One that is laid out for people.
  CHECK(at.post("\xef\xbb\xbf {\n  \"EventID\": 4625,\n  \"Channel\": \"Security\",\n  \"EventTime\": \"2026-03-12 "
                "22:31:05\"\n}\n") == "200 1 taken, 0 refused\n");
  CHECK(at.event(5) == "host.login_failed windows/security/");
  CHECK(at.source->status().read == 6);
}

TEST_CASE("other records in JSON that are posted are what they are in syslog; what is none is refused and said") {
  if (!http::microhttpd_library()) {
    WARN("not tested: libmicrohttpd12 is not installed");
    return;
  }
  Posting at;
  at.open();
  CHECK(
      at.post(
          R"({"timestamp":"2026-03-12T22:31:05.000000+0000","event_type":"alert","alert":{"signature":"S","severity":1}})") ==
      "200 1 taken, 0 refused\n");
  CHECK(at.event(0) == "network.alert suricata/alert/");
  CHECK(at.post(R"({"door":"D-1","message":"held"})") == "200 1 taken, 0 refused\n");
  CHECK(at.event(1) == "syslog.message linux/syslog/");
  CHECK(at.post("{\"a\":1}\n{\"b\":\nno json\n").starts_with("200 1 taken, 2 refused: not a JSON object"));
  CHECK(at.post("<13>plain syslog\n").starts_with("422 0 taken, 1 refused: not a JSON object"));
  CHECK(at.post("[1, \"x\"]").starts_with("422 0 taken, 2 refused"));
  CHECK(at.post(" \n") == "200 0 taken, 0 refused\n");
  CHECK(at.source->status().refused == 5);
  CHECK(at.source->status().problem.starts_with("127.0.0.1: not a JSON object"));
}

TEST_CASE("what is wrong with a place for posted records is said") {
  const auto said = [](const char* spec) { return problems_of(make_json_post(*kit::parse_source_spec(spec))); };
  CHECK(said("post:127.0.0.1:8480").find("needs a token") != std::string::npos);
  CHECK(said("post:x,token=/nowhere").find("a place to listen is HOST:PORT") != std::string::npos);
  CHECK(said("post:1,map=x").find("no option 'map'") != std::string::npos);
}

}  // namespace
}  // namespace wf::network
