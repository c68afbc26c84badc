#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <random>

#include "console/store/attachment_files.hpp"
#include "console/store/attachment_store.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/store.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

constexpr UtcNs kNow = 1'700'000'000 * kSecond;
constexpr std::size_t kPiece = 1000;

std::string still(std::size_t bytes, char seed = 'a') {
  std::string out = "\xff\xd8\xff\xe0";
  while (out.size() < bytes) out += static_cast<char>(seed + static_cast<char>(out.size() % 23));
  return out;
}

std::string name_of(const std::string& content) {
  ContentHash hash;
  hash.add(content);
  return hash.hex();
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat s {};
  REQUIRE(::stat(path.c_str(), &s) == 0);
  return s.st_mode & 0777U;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Bench {
  AttachmentStore& store() {
    if (!open) open = must(AttachmentStore::open(data(), limits, disk));
    return *open;
  }
  PieceTaken piece(const std::string& content, std::size_t offset, std::size_t size, const std::string& agent = "cam-1",
                   std::string name = {}) {
    if (name.empty()) name = name_of(content);
    return store().take(
        {agent, name, "image/jpeg", offset, content.size(), std::string_view(content).substr(offset, size)}, ++now);
  }
  /// Brings all of it; the last answer.
  PieceTaken bring(const std::string& content, const std::string& agent = "cam-1") {
    PieceTaken taken;
    for (std::size_t at = 0; at < content.size(); at = taken.stored) {
      taken = piece(content, at, kPiece, agent);
      if (taken.stored <= at) break;
    }
    return taken;
  }
  [[nodiscard]] std::filesystem::path data() const { return dir / "data"; }
  [[nodiscard]] bool has(const std::string& content) const {
    const auto file = attachment_file(data(), name_of(content));
    return std::filesystem::exists(file) && read(file) == content;
  }
  [[nodiscard]] std::size_t listed() const { return must(read_attachment_index(data())).stored.size(); }

  Scratch dir;
  AttachmentLimits limits;
  AttachmentDisk disk = real_attachment_disk();
  UtcNs now = kNow;
  std::unique_ptr<AttachmentStore> open;
};

}  // namespace

TEST_CASE("an attachment that came in pieces is stored whole under its name, for its owner alone") {
  Bench bench;
  const std::string content = still(2500);
  CHECK(bench.piece(content, 0, kPiece).stored == 1000);
  CHECK(bench.piece(content, 1000, kPiece).stored == 2000);
  CHECK(bench.listed() == 0);
  const PieceTaken last = bench.piece(content, 2000, kPiece);
  CHECK(last.stored == 2500);
  CHECK(last.reason.empty());
  CHECK(last.fact.empty());
  CHECK(bench.has(content));
  CHECK(bench.store().bytes() == 2500);
  CHECK(bench.store().partials() == 0);
  const auto file = attachment_file(bench.data(), name_of(content));
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(file.parent_path()) == 0700);
  CHECK(mode_of(file.parent_path().parent_path()) == 0700);
  const AttachmentList list = must(read_attachment_index(bench.data()));
  REQUIRE(list.stored.size() == 1);
  CHECK(list.stored[0] == StoredAttachment{name_of(content), "cam-1", "image/jpeg", 2500, bench.now});
  // Whoever brings it again hears it at once.
  CHECK(bench.piece(content, 0, 10, "cam-2").stored == 2500);
  CHECK(bench.listed() == 1);
}

TEST_CASE("a piece that comes again, overlaps or leaves a hole changes nothing that is stored") {
  Bench bench;
  const std::string content = still(3000);
  CHECK(bench.piece(content, 0, 1500).stored == 1500);
  CHECK(bench.piece(content, 0, 1500).stored == 1500);
  CHECK(bench.piece(content, 2000, 500).stored == 1500);  // a hole
  CHECK(bench.piece(content, 1000, 1000).stored == 2000);
  CHECK(bench.piece(content, 500, 500).stored == 2000);
  CHECK(bench.piece(content, 0, 3000).stored == 3000);
  CHECK(bench.has(content));
}

