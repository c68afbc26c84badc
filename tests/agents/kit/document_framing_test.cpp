#include "agents/kit/read/document_framing.hpp"

#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace wf::kit {
namespace {

TEST_CASE("documents are cut whole however their bytes come") {
  const std::string text =
      "<?xml version=\"1.0\"?>\n<!-- <a> -->\n<a x='>'><b><![CDATA[</a>]]></b></a>\n<a/>\n<a>\n<a></a>\n</a>";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const std::unique_ptr<Framing> framing = document_framing(text.substr(0, 20));
    std::vector<std::string> records;
    std::string buffer;
    for (std::size_t at = 0; at < text.size(); at += step) {
      buffer += text.substr(at, step);
      for (Frame frame; framing->next(buffer, at + step >= text.size(), frame);) {
        if (frame.record) records.push_back(buffer.substr(frame.begin, frame.end - frame.begin));
        buffer.erase(0, frame.consumed);
        if (buffer.empty()) break;
      }
    }
    INFO(step);
    REQUIRE(records.size() == 3);
    CHECK(records[1] == "<a/>");
    CHECK(records[2] == "<a>\n<a></a>\n</a>");
  }
}

}  // namespace
}  // namespace wf::kit
