#include "console/watchdog/caller.hpp"

#include <httplib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "console/watchdog/heartbeat.hpp"
#include "console/watchdog/http.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::watchdog;
namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::milliseconds kPatience = wf::test::patience(std::chrono::seconds(20));

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "wf-watchdog-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

/// What several threads tell, to wait for.
class Told {
 public:
  void add(const std::string& what) {
    {
      const std::lock_guard hold(mutex_);
      all_.push_back(what);
    }
    changed_.notify_all();
  }
  template <class F>
  bool until(F holds) {
    std::unique_lock hold(mutex_);
    return changed_.wait_for(hold, kPatience, [&] { return holds(all_); });
  }
  bool reaches(std::size_t n) {
    return until([n](const auto& all) { return all.size() >= n; });
  }
  std::vector<std::string> all() {
    const std::lock_guard hold(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
};

class FakeHelper final : public Helper {
 public:
  FakeHelper(Told& told, std::atomic<int>& failures) : told_(told), failures_(failures) {}
  std::string name() const override { return "fake"; }
  Result<void> call(const Message& message, const std::atomic<bool>&) override {
    if (failures_ > 0) {
      --failures_;
      return Error{"busy", "fake", ""};
    }
    told_.add(message.call.text);
    return {};
  }
  Result<std::string> check(const std::atomic<bool>&) override { return std::string(); }

 private:
  Told& told_;
  std::atomic<int>& failures_;
};

Message message_of(const std::string& text, UtcNs time = 1'700'000'000 * kSecond) {
  Message out;
  out.call = {Call::Kind::alarm, Trouble::dead, text, 90 * kSecond};
  out.engine = "tcp://10.0.0.5:7711";
  out.time = time;
  return out;
}

/// An HTTP server of the test's own.
struct Server {
  httplib::Server http;
  Told bodies;
  std::atomic<int> status{200};
  int port = 0;
  std::thread thread;
  Server() {
    const auto take = [this](const httplib::Request& request, httplib::Response& response) {
      bodies.add(request.method + " " + request.path + " " + request.get_header_value("Content-Type") + " " +
                 request.body);
      response.status = status;
    };
    http.Get(".*", take);
    http.Post(".*", take);
    port = http.bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { http.listen_after_bind(); });
  }
  ~Server() {
    http.stop();
    thread.join();
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port) + path;
  }
};

}  // namespace

TEST_CASE("a helper that fails is called again until it hears, and its trouble is told once and its end too") {
  Told told, troubles;
  std::atomic<int> failures = 3;
  Caller caller(
      std::make_unique<FakeHelper>(told, failures),
      Caller::Tell{
          [&](const std::string& helper, const std::string& problem) { troubles.add(helper + ": " + problem); }, {}},
      Caller::Times{milliseconds(1)});
  caller.put(message_of("first", 1));
  caller.put(message_of("second", 2));
  REQUIRE(told.reaches(2));
  CHECK(told.all() == std::vector<std::string>{"first", "second"});
  REQUIRE(caller.drained(kPatience));
  CHECK(troubles.all() == std::vector<std::string>{"fake: fake: busy", "fake: "});
}

TEST_CASE("of many calls that wait for a helper the newest stay, and it hears how many it missed") {
  Told told;
  std::atomic<int> failures = 1 << 30;
  Caller caller(std::make_unique<FakeHelper>(told, failures), {}, Caller::Times{milliseconds(1)});
  for (int i = 1; i <= 40; ++i) caller.put(message_of("call " + std::to_string(i), i));
  failures = 0;
  REQUIRE(told.until([](const auto& all) { return !all.empty() && all.back().starts_with("call 40"); }));
  CHECK(told.all().size() <= 18);
  CHECK(told.all().front().find("earlier calls were left out") != std::string::npos);
}