TEST_CASE("after a restart an attachment goes on where it was, even if only its name was missing") {
  Bench bench;
  const std::string content = still(3000);
  CHECK(bench.piece(content, 0, 2000).stored == 2000);
  bench.open.reset();
  CHECK(bench.piece(content, 0, 10).stored == 2000);
  CHECK(bench.piece(content, 2000, 1000).stored == 3000);
  CHECK(bench.has(content));
  bench.open.reset();
  CHECK(bench.store().count() == 1);
  CHECK(bench.piece(content, 0, 10).stored == 3000);
  // A crash between the line of the index and the file's name.
  const auto file = attachment_file(bench.data(), name_of(content));
  bench.open.reset();
  std::filesystem::rename(file, bench.data() / "attachments/partial/cam-1" / name_of(content));
  CHECK(bench.store().count() == 0);
  CHECK(bench.piece(content, 0, 10).stored == 3000);
  CHECK(bench.has(content));
  CHECK(bench.listed() == 1);
}

TEST_CASE("what a crash left damaged is begun anew; what an agent sends wrong is refused for good") {
  Bench bench;
  const std::string content = still(3000);
  CHECK(bench.piece(content, 0, 2000).stored == 2000);
  bench.open.reset();
  const auto partial = bench.data() / "attachments/partial/cam-1" / name_of(content);
  std::ofstream(partial, std::ios::in | std::ios::binary).seekp(100) << "zeros of a journal";
  CHECK(bench.piece(content, 0, 10).stored == 2000);
  const PieceTaken anew = bench.piece(content, 2000, 1000);
  CHECK(anew.stored == 0);
  CHECK(anew.reason.empty());
  CHECK(anew.fact.find("begun anew") != std::string::npos);
  CHECK(bench.bring(content).stored == 3000);
  CHECK(bench.has(content));
  const std::string other = still(500, 'b');
  const PieceTaken wrong = bench.piece(other, 0, 500, "cam-1", name_of(still(500, 'c')));
  CHECK(wrong.reason == "its content is not what its name says");
  CHECK_FALSE(wrong.fact.empty());
  CHECK(bench.store().partials() == 0);
  CHECK(bench.store().count() == 1);
}

TEST_CASE("hostile pieces are refused, named, and leave no file") {
  Bench bench;
  bench.limits.each = 5000;
  const std::string content = still(1000), name = name_of(content);
  const auto refused = [&](AttachmentPiece piece) {
    const PieceTaken taken = bench.store().take(piece, kNow);
    CHECK(taken.stored == 0);
    CHECK_FALSE(taken.fact.empty());
    return taken.reason;
  };
  CHECK(refused({"cam-1", "../../../etc/passwd", "image/jpeg", 0, 1000, content}) == "it has no name");
  CHECK(refused({"../cam-1", name, "image/jpeg", 0, 1000, content}) == "it has no name");
  CHECK(refused({"cam-1", name, "image/jpeg", 0, 0, ""}) == "a piece lies outside of its attachment");
  CHECK(refused({"cam-1", name, "image/jpeg", 0, 1000, ""}) == "a piece lies outside of its attachment");
  CHECK(refused({"cam-1", name, "image/jpeg", 1, 1000, content}) == "a piece lies outside of its attachment");
  CHECK(refused({"cam-1", name, "image/jpeg", ~std::uint64_t{0}, 1000, content}) ==
        "a piece lies outside of its attachment");
  CHECK(refused({"cam-1", name, "image/jpeg", 0, 5001, content}).starts_with("it has 5001 bytes"));
  CHECK(refused({"cam-1", name, "image/png", 0, 1000, content}).starts_with("it is no JPEG, PNG or MP4"));
  CHECK(refused({"cam-1", name, "text/html", 0, 1000, "<script>"}).starts_with("it is no JPEG, PNG or MP4"));
  CHECK(bench.store().partials() == 0);
  // A length that changes costs the sender what it sent.
  CHECK(bench.piece(content, 0, 500).stored == 500);
  CHECK(refused({"cam-1", name, "image/jpeg", 500, 2000, content}) == "its length changed while it was sent");
  CHECK(bench.store().partials() == 0);
  CHECK(bench.bring(content).stored == 1000);
  CHECK(refused({"cam-2", name, "image/jpeg", 0, 999, content.substr(0, 10)}) ==
        "its name belongs to a content of another length");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.data()))
    files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == 2);  // the index and the one that is stored
}

