// What network sensors and other machines send.
#include "agents/network/zeek_event.hpp"
#include "proto/event_codec.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

namespace {

void can_be_sent(const Event& event) {
  std::string bytes;
  BatchEncoder().encode({&event, 1}, bytes);
  holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
}

}  // namespace

int fuzz_zeek(const std::uint8_t* data, std::size_t size) {
  network::ZeekReader reader("conn.log");
  std::string_view text = text_of(data, size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Result<std::optional<Event>> event = reader.read(text.substr(0, end));
    if (event && *event) can_be_sent(**event);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
