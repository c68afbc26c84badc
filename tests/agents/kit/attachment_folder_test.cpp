#include "agents/kit/spool/attachment_folder.hpp"

#include <sys/stat.h>

#include <fstream>

#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

struct Bench {
  Bench() {
    std::filesystem::create_directories(scratch / "clips/2026");
    for (const char* file : {"clips/a.jpg", "clips/2026/b.jpg", "secret"}) std::ofstream(scratch / file) << file;
  }
  std::string open(const std::string& name, const char* directory = "clips") const {
    const Result<Descriptor> file = AttachmentFolder(scratch / directory).open(name);
    if (!file) return file.error().what;
    std::string text(100, '\0');
    text.resize(static_cast<std::size_t>(::read(file->get(), text.data(), text.size())));
    return text;
  }
  test::Scratch scratch;
};

constexpr const char* kOutside = "it names a file outside of the directory of attachments";

}  // namespace

TEST_CASE("files beneath the directory are opened, by relative and absolute names") {
  const Bench bench;
  CHECK(bench.open("a.jpg") == "clips/a.jpg");
  CHECK(bench.open("2026/b.jpg") == "clips/2026/b.jpg");
  CHECK(bench.open("./2026//./b.jpg") == "clips/2026/b.jpg");
  CHECK(bench.open((bench.scratch / "clips/2026/b.jpg").string()) == "clips/2026/b.jpg");
  CHECK(bench.open("a.jpg", "clips/") == "clips/a.jpg");
  CHECK(AttachmentFolder(bench.scratch / "clips").check());
  CHECK(AttachmentFolder(bench.scratch / "absent").check().error().what.find("No such file") != std::string::npos);
}

TEST_CASE("no name leads out of the directory") {
  const Bench bench;
  for (const char* name : {"../secret", "2026/../../secret", "..", "/etc/passwd", ""})
    CHECK(bench.open(name) == kOutside);
  CHECK(bench.open((bench.scratch / "secret").string()) == kOutside);
  CHECK(bench.open((bench.scratch / "clips-2/a.jpg").string()) == kOutside);
  CHECK(bench.open((bench.scratch / "clips/../secret").string()) == kOutside);
  CHECK(bench.open(std::string("a.jpg\0x", 7)) == kOutside);
  CHECK(bench.open(std::string(5000, 'a')) == kOutside);
}

TEST_CASE("no link is followed and nothing but a regular file opened") {
  const Bench bench;
  std::filesystem::create_symlink(bench.scratch / "secret", bench.scratch / "clips/link.jpg");
  std::filesystem::create_directory_symlink(bench.scratch.path(), bench.scratch / "clips/up");
  REQUIRE(::mkfifo((bench.scratch / "clips/pipe").c_str(), 0600) == 0);
  CHECK(bench.open("link.jpg").starts_with("cannot attach it"));
  CHECK(bench.open("up/secret").starts_with("cannot attach it"));
  CHECK(bench.open("pipe") == "it is no regular file");
  CHECK(bench.open("2026") == "it is no regular file");
  CHECK(bench.open("2026/") != "clips/2026/b.jpg");
  CHECK(bench.open("absent.jpg") == "cannot attach it: No such file or directory");
}