TEST_CASE("no agent can touch what another one is sending") {
  Bench bench;
  const std::string content = still(2000);
  CHECK(bench.piece(content, 0, 1000, "cam-1").stored == 1000);
  std::string forged = content;
  forged[500] = '?';
  CHECK(bench.piece(forged, 0, 1500, "evil", name_of(content)).stored == 1500);
  CHECK(bench.piece(forged, 1500, 500, "evil", name_of(content)).reason == "its content is not what its name says");
  CHECK(bench.piece(content, 1000, 1000, "cam-1").stored == 2000);
  CHECK(bench.has(content));
}

TEST_CASE("an agent that begins many attachments and ends none has four, and is named") {
  Bench bench;
  for (char c = 'a'; c < 'e'; ++c) CHECK(bench.piece(still(2000, c), 0, 1000).fact.empty());
  CHECK(bench.piece(still(2000, 'z'), 0, 1000, "cam-2").stored == 1000);
  const PieceTaken fifth = bench.piece(still(2000, 'e'), 0, 1000);
  CHECK(fifth.stored == 1000);
  CHECK(fifth.fact.starts_with("cam-1: begins more attachments than it ends"));
  CHECK(bench.store().partials() == 5);
  CHECK(bench.piece(still(2000, 'a'), 0, 500).stored == 500);  // the one it left longest was thrown away
  CHECK(bench.piece(still(2000, 'z'), 0, 10, "cam-2").stored == 1000);
  // After a week nobody waits for it any more.
  bench.now += AttachmentStore::kPartialLasts + kSecond;
  CHECK(bench.piece(still(2000, 'f'), 0, 1000).fact.empty());
  CHECK(bench.store().partials() == 1);
  for (int i = 0; i < 300; ++i) (void)bench.piece(still(2000, 'q'), 0, 1000, "agent-" + std::to_string(i));
  CHECK(bench.store().partials() == AttachmentStore::kMostPartialsOfAll);
}

