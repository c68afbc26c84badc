#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/catch.hpp"

namespace wf::store::test {

/// A directory of one test, removed at its end.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "wf-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Value of a Result that must be good; its error is the test's message.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return std::move(*result);
}
inline void must(const Result<void>& result) {
  if (!result) FAIL(result.error().text());
}

/// Time of the event with a number: each number has its own.
inline UtcNs time_of(std::uint64_t number) { return static_cast<UtcNs>(number) * kSecond; }

/// A batch of `count` events that say their own number.
inline Record batch(const std::string& agent, std::uint64_t epoch, std::uint8_t lane, std::uint64_t first,
                    std::uint32_t count) {
  std::vector<Event> events;
  for (std::uint64_t n = first; n < first + count; ++n) {
    Event e;
    e.time = time_of(n);
    e.kind = "network.alert";
    e.source = "test";
    e.add("number", std::to_string(n), ValueType::number);
    events.push_back(std::move(e));
  }
  Record r;
  r.kind = RecordKind::batch;
  r.time = 1000 * kSecond;
  r.origin = {agent, epoch, lane, first};
  r.count = count;
  r.min_time = time_of(first);
  r.max_time = time_of(first + count - 1);
  BatchEncoder().encode(events, r.payload);
  return r;
}

inline std::vector<Record> all_records(const std::filesystem::path& data, std::uint64_t after = 0) {
  const auto reader = must(Reader::open(data));
  std::vector<Record> out;
  must(reader->read_log(after, [&](Record& r) {
    out.push_back(std::move(r));
    return true;
  }));
  return out;
}

/// Ids of all stored events, decoded, in log order.
inline std::vector<std::string> all_ids(const std::filesystem::path& data) {
  std::vector<std::string> out;
  for (const Record& r : all_records(data)) {
    if (r.kind != RecordKind::batch) continue;
    const std::vector<Event> events = must(decode_batch(r.payload, r.origin));
    REQUIRE(events.size() == r.count);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const std::uint64_t number = r.origin.first_sequence + i;
      REQUIRE(events[i].field("number") == std::to_string(number));
      out.push_back(events[i].id);
    }
  }
  return out;
}

}  // namespace wf::store::test
