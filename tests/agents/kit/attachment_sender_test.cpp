#include "agents/kit/link/attachment_sender.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "agents/kit/source.hpp"
#include "proto/attachment.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

constexpr std::size_t kMiB = 1U << 20U;

std::string still(std::size_t bytes, char seed = 'a') {
  std::string out = "\xff\xd8\xff\xe0";
  while (out.size() < bytes) out += static_cast<char>(seed + static_cast<char>(out.size() % 23));
  return out;
}

/// A sender whose pieces the test gets, and answers.
struct Bench {
  Bench() {
    Result<Attachments> opened = Attachments::open({.directory = scratch / "attachments"});
    REQUIRE(opened);
    store.emplace(std::move(*opened));
    sender.emplace(&*store, [this](const std::string& line) { said.push_back(line); });
  }
  std::string add(const std::string& content) { return store->add(content).value(); }
  /// The pieces that are sent now.
  std::vector<std::pair<LinkMessage, std::string>> sent(bool may = true) {
    std::vector<std::pair<LinkMessage, std::string>> out;
    sender->step(moment(), may, [&](LinkMessage&& header, std::string_view piece) {
      if (!takes) return false;
      out.emplace_back(std::move(header), piece);
      return true;
    });
    return out;
  }
  void answer(const std::string& hash, std::uint64_t offset, const std::string& reason = {}) {
    LinkMessage message;
    message.kind = LinkKind::attachment_stored;
    message.attachment = hash;
    message.offset = offset;
    message.reason = reason;
    sender->on_stored(message, moment());
  }
  [[nodiscard]] Moment moment() const { return {mono, mono}; }

  test::Scratch scratch;
  std::optional<Attachments> store;
  std::optional<AttachmentSender> sender;
  std::vector<std::string> said;
  bool takes = true;
  std::int64_t mono = 1000 * kSecond;
};

}  // namespace

