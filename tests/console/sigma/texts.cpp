#include "console/fusion/sigma/texts.hpp"

#include "tests/support/catch.hpp"

using namespace wf;

TEST_CASE("Ids come back as they went in, whatever they look like") {
  sigma::EventIds ids;
  const std::vector<std::string> all{"",
                                     "0",
                                     "00",
                                     "7",
                                     "007",
                                     "a",
                                     "agent-1:17:0:8",
                                     "agent-1:17:0:9",
                                     "a00",
                                     "a0",
                                     "99999999999999999999999",
                                     "x:18446744073709551616",
                                     "id 5x",
                                     "5:5\n5:5",
                                     std::string(200, 'n') + "12",
                                     "\x1f"
                                     "123"};
  std::vector<std::uint64_t> held;
  for (const std::string& id : all) held.push_back(ids.add(id));
  const std::uint64_t list = ids.add_list(all);
  std::vector<std::string> out;
  for (const std::uint64_t id : held) ids.append(id, out);
  CHECK(out == all);
  for (const std::uint64_t id : held) ids.release(id);
  out.clear();
  ids.append(list, out);
  CHECK(out == all);
  ids.release(list);
  CHECK(ids.texts().size() == 0);
}

TEST_CASE("Names of ids are kept up to a limit, beyond which ids are texts") {
  sigma::EventIds ids;
  std::vector<std::uint64_t> held;
  for (std::size_t i = 0; i < sigma::EventIds::kMostNames + 10; ++i)
    held.push_back(ids.add("name" + std::to_string(i) + ":" + std::to_string(i)));
  CHECK(ids.texts().size() == 10);
  std::vector<std::string> out;
  ids.append(held.front(), out);
  ids.append(held.back(), out);
  CHECK(out == std::vector<std::string>{
                   "name0:0", "name" + std::to_string(held.size() - 1) + ":" + std::to_string(held.size() - 1)});
}

TEST_CASE("Equal texts are one, until the last of them is released") {
  sigma::Texts texts;
  const auto one = texts.add("tuple");
  CHECK(texts.add("tuple") == one);
  texts.release(one);
  CHECK(texts.text(one) == "tuple");
  texts.release(one);
  CHECK(texts.size() == 0);
  CHECK(texts.text(texts.add("other")) == "other");
}
