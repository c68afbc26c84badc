// What agents read: records of devices, mappings, command lines and configurations.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include "agents/kit/configuration.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/kit/mapped/mapped_csv.hpp"
#include "agents/kit/mapped/mapped_mapping.hpp"
#include "agents/kit/mapped/mapped_record.hpp"
#include "agents/kit/mapped/suggest.hpp"
#include "agents/kit/mapped/text_pattern.hpp"
#include "agents/kit/read/framing.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/network/suricata.hpp"
#include "proto/event_codec.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

namespace {

std::unique_ptr<kit::Framing> framing_of(unsigned which) {
  return which % 3 == 0 ? kit::line_framing() : which % 3 == 1 ? kit::csv_framing(';') : kit::json_array_framing();
}

/// All records of a text that comes in pieces of `step` bytes.
std::vector<std::string> records_of(unsigned which, std::string_view text, std::size_t step) {
  const std::unique_ptr<kit::Framing> framing = framing_of(which);
  std::vector<std::string> out;
  std::string buffer;
  for (std::size_t at = 0; at <= text.size(); at += step) {
    buffer += text.substr(std::min(at, text.size()), step);
    const bool final = at + step > text.size();
    for (kit::Frame frame; framing->next(buffer, final, frame);) {
      holds(frame.consumed <= buffer.size(), "a frame lies in its buffer");
      holds(!frame.record || (frame.begin <= frame.end && frame.end <= frame.consumed), "a record lies in its frame");
      holds(frame.consumed > 0, "a frame takes something");
      if (frame.record) out.push_back(buffer.substr(frame.begin, frame.end - frame.begin));
      buffer.erase(0, frame.consumed);
      if (buffer.empty()) break;
    }
  }
  return out;
}

}  // namespace

int fuzz_framing(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text = text_of(data + 2, size - 2);
  const auto whole = records_of(data[0], text, text.size() + 1);
  const auto pieces = records_of(data[0], text, 1 + data[1] % 64);
  holds(whole == pieces, "records do not depend on how their bytes come");
  const std::unique_ptr<kit::Framing> framing = framing_of(data[0]);
  kit::Frame frame;
  if (!text.empty() && !framing->next(text, false, frame))
    holds(framing->overflow(text) <= text.size(), "no more is dropped than there is");
  return 0;
}

int fuzz_mapped(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const unsigned which = pieces.byte();
  kit::Zone zone;
  if (Result<kit::Zone> found = kit::Zone::find("Europe/Amsterdam", "fuzz")) zone = *found;
  static const kit::TimeFormat formats[] = {
      *kit::TimeFormat::parse("rfc3339", "f"), *kit::TimeFormat::parse("epoch_ms", "f"),
      *kit::TimeFormat::parse("epoch_s", "f"), *kit::TimeFormat::parse("%d-%m-%Y %H:%M:%S", "f"),
      *kit::TimeFormat::parse("%b %e %Y %I:%M:%S.%f %p %z", "f")};
  const std::string_view text = pieces.rest();
  (void)formats[which % std::size(formats)].read(text, zone, which % 2 == 0 ? std::nullopt : std::optional<UtcNs>(0));
  std::vector<std::string> columns;
  (void)kit::split_csv(text, ';', columns);
  (void)kit::latin1_to_utf8(text);
  const std::size_t middle = text.size() / 2;
  (void)kit::wildcard(text.substr(0, middle), text.substr(middle));
  if (const Result<Event> event = network::suricata_event(text, zone)) {
    std::string bytes;
    BatchEncoder().encode({&*event, 1}, bytes);
    holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
  }
  return 0;
}

