// Every input of the corpora, and what can be made of each by a little damage, through its target without a fuzzer.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "tests/fuzz/targets.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace wf::fuzz;

namespace {

const fs::path kCorpus = fs::path(WF_SOURCE_DIR) / "tests/fuzz/corpus";

void feed(const Named& target, const std::string& input) {
  (void)target.run(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string damaged(std::string input, std::mt19937& random) {
  for (int i = 0; i <= static_cast<int>(random() % 3) && !input.empty(); ++i) {
    const std::size_t at = random() % input.size();
    switch (random() % 4) {
      case 0:
        input[at] = static_cast<char>(random());
        break;
      case 1:
        input.resize(at);
        break;
      case 2:
        input.erase(at, 1 + random() % 8);
        break;
      default:
        input.insert(at, input.substr(random() % input.size(), 1 + random() % 16));
    }
  }
  return input;
}

}  // namespace

TEST_CASE("every input of the corpora, whole and damaged, is taken or refused by its target") {
  for (const Named& target : targets()) {
    INFO(target.name);
    REQUIRE(fs::is_directory(kCorpus / target.name));
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kCorpus / target.name)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    REQUIRE(!files.empty());
    std::mt19937 random(4711);
    // Those that work on files or large texts are slower by themselves; all of it stays within seconds.
    const std::string_view name = target.name;
    const int variants = name == "site" || name == "sigma" || name.starts_with("spool") ? 20 : 400;
    feed(target, "");
    for (const fs::path& file : files) {
      std::ifstream in(file, std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(in), {}};
      feed(target, input);
      for (int i = 0; i < variants; ++i) feed(target, damaged(input, random));
    }
  }
}

TEST_CASE("each corpus has a target") {
  std::set<std::string> names;
  for (const Named& target : targets()) names.insert(target.name);
  for (const auto& entry : fs::directory_iterator(kCorpus)) CHECK(names.contains(entry.path().filename().string()));
}
