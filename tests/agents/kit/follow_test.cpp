#include "agents/kit/read/follow.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::kit {
namespace {

using wf::test::TemporaryFolder;
using Next = FileFollower::Next;
namespace fs = std::filesystem;

// Everything there is now, records joined with '|', refusals as "!".
std::string all(FileFollower& follower, std::int64_t mono = 0) {
  std::string out;
  FollowedRecord record;
  Error error;
  for (;;) {
    switch (follower.next({0, mono}, record, error)) {
      case Next::record:
        out += record.repeated ? "(" + std::string(record.text) + ")" : std::string(record.text);
        out += '|';
        break;
      case Next::refused:
        out += "!|";
        break;
      case Next::idle:
        return out;
      case Next::ended:
        return out + "$";
    }
  }
}

struct Followed {
  explicit Followed(const std::string& path, std::string_view position = {}, bool once = false,
                    FollowOptions options = {})
      : follower(path, std::move(options)) {
    follower.start(position, once);
  }
  FileFollower follower;
  std::string read() { return all(follower); }
};

void set_modified(const std::string& file, std::int64_t seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

TEST_CASE("lines are read as they come, an unfinished one is waited for") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\nb\r\nc"));
  CHECK(f.read() == "a|b|");
  CHECK(f.read().empty());
  folder.append("log", "d\n");
  CHECK(f.read() == "cd|");
}

TEST_CASE("with once the input ends at its end and the unfinished line counts") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\nb"), {}, true);
  CHECK(f.read() == "a|b|$");
  CHECK(f.follower.reached_end());
  CHECK(f.read() == "$");
}

TEST_CASE("a file that is not there yet is said and read once it is") {
  TemporaryFolder folder;
  Followed f(folder.file("log"));
  CHECK(f.read().empty());
  CHECK_FALSE(f.follower.reading());
  CHECK(f.follower.problem().find("no such file") != std::string::npos);
  CHECK(f.follower.next_wake() > 0);
  folder.write("log", "a\n");
  CHECK(f.read() == "a|");
  CHECK(f.follower.problem().empty());
}

TEST_CASE("with once a file that is not there is the end, and the reason is kept") {
  TemporaryFolder folder;
  Followed f(folder.file("log"), {}, true);
  CHECK(f.read() == "$");
  CHECK_FALSE(f.follower.reached_end());
  CHECK(f.follower.problem() == folder.file("log") + ": no such file");
}

TEST_CASE("what cannot be read as a file is said, and check says it without starting") {
  TemporaryFolder folder;
  fs::create_directory(folder.path() / "dir");
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const char* name : {"dir", "pipe"}) {
    Followed f(folder.file(name));
    CHECK(f.read().empty());
    CHECK(f.follower.problem().find("not a regular file") != std::string::npos);
    REQUIRE(f.follower.check().size() == 1);
  }
  CHECK(FileFollower(folder.write("fine", ""), {}).check().empty());
  CHECK(FileFollower(folder.file("missing"), {}).check().size() == 1);
  if (::geteuid() != 0) {  // root may read everything
    const std::string file = folder.write("secret", "a\n");
    fs::permissions(file, fs::perms::none);
    Followed f(file);
    CHECK(f.read().empty());
    CHECK(f.follower.problem().find("Permission denied") != std::string::npos);
    fs::permissions(file, fs::perms::owner_read);
    CHECK(f.read() == "a|");
  }
}

TEST_CASE("a renamed file is read to its end before the new one") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\n"));
  CHECK(f.read() == "a|");
  folder.rename("log", "log.1");
  CHECK(f.read().empty());
  folder.append("log.1", "b\n");  // the writer has not reopened yet
  CHECK(f.read() == "b|");
  folder.write("log", "");  // logrotate's create
  folder.append("log.1", "c\n");
  CHECK(f.read() == "c|");
  folder.append("log.1", "d\ne");  // the last line will not be finished
  folder.append("log", "f\n");
  CHECK(f.read() == "d|e|f|");
  folder.append("log", "g\n");
  CHECK(f.read() == "g|");
}

TEST_CASE("a file rotated twice between two looks is not missed") {
  TemporaryFolder folder;
  Followed f(folder.write("eve.json", "a\n"));
  CHECK(f.read() == "a|");
  folder.append("eve.json", "b\n");
  folder.rename("eve.json", "eve.json.2");
  set_modified(folder.file("eve.json.2"), 1000);
  folder.write("eve.json.1", "c\n");
  set_modified(folder.file("eve.json.1"), 2000);
  folder.write("eve.json", "d\n");
  folder.write("eve.json.bak", "x\n");   // no rotation mark
  folder.write("eve.json.3", "a\nb\n");  // a copy of what was read
  CHECK(f.read() == "b|c|d|");
}