/// A file of records by one of these mappings: a byte for the mapping, one for how many bytes come at once, the file.
int fuzz_mapped_records(const std::uint8_t* data, std::size_t size) {
  constexpr const char* kRest =
      "fields:\n  door.id: Door\n  person.name: Holder\n  n: N\nkinds:\n"
      "  - {when: {Event: Granted}, kind: access.granted}\n  - {when: {Event: \"Denied*\"}, kind: access.denied, "
      "reason: "
      "other}\n  - {when: {Event: Beat}, kind: skip}\n";
  static const std::string mappings[] = {
      std::string("v: 1\nformat: csv\nseparator: \";\"\ntime: {column: Time, format: \"%d-%m-%Y %H:%M:%S\", zone: "
                  "Europe/Amsterdam}\ndrop: [Secret]\n") +
          kRest,
      std::string("v: 1\nformat: csv\nheader: [Time, Door, Event, Holder, N]\ntime: {column: Time, format: "
                  "rfc3339}\n") +
          kRest,
      std::string("v: 1\nformat: json_lines\ntime: {column: Time, format: epoch_s}\ndrop: [Secret]\n") + kRest,
      std::string("v: 1\nformat: json\ntime: {column: Time, format: rfc3339}\ndrop: [Secret]\n") + kRest,
      "v: 1\nformat: text\ntime: {zone: Europe/Amsterdam}\npatterns:\n  granted: \"Door {door.id} granted to "
      "{person.name}\"\n  denied: \"Door {door.id} denied card {credential.id:word} ({detail})\"\nkinds:\n  - {when: "
      "{pattern: "
      "granted}, kind: access.granted}\n  - {when: {pattern: denied, detail: \"*late*\"}, kind: access.denied, reason: "
      "other}\n  - {when: {program: cron}, kind: skip}\n",
  };
  static const std::vector<kit::Mapping> read_once = [] {
    std::vector<Error> problems;
    std::vector<kit::Mapping> out;
    for (const std::string& text : mappings) out.push_back(kit::read_mapping(text, "fuzz.yaml", problems));
    holds(problems.empty(), "the target's own mappings are good");
    return out;
  }();
  if (size < 2) return 0;
  const kit::Mapping& mapping = read_once[data[0] % read_once.size()];
  const std::string_view text = text_of(data + 2, size - 2);
  const auto read = [&](std::size_t step) {
    kit::RecordMapper mapper(mapping, "fuzz");
    const std::unique_ptr<kit::Framing> framing = mapper.framing();
    std::vector<Event> events;
    std::string buffer;
    bool first = true;
    for (std::size_t at = 0; at <= text.size(); at += step) {
      buffer += text.substr(std::min(at, text.size()), step);
      const bool final = at + step > text.size();
      for (kit::Frame frame; !buffer.empty() && framing->next(buffer, final, frame);) {
        holds(frame.consumed > 0 && frame.consumed <= buffer.size(), "a frame lies in its buffer");
        if (frame.record) {
          const Result<void> taken = mapper.take(
              std::string_view(buffer).substr(frame.begin, frame.end - frame.begin), std::exchange(first, false),
              {[&](Event&& event) { events.push_back(std::move(event)); }, nullptr, UtcNs{1'700'000'000} * kSecond});
          if (!taken) holds(!taken.error().what.empty(), "a record is refused with a reason");
        }
        buffer.erase(0, frame.consumed);
      }
    }
    return events;
  };
  const std::vector<Event> whole = read(text.size() + 1);
  holds(whole == read(1 + data[1] % 64), "events do not depend on how their bytes come");
  for (const Event& event : whole) {
    holds(event.field("Secret").empty(), "what is to be dropped is");
    std::string bytes;
    BatchEncoder().encode({&event, 1}, bytes);
    holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
  }
  return 0;
}

int fuzz_suggest(const std::uint8_t* data, std::size_t size) {
  const kit::Descriptor file(::memfd_create("export", MFD_CLOEXEC));
  holds(::write(file.get(), data, size) == static_cast<ssize_t>(size), "a file in memory takes what it is given");
  const std::string path = "/proc/self/fd/" + std::to_string(file.get());
  const Result<std::string> mapping = kit::suggest_mapping(path, size % 2 == 0 ? "access" : "camera");
  if (!mapping) {
    holds(mapping.error().what.find("a mapping was made that cannot be read") == std::string::npos,
          "what is proposed can be read");
    return 0;
  }
  std::vector<Error> problems;
  (void)kit::read_mapping(*mapping, "fuzz", problems);
  holds(problems.empty(), "what is proposed has no mistakes");
  return 0;
}

int fuzz_mapping(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const std::string text(pieces.piece());
  std::vector<Error> problems;
  kit::Mapping mapping = kit::read_mapping(text, "fuzz.yaml", problems);
  if (!problems.empty()) return 0;
  (void)kit::TimeFormat::parse(text, "fuzz");
  std::vector<std::string> names;
  (void)kit::split_csv(pieces.rest(), ';', names);
  (void)mapping.resolve_columns(names, "fuzz");
  std::vector<Field> record;
  for (const std::string& name : names) record.push_back({name, name, ValueType::string});
  for (const kit::KindRule& kind : mapping.kinds) (void)kind.matches(record);
  return 0;
}

int fuzz_log_line(const std::uint8_t* data, std::size_t size) {
  kit::Zone zone;
  (void)kit::parse_log_line(text_of(data, size), {UtcNs{1'700'000'000} * kSecond, &zone, std::nullopt});
  return 0;
}

int fuzz_source_spec(const std::uint8_t* data, std::size_t size) {
  if (const Result<kit::SourceSpec> spec = kit::parse_source_spec(text_of(data, size))) {
    holds(!spec->kind.empty(), "a source has a kind");
    (void)spec->option("map");
    (void)spec->unknown_options({"map", "tz"});
  }
  return 0;
}

int fuzz_configuration(const std::uint8_t* data, std::size_t size) {
  std::vector<Error> problems;
  (void)kit::read_configuration(text_of(data, size), "fuzz.yaml", problems);
  return 0;
}

/// A pattern in the first line, and a line that it is tried on.
int fuzz_text_pattern(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const Result<kit::TextPattern> pattern = kit::TextPattern::parse(std::string(text.substr(0, end)), "here");
  if (!pattern) {
    holds(!pattern.error().what.empty(), "a pattern is refused with a reason");
    return 0;
  }
  const std::string_view line = text.substr(end + 1, kit::TextPattern::kLongestLine);
  std::vector<Field> fields{{"before", "", ValueType::string}};
  const bool matched = pattern->match(line, fields);
  holds(!fields.empty() && fields[0].name == "before", "what was there stays");
  holds(fields.size() == 1 + (matched ? pattern->names().size() : 0), "a field for each hole, or none");
  return 0;
}