TEST_CASE("the oldest make room, of the agent first and then of all, and the audit hears how many") {
  Bench bench;
  bench.limits = {.total = 10'000, .per_agent = 5000, .each = 3000};
  for (char c = 'a'; c < 'f'; ++c) CHECK(bench.bring(still(1000, c)).removed.empty());
  const PieceTaken sixth = bench.bring(still(1000, 'f'));
  CHECK(sixth.stored == 1000);
  REQUIRE(sixth.removed.size() == 1);
  CHECK(sixth.removed[0].starts_with("2 attachments removed, the oldest first (0.0 MiB, received from 2023-11-14T"));
  CHECK(sixth.removed[0].ends_with("cam-1 may have 0.0 MiB"));
  CHECK_FALSE(bench.has(still(1000, 'a')));
  CHECK_FALSE(bench.has(still(1000, 'b')));
  CHECK(bench.has(still(1000, 'c')));
  CHECK(find_attachment(bench.data(), name_of(still(1000, 'a')))
            .error()
            .what.starts_with("this attachment was removed at 2023-11-14T"));
  for (int i = 0; i < 3; ++i)
    for (char c = 'k'; c < 'm'; ++c)
      bench.bring(still(1000, static_cast<char>(c + 2 * i)), "cam-" + std::to_string(i + 2));
  CHECK(bench.store().bytes() <= 10'000);
  const PieceTaken last = bench.bring(still(3000, 'A'), "cam-9");
  CHECK(last.stored == 3000);
  REQUIRE(last.removed.size() == 1);
  CHECK(last.removed[0].find("all may have") != std::string::npos);
  CHECK_FALSE(bench.has(still(1000, 'c')));
  CHECK(bench.store().bytes() <= 10'000);
  const auto before = bench.store().bytes();
  bench.open.reset();
  CHECK(bench.store().bytes() == before);
  CHECK(bench.store().count() == bench.listed());
}

TEST_CASE("a full disk, a failed sync and too little room leave nothing half and are tried again later") {
  Bench bench;
  bool full = false, broken = false;
  std::uint64_t room = 1ULL << 40U;
  const AttachmentDisk real = real_attachment_disk();
  bench.disk.write = [&](int fd, const char* bytes, std::size_t size, off_t at) -> ssize_t {
    if (!full) return real.write(fd, bytes, size, at);
    if (size > 300) return real.write(fd, bytes, 300, at);  // half of it fits
    return errno = ENOSPC, -1;
  };
  bench.disk.sync = [&](int fd) { return broken ? (errno = EIO, -1) : real.sync(fd); };
  bench.disk.free_bytes = [&](const std::filesystem::path&) { return room; };
  const std::string content = still(3000);
  CHECK(bench.piece(content, 0, 1000).stored == 1000);
  full = true;
  const PieceTaken no = bench.piece(content, 1000, 1000);
  CHECK(no.stored == 1000);
  CHECK(no.reason.empty());
  CHECK(no.problem.find("free space on that disk") != std::string::npos);
  full = false;
  CHECK(bench.piece(content, 1000, 1000).stored == 2000);
  room = AttachmentStore::kKeepFree;
  CHECK(bench.piece(content, 2000, 1000).problem.find("less than 512 MiB are free") != std::string::npos);
  room = 1ULL << 40U;
  broken = true;
  const PieceTaken unsynced = bench.piece(content, 2000, 1000);
  CHECK(unsynced.stored == 0);
  CHECK_FALSE(unsynced.problem.empty());
  CHECK(bench.store().partials() == 0);  // what could not be synced is never trusted again
  broken = false;
  CHECK(bench.bring(content).stored == 3000);
  CHECK(bench.has(content));
}

TEST_CASE("a torn index and files that it does not know cost nothing") {
  Bench bench;
  for (char c = 'a'; c < 'd'; ++c) bench.bring(still(1000, c));
  bench.open.reset();
  const auto index = bench.data() / "attachments/index";
  std::string text = read(index);
  text.resize(text.size() - 20);
  std::ofstream(index, std::ios::binary) << text;
  CHECK(bench.store().count() == 3);
  CHECK(bench.bring(still(1000, 'd')).stored == 1000);
  bench.open.reset();
  const AttachmentList list = must(read_attachment_index(bench.data()));
  CHECK(list.stored.size() == 4);
  CHECK(list.unreadable == 0);
  CHECK(list.stored[2].agent == "-");
  CHECK(list.stored[2].media_type == "image/jpeg");
  std::ofstream(index, std::ios::binary) << "watchfloor attachments 2\n";
  CHECK(AttachmentStore::open(bench.data(), {}).error().what == "it was written by a newer Watchfloor");
}

TEST_CASE("verify names what is missing or changed, and a backup and its restore hold every attachment") {
  Bench bench;
  must(Store::open(bench.data()));
  for (char c = 'a'; c < 'd'; ++c) bench.bring(still(1000, c));
  (void)bench.piece(still(2000, 'z'), 0, 500);
  bench.open.reset();
  AttachmentCheck good = must(check_attachments(bench.data()));
  CHECK(good.count == 3);
  CHECK(good.bytes == 3000);
  CHECK(good.damages.empty());
  must(backup(bench.data(), bench.dir / "backup"));
  must(restore(bench.dir / "backup", bench.dir / "restored"));
  CHECK(must(check_attachments(bench.dir / "restored")).count == 3);
  CHECK_FALSE(std::filesystem::exists(bench.dir / "restored/attachments/partial"));
  CHECK(mode_of(attachment_file(bench.dir / "restored", name_of(still(1000, 'a')))) == 0600);
  CHECK(must(AttachmentStore::open(bench.dir / "restored", {}))->count() == 3);
  std::ofstream(attachment_file(bench.data(), name_of(still(1000, 'a'))), std::ios::app) << "!";
  std::filesystem::remove(attachment_file(bench.data(), name_of(still(1000, 'b'))));
  const std::vector<std::string> damages = must(check_attachments(bench.data())).damages;
  REQUIRE(damages.size() == 2);
  CHECK(damages[0].starts_with("attachment " + name_of(still(1000, 'a')) +
                               ": its content was changed; a backup may have it: put it back as attachments/"));
  CHECK(damages[1].find("cannot read") != std::string::npos);
  // Neither keeps the rest from being backed up.
  must(backup(bench.data(), bench.dir / "again"));
  must(restore(bench.dir / "again", bench.dir / "back"));
  CHECK(must(check_attachments(bench.dir / "back")).damages.size() == 1);
  CHECK(must(check_attachments(bench.dir / "back")).count == 2);
}

TEST_CASE("verify names the attachments that events name and that are not there: which, how many, whose, what to do") {
  Bench bench;
  const auto store = must(Store::open(bench.data()));
  const std::string here = still(1000, 'a'), begun = still(2000, 'b'), never = still(1000, 'c'),
                    lost = still(1000, 'd'), old = still(1000, 'e');
  // The event of each, two of one, and what only looks like a name.
  std::vector<Event> events;
  for (const std::string* content : {&old, &here, &begun, &never, &never, &lost}) {
    Event event;
    event.time = time_of(events.size() + 1);
    event.kind = "camera.motion";
    event.add("attachment", name_of(*content));
    events.push_back(event);
  }
  events[0].add("attachment", "../../etc/passwd");
  Record record = batch("cam-1", 7, 1, 1, static_cast<std::uint32_t>(events.size()));
  BatchEncoder().encode(events, record.payload);
  std::vector<Record> records = {batch("net-1", 7, 1, 1, 3), record};
  must(store->append(records));

  bench.limits.per_agent = 4500;
  bench.bring(old);
  bench.bring(lost);
  (void)bench.piece(begun, 0, 500);
  bench.open.reset();
  std::filesystem::remove(attachment_file(bench.data(), name_of(lost)));
  bench.bring(here);  // opens it again, and the file is missed
  for (char c = 'm'; bench.has(old); ++c) bench.bring(still(1000, c), "cam-1");
  bench.open.reset();

  const VerifyReport report = must(must(Reader::open(bench.data()))->verify());
  CHECK(report.whole());
  CHECK(report.attachments.size() == 5);
  const AttachmentCheck check = must(check_attachments(bench.data(), report.attachments));
  CHECK(check.damages.empty());
  CHECK(check.removed == 1);
  CHECK(check.absent == 3);
  REQUIRE(check.absences.size() == 3);
  const auto line_about = [&](const std::string& content) {
    for (const std::string& line : check.absences)
      if (line.starts_with("attachment " + name_of(content) + ", named by cam-1 at 1970-01-01T00:00:0")) return line;
    return std::string();
  };
  CHECK(
      line_about(begun).ends_with("(log record 2): 500 bytes of it came; cam-1 brings the rest when it is connected"));
  CHECK(line_about(never).find("it did not come; cam-1 brings it when it is connected") != std::string::npos);
  CHECK(line_about(lost).ends_with("its file is gone; a backup may have it: put it back as attachments/" +
                                   name_of(lost).substr(0, 2) + "/" + name_of(lost) + " and start the engine again"));
  // What it says to do is right.
  std::ofstream(attachment_file(bench.data(), name_of(lost)), std::ios::binary) << lost;
  bench.limits = {};
  CHECK(bench.store().count() >= 2);
  CHECK(must(check_attachments(bench.data(), report.attachments)).absent == 2);
  // A backup knows what was removed and what was lost, too.
  std::filesystem::remove(attachment_file(bench.data(), name_of(here)));
  must(backup(bench.data(), bench.dir / "backup"));
  must(restore(bench.dir / "backup", bench.dir / "restored"));
  const AttachmentCheck restored = must(check_attachments(bench.dir / "restored", report.attachments));
  CHECK(restored.removed == 1);
  CHECK(restored.absent == 3);
}

TEST_CASE("an attachment is found by the first digits of its name") {
  Bench bench;
  const std::string content = still(1000);
  bench.bring(content);
  CHECK(must(find_attachment(bench.data(), name_of(content).substr(0, 8))).hash == name_of(content));
  CHECK(find_attachment(bench.data(), name_of(content).substr(0, 7)).error().what == "this is too little of a name");
  CHECK(find_attachment(bench.data(), "0123456789").error().what == "no attachment of this name is stored");
  CHECK(find_attachment(bench.dir / "nowhere", "0123456789").error().what == "no attachment of this name is stored");
}
