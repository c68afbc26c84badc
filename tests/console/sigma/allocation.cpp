// What matching takes from the heap. Not under a sanitizer, which replaces the operators itself.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/console/sigma/public_rules.hpp"
#include "tests/console/sigma/random_rules.hpp"
#include "tests/support/catch.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Kept apart: inlined into one another, g++ takes them for a pair that does not belong together.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const out = std::malloc(size == 0 ? 1 : size)) return out;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace wf;

namespace {

struct Taken {
  std::uint64_t allocations = 0;
  std::size_t quiet = 0;  ///< events that no rule matches
};

/// Over events that were all seen once before; an alert's own strings are the caller's.
Taken second_time(const std::shared_ptr<const sigma::RuleSet>& rules, const std::vector<Event>& events) {
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  for (const Event& event : events) matcher.match(event, matches);
  Taken out;
  for (const Event& event : events) {
    matches.clear();
    const std::uint64_t before = allocations;
    matcher.match(event, matches);
    if (!matches.empty()) continue;
    ++out.quiet;
    out.allocations += allocations - before;
  }
  return out;
}

}  // namespace

TEST_CASE("An event that matches nothing takes nothing from the heap") {
  test::Dice dice(11);
  std::vector<sigma::RuleFile> files;
  // Few rules with all forms of values and negations, and many that want a text of their own.
  for (int i = 0; i < 4; ++i) files.push_back({"r.yml", test::random_rule(dice, i)});
  for (int i = 0; i < 300; ++i)
    files.push_back({"n.yml", "title: n\nid: n" + std::to_string(i) +
                                  "\nlogsource: {product: p}\ndetection:\n  s: {A|contains: " + "needle" +
                                  std::to_string(i) + ", B|re: '(x|y)" + std::to_string(i) + "'}\n  k: [word" +
                                  std::to_string(i) + "]\n  n: {C|cidr: 10.0.0.0/8, D.e|lt: 5}\n" +
                                  "  condition: s or (k and n)\n"});
  sigma::LoadReport report;
  const auto rules = sigma::RuleSet::compile(files, report);
  std::vector<Event> events;
  for (int i = 0; i < 500; ++i) {
    events.push_back(test::random_event(dice));
    if (i % 5 == 0) events.back().add("A", "a long text with a needle" + std::to_string(i) + " and no word");
  }
  const Taken taken = second_time(rules, events);
  CHECK(taken.quiet > 100);
  CHECK(taken.allocations == 0);
}

TEST_CASE("Public rules take nothing from the heap for an event that matches none of them") {
  if (test::absent(test::kSigmaData / "labelled/synthetic_windows.visible.jsonl")) return;
  std::vector<Event> events;
  for (test::Labelled& l : test::labelled("synthetic_windows")) events.push_back(std::move(l.event));
  const Taken taken = second_time(test::public_rules().rules, events);
  CHECK(taken.quiet > 500);
  CHECK(taken.allocations == 0);
}
#endif
