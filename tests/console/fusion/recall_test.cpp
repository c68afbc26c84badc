#include "console/fusion/recall.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::fusion;

namespace {

Remembered event(std::uint64_t number, UtcNs time, const std::vector<std::string>& keys) {
  auto out = std::make_shared<Digest>();
  out->event_id = "e" + std::to_string(number);
  out->time = time;
  for (const std::string& key : keys) out->links.push_back({Tie::host, false, key});
  return out;
}

/// What Recall promises, by looking at everything.
class Plain {
 public:
  void remember(const Remembered& digest) {
    all_.push_back(digest);
    if (all_.size() > Recall::kMost) all_.pop_front();
  }
  [[nodiscard]] Remembered find(const std::string& id) const {
    for (const Remembered& r : all_)
      if (r->event_id == id) return r;
    return nullptr;
  }
  [[nodiscard]] std::vector<Remembered> touching(const std::string& key) const {
    std::vector<Remembered> out;
    for (auto it = all_.rbegin(); it != all_.rend() && out.size() < Recall::kPerKey; ++it)
      if (std::any_of((*it)->links.begin(), (*it)->links.end(), [&](const Link& l) { return l.key == key; }))
        out.insert(out.begin(), *it);
    return out;
  }
  [[nodiscard]] const std::deque<Remembered>& all() const { return all_; }

 private:
  std::deque<Remembered> all_;
};

}  // namespace

TEST_CASE("what is remembered of an entity is what looking through the newest events would find") {
  std::mt19937 dice(7);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(dice() % n); };
  Recall recall;
  Plain plain;
  const auto key = [&](std::uint32_t n) { return "host h" + std::to_string(n); };
  for (std::uint64_t n = 0; n < 3 * Recall::kMost; ++n) {
    std::vector<std::string> keys;
    // Some in every few events, some in one of hundreds, most never again; one twice at times.
    for (std::uint32_t i = below(4); i > 0; --i) keys.push_back(key(below(below(3) == 0 ? 5 : 400)));
    if (!keys.empty() && below(5) == 0) keys.push_back(keys.front());
    if (below(3) == 0) keys.push_back(key(1'000 + static_cast<std::uint32_t>(n)));
    const Remembered r = event(n, static_cast<UtcNs>(n) * kSecond, keys);
    recall.remember(r);
    plain.remember(r);
    if (n % 61 != 0) continue;
    REQUIRE(recall.size() == plain.all().size());
    const std::string asked = key(below(2) == 0 ? below(5) : below(400));
    const std::vector<Remembered> expected = plain.touching(asked);
    std::vector<Remembered> found{nullptr};  // it appends
    recall.touching(asked, found);
    REQUIRE(found.front() == nullptr);
    found.erase(found.begin());
    REQUIRE(found == expected);
    const UtcNs since = static_cast<UtcNs>(n - std::min<std::uint64_t>(n, below(20'000))) * kSecond;
    found.clear();
    const bool whole = recall.touching(asked, since, found);
    REQUIRE(found == expected);
    const bool forgotten = plain.all().size() == Recall::kMost && plain.all().front()->time > since;
    REQUIRE(whole == (!forgotten && (expected.size() < Recall::kPerKey || expected.front()->time <= since)));
    const std::string id = "e" + std::to_string(n - std::min<std::uint64_t>(n, below(20'000)));
    REQUIRE(recall.find(id) == plain.find(id));
  }
}

TEST_CASE("entities that only forgotten events touched take no memory") {
  Recall recall;
  for (std::uint64_t n = 0; n < 2 * Recall::kMost; ++n)
    recall.remember(event(n, static_cast<UtcNs>(n), {"host h" + std::to_string(n), "door D-1"}));
  CHECK(recall.keys() == Recall::kMost + 1);
}

TEST_CASE("an id that comes twice means the first, until that is forgotten") {
  Recall recall;
  const Remembered first = event(1, 1, {"door D-1"}), again = event(1, 2, {"door D-1"});
  recall.remember(first);
  recall.remember(again);
  CHECK(recall.find("e1") == first);
  std::vector<Remembered> found;
  recall.touching("door D-1", found);
  CHECK(found == std::vector<Remembered>{first, again});
  for (std::uint64_t n = 2; n <= Recall::kMost; ++n) recall.remember(event(n, 3, {}));
  CHECK(recall.find("e1") == nullptr);
  CHECK(recall.find("e2") != nullptr);
}
