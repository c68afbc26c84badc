#include "console/engine/attachment_desk.hpp"

#include <cerrno>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include "console/engine/query.hpp"
#include "console/store/attachment_files.hpp"
#include "proto/attachment.hpp"
#include "tests/console/engine/rig.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

namespace {

std::string still(std::size_t bytes) { return "\xff\xd8\xff\xe0" + std::string(bytes - 4, 'x'); }

std::string name_of(const std::string& content) {
  store::ContentHash hash;
  hash.add(content);
  return hash.hex();
}

/// A desk on a disk that can be stopped.
struct Desk {
  explicit Desk(AttachmentLimits limits = {}) {
    store::AttachmentDisk disk = store::real_attachment_disk();
    disk.write = [this, write = disk.write](int fd, const char* bytes, std::size_t size, off_t at) -> ssize_t {
      std::unique_lock hold(mutex);
      ++writes;
      changed.notify_all();
      changed.wait(hold, [&] { return !stuck; });
      if (full) return errno = ENOSPC, -1;
      return write(fd, bytes, size, at);
    };
    auto store = must(store::AttachmentStore::open(folder.path() / "data", limits, std::move(disk)));
    AttachmentDesk::Exits exits;
    exits.clock = [] { return UtcNs{1'700'000'000} * kSecond; };
    exits.answer = [this](link::PieceAnswer answer) {
      const std::lock_guard hold(mutex);
      answers.push_back(std::move(answer));
      changed.notify_all();
    };
    exits.removed = [this](const std::string& line) {
      const std::lock_guard hold(mutex);
      removed.push_back(line);
    };
    desk = std::make_unique<AttachmentDesk>(std::move(store), std::move(exits));
  }
  bool offer(const std::string& content, std::size_t offset = 0, std::size_t size = std::string::npos) {
    link::ReceivedPiece piece{
        "cam-1", name_of(content), "image/jpeg", offset, content.size(), content.substr(offset, size), 7};
    return desk->offer(piece);
  }
  link::PieceAnswer answer(std::size_t number) {
    std::unique_lock hold(mutex);
    REQUIRE(
        changed.wait_for(hold, wf::test::patience(std::chrono::seconds(10)), [&] { return answers.size() >= number; }));
    return answers[number - 1];
  }
  void set(bool& what, bool to) {
    const std::lock_guard hold(mutex);
    what = to;
    changed.notify_all();
  }

  link::test::Folder folder;
  std::mutex mutex;
  std::condition_variable changed;
  bool stuck = false, full = false;
  std::size_t writes = 0;
  std::vector<link::PieceAnswer> answers;
  std::vector<std::string> removed;
  std::unique_ptr<AttachmentDesk> desk;
};

}  // namespace

TEST_CASE("the desk stores pieces in their order and answers each") {
  Desk desk;
  const std::string content = still(3000);
  CHECK(desk.offer(content, 0, 1000));  // before its thread runs
  desk.desk->start();
  CHECK(desk.offer(content, 1000, 2000));
  const link::PieceAnswer first = desk.answer(1), last = desk.answer(2);
  CHECK(first.reply_to == 7);
  CHECK(first.offset == 1000);
  CHECK(last.offset == 3000);
  CHECK(last.total == 3000);
  CHECK(last.facts.empty());
  CHECK(must(store::check_attachments(desk.folder.path() / "data")).count == 1);
}

TEST_CASE("the desk tells how those stand that it is asked to follow") {
  using Where = AttachmentState::Where;
  Desk desk({.total = 5000, .per_agent = 5000, .each = 5000});
  const std::string content = still(3000), large = still(6000), later = still(4000);
  const auto state = [&](const std::string& of) {
    const auto all = desk.desk->states();
    const auto found = all->find(name_of(of));
    return found == all->end() ? AttachmentState{Where::removed, 99, 99, 0, {}, {}} : found->second;
  };
  desk.desk->start();
  desk.desk->follow({name_of(content), name_of(large)});
  CHECK(desk.offer(content, 0, 1000));
  (void)desk.answer(1);
  CHECK(state(content).where == Where::arriving);
  CHECK(state(content).have == 1000);
  CHECK(state(content).bytes == 3000);
  CHECK(state(large).where == Where::missing);
  const auto before = desk.desk->states();
  CHECK(before == desk.desk->states());  // the same object while nothing changes
  CHECK(desk.offer(content, 1000, 2000));
  CHECK(desk.offer(large));
  CHECK_FALSE(desk.answer(3).reason.empty());
  CHECK(state(content).where == Where::here);
  CHECK(state(content).media_type == "image/jpeg");
  CHECK(state(large).where == Where::refused);
  CHECK(state(large).why == desk.answer(3).reason);
  CHECK_FALSE(desk.desk->states()->contains(name_of(later)));
  CHECK(desk.offer(later));  // what was there makes room
  CHECK(desk.offer(still(10)));
  (void)desk.answer(5);
  CHECK(state(content).where == Where::removed);
}

TEST_CASE("a disk that hangs fills the desk's queue and holds up nobody") {
  Desk desk;
  desk.stuck = true;
  desk.desk->start();
  std::size_t taken = 0;
  for (; taken < 1000 && desk.offer(still(100'000)); ++taken) {
  }
  CHECK(taken >= AttachmentDesk::kMostBytes / 100'000);
  CHECK(taken <= AttachmentDesk::kMostBytes / 100'000 + 2);
  desk.set(desk.stuck, false);
  CHECK(desk.answer(taken).offset == 100'000);
  CHECK(desk.offer(still(100'000)));
}

TEST_CASE("a full disk is a fact of the engine, a wrong piece one of its agent, and what makes room is audited") {
  Desk desk({.total = 5000, .per_agent = 5000, .each = 5000});
  desk.desk->start();
  desk.full = true;
  CHECK(desk.offer(still(1000)));
  const link::PieceAnswer full = desk.answer(1);
  CHECK(full.offset == 0);
  CHECK(full.reason.empty());
  REQUIRE(full.facts.size() == 1);
  CHECK(full.facts[0].topic == link::Topic::library);
  CHECK(full.facts[0].agent.empty());
  desk.set(desk.full, false);
  CHECK(desk.offer(still(1000)));
  CHECK(desk.answer(2).offset == 1000);
  CHECK(desk.offer(still(6000)));
  const link::PieceAnswer large = desk.answer(3);
  CHECK_FALSE(large.reason.empty());
  REQUIRE(large.facts.size() == 1);
  CHECK(large.facts[0].topic == link::Topic::attachment);
  CHECK(large.facts[0].agent == "cam-1");
  CHECK(desk.removed.empty());
  CHECK(desk.offer(still(4500)));
  CHECK(desk.answer(4).offset == 4500);
  const std::lock_guard hold(desk.mutex);
  REQUIRE(desk.removed.size() == 1);
  CHECK(desk.removed[0].starts_with("1 attachment removed"));
}

TEST_CASE("an engine stores an agent's attachment and has it after a restart; its folder's failure stops no event") {
  Rig rig;
  rig.start();
  const std::string content = still(5000), name = name_of(content);
  const auto piece = [&](std::size_t offset, std::size_t size) {
    LinkMessage out;
    out.kind = LinkKind::attachment;
    out.attachment = name;
    out.media_type = "image/jpeg";
    out.offset = offset;
    out.total = content.size();
    return std::pair(out, content.substr(offset, size));
  };
  {
    auto agent = rig.agent("net-1");
    const auto [header, bytes] = piece(0, 3000);
    agent->send(header, bytes);
    CHECK(agent->receive(LinkKind::attachment_stored)->offset == 3000);
  }
  rig.stop();
  rig.start();
  {
    auto agent = rig.agent("net-1");
    auto [question, front] = piece(0, 100);
    agent->send(question, front);
    CHECK(agent->receive(LinkKind::attachment_stored)->offset == 3000);
    auto [rest, bytes] = piece(3000, 2000);
    agent->send(rest, bytes);
    CHECK(agent->receive(LinkKind::attachment_stored)->offset == 5000);
    std::vector<Event> seen = events(1, 1, "attack");
    seen[0].add("attachment", name);
    rig.deliver(*agent, 1, seen);
    const auto shown = rig.wait([&](const Snapshot& s) {
      return s.attachments && s.attachments->contains(name) &&
             s.attachments->at(name).where == AttachmentState::Where::here;
    });
    CHECK(shown->attachments->at(name).bytes == content.size());
  }
  CHECK(must(store::find_attachment(rig.data(), name)).agent == "net-1");
  {
    // A seat looks at it.
    const std::atomic<bool> go_on{false};
    Query query;
    query.what = Query::What::attachment;
    query.where = name;
    const QueryPage page = engine::run_query(rig.data(), query, go_on);
    REQUIRE(page.attachment);
    CHECK(page.error.empty());
    CHECK(page.attachment->bytes == content);
    CHECK(page.attachment->media_type == "image/jpeg");
    query.where = std::string(64, '0');
    CHECK(engine::run_query(rig.data(), query, go_on).error.find("no attachment") != std::string::npos);
    query.where = "../../etc/passwd";
    const QueryPage stray = engine::run_query(rig.data(), query, go_on);
    CHECK_FALSE(stray.attachment);
    CHECK_FALSE(stray.error.empty());
    // What was changed on the disk is not shown as what the agent sent.
    query.where = name;
    const std::filesystem::path file = store::attachment_file(rig.data(), name);
    std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(100).put('#');
    const QueryPage changed = engine::run_query(rig.data(), query, go_on);
    CHECK_FALSE(changed.attachment);
    CHECK(changed.error.find("not what its name says") != std::string::npos);
  }
  rig.stop();
  std::filesystem::remove_all(rig.data() / "attachments");
  std::ofstream(rig.data() / "attachments") << "no folder";
  rig.notes.clear();
  rig.start();
  REQUIRE(rig.notes.size() == 1);
  CHECK(rig.notes[0].starts_with("attachments are not taken: "));
  auto agent = rig.agent("net-1");
  rig.deliver(*agent, 2, events(2, 1));
}