TEST_CASE("an attachment begins with a small piece and goes on where the engine says") {
  Bench bench;
  const std::string content = still(100'000);
  const std::string hash = bench.add(content);
  CHECK(bench.sent().empty());  // no connection
  bench.sender->welcomed(2);
  auto pieces = bench.sent();
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].first.kind == LinkKind::attachment);
  CHECK(pieces[0].first.attachment == hash);
  CHECK(pieces[0].first.media_type == "image/jpeg");
  CHECK(pieces[0].first.offset == 0);
  CHECK(pieces[0].first.total == 100'000);
  CHECK(pieces[0].second == content.substr(0, 4096));
  CHECK(bench.sent().empty());
  bench.answer(hash, 60'000);
  CHECK(bench.sender->answered());
  pieces = bench.sent();
  REQUIRE_FALSE(pieces.empty());
  std::uint64_t at = 60'000;
  for (int round = 0; round < 100 && bench.store->count() > 0; ++round) {
    for (const auto& [header, bytes] : pieces) {
      CHECK(header.offset == at);
      CHECK(bytes == content.substr(at, bytes.size()));
      at += bytes.size();
      bench.answer(hash, at);
    }
    pieces = bench.sent();
  }
  CHECK(at == content.size());
  CHECK(bench.store->count() == 0);
  CHECK(bench.sender->settled());
  CHECK(bench.sender->next_wake() == kNever);
}

TEST_CASE("what the engine has already, or will never take, is not sent again") {
  Bench bench;
  const std::string known = bench.add(still(50'000, 'a')), unwanted = bench.add(still(50'000, 'b'));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(known, 50'000);
  const auto next = bench.sent();
  REQUIRE(next.size() == 1);
  CHECK(next[0].first.attachment == unwanted);
  bench.answer(unwanted, 0, "larger than this engine takes");
  CHECK(bench.sent().empty());
  CHECK(bench.store->count() == 0);
  CHECK(bench.sender->refused() == 1);
  CHECK(bench.said == std::vector<std::string>{"the engine did not want an attachment: larger than this engine takes"});
}

TEST_CASE("while an event waits no piece is sent, and none beyond the window") {
  Bench bench;
  const std::string hash = bench.add(still(4 * kMiB));
  bench.sender->welcomed(2);
  CHECK(bench.sent(false).empty());
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  CHECK(bench.sent(false).empty());
  std::uint64_t at = 4096;
  std::size_t most = 0;
  // Answers come at once: more and more may be under way, up to a bound.
  for (int round = 0; round < 6; ++round) {
    const auto pieces = bench.sent();
    CHECK(pieces.size() <= kPieceWindow);
    for (const auto& [header, bytes] : pieces) {
      CHECK(bytes.size() <= kMostPieceBytes);
      most = std::max(most, bytes.size());
    }
    CHECK(bench.sent().empty());
    for (const auto& [header, bytes] : pieces) bench.answer(hash, at = header.offset + bytes.size());
    bench.mono += 10 * kMillisecond;
  }
  CHECK(most == 32'768);
  bench.takes = false;
  CHECK(bench.sent().empty());
  bench.takes = true;
  CHECK(bench.sent().front().first.offset == at);
}

TEST_CASE("on a slow line little is under way, so that an event waits little") {
  Bench bench;
  const std::string hash = bench.add(still(2 * kMiB));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  std::size_t under_way = 0;
  for (int round = 0; round < 20; ++round) {
    const auto pieces = bench.sent();
    REQUIRE_FALSE(pieces.empty());
    under_way = 0;
    for (const auto& [header, bytes] : pieces) under_way += bytes.size();
    bench.mono += 400 * kMillisecond;
    for (const auto& [header, bytes] : pieces) bench.answer(hash, header.offset + bytes.size());
  }
  CHECK(under_way == 2048);
  for (int round = 0; round < 5; ++round) {
    for (const auto& [header, bytes] : bench.sent()) bench.answer(hash, header.offset + bytes.size());
    bench.mono += 10 * kMillisecond;
  }
  under_way = 0;
  for (const auto& [header, bytes] : bench.sent()) under_way += bytes.size();
  CHECK(under_way > 100'000);
}

TEST_CASE("on a long line much is under way, as long as it does not queue") {
  Bench bench;
  const std::string hash = bench.add(still(4 * kMiB));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.mono += 80 * kMillisecond;  // the line's own time
  bench.answer(hash, 4096);
  std::size_t under_way = 0;
  for (int round = 0; round < 10; ++round) {
    const auto pieces = bench.sent();
    under_way = 0;
    for (const auto& [header, bytes] : pieces) under_way += bytes.size();
    bench.mono += 81 * kMillisecond;
    for (const auto& [header, bytes] : pieces) bench.answer(hash, header.offset + bytes.size());
  }
  CHECK(under_way == 128U << 10U);
}

TEST_CASE("however quick the answers, attachments take sixteen MiB a second at most") {
  Bench bench;
  const std::string hash = bench.add(still(8 * kMiB));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  std::size_t sent = 0;
  const std::int64_t end = bench.mono + kSecond / 4;
  while (bench.mono < end) {
    const auto pieces = bench.sent();
    for (const auto& [header, bytes] : pieces) {
      sent += bytes.size();
      bench.answer(hash, header.offset + bytes.size());
    }
    if (!pieces.empty()) continue;
    CHECK(bench.sender->next_wake() > bench.mono);
    bench.mono = std::min(end, bench.sender->next_wake());
  }
  CHECK(sent > 3 * kMiB);
  CHECK(sent <= 4 * kMiB + (256U << 10U));
}

TEST_CASE("an engine that takes nothing now, or is silent, is asked again later and more seldom") {
  Bench bench;
  const std::string hash = bench.add(still(100'000));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 0);  // a full disk
  CHECK(bench.sent().empty());
  CHECK(bench.sender->settled());
  CHECK(bench.said == std::vector<std::string>{"the engine takes no attachments now; they wait"});
  CHECK(bench.sender->next_wake() == bench.mono + 30 * kSecond);
  bench.mono += 30 * kSecond;
  REQUIRE(bench.sent().size() == 1);  // and no answer comes
  CHECK(bench.sender->next_wake() == bench.mono + 30 * kSecond);
  bench.mono += 30 * kSecond;
  CHECK(bench.sent().empty());
  CHECK(bench.sender->next_wake() == bench.mono + 60 * kSecond);
  bench.mono += 60 * kSecond;
  // While events wait the time may pass without a piece, and without waking for it.
  CHECK(bench.sent(false).empty());
  CHECK(bench.sender->next_wake() == kNever);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  CHECK_FALSE(bench.sender->settled());
  CHECK_FALSE(bench.sent().empty());
  CHECK(bench.said.size() == 1);
  CHECK(bench.store->count() == 1);
}

TEST_CASE("a piece that did not arrive makes the sender ask where to go on") {
  Bench bench;
  const std::string hash = bench.add(still(200'000));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  const auto pieces = bench.sent();
  REQUIRE(pieces.size() > 1);
  bench.answer(hash, 4096);  // the first of them was lost
  bench.answer(hash, 4096);  // late words change nothing
  CHECK(bench.sent().empty());
  bench.mono += 30 * kSecond;
  const auto question = bench.sent();
  REQUIRE(question.size() == 1);
  CHECK(question[0].first.offset == 0);
  bench.answer(hash, 4096);
  CHECK(bench.sent().front().first.offset == 4096);
}

TEST_CASE("after a cut connection an attachment goes on where the engine is") {
  Bench bench;
  const std::string hash = bench.add(still(100'000));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(hash, 4096);
  REQUIRE_FALSE(bench.sent().empty());
  bench.sender->cut();
  CHECK(bench.sent().empty());
  bench.answer(hash, 100'000);  // of the connection before: not believed
  CHECK(bench.store->count() == 1);
  bench.sender->welcomed(2);
  CHECK(bench.sent().front().first.offset == 0);
  bench.answer(hash, 20'480);
  CHECK(bench.sent().front().first.offset == 20'480);
}

TEST_CASE("for an engine of version 1 attachments wait, which is said once") {
  Bench bench;
  bench.sender->welcomed(1);
  CHECK(bench.said.empty());
  bench.add(still(1000));
  for (int i = 0; i < 3; ++i) {
    bench.sender->welcomed(1);
    CHECK(bench.sent().empty());
  }
  CHECK(bench.sender->settled());
  CHECK(bench.said == std::vector<std::string>{"the engine is too old for attachments; they wait until it is updated"});
  bench.sender->welcomed(2);
  CHECK(bench.sent().size() == 1);
}

TEST_CASE("an attachment that made room for newer ones, or cannot be read, is passed over") {
  Bench bench;
  const std::string gone = bench.add(still(100'000, 'a'));
  const std::string damaged = bench.add(still(100'000, 'b'));
  const std::string good = bench.add(still(100'000, 'c'));
  bench.sender->welcomed(2);
  REQUIRE(bench.sent().size() == 1);
  bench.answer(gone, 4096);
  bench.store->give_up(gone);
  for (const auto& file : std::filesystem::directory_iterator(bench.scratch / "attachments"))
    if (file.path().filename().string().ends_with(damaged)) std::filesystem::resize_file(file.path(), 2);
  const auto pieces = bench.sent();
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].first.attachment == good);
  CHECK(bench.store->given_up() == 2);
}