TEST_CASE("Zeek's rotation keeps the extension behind the date") {
  TemporaryFolder folder;
  std::string position;
  {
    Followed f(folder.write("conn.log", "a\n"));
    CHECK(f.read() == "a|");
    position = f.follower.position();
  }
  folder.append("conn.log", "b\n");
  folder.rename("conn.log", "conn.2026-03-12-22-00-00.log");
  folder.write("conn.log", "c\n");
  CHECK(Followed(folder.file("conn.log"), position).read() == "b|c|");
}

TEST_CASE("an emptied file is read from its beginning") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\nb\nc\n"));
  CHECK(f.read() == "a|b|c|");
  folder.write("log", "d\n");
  CHECK(f.read() == "d|");
}

TEST_CASE("an emptied file that grew beyond the old size at once is noticed by its first bytes") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\n"));
  CHECK(f.read() == "a|");
  folder.write("log", "bbbb\ncccc\n");
  CHECK(f.read() == "bbbb|cccc|");
}

TEST_CASE("a record cut off by emptying the file is refused") {
  TemporaryFolder folder;
  Followed f(folder.write("log", "a\nunfinished"));
  CHECK(f.read() == "a|");
  folder.write("log", "d\n");
  CHECK(f.read() == "!|d|");
}

TEST_CASE("copytruncate: what was not read yet is found in the copy") {
  TemporaryFolder folder;
  const std::string first = std::string(300, 'a') + "\n";
  Followed f(folder.write("log", first));
  CHECK(f.read() == std::string(300, 'a') + "|");
  folder.append("log", "b\n");
  fs::copy_file(folder.path() / "log", folder.path() / "log.1");
  folder.write("log", "c\n");
  CHECK(f.read() == "b|c|");
}

TEST_CASE("a restart goes on behind the saved position") {
  TemporaryFolder folder;
  std::string position;
  {
    Followed f(folder.write("log", "a\nb\nc"));
    FollowedRecord record;
    Error error;
    REQUIRE(f.follower.next({}, record, error) == Next::record);
    position = f.follower.position();
  }
  folder.append("log", "d\n");
  Followed f(folder.file("log"), position);
  FollowedRecord record;
  Error error;
  REQUIRE(f.follower.next({}, record, error) == Next::record);
  CHECK(record.text == "b");
  CHECK(record.number == 2);
  CHECK_FALSE(record.first);
  CHECK(f.read() == "cd|");
}

TEST_CASE("the position is kept while nothing is read, whatever the state") {
  TemporaryFolder folder;
  const std::string path = folder.write("log", "a\n");
  std::string position;
  {
    Followed f(path);
    CHECK(f.follower.position().empty());
    CHECK(f.read() == "a|");
    position = f.follower.position();
  }
  folder.rename("log", "elsewhere");
  Followed f(path, position);
  CHECK(f.follower.position() == position);
  CHECK(f.read().empty());
  CHECK(f.follower.position() == position);
  folder.rename("elsewhere", "log");
  CHECK(f.read().empty());
  CHECK(f.follower.position() == position);
}

TEST_CASE("a restart drains what was rotated in the meantime") {
  TemporaryFolder folder;
  std::string position;
  {
    Followed f(folder.write("log", "a\n"));
    CHECK(f.read() == "a|");
    position = f.follower.position();
  }
  folder.append("log", "b\n");
  folder.rename("log", "log.2");
  set_modified(folder.file("log.2"), 1000);
  folder.write("log.1", "c\n");
  set_modified(folder.file("log.1"), 2000);
  folder.write("log", "d\n");
  SECTION("following") { CHECK(Followed(folder.file("log"), position).read() == "b|c|d|"); }
  SECTION("once") { CHECK(Followed(folder.file("log"), position, true).read() == "b|c|d|$"); }
}

TEST_CASE("a file of which nothing was read yet is found again after it was written to and rotated") {
  TemporaryFolder folder;
  std::string position;
  {
    Followed f(folder.write("log", ""));
    CHECK(f.read().empty());
    position = f.follower.position();
    CHECK(position == f.follower.start_of_file());
  }
  folder.append("log", "a\n");
  folder.rename("log", "log.1");
  folder.write("log", "b\n");
  Followed f(folder.file("log"), position);
  CHECK(f.read() == "a|b|");
  CHECK(f.follower.problem().empty());
}

