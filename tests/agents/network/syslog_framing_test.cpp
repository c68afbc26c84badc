#include "agents/network/syslog_framing.hpp"

#include <random>
#include <vector>

#include "tests/support/catch.hpp"

namespace wf::network {
namespace {

struct Cut {
  std::vector<std::string> messages;
  int too_long = 0, broken = 0;
  bool operator==(const Cut&) const = default;
};

Cut cut(std::string_view bytes, std::size_t step, std::size_t limit = 100) {
  SyslogFraming framing(limit);
  Cut out;
  const auto drain = [&](bool ended) {
    for (;;) {
      std::string_view message;
      switch (framing.next(ended, message)) {
        case SyslogFraming::Next::message:
          out.messages.emplace_back(message);
          continue;
        case SyslogFraming::Next::too_long:
          ++out.too_long;
          continue;
        case SyslogFraming::Next::broken:
          ++out.broken;
          continue;
        case SyslogFraming::Next::more:
          return;
      }
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    framing.feed(bytes.substr(at, step));
    drain(false);
  }
  drain(true);
  return out;
}

using Messages = std::vector<std::string>;

TEST_CASE("octet counting and lines may take turns; a date at the front is no count") {
  const Cut all = cut("11 <13>a\nb c d<14>line\n7 <15>one\n2026-03-12T22:31:05Z h x: y\n<16>last", 1000);
  CHECK(all.messages == Messages{"<13>a\nb c d", "<14>line", "<15>one", "2026-03-12T22:31:05Z h x: y", "<16>last"});
  CHECK(all.broken == 0);
}

TEST_CASE("GELF ends with a NUL; other lines do not") {
  const Cut all = cut(std::string("{\"a\":1}\0{\"b\":2}\0<13>c\0d\n{\"e\":3}\n{\"f\":4}\0", 40), 1000);
  CHECK(all.messages == Messages{"{\"a\":1}", "{\"b\":2}", std::string("<13>c\0d", 7), "{\"e\":3}", "{\"f\":4}"});
  // One that is too long does not take the others with it.
  const std::string long_one = "{\"a\":\"" + std::string(200, 'x') + "\"}" + '\0';
  for (const std::size_t step : {1UL, 30UL, 1000UL}) {
    const Cut cut_off = cut(long_one + std::string("{\"b\":2}\0", 8) + "{\"c\":3}", step);
    CHECK(cut_off.too_long == 1);
    CHECK(cut_off.messages == Messages{"{\"b\":2}", "{\"c\":3}"});
  }
}

TEST_CASE("messages do not depend on how their bytes come") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (auto n = random() % 8; n > 0; --n) {
      const std::string text = "<13>" + std::string(random() % 120, 'a');
      bytes += random() % 2 == 0 ? std::to_string(text.size()) + " " + text : text + "\n";
    }
    if (random() % 3 == 0) bytes += "50 <1";
    const Cut whole = cut(bytes, bytes.size() + 1);
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}})
      REQUIRE(cut(bytes, step) == whole);
  }
}

TEST_CASE("what is too long is passed over, and the next is read") {
  CHECK(cut("200 <13>" + std::string(196, 'x') + "7 <14>two", 9) == Cut{{"<14>two"}, 1, 0});
  CHECK(cut("<13>" + std::string(300, 'x') + "\n<14>two\n", 9) == Cut{{"<14>two"}, 1, 0});
  CHECK(cut("<13>" + std::string(300, 'x'), 9) == Cut{{}, 1, 0});
  CHECK(cut("99999999999999999999 <", 4).messages == Messages{"99999999999999999999 <"});
}

TEST_CASE("a connection that ends within a counted message says so") {
  CHECK(cut("40 <13>half", 1000) == Cut{{}, 0, 1});
  CHECK(cut("40 <13>half", 1) == Cut{{}, 0, 1});
  CHECK(cut("", 1) == Cut{});
  CHECK(cut("\n\n\0\n", 1) == Cut{});
}

TEST_CASE("an idle connection holds nothing, an unfinished message no more than the limit and a read") {
  SyslogFraming framing(1000);
  std::string_view message;
  framing.feed("<13>" + std::string(900, 'x') + "\n");
  CHECK(framing.next(false, message) == SyslogFraming::Next::message);
  CHECK(framing.next(false, message) == SyslogFraming::Next::more);
  CHECK(framing.held() < 64);
  framing.feed("<13>" + std::string(900, 'x'));
  CHECK(framing.next(false, message) == SyslogFraming::Next::more);
  framing.feed(std::string(5000, 'x'));
  CHECK(framing.next(false, message) == SyslogFraming::Next::too_long);
  CHECK(framing.next(false, message) == SyslogFraming::Next::more);
  for (int i = 0; i < 100; ++i) {
    framing.feed(std::string(5000, 'x'));
    CHECK(framing.next(false, message) == SyslogFraming::Next::more);
  }
  CHECK(framing.held() <= 16000);
}

}  // namespace
}  // namespace wf::network
