// A camera of GStreamer's server, the camera agent, an engine and a seat: somebody walks through the picture, and the
// stills of it are looked at.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>

#include "console/seat/remote_seat.hpp"
#include "console/store/content_hash.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;

namespace {

std::vector<wf::Event> stored(const std::string& data, std::string_view kind) {
  std::vector<wf::Event> out;
  const auto reader = wf::store::Reader::open(data);
  if (!reader) return out;
  (void)(*reader)->read_log(0, [&](wf::store::Record& record) {
    if (record.kind != wf::store::RecordKind::batch) return true;
    if (auto events = wf::decode_batch(record.payload, record.origin))
      for (wf::Event& event : *events)
        if (event.kind == kind) out.push_back(std::move(event));
    return true;
  });
  return out;
}

/// What a seat is given of an attachment.
std::shared_ptr<const wf::QueryPage> asked(wf::seat::Seat& seat, const std::string& hash) {
  struct Answer {
    std::mutex mutex;
    std::shared_ptr<const wf::QueryPage> page;  // guarded by mutex
  };
  const auto answer = std::make_shared<Answer>();
  wf::Query query;
  query.what = wf::Query::What::attachment;
  query.where = hash;
  seat.ask(std::move(query), [answer](std::shared_ptr<const wf::QueryPage> page) {
    const std::lock_guard hold(answer->mutex);
    answer->page = std::move(page);
  });
  const auto page = [&] {
    const std::lock_guard hold(answer->mutex);
    return answer->page;
  };
  return eventually([&] { return page() != nullptr; }) ? page() : nullptr;
}

}  // namespace

TEST_CASE("somebody walks through a camera's picture: the stills before, at and after it reach a seat whole") {
  if (!std::filesystem::exists(program_directory() / "wf-test-rtsp")) {
    std::cout << "gst-rtsp-server is absent: no stream is watched\n";
    return;
  }
  Scratch scratch;
  const std::string data = scratch / "data", link = "ipc://" + (scratch / "engine.ipc");
  Program camera("wf-test-rtsp", {"clip:walks"}, "");
  REQUIRE(eventually([&] { return camera.out().ends_with("\n"); }));
  write_text(scratch / "view.yaml",
             "v: 1\nzones: [{name: Yard}]\nmasks: [[[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]]\nstills: {kib: 64}\n");
  write_text(scratch / "agent.yaml", "v: 1\nname: camera-1\nengines: ['" + link + "']\nstate: " + (scratch / "state") +
                                         "\nsources:\n  - {kind: rtsp, address: 'rtsp://127.0.0.1:" +
                                         camera.out().substr(0, camera.out().size() - 1) +
                                         "/live', options: {device: C-27, view: " + (scratch / "view.yaml") + "}}\n");
  Program engine("watchfloor", {"serve", "--data", data, "--listen", link});
  Program agent("wf-agent-camera", {"--config", scratch / "agent.yaml"});
  const auto said = [&] { return "engine: " + engine.err() + "agent: " + agent.err(); };
  if (!eventually([&] { return !stored(data, "camera.motion").empty(); }, std::chrono::seconds(90))) FAIL(said());
  const wf::Event event = stored(data, "camera.motion").front();
  CHECK(event.field("camera.id") == "C-27");
  CHECK(event.field("zone") == "Yard");
  std::vector<std::string> hashes;
  for (const wf::Field& field : event.fields)
    if (field.name == "attachment") hashes.push_back(field.value);
  CHECK(event.field("attachment.problem").empty());
  REQUIRE(hashes.size() >= 1);
  // It did not wait for those of later.
  if (hashes.size() < 3) {
    if (!eventually([&] { return !stored(data, "camera.still").empty(); })) FAIL(said());
    const wf::Event later = stored(data, "camera.still").front();
    CHECK(later.time == event.time);
    CHECK(later.field("still.of") == "camera.motion");
    for (const wf::Field& field : later.fields)
      if (field.name == "attachment") hashes.push_back(field.value);
  }
  REQUIRE(hashes.size() == 3);
  auto made = wf::seat::make_remote_seat({{"ipc://" + data + "/seat.ipc", {}, {}, {}}, "test", "Seat"});
  REQUIRE(made.ok());
  REQUIRE(eventually([&] { return (*made)->snapshot()->version != 0; }));
  const char* const whiches[] = {"before", "at", "after"};
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    // It comes after its event.
    std::shared_ptr<const wf::QueryPage> page;
    const auto here = [&] { return (page = asked(**made, hashes[i])) != nullptr && page->attachment != nullptr; };
    if (!eventually(here)) FAIL(said());
    const std::string& jpeg = page->attachment->bytes;
    wf::store::ContentHash hash;
    hash.add(jpeg);
    CHECK(hash.hex() == hashes[i]);
    CHECK(page->attachment->media_type == "image/jpeg");
    CHECK(jpeg.size() <= 64U << 10U);
    CHECK(jpeg.find("camera C-27\nwhich " + std::string(whiches[i]) + "\n") != std::string::npos);
  }
  // What nobody sent is not found, and says so.
  const auto absent = asked(**made, std::string(64, 'a'));
  REQUIRE(absent);
  CHECK(absent->attachment == nullptr);
  CHECK_FALSE(absent->error.empty());
  if (!eventually([&] { return !stored(data, "camera.motion_end").empty(); }, std::chrono::seconds(60))) FAIL(said());
  agent.signal(SIGTERM);
  CHECK(agent.wait() == 0);
  engine.signal(SIGTERM);
  CHECK(engine.wait() == 0);
  const Outcome verified = run("watchfloor", {"verify", "--data", data});
  INFO(verified.out << verified.err);
  CHECK(verified.status == 0);
}
