#include "agents/network/suricata_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <functional>

#include "agents/kit/descriptor.hpp"
#include "agents/network/suricata.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

std::unique_ptr<kit::Source> source_of(const std::string& text) {
  kit::SourceMade made = make_suricata(*kit::parse_source_spec(text));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

kit::Descriptor connected(const std::string& path, int type) {
  kit::Descriptor out(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
  REQUIRE(::connect(out.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return out;
}

std::string flow(int number) {
  return R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":"flow","flow_id":)" + std::to_string(number) + "}";
}

struct Listening {
  explicit Listening(const std::string& options = "")
      : path(folder.file("eve.sock")), source(source_of("suricata:unix:" + path + options)) {
    REQUIRE(source->start("", false, moment));
  }
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done() && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      (void)::poll(fds.data(), fds.size(), 100);
      while (source->step(sink, moment)) {
      }
    }
    return done();
  }
  bool events(std::size_t count) {
    return until([&] { return sink.events.size() >= count; });
  }
  TemporaryFolder folder;
  kit::Moment moment{1, kSecond};
  std::string path;
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

TEST_CASE("records in a stream, cut anywhere, of a Suricata that comes back") {
  Listening at;
  CHECK(at.source->status().state == "running");
  CHECK_FALSE(at.source->can_wait());
  struct stat st {};
  REQUIRE(::stat(at.path.c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0660);
  std::string text;
  for (int i = 0; i < 50; ++i) text += flow(i) + "\n";
  {
    const kit::Descriptor one = connected(at.path, SOCK_STREAM);
    for (std::size_t at_byte = 0; at_byte < text.size(); at_byte += 77) {
      const std::string piece = text.substr(at_byte, 77);
      REQUIRE(::send(one.get(), piece.data(), piece.size(), 0) == static_cast<ssize_t>(piece.size()));
      while (at.source->step(at.sink, at.moment)) {
      }
    }
    REQUIRE(at.events(50));
    // The last record before Suricata ends may lack its line end; a broken one is refused.
    const std::string last = "null\n" + flow(50);
    REQUIRE(::send(one.get(), last.data(), last.size(), 0) == static_cast<ssize_t>(last.size()));
  }
  REQUIRE(at.events(51));
  CHECK(at.source->status().refused == 1);
  const kit::Descriptor two = connected(at.path, SOCK_STREAM);
  const std::string next = flow(51) + "\n";
  REQUIRE(::send(two.get(), next.data(), next.size(), 0) == static_cast<ssize_t>(next.size()));
  REQUIRE(at.events(52));
  for (int i = 0; i < 52; ++i) CHECK(at.sink.events[static_cast<std::size_t>(i)].field("flow_id") == std::to_string(i));
}

TEST_CASE("a record that is too long is skipped, and the next is read") {
  Listening at;
  const kit::Descriptor one = connected(at.path, SOCK_STREAM);
  const std::string text = "{" + std::string(2'000'000, ' ') + "}\n" + flow(1) + "\n";
  std::string_view rest = text;
  REQUIRE(at.until([&] {
    if (!rest.empty()) {
      const ssize_t n = ::send(one.get(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    return at.sink.events.size() == 1;
  }));
  CHECK(at.source->status().refused == 1);
  CHECK(at.source->status().problem.find("more than 1 MiB") != std::string::npos);
}

TEST_CASE("records in datagrams") {
  Listening at(",type=dgram");
  const kit::Descriptor one = connected(at.path, SOCK_DGRAM);
  for (int i = 0; i < 200; ++i) {
    const std::string record = flow(i);
    REQUIRE(::send(one.get(), record.data(), record.size(), 0) == static_cast<ssize_t>(record.size()));
    if (i % 8 == 7) at.source->step(at.sink, at.moment);
  }
  REQUIRE(at.events(200));
  CHECK(at.sink.events[199].field("flow_id") == "199");
}

TEST_CASE("a socket that a killed agent left is taken over; another's is not; ours goes with us") {
  Listening at;
  auto other = source_of("suricata:unix:" + at.path);
  REQUIRE(other->start("", false, at.moment));
  CHECK(other->status().state == "waiting");
  CHECK(other->status().problem.find("another program listens there") != std::string::npos);
  // What is left when nobody can remove it.
  const std::string stale = at.folder.file("stale.sock");
  {
    const kit::Descriptor left(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, stale.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  {
    auto again = source_of("suricata:unix:" + stale);
    REQUIRE(again->start("", false, at.moment));
    CHECK(again->status().state == "running");
  }
  CHECK_FALSE(std::filesystem::exists(stale));
  const std::string file = at.folder.write("file", "x");
  auto on_file = source_of("suricata:unix:" + file);
  REQUIRE(on_file->start("", false, at.moment));
  CHECK(on_file->status().problem.find("something else is there") != std::string::npos);
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("what is wrong with a socket is said") {
  const auto problems = [](const char* spec) { return problems_of(make_suricata(*kit::parse_source_spec(spec))); };
  CHECK(problems("suricata:unix:").find("needs the path") != std::string::npos);
  CHECK(problems("suricata:unix:/x,type=fast").find("type=stream or type=dgram") != std::string::npos);
  CHECK(problems("suricata:/x,type=dgram").find("no option 'type'") != std::string::npos);
  CHECK(source_of("suricata:unix:/nowhere/eve.sock")->check().size() == 1);
  CHECK_FALSE(source_of("suricata:unix:/tmp/x.sock")->start("", true, {}));
}

}  // namespace
}  // namespace wf::network