TEST_CASE("a program is run with the facts in its environment and nothing on its command line") {
  const Folder folder;
  const fs::path program = folder.path / "page";
  std::ofstream(program) << "#!/bin/sh\nprintf '%s|' \"$#\" \"$WATCHFLOOR_KIND\" \"$WATCHFLOOR_TROUBLE\" "
                            "\"$WATCHFLOOR_TEXT\" \"$WATCHFLOOR_ENGINE\" \"$WATCHFLOOR_SINCE\" > "
                         << (folder.path / "heard").string() << "\n";
  CHECK_FALSE(run_program(program).ok());  // not executable yet
  ::chmod(program.c_str(), 0755);
  CHECK_FALSE(run_program("page").ok());
  Result<std::unique_ptr<Helper>> helper = run_program(program);
  REQUIRE(helper.ok());
  const std::atomic<bool> stop = false;
  REQUIRE((*helper)->call(message_of("it is; `rm -rf` $(x)\nand more"), stop).ok());
  std::ifstream in(folder.path / "heard");
  const std::string heard{std::istreambuf_iterator<char>(in), {}};
  CHECK(heard == "0|alarm|dead|it is; `rm -rf` $(x) and more|tcp://10.0.0.5:7711|2023-11-14T22:11:50Z|");

  std::ofstream(program) << "#!/bin/sh\nexit 3\n";
  const Result<void> failed = (*helper)->call(message_of("x"), stop);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().what == "it ended with status 3");
}

TEST_CASE("a program that does not end is ended when the watch ends") {
  const Folder folder;
  const fs::path program = folder.path / "hangs";
  std::ofstream(program) << "#!/bin/sh\nexec tail -f /dev/null\n";
  ::chmod(program.c_str(), 0755);
  Result<std::unique_ptr<Helper>> helper = run_program(program);
  REQUIRE(helper.ok());
  const std::atomic<bool> stop = true;
  CHECK_FALSE((*helper)->call(message_of("x"), stop).ok());
}

TEST_CASE("a call is POSTed as JSON, and what the server says counts") {
  Server server;
  Result<std::unique_ptr<Helper>> helper = post_to(server.url("/hook/secret"));
  REQUIRE(helper.ok());
  CHECK((*helper)->name() == "http://127.0.0.1:" + std::to_string(server.port));  // the path is a secret
  const std::atomic<bool> stop = false;
  REQUIRE((*helper)->call(message_of("no \"answer\""), stop).ok());
  const std::string heard = server.bodies.all().at(0);
  REQUIRE(heard.starts_with("POST /hook/secret application/json {"));
  const nlohmann::json json = nlohmann::json::parse(heard.substr(heard.find('{')));
  CHECK(json["v"] == 1);
  CHECK(json["kind"] == "alarm");
  CHECK(json["trouble"] == "dead");
  CHECK(json["text"] == "no \"answer\"");
  CHECK(json["since"] == "2023-11-14T22:11:50Z");
  server.status = 503;
  const Result<void> failed = (*helper)->call(message_of("x"), stop);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().text().find("503") != std::string::npos);
  CHECK(failed.error().text().find("secret") == std::string::npos);
}

TEST_CASE("addresses are checked, and shown without their secrets") {
  CHECK(is_http_url("https://hc-ping.com/uuid"));
  CHECK(is_http_url("http://127.0.0.1:8000"));
  for (const char* bad : {"", "ftp://x/", "https://", "https:///x", "http://a b/", "file:///etc/passwd", "x"})
    CHECK_FALSE(is_http_url(bad));
  CHECK_FALSE(post_to("file:///etc/passwd").ok());
  CHECK(shown("https://user:word@example.org:8443/path?token=1") == "https://example.org:8443");
}

TEST_CASE("a heartbeat is sent while all is well, held back when it is not, and says when it does not arrive") {
  Server server;
  Told problems;
  std::mutex mutex;
  std::string unwell;
  Heartbeat::Options options;
  options.every = milliseconds(20);
  options.address = "there";
  options.unwell = [&] {
    const std::lock_guard hold(mutex);
    return unwell;
  };
  options.beat = [url = server.url("/beat")](const std::atomic<bool>& stop) { return request(url, {}, stop).done; };
  options.report = [&](const std::string& problem) { problems.add(problem); };
  const Heartbeat heartbeat(std::move(options));
  REQUIRE(server.bodies.reaches(3));
  CHECK(server.bodies.all()[0].starts_with("GET /beat"));
  CHECK(problems.all().empty());
  {
    const std::lock_guard hold(mutex);
    unwell = "the writer stands still";
  }
  REQUIRE(problems.reaches(1));
  CHECK(problems.all()[0] == "held back from there: the writer stands still");
  const std::size_t sent = server.bodies.all().size();
  {
    const std::lock_guard hold(mutex);
    unwell.clear();
  }
  REQUIRE(problems.reaches(2));
  CHECK(problems.all()[1].empty());
  CHECK(server.bodies.reaches(sent + 2));
  server.status = 500;
  REQUIRE(problems.reaches(3));
  CHECK(problems.all()[2].find("500") != std::string::npos);
  server.status = 204;
  REQUIRE(problems.reaches(4));
  CHECK(problems.all()[3].empty());
}
