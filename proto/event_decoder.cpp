// Written by hand, as the encoder is: no object of the generated classes an event.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "proto/event_codec.hpp"
#include "proto/event_wire.hpp"
#include "proto/wire.hpp"

namespace wf {
namespace {

// One string of the table can be named by many fields, so that a small frame could stand for far more memory
// than it has bytes; this bounds what decoding one batch may take.
constexpr std::size_t kMaxDecodedBytes = 192U << 20U;
/// What a decoder keeps for the next batch at most; the largest batches that agents make need a few MiB.
constexpr std::size_t kKeptBytes = 32U << 20U;

std::uint8_t known_severity(std::uint64_t severity) {
  if (severity <= 5) return static_cast<std::uint8_t>(severity);
  return severity == 6 ? 5 : 0;  // OCSF's "fatal" counts as critical, "other" and unheard-of ones as unknown
}

Error bad_batch(std::string what) {
  return {std::move(what), "event batch", "check that the agent is a release of Watchfloor that this engine knows"};
}

/// Reads the frame's outer layer and calls `on_string` and `on_event` with what it holds. Strings, events and the base
/// time may stand in any order, so that nothing of an event can be told before all of it was read.
template <class OnString, class OnEvent>
Result<void> read_frame(std::string_view bytes, UtcNs& base, const OnString& on_string, const OnEvent& on_event) {
  if (bytes.size() > kMaxBatchBytes)
    return bad_batch("batch of " + std::to_string(bytes.size()) + " bytes is over the limit of " +
                     std::to_string(kMaxBatchBytes));
  wire::Reader in(bytes);
  std::size_t events = 0;
  while (!in.done()) {
    std::uint32_t field = 0, type = 0;
    std::uint64_t number = 0;
    std::string_view text;
    if (!in.key(field, type)) return bad_batch("not a protobuf message");
    bool good = true;
    if (field == wire::kStrings && type == wire::kBytes) {
      good = in.bytes(text);
      if (good) on_string(text);
    } else if (field == wire::kEvents && type == wire::kBytes) {
      good = in.bytes(text);
      if (events++ == kMaxBatchEvents)
        return bad_batch("more than " + std::to_string(kMaxBatchEvents) + " events in one batch");
      if (good) on_event(text);
    } else if (field == wire::kBaseTime && type == wire::kVarint) {
      good = in.varint(number);
      base = wire::unzigzag(number);
    } else {
      good = in.skip(type);
    }
    if (!good) return bad_batch("batch is cut short or damaged");
  }
  return {};
}

struct Frame {
  std::vector<std::string_view> strings;
  std::vector<std::string_view> events;
  UtcNs base = 0;

  Result<void> read(std::string_view bytes) {
    strings.clear();
    events.clear();
    base = 0;
    Result<void> done = read_frame(
        bytes, base, [&](std::string_view text) { strings.push_back(text); },
        [&](std::string_view event) { events.push_back(event); });
    if (strings.empty()) strings.emplace_back();
    return done;
  }
};

struct Record {
  std::int64_t time_delta = 0, seen_delta = 0;
  std::uint64_t kind = 0, severity = 0, source = 0, product = 0, service = 0, category = 0, drill = 0;
};

bool read_packed(std::string_view text, std::vector<std::uint64_t>& out) {
  wire::Reader in(text);
  while (!in.done()) {
    std::uint64_t value = 0;
    if (!in.varint(value)) return false;
    out.push_back(value);
  }
  return true;
}

bool read_record(std::string_view bytes, Record& record, std::vector<std::uint64_t>& fields) {
  fields.clear();
  wire::Reader in(bytes);
  while (!in.done()) {
    std::uint32_t field = 0, type = 0;
    if (!in.key(field, type)) return false;
    if (field == wire::kFields && type == wire::kBytes) {
      std::string_view text;
      if (!in.bytes(text) || !read_packed(text, fields)) return false;
      continue;
    }
    if (type != wire::kVarint) {
      if (!in.skip(type)) return false;
      continue;
    }
    std::uint64_t value = 0;
    if (!in.varint(value)) return false;
    switch (field) {
      case wire::kTimeDelta:
        record.time_delta = wire::unzigzag(value);
        break;
      case wire::kSeenDelta:
        record.seen_delta = wire::unzigzag(value);
        break;
      case wire::kKind:
        record.kind = value;
        break;
      case wire::kSeverity:
        record.severity = value;
        break;
      case wire::kSource:
        record.source = value;
        break;
      case wire::kProduct:
        record.product = value;
        break;
      case wire::kService:
        record.service = value;
        break;
      case wire::kCategory:
        record.category = value;
        break;
      case wire::kDrill:
        record.drill = value;
        break;
      case wire::kFields:  // the unpacked form, which every reader of a packed field must accept
        fields.push_back(value);
        break;
      default:
        break;
    }
  }
  return true;
}

}  // namespace

struct BatchDecoder::Impl {
  Frame frame;
  std::vector<std::uint64_t> pairs;  ///< of the event at hand: name, value and type, name…
  std::string id;
  std::vector<Event> events;  ///< as many as the largest batch had; their texts keep their memory
  std::size_t kept = 0;       ///< bytes that those texts and the fields have, at most

