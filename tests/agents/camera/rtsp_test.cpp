// Streams of a real server (gst-rtsp-server), which is stopped, shown black, and asked with TCP, UDP and digest.
#include "agents/camera/rtsp.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

#include "agents/kit/descriptor.hpp"
#include "tests/agents/camera/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace wf::camera {
namespace {

using namespace wf::test;

constexpr int kSmpte = 0, kBlack = 2;

class Camera {
 public:
  explicit Camera(std::vector<std::string> arguments = {}) {
    std::string program = std::string(WF_BIN_DIR) + "/wf-test-rtsp";
    std::vector<char*> list{program.data()};
    for (std::string& one : arguments) list.push_back(one.data());
    list.push_back(nullptr);
    int out[2], in[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    REQUIRE(::posix_spawn(&pid_, program.c_str(), &files, nullptr, list.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    ::close(in[0]);
    ::close(out[1]);
    commands_ = kit::Descriptor(in[1]);
    const kit::Descriptor said(out[0]);
    char text[16] = {};
    REQUIRE(::read(said.get(), text, sizeof text - 1) > 0);
    port_ = std::atoi(text);
    REQUIRE(port_ > 0);
  }
  ~Camera() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void show(int pattern) {
    const std::string line = "pattern " + std::to_string(pattern) + "\n";
    REQUIRE(::write(commands_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  }
  void stop() const { ::kill(pid_, SIGSTOP); }
  void go_on() const { ::kill(pid_, SIGCONT); }
  [[nodiscard]] std::string url() const { return "rtsp://127.0.0.1:" + std::to_string(port_) + "/live"; }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
  kit::Descriptor commands_;
};

bool server_absent() {
  if (std::filesystem::exists(std::string(WF_BIN_DIR) + "/wf-test-rtsp")) return false;
  std::cout << "gst-rtsp-server is absent: no stream is watched\n";
  return true;
}

struct Watching {
  explicit Watching(const std::string& spec, const std::string& position = "") {
    kit::SourceMade made = make_rtsp(*kit::parse_source_spec("rtsp:" + spec));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start(position, false, look()));
  }
  static kit::Moment look() { return {7, kit::monotonic_ns()}; }
  bool until(const std::function<bool()>& done, int seconds = 30) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(seconds));
    for (; !done() && std::chrono::steady_clock::now() < end; source->step(sink, look())) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      const std::int64_t left = (source->next_wake() - kit::monotonic_ns()) / kMillisecond + 1;
      ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 100)));
    }
    return done();
  }
  [[nodiscard]] std::string kinds() const {
    std::string out;
    for (const Event& event : sink.events) out += (out.empty() ? "" : " ") + event.kind;
    return out;
  }
  Collected sink;
  std::unique_ptr<kit::Source> source;
};

TEST_CASE("a stream is watched by TCP, by UDP where TCP is refused, and with a user") {
  if (server_absent()) return;
  std::vector<std::string> arguments;
  std::string options;
  TemporaryFolder folder;
  SECTION("TCP") { arguments = {"tcp"}; }
  SECTION("UDP, which is tried by itself") { arguments = {"udp"}; }
  SECTION("UDP, as configured") {
    arguments = {"udp"};
    options = ",transport=udp";
  }
  SECTION("digest") {
    arguments = {"any", "watch", "s3:cr@t"};
    const std::string file = folder.write("password", "s3:cr@t\n");
    ::chmod(file.c_str(), 0600);
    options = ",user=watch,password_file=" + file;
  }
  Camera camera(arguments);
  Watching watching(camera.url() + options);
  CHECK(watching.until([&] { return watching.source->status().read >= 2; }));
  INFO(watching.source->status().problem);
  CHECK(watching.source->status().state == "running");
  CHECK(watching.kinds().empty());
}