TEST_CASE("an inode that now belongs to another file is noticed by the file's first bytes") {
  TemporaryFolder folder;
  std::string position;
  {
    Followed f(folder.write("log", "first file\n"));
    CHECK(f.read() == "first file|");
    position = f.follower.position();
  }
  folder.write("log", "other file\nand more\n");  // the same inode
  Followed f(folder.file("log"), position);
  CHECK(f.read() == "other file|and more|");
  CHECK(f.follower.problem().find("may be lost") != std::string::npos);
}

TEST_CASE("a position that cannot be read begins at the beginning and says so") {
  TemporaryFolder folder;
  const std::string path = folder.write("log", "a\n");
  for (const char* position : {"nonsense", "v1 1 2", "v1 1 2 3 999 5", "v1 1 2 3 4 5 6", "v2 1 2 3 4 5"}) {
    FileFollower follower(path, {});
    follower.start(position, false);
    CHECK(follower.problem().find("saved position") != std::string::npos);
    CHECK(all(follower) == "a|");
  }
}

TEST_CASE("a record over the limit is refused and skipped, the next one is read") {
  TemporaryFolder folder;
  FollowOptions options;
  options.record_limit = 1000;
  const std::string huge(300'000, 'x');
  Followed f(folder.write("log", "a\n" + huge + "\nb\n" + std::string(1001, 'y') + "\nc\n"), {}, false, options);
  CHECK(f.read() == "a|!|b|!|c|");
}

TEST_CASE("the first record is repeated after a restart when asked for") {
  TemporaryFolder folder;
  FollowOptions options;
  options.repeat_first = true;
  std::string position;
  {
    Followed f(folder.write("log", "header\n1\n2\n"), {}, false, options);
    CHECK(f.read() == "header|1|2|");
    position = f.follower.position();
  }
  folder.append("log", "3\n");
  Followed f(folder.file("log"), position, false, options);
  CHECK(f.follower.position() == position);
  CHECK(f.read() == "(header)|3|");
  folder.rename("log", "log.1");
  folder.write("log", "header2\n4\n");
  CHECK(f.read() == "header2|4|");
}

TEST_CASE("a JSON array is cut into its elements, also behind a restart") {
  TemporaryFolder folder;
  FollowOptions options;
  options.framing = json_framing;
  std::string position;
  {
    Followed f(folder.write("log", "[\n {\"a\":\n 1},\n"), {}, false, options);
    CHECK(f.read() == "{\"a\":\n 1}|");
    position = f.follower.position();
  }
  folder.append("log", " {\"b\":2}\n]");
  CHECK(Followed(folder.file("log"), position, true, options).read() == "{\"b\":2}|$");
  folder.write("stray", "[}{\"a\":1}]");
  CHECK(Followed(folder.file("stray"), {}, true, options).read().find("{\"a\":1}|") != std::string::npos);
}

TEST_CASE("the framing is chosen when the first bytes are there") {
  TemporaryFolder folder;
  FollowOptions options;
  options.framing = json_framing;
  Followed f(folder.write("log", ""), {}, false, options);
  CHECK(f.read().empty());
  folder.append("log", "[{\"a\":1},{\"b\":2}");
  CHECK(f.read() == "{\"a\":1}|{\"b\":2}|");
}

TEST_CASE("writing to the file, creating and renaming it wake the follower") {
  TemporaryFolder folder;
  Followed f(folder.file("log"));
  const auto woken = [&] {
    std::vector<pollfd> fds;
    f.follower.add_fds(fds);
    REQUIRE(fds.size() == 1);
    return ::poll(fds.data(), 1, wf::test::patience_ms(5000)) == 1;
  };
  CHECK(f.read().empty());
  folder.write("log", "a\n");
  CHECK(woken());
  CHECK(f.read() == "a|");
  folder.append("log", "b\n");
  CHECK(woken());
  CHECK(f.read() == "b|");
  folder.rename("log", "log.1");
  CHECK(woken());
  CHECK(f.read().empty());
}

TEST_CASE("whatever is cut where, following in pieces gives the same records") {
  TemporaryFolder folder;
  std::string text, expected;
  for (int i = 0; i < 12; ++i) {
    const std::string line(static_cast<std::size_t>(i * 7 % 23), static_cast<char>('a' + i % 26));
    text += line + (i % 3 == 0 ? "\r\n" : "\n");
    expected += line + "|";
  }
  for (const std::size_t piece : {3U, 11U, 23U, 64U}) {
    folder.write("log", "");
    std::string position, got;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      folder.append("log", text.substr(at, piece));
      Followed f(folder.file("log"), position);  // a restart at each piece
      got += f.read();
      position = f.follower.position();
    }
    REQUIRE(got == expected);
  }
}

}  // namespace
}  // namespace wf::kit