  [[nodiscard]] std::size_t bytes() const {
    return kept + frame.strings.capacity() * sizeof(std::string_view) +
           frame.events.capacity() * sizeof(std::string_view) + pairs.capacity() * sizeof(std::uint64_t) +
           events.capacity() * sizeof(Event);
  }
  [[nodiscard]] const char* check(const Record& record) const;
  [[nodiscard]] std::size_t cost_of(const Record& record) const;
  void put(std::string_view text, std::string& to);
  void fill(Event& event, const Record& record);
  Result<void> decode(std::string_view bytes, const BatchOrigin& origin);
};

/// What is wrong with the numbers of an event; null: nothing.
const char* BatchDecoder::Impl::check(const Record& record) const {
  const std::size_t known = frame.strings.size();
  if (pairs.size() % 2 != 0) return "has a field without a value";
  bool good = true;
  for (const std::uint64_t index : {record.kind, record.source, record.product, record.service, record.category})
    good &= index < known;
  for (std::size_t p = 0; p < pairs.size(); p += 2) good &= pairs[p] < known && pairs[p + 1] >> 2U < known;
  return good ? nullptr : "names a string outside the table";
}

std::size_t BatchDecoder::Impl::cost_of(const Record& record) const {
  std::size_t out = pairs.size() / 2 * sizeof(Field);
  for (const std::uint64_t index : {record.kind, record.source, record.product, record.service, record.category})
    out += frame.strings[index].size();
  for (std::size_t p = 0; p < pairs.size(); p += 2)
    out += frame.strings[pairs[p]].size() + frame.strings[pairs[p + 1] >> 2U].size();
  return out;
}

/// Assigned, not made anew: that takes nothing from the heap where a text of this length stood before.
void BatchDecoder::Impl::put(std::string_view text, std::string& to) {
  if (text.size() > to.capacity()) kept += std::max(text.size(), 2 * to.capacity());
  to = text;
}

/// Everything of an event but its id and agent.
void BatchDecoder::Impl::fill(Event& event, const Record& record) {
  event.time = wire::wrapping_add(frame.base, record.time_delta);
  event.seen = 0;
  if (record.seen_delta != 0)
    event.seen = wire::wrapping_add(event.time, record.seen_delta > 0 ? record.seen_delta - 1 : record.seen_delta);
  put(frame.strings[record.kind], event.kind);
  event.severity = known_severity(record.severity);
  put(frame.strings[record.source], event.source);
  put(frame.strings[record.product], event.logsource.product);
  put(frame.strings[record.service], event.logsource.service);
  put(frame.strings[record.category], event.logsource.category);
  event.drill = record.drill != 0;
  const std::size_t fields = pairs.size() / 2;
  if (fields > event.fields.capacity()) kept += std::max(fields, 2 * event.fields.capacity()) * sizeof(Field);
  event.fields.resize(fields);
  for (std::size_t i = 0; i < fields; ++i) {
    Field& field = event.fields[i];
    put(frame.strings[pairs[2 * i]], field.name);
    put(frame.strings[pairs[2 * i + 1] >> 2U], field.value);
    field.type = static_cast<ValueType>(pairs[2 * i + 1] & 3U);
  }
}

Result<void> BatchDecoder::Impl::decode(std::string_view bytes, const BatchOrigin& origin) {
  if (Result<void> read = frame.read(bytes); !read) return read;
  id = event_id(origin.agent, origin.epoch, origin.lane, 0);
  const std::size_t id_prefix = id.size() - 1;
  const std::size_t count = frame.events.size();
  if (events.size() < count) events.resize(count);
  std::size_t cost = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto fault = [&](const char* what) {
      return bad_batch("event " + std::to_string(i + 1) + " of " + std::to_string(count) + " " + what);
    };
    Record record;
    if (!read_record(frame.events[i], record, pairs)) return fault("is cut short or damaged");
    if (const char* const wrong = check(record); wrong != nullptr) return fault(wrong);
    cost += cost_of(record);
    if (cost > kMaxDecodedBytes) return fault("makes the batch too large once decoded");
    Event& event = events[i];
    fill(event, record);
    char digits[20];
    id.resize(id_prefix);
    id.append(digits, std::to_chars(digits, digits + sizeof digits, origin.first_sequence + i).ptr);
    event.id = id;
    event.agent = origin.agent;
  }
  return {};
}