/// VLC as a server: it knows UDP alone, and refuses TCP with 461. It does not run as root.
class Vlc {
 public:
  static constexpr const char* kProgram = "/usr/bin/vlc";
  Vlc() {
    ::chmod(folder_.path().c_str(), 0777);  // VLC keeps its settings there
    const std::string file = folder_.file("clip.y4m");
    for (Clip& clip : clips())
      if (clip.name == "walks") write_clip(clip, file);
    const kit::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = "rtsp://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/x";
    const std::string home = "HOME=" + folder_.path().string();
    const std::string out =
        "#transcode{vcodec=h264,venc=x264{keyint=5,preset=ultrafast,tune=zerolatency}}:rtp{sdp=" + url_ + "}";
    std::vector<const char*> list;
    if (::geteuid() == 0) list = {"/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
    for (const char* const one : {"/usr/bin/env", home.c_str(), kProgram, "-I", "dummy", "--no-audio", "--loop",
                                  file.c_str(), "--sout", out.c_str(), "--sout-keep"})
      list.push_back(one);
    list.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    for (const int descriptor : {1, 2}) posix_spawn_file_actions_addopen(&quiet, descriptor, "/dev/null", O_WRONLY, 0);
    REQUIRE(::posix_spawn(&pid_, list[0], &quiet, nullptr, const_cast<char* const*>(list.data()), environ) == 0);
    posix_spawn_file_actions_destroy(&quiet);
  }
  ~Vlc() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  TemporaryFolder folder_;
  std::string url_;
  pid_t pid_ = -1;
};

TEST_CASE("a server that refuses TCP, VLC, is watched by UDP, and by TCP alone it is said to refuse") {
  if (!std::filesystem::exists(Vlc::kProgram)) {
    std::cout << Vlc::kProgram << " is absent: no server that refuses TCP is watched\n";
    return;
  }
  Vlc vlc;
  Watching watching(vlc.url());
  CHECK(watching.until([&] { return watching.source->status().read >= 2; }, 60));
  INFO(watching.source->status().problem);
  CHECK(watching.source->status().state == "running");
  Watching refused(vlc.url() + ",transport=tcp");
  CHECK(refused.until([&] { return refused.source->status().problem.find("cannot be opened") != std::string::npos; }));
  CHECK(refused.source->status().read == 0);
}

TEST_CASE("a server that is stopped is off line after ten seconds, and on line when it goes on") {
  if (server_absent()) return;
  Camera camera;
  Watching watching(camera.url() + ",device=cam-1");
  REQUIRE(watching.until([&] { return watching.source->status().read >= 2; }));
  camera.stop();
  const auto stopped = std::chrono::steady_clock::now();
  REQUIRE(watching.until([&] { return !watching.sink.events.empty(); }));
  const auto noticed = std::chrono::steady_clock::now() - stopped;
  CHECK(noticed > std::chrono::seconds(9));
  CHECK(noticed < patience(std::chrono::seconds(12)));
  CHECK(watching.kinds() == "camera.offline");
  CHECK(watching.sink.events[0].field("camera.id") == "cam-1");
  camera.go_on();
  REQUIRE(watching.until([&] { return watching.sink.events.size() >= 2; }, 60));
  CHECK(watching.kinds() == "camera.offline camera.online");
}

TEST_CASE("a stream that turns black is said to be, and well again") {
  if (server_absent()) return;
  Camera camera;
  Watching watching(camera.url());
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(watching.until([&] {
    return watching.source->status().read >= 2 && std::chrono::steady_clock::now() - begin > std::chrono::seconds(12);
  }));
  camera.show(kBlack);
  REQUIRE(watching.until([&] { return !watching.sink.events.empty(); }));
  CHECK(watching.kinds() == "camera.dark");
  CHECK(watching.sink.events[0].field("reason") == "black");
  camera.show(kSmpte);
  REQUIRE(watching.until([&] { return watching.sink.events.size() >= 2; }));
  CHECK(watching.kinds() == "camera.dark camera.restored");
  CHECK(watching.sink.events[1].field("reason") == "black");
}

TEST_CASE("a camera that is not there, or refuses the password, is off line; the password is in no word of it") {
  if (server_absent()) return;
  TemporaryFolder folder;
  const std::string file = folder.write("password", "hunter2");
  ::chmod(file.c_str(), 0600);
  Camera camera({"any", "watch", "another"});
  Watching refused(camera.url() + ",user=watch,password_file=" + file);
  Watching absent("rtsp://127.0.0.1:1/x");
  REQUIRE(refused.until([&] { return !refused.sink.events.empty(); }));
  REQUIRE(absent.until([&] { return !absent.sink.events.empty(); }));
  for (const Watching* one : {&refused, &absent}) {
    CHECK(one->kinds() == "camera.offline");
    CHECK(one->source->status().problem.find("cannot be opened") != std::string::npos);
    CHECK(one->source->status().problem.find("hunter2") == std::string::npos);
    CHECK(std::string(one->sink.events[0].field("message")).find("hunter2") == std::string::npos);
  }
  // It was said: not again after a restart.
  Watching again("rtsp://127.0.0.1:1/x", absent.source->position());
  CHECK(again.until([&] { return again.source->status().problem.find("cannot be opened") != std::string::npos; }));
  CHECK(again.kinds().empty());
}

TEST_CASE("what is wrong with an rtsp source is said, and no password is repeated") {
  for (const auto& [spec, why] :
       {std::pair{"rtsp:rtsp://a:hunter2@b/x", "no place in an address"}, std::pair{"rtsp:http://b/x", "rtsp or rtsps"},
        std::pair{"rtsp:", "no address"}, std::pair{"rtsp:rtsp://b/x,user=a", "belong together"},
        std::pair{"rtsp:rtsp://b/x,transport=ip", "auto, tcp or udp"}}) {
    const std::string said = problems_of(make_rtsp(*kit::parse_source_spec(spec)));
    INFO(said);
    CHECK(said.find(why) != std::string::npos);
    CHECK(said.find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace wf::camera
