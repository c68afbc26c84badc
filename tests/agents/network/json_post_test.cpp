// Windows events and other records that are posted in JSON.
#include "agents/network/json_post.hpp"

#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>

#include "agents/http/microhttpd_library.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/agents/network/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tls_server.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr const char* kToken = "0123456789abcdef0123";

struct Posting {
  Posting() {
    port = free_port();
    const std::string token = folder.write("token", kToken);
    std::filesystem::permissions(token, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void open(const std::string& more = {}) {
    kit::SourceMade made = make_json_post(*kit::parse_source_spec("post:127.0.0.1:" + std::to_string(port) +
                                                                  ",tz=UTC,token=" + folder.file("token") + more));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start("", false, moment()).ok());
  }
  static kit::Moment moment() { return {utc_from_civil(2026, 3, 13), kit::monotonic_ns()}; }
  /// "200 1 taken, 0 refused".
  std::string post(const std::string& body) {
    return asked([&](httplib::Client& client) {
      return client.Post("/", {{"Authorization", std::string("Bearer ") + kToken}}, body, "application/json");
    });
  }
  /// What is answered to a request, and whether Beats would believe that it is Elasticsearch.
  std::string asked(const std::function<httplib::Result(httplib::Client&)>& request) {
    auto answer = std::async(std::launch::async, [&] {
      httplib::Client client("127.0.0.1", port);
      const auto got = request(client);
      if (!got) return std::string("none");
      const bool elastic = got->get_header_value("X-Elastic-Product") == "Elasticsearch" &&
                           got->get_header_value("Content-Type") == "application/json";
      return (elastic ? "elastic " : "") + std::to_string(got->status) + " " + got->body;
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

TEST_CASE("Winlogbeat sends by its own output, which takes the agent for Elasticsearch") {
  if (!http::microhttpd_library()) {
    WARN("not tested: libmicrohttpd12 is not installed");
    return;
  }
  Posting at;
  at.open();
  const httplib::Headers bearer{{"Authorization", std::string("Bearer ") + kToken}};
  // What it asks first: who is there, and whether it may.
  const std::string root = at.asked([&](httplib::Client& c) { return c.Get("/", bearer); });
  CHECK(root.starts_with("elastic 200 {"));
  CHECK(root.find(R"("version":{"number":"8.)") != std::string::npos);
  CHECK(at.asked([&](httplib::Client& c) {
            return c.Get("/_license?accept_enterprise=true", bearer);
          }).find(R"("status":"active")") != std::string::npos);
  CHECK(at.asked([&](httplib::Client& c) {
            return c.Put("/_index_template/winlogbeat", bearer, "{}", "application/json");
          }).find("acknowledged") != std::string::npos);
  CHECK(at.asked([&](httplib::Client& c) { return c.Get("/", httplib::Headers{}); }).starts_with("401 "));
  CHECK(at.asked([&](httplib::Client& c) { return c.Get("/other", bearer); }).starts_with("405 "));
  // One action and one record a line, and an answer for each.
  const std::string action = R"({"create":{"_index":"winlogbeat-8.17.0"}})";
  const std::string body = action + "\n" + kWinlogbeat + "\n" + action + "\n" + "{\"broken\":\n" +
                           R"({ "index" : {} })" + "\n" + kWinlogbeat + "\n";
  const auto bulk = [&](const httplib::Headers& headers, const std::string& what) {
    return at.asked([&](httplib::Client& c) { return c.Post("/_bulk", headers, what, "application/x-ndjson"); });
  };
  const std::string answer = bulk(bearer, body);
  CHECK(answer.starts_with(
      R"(elastic 200 {"took":0,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":)"));
  CHECK(answer.find(R"("reason":"not a JSON object)") != std::string::npos);
  CHECK(answer.ends_with("{\"create\":{\"status\":201}}]}\n"));
  REQUIRE(at.sink.events.size() == 2);
  CHECK(at.event(0) == "host.login windows/security/");
  CHECK(at.sink.events[0].time == utc_from_civil(2026, 3, 12, 22, 31, 6) + 123 * kMillisecond);
  CHECK(at.source->status().refused == 1);
  // user and password; an API key.
  CHECK(bulk({httplib::make_basic_authentication_header("beat", kToken)}, action + "\n" + kWinlogbeat + "\n") ==
        "elastic 200 {\"took\":0,\"errors\":false,\"items\":[{\"create\":{\"status\":201}}]}\n");
  CHECK(bulk({{"Authorization", "ApiKey eDowMTIzNDU2Nzg5YWJjZGVmMDEyMw=="}}, action + "\n" + kWinlogbeat + "\n")
            .starts_with("elastic 200"));
  CHECK(bulk({{"Authorization", "ApiKey eDpub3QgdGhlIHRva2Vu"}}, body).starts_with("401"));
  CHECK(bulk({{"Authorization", "Basic %%%"}}, body).starts_with("401"));
  CHECK(bulk(bearer, "") == "elastic 200 {\"took\":0,\"errors\":false,\"items\":[]}\n");
  CHECK(bulk(bearer, std::string(kWinlogbeat) + "\n").find("a bulk request whose line is no action") !=
        std::string::npos);
}

TEST_CASE("Winlogbeat compresses unless it is told not to") {
  if (!http::microhttpd_library()) {
    WARN("not tested: libmicrohttpd12 is not installed");
    return;
  }
  Posting at;
  at.open();
  const httplib::Headers headers{{"Authorization", std::string("Bearer ") + kToken}, {"Content-Encoding", "gzip"}};
  const auto bulk = [&](const std::string& what) {
    return at.asked([&](httplib::Client& c) { return c.Post("/_bulk", headers, what, "application/x-ndjson"); });
  };
  const std::string action = R"({"create":{"_index":"winlogbeat-8.17.0"}})";
  const std::string record = action + "\n" + kWinlogbeat + "\n";
  const std::string taken = R"({"create":{"status":201}})";
  const std::string packed = gzipped(record);
  CHECK(bulk(packed) == "elastic 200 {\"took\":0,\"errors\":false,\"items\":[" + taken + "]}\n");
  CHECK(bulk(gzipped(record) + gzipped(record)) ==
        "elastic 200 {\"took\":0,\"errors\":false,\"items\":[" + taken + "," + taken + "]}\n");
  CHECK(bulk(gzipped("")) == "elastic 200 {\"took\":0,\"errors\":false,\"items\":[]}\n");
  CHECK(bulk("") == "elastic 200 {\"took\":0,\"errors\":false,\"items\":[]}\n");
  CHECK(at.sink.events.size() == 3);
  CHECK(at.event(2) == "host.login windows/security/");
  // A batch that is too large is told so; Beats send such a one again in halves.
  std::string batch;
  while (batch.size() <= 1U << 20U) batch += record;
  CHECK(bulk(gzipped(batch)) == "413 a body has at most 1048576 bytes, unpacked too\n");
  CHECK(bulk(gzipped(std::string(64U << 20U, '\n'))).starts_with("413 "));
  CHECK(bulk(packed.substr(0, packed.size() - 4)) == "400 the body's gzip ends before it is whole\n");
  CHECK(at.sink.events.size() == 3);
  CHECK(bulk(packed).starts_with("elastic 200"));
}

TEST_CASE("a receiver of posts tells that its certificate ends") {
  if (!http::microhttpd_library()) {
    WARN("not tested: libmicrohttpd12 is not installed");
    return;
  }
  const tls::Authority authority;
  for (const int days : {9, 90}) {
    Posting at;
    const tls::Identity identity = authority.vouch(-kDay, days * kDay);
    const auto lay = [&](const char* name, const auto& write) {
      const std::string path = at.folder.write(name, "");
      FILE* const out = std::fopen(path.c_str(), "w");
      REQUIRE(out != nullptr);
      write(out);
      std::fclose(out);
      std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
      return path;
    };
    const std::string certificate = lay("cert.pem", [&](FILE* out) { PEM_write_X509(out, identity.paper.get()); });
    const std::string key = lay("key.pem", [&](FILE* out) {
      PEM_write_PrivateKey(out, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    at.open(",cert=" + certificate + ",key=" + key);
    (void)at.source->step(at.sink, {tls::now(), kit::monotonic_ns()});
    CHECK((at.source->warning().find("ends on ") != std::string::npos) == (days == 9));
    const std::vector<std::string> remarks = at.source->remarks();
    CHECK((!remarks.empty() && remarks.back().find("renew it before") != std::string::npos) == (days == 9));
  }
}

TEST_CASE("what is wrong with a place for posted records is said") {
  const auto said = [](const char* spec) { return problems_of(make_json_post(*kit::parse_source_spec(spec))); };
  CHECK(said("post:127.0.0.1:8480").find("needs a token") != std::string::npos);
  CHECK(said("post:x,token=/nowhere").find("a place to listen is HOST:PORT") != std::string::npos);
  CHECK(said("post:1,map=x").find("no option 'map'") != std::string::npos);
}

}  // namespace
}  // namespace wf::network