BatchDecoder::BatchDecoder() : impl_(new Impl) {}
BatchDecoder::~BatchDecoder() { delete impl_; }
BatchDecoder::BatchDecoder(BatchDecoder&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
BatchDecoder& BatchDecoder::operator=(BatchDecoder&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

Result<std::span<Event>> BatchDecoder::decode(std::string_view bytes, const BatchOrigin& origin) {
  if (Result<void> decoded = impl_->decode(bytes, origin); !decoded) return decoded.error();
  return std::span<Event>(impl_->events.data(), impl_->frame.events.size());
}

void BatchDecoder::trim() {
  if (impl_->bytes() > kKeptBytes) *impl_ = Impl{};
}

Result<std::vector<Event>> decode_batch(std::string_view bytes, const BatchOrigin& origin) {
  BatchDecoder::Impl once;
  if (Result<void> decoded = once.decode(bytes, origin); !decoded) return decoded.error();
  return std::move(once.events);
}

Result<BatchSummary> summarise_batch(std::string_view bytes) {
  // Read twice, since the base time may stand behind the events, and nothing is kept between: no memory an event.
  const auto nothing = [](std::string_view) {};
  UtcNs base = 0;
  if (Result<void> read = read_frame(bytes, base, nothing, nothing); !read) return read.error();
  BatchSummary summary;
  summary.min_time = std::numeric_limits<UtcNs>::max();
  summary.max_time = std::numeric_limits<UtcNs>::min();
  std::uint32_t damaged = 0;  // the first event that is; they count from 1
  const auto note_time = [&](std::string_view event) {
    ++summary.events;
    wire::Reader in(event);
    std::int64_t delta = 0;
    while (!in.done()) {
      std::uint32_t field = 0, type = 0;
      std::uint64_t value = 0;
      bool good = in.key(field, type);
      if (good && field == wire::kTimeDelta && type == wire::kVarint) {
        good = in.varint(value);
        delta = wire::unzigzag(value);
      } else if (good) {
        good = in.skip(type);
      }
      if (good) continue;
      if (damaged == 0) damaged = summary.events;
      return;
    }
    const UtcNs time = wire::wrapping_add(base, delta);
    summary.min_time = std::min(summary.min_time, time);
    summary.max_time = std::max(summary.max_time, time);
  };
  UtcNs same = 0;
  if (Result<void> read = read_frame(bytes, same, nothing, note_time); !read) return read.error();
  if (damaged != 0) return bad_batch("event " + std::to_string(damaged) + " is cut short or damaged");
  if (summary.events == 0) return BatchSummary{};
  return summary;
}

Result<BatchNames> names_in_batch(std::string_view bytes) {
  // As a summary, read again and again rather than kept: two bits a string are all the memory that it takes.
  const auto nothing = [](std::string_view) {};
  UtcNs base = 0;
  std::size_t strings = 0;
  if (Result<void> read = read_frame(
          bytes, base, [&](std::string_view) { ++strings; }, nothing);
      !read)
    return read.error();
  std::vector<bool> sources(std::max<std::size_t>(strings, 1)), kinds(sources.size());
  const char* wrong = nullptr;  // with the first event that is
  const auto mark = [&](std::string_view event) {
    wire::Reader in(event);
    std::uint64_t kind = 0, source = 0;
    bool good = true;
    while (good && !in.done()) {
      std::uint32_t field = 0, type = 0;
      good = in.key(field, type);
      const bool wanted = type == wire::kVarint && (field == wire::kKind || field == wire::kSource);
      good = good && (wanted ? in.varint(field == wire::kKind ? kind : source) : in.skip(type));
    }
    const bool inside = kind < kinds.size() && source < sources.size();
    if (wrong == nullptr && !good) wrong = "an event is cut short or damaged";
    if (wrong == nullptr && !inside) wrong = "an event names a string outside the table";
    if (inside) kinds[kind] = sources[source] = true;
  };
  if (Result<void> read = read_frame(bytes, base, nothing, mark); !read) return read.error();
  if (wrong != nullptr) return bad_batch(wrong);
  BatchNames out;
  std::size_t at = 0;
  const auto name = [&](std::string_view text) {
    if (sources[at]) out.sources.emplace_back(text);
    if (kinds[at]) out.kinds.emplace_back(text);
    ++at;
  };
  if (Result<void> read = read_frame(bytes, base, name, nothing); !read) return read.error();
  if (strings == 0) name({});
  return out;
}

std::string event_id(std::string_view agent, std::uint64_t epoch, std::uint8_t lane, std::uint64_t sequence) {
  std::string id(agent);
  for (const std::uint64_t number : {epoch, static_cast<std::uint64_t>(lane), sequence}) {
    char digits[20];
    id.push_back(':');
    id.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }
  return id;
}

}  // namespace wf
