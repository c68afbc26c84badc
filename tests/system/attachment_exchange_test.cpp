// Both ends of the attachments' protocol without a network between them: an agent's store and sender, an engine's
// store.
#include <algorithm>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "agents/kit/link/attachment_sender.hpp"
#include "agents/kit/source.hpp"
#include "console/store/attachment_files.hpp"
#include "console/store/attachment_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf;
using namespace wf::test;

namespace {

/// An agent and an engine, each of which may end at any moment, and a line that may be cut, loses pieces and turns
/// answers about.
class Exchange {
 public:
  explicit Exchange(std::uint32_t seed) : random_(seed) {
    restart_agent();
    restart_engine();
  }

  void add() {
    std::string content = "\xff\xd8\xff\xe0";
    // Now and then one that was attached before.
    if (!contents_.empty() && chance(10)) {
      content = std::next(contents_.begin(), static_cast<std::ptrdiff_t>(pick(contents_.size())))->second;
    } else {
      for (std::size_t size = 4 + pick(chance(20) ? 400'000 : 40'000); content.size() < size;)
        content += static_cast<char>(random_());
    }
    const Result<std::string> name = waiting_->add(content);
    REQUIRE(name);
    contents_[*name] = content;
  }
  void restart_agent() {
    cut();
    sender_.reset();
    waiting_.reset();
    Result<kit::Attachments> opened = kit::Attachments::open({.directory = scratch_.path() / "agent"});
    REQUIRE(opened);
    waiting_.emplace(std::move(*opened));
    sender_.emplace(&*waiting_, [](const std::string&) {});
  }
  void restart_engine() {
    cut();
    engine_.reset();
    auto opened = store::AttachmentStore::open(scratch_.path() / "engine", {});
    REQUIRE(opened);
    engine_ = std::move(*opened);
  }
  void cut() {
    pieces_.clear();
    answers_.clear();
    if (sender_) sender_->cut();
    connected_ = false;
  }
  void agent_turn() {
    if (!connected_) {
      sender_->welcomed(2);
      connected_ = true;
    }
    sender_->step({mono_, mono_}, !chance(5), [&](LinkMessage&& header, std::string_view bytes) {
      if (!chance(50)) pieces_.emplace_back(std::move(header), std::string(bytes));  // else: lost for want of room
      return true;
    });
  }
  void engine_turn() {
    if (pieces_.empty()) return;
    auto [header, bytes] = std::move(pieces_.front());
    pieces_.pop_front();
    store::PieceTaken taken =
        engine_->take({"cam-1", header.attachment, header.media_type, header.offset, header.total, bytes}, mono_);
    CHECK(taken.reason == "");
    CHECK(taken.problem == "");
    LinkMessage answer;
    answer.kind = LinkKind::attachment_stored;
    answer.attachment = header.attachment;
    answer.offset = taken.stored;
    answers_.push_back(std::move(answer));
    if (answers_.size() > 1 && chance(10)) std::swap(answers_.back(), answers_[answers_.size() - 2]);
  }
  void answer_turn() {
    if (answers_.empty()) return;
    const LinkMessage answer = std::move(answers_.front());
    answers_.pop_front();
    mono_ += static_cast<std::int64_t>(pick(300)) * kMillisecond;
    sender_->on_stored(answer, {mono_, mono_});
  }
  void let_time_pass() {
    if (const std::int64_t wake = sender_->next_wake(); pieces_.empty() && answers_.empty() && wake != kit::kNever)
      mono_ = std::max(mono_, wake);
  }
  void one_of_all() {
    switch (pick(40)) {
      case 0:
        return add();
      case 1:
        return chance(3) ? cut() : void();
      case 2:
        return chance(4) ? restart_agent() : void();
      case 3:
        return chance(4) ? restart_engine() : void();
      case 4:
        return let_time_pass();
      default:
        agent_turn();
        engine_turn();
        if (!chance(4)) answer_turn();
    }
  }
  bool drain() {
    for (int i = 0; i < 100'000 && waiting_->count() > 0; ++i) {
      agent_turn();
      engine_turn();
      answer_turn();
      let_time_pass();
    }
    return waiting_->count() == 0;
  }
  void check() {
    CHECK(waiting_->given_up() == 0);
    const Result<store::AttachmentList> list = store::read_attachment_index(scratch_.path() / "engine");
    REQUIRE(list);
    std::set<std::string> once;
    for (const store::StoredAttachment& a : list->stored) CHECK(once.insert(a.hash).second);
    CHECK(once.size() == contents_.size());
    CHECK(list->removed.empty());
    for (const auto& [name, content] : contents_) {
      std::ifstream in(store::attachment_file(scratch_.path() / "engine", name), std::ios::binary);
      const std::string stored{std::istreambuf_iterator<char>(in), {}};
      CHECK((stored == content));
    }
    CHECK(engine_->partials() == 0);
  }

 private:
  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  bool chance(std::size_t one_in) { return pick(one_in) == 0; }

  Scratch scratch_;
  std::mt19937 random_;
  std::optional<kit::Attachments> waiting_;
  std::optional<kit::AttachmentSender> sender_;
  std::unique_ptr<store::AttachmentStore> engine_;
  std::deque<std::pair<LinkMessage, std::string>> pieces_;
  std::deque<LinkMessage> answers_;
  std::map<std::string, std::string> contents_;
  bool connected_ = false;
  std::int64_t mono_ = 1000 * kSecond;
};

}  // namespace

TEST_CASE("whatever is cut, lost, turned about or restarted, every attachment is stored once and as it was") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Exchange exchange(seed);
    for (int i = 0; i < 3; ++i) exchange.add();
    for (int i = 0; i < 400; ++i) exchange.one_of_all();
    REQUIRE(exchange.drain());
    exchange.check();
  }
}
