// The camera agent, killed while stills of an event are still to come.
#include <signal.h>

#include <filesystem>
#include <iostream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

namespace {

using namespace wf::test;

/// What the agent has on its disk besides attachments.
std::string on_disk(const std::string& state) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(state))
    if (entry.is_regular_file() && entry.path().string().find("/attachments/") == std::string::npos)
      all += read_text(entry.path());
  return all;
}

std::size_t stills_in(const std::string& state) {
  std::size_t out = 0;
  if (!std::filesystem::exists(state + "/attachments")) return 0;
  for (const auto& entry : std::filesystem::directory_iterator(state + "/attachments"))
    out += entry.file_size() > 100 ? 1 : 0;
  return out;
}

TEST_CASE("an event is on the disk before its stills have all come, and stays there when the agent is killed") {
  if (!std::filesystem::exists(program_directory() / "wf-test-rtsp")) {
    std::cout << "gst-rtsp-server is absent: no stream is watched\n";
    return;
  }
  Scratch scratch;
  const std::string state = scratch / "state", view = scratch / "view.yaml", config = scratch / "agent.yaml";
  Program camera("wf-test-rtsp", {"clip:soon"}, "");
  REQUIRE(eventually([&] { return camera.out().ends_with("\n"); }));
  // A still of five seconds after the event is wanted: time enough to be killed. Nobody takes the events.
  write_text(view, "v: 1\nzones: [{name: Yard}]\nstills: {kib: 64, after: 5s}\n");
  write_text(config, "v: 1\nname: camera-1\nengines: ['ipc://" + (scratch / "engine.ipc") + "']\nstate: " + state +
                         "\nsources:\n  - {kind: rtsp, address: 'rtsp://127.0.0.1:" +
                         camera.out().substr(0, camera.out().size() - 1) +
                         "/live', options: {device: C-27, view: " + view + "}}\n");
  Program agent("wf-agent-camera", {"--config", config});
  const auto spooled = [&] {
    return std::filesystem::exists(state) && on_disk(state).find("camera.motion") != std::string::npos;
  };
  if (!eventually(spooled, std::chrono::seconds(120))) FAIL(agent.err());
  agent.signal(SIGKILL);
  (void)agent.wait();
  const std::string left = on_disk(state);
  CHECK(left.find("camera.motion") != std::string::npos);
  CHECK(left.find("camera.still") == std::string::npos);
  CHECK(stills_in(state) >= 1);
  // What was still to come is lost, and the next run says so, whether there is a camera or not.
  camera.signal(SIGKILL);
  (void)camera.wait();
  Program again("wf-agent-camera", {"--config", config});
  if (!eventually([&] { return on_disk(state).find("camera.still") != std::string::npos; })) FAIL(again.err());
  CHECK(on_disk(state).find("the agent ended before they were there") != std::string::npos);
  again.signal(SIGTERM);
  CHECK(again.wait() == 0);
}

}  // namespace
