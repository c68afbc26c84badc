// Written by hand to protobuf's wire format, not through the generated classes: a batch is then one pass and
// no object an event. tests/proto/test_event_codec_generated.cpp proves that both agree byte for byte.
#include "proto/event_codec.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

#include "proto/wire.hpp"

namespace wf {
namespace {

// Field numbers of EventBatch and EventRecord in event.proto.
constexpr std::uint32_t kVersion = 1, kStrings = 2, kBaseTime = 3, kEvents = 4;
constexpr std::uint32_t kTimeDelta = 1, kSeenDelta = 2, kKind = 3, kSeverity = 4, kSource = 5, kProduct = 6,
                        kService = 7, kCategory = 8, kDrill = 9, kFields = 10;

// One string of the table can be named by many fields, so that a small frame could stand for far more memory
// than it has bytes; this bounds what decoding one batch may take.
constexpr std::size_t kMaxDecodedBytes = 192U << 20U;

// Times wrap instead of overflowing; both directions use the same arithmetic.
std::int64_t wrapping_sub(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::uint8_t known_severity(std::uint64_t severity) {
  if (severity <= 5) return static_cast<std::uint8_t>(severity);
  return severity == 6 ? 5 : 0;  // OCSF's "fatal" counts as critical, "other" and unheard-of ones as unknown
}

// Numbers for the strings of one batch, in order of first use. Open addressing; a generation number makes
// clearing it for the next batch free.
class StringTable {
 public:
  void clear() {
    count_ = 0;
    if (++generation_ == 0) {
      std::fill(slots_.begin(), slots_.end(), Slot{});
      generation_ = 1;
    }
    if (slots_.empty()) slots_.resize(1024);
  }
  /// The string's number; `added` if this is its first use. The text must outlive the batch.
  std::uint32_t number(std::string_view text, bool& added) {
    const std::uint32_t hash = hash_of(text);
    for (std::size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.generation != generation_) {
        slot = {text.data(), static_cast<std::uint32_t>(text.size()), hash, count_, generation_};
        added = true;
        const std::uint32_t number = count_++;
        if (count_ * 2 > slots_.size()) grow();
        return number;
      }
      if (slot.hash == hash && slot.size == text.size() && std::memcmp(slot.text, text.data(), text.size()) == 0) {
        added = false;
        return slot.number;
      }
    }
  }

 private:
  struct Slot {
    const char* text = nullptr;
    std::uint32_t size = 0, hash = 0, number = 0, generation = 0;
  };

  // Seeded by where this table lies, so that who writes the log cannot prepare collisions. The order of the
  // strings, and so the bytes of the batch, do not depend on it.
  [[nodiscard]] std::uint32_t hash_of(std::string_view text) const {
    constexpr std::uint64_t kMix = 0x9e37'79b9'7f4a'7c15U;
    std::uint64_t h = (reinterpret_cast<std::uintptr_t>(this) ^ text.size()) * kMix;
    const char* p = text.data();
    std::size_t left = text.size();
    std::uint64_t word = 0;
    for (; left > 8; left -= 8, p += 8) {
      std::memcpy(&word, p, 8);
      h = (std::rotl(h, 29) ^ word) * kMix;
    }
    word = 0;
    std::memcpy(&word, p, left);
    h = (std::rotl(h, 29) ^ word) * kMix;
    return static_cast<std::uint32_t>(h >> 32U);
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.generation != generation_) continue;
      std::size_t i = slot.hash & (slots_.size() - 1);
      while (slots_[i].generation == generation_) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
  std::uint32_t generation_ = 0;
};

void append_varint(std::string& out, std::uint64_t v) {
  char buffer[wire::kMaxVarint];
  out.append(buffer, wire::put_varint(buffer, v));
}

Error bad_batch(std::string what) {
  return {std::move(what), "event batch", "check that the agent is a release of Watchfloor that this engine knows"};
}

}  // namespace

struct BatchEncoder::Impl {
  StringTable table;
  std::string records;                // the encoded events, which follow the complete table
  std::vector<std::uint32_t> fields;  // of the event at hand
  // What the same place of the event before held; most events of a source have the same names in the same
  // order, so that one comparison stands for a look-up.
  struct Seen {
    std::string_view text;
    std::uint32_t number = 0;
  };
  std::vector<Seen> names;
  Seen kind, source, product, service, category;

  std::uint32_t number(std::string_view text, std::string& out) {
    if (text.empty()) return 0;
    bool added = false;
    const std::uint32_t number = table.number(text, added);
    if (added) {
      out.push_back(static_cast<char>(wire::tag(kStrings, wire::kBytes)));
      append_varint(out, text.size());
      out.append(text);
    }
    return number;
  }
  std::uint32_t number(std::string_view text, Seen& seen, std::string& out) {
    if (text != seen.text) seen = {text, number(text, out)};
    return seen.number;
  }
  void add_record(const Event& event, UtcNs base, std::string& out);
};

void BatchEncoder::Impl::add_record(const Event& event, UtcNs base, std::string& out) {
  // At most ten values with a one-byte tag each, before the fields.
  char head[10 * (1 + wire::kMaxVarint)];
  char* to = head;
  const auto put = [&](std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    *to++ = static_cast<char>(wire::tag(field, wire::kVarint));
    to = wire::put_varint(to, value);
  };
  put(kTimeDelta, wire::zigzag(wrapping_sub(event.time, base)));
  if (event.seen != 0) {
    const std::int64_t delta = wrapping_sub(event.seen, event.time);
    put(kSeenDelta, wire::zigzag(delta >= 0 ? wrapping_add(delta, 1) : delta));
  }
  put(kKind, number(event.kind, kind, out));
  put(kSeverity, event.severity);
  put(kSource, number(event.source, source, out));
  put(kProduct, number(event.logsource.product, product, out));
  put(kService, number(event.logsource.service, service, out));
  put(kCategory, number(event.logsource.category, category, out));
  put(kDrill, event.drill ? 1 : 0);

  fields.resize(event.fields.size() * 2);
  if (names.size() < event.fields.size()) names.resize(event.fields.size());
  std::size_t packed = 0;
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    const Field& field = event.fields[i];
    const std::uint32_t name = number(field.name, names[i], out);
    const std::uint32_t value = number(field.value, out) << 2U | static_cast<std::uint32_t>(field.type);
    fields[i * 2] = name;
    fields[i * 2 + 1] = value;
    packed += wire::varint_size(name) + wire::varint_size(value);
  }
  if (packed != 0) {
    *to++ = static_cast<char>(wire::tag(kFields, wire::kBytes));
    to = wire::put_varint(to, packed);
  }

  const auto head_size = static_cast<std::size_t>(to - head);
  const std::size_t start = records.size();
  records.resize(start + 1 + wire::kMaxVarint + head_size + packed);
  char* at = records.data() + start;
  *at++ = static_cast<char>(wire::tag(kEvents, wire::kBytes));
  at = wire::put_varint(at, head_size + packed);
  std::memcpy(at, head, head_size);
  at += head_size;
  for (const std::uint32_t value : fields) at = wire::put_varint(at, value);
  records.resize(static_cast<std::size_t>(at - records.data()));
}

BatchEncoder::BatchEncoder() : impl_(new Impl) {}
BatchEncoder::~BatchEncoder() { delete impl_; }
BatchEncoder::BatchEncoder(BatchEncoder&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
BatchEncoder& BatchEncoder::operator=(BatchEncoder&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

void BatchEncoder::encode(std::span<const Event> events, std::string& out) {
  Impl& impl = *impl_;
  impl.table.clear();
  impl.records.clear();
  for (Impl::Seen& seen : impl.names) seen = {};
  impl.kind = impl.source = impl.product = impl.service = impl.category = {};
  out.clear();
  out.push_back(static_cast<char>(wire::tag(kVersion, wire::kVarint)));
  append_varint(out, kBatchVersion);
  bool added = false;
  static_cast<void>(impl.table.number({"", 0}, added));
  out.push_back(static_cast<char>(wire::tag(kStrings, wire::kBytes)));
  out.push_back('\0');

  const UtcNs base = events.empty() ? 0 : events.front().time;
  for (const Event& event : events) impl.add_record(event, base, out);
  if (base != 0) {
    out.push_back(static_cast<char>(wire::tag(kBaseTime, wire::kVarint)));
    append_varint(out, wire::zigzag(base));
  }
  out.append(impl.records);
}

namespace {

// The frame's outer layer. Strings may stand after events and the base time anywhere, so it is read first.
struct Frame {
  std::vector<std::string_view> strings;
  std::vector<std::string_view> events;
  UtcNs base = 0;
};

Result<void> read_frame(std::string_view bytes, bool with_strings, Frame& frame) {
  if (bytes.size() > kMaxBatchBytes)
    return bad_batch("batch of " + std::to_string(bytes.size()) + " bytes is over the limit of " +
                     std::to_string(kMaxBatchBytes));
  wire::Reader in(bytes);
  while (!in.done()) {
    std::uint32_t field = 0, type = 0;
    std::uint64_t number = 0;
    std::string_view text;
    if (!in.key(field, type)) return bad_batch("not a protobuf message");
    bool good = true;
    if (field == kStrings && type == wire::kBytes) {
      good = in.bytes(text);
      if (with_strings) frame.strings.push_back(text);
    } else if (field == kEvents && type == wire::kBytes) {
      good = in.bytes(text);
      if (frame.events.size() == kMaxBatchEvents)
        return bad_batch("more than " + std::to_string(kMaxBatchEvents) + " events in one batch");
      frame.events.push_back(text);
    } else if (field == kBaseTime && type == wire::kVarint) {
      good = in.varint(number);
      frame.base = wire::unzigzag(number);
    } else {
      good = in.skip(type);
    }
    if (!good) return bad_batch("batch is cut short or damaged");
  }
  return {};
}

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
    if (field == kFields && type == wire::kBytes) {
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
      case kTimeDelta:
        record.time_delta = wire::unzigzag(value);
        break;
      case kSeenDelta:
        record.seen_delta = wire::unzigzag(value);
        break;
      case kKind:
        record.kind = value;
        break;
      case kSeverity:
        record.severity = value;
        break;
      case kSource:
        record.source = value;
        break;
      case kProduct:
        record.product = value;
        break;
      case kService:
        record.service = value;
        break;
      case kCategory:
        record.category = value;
        break;
      case kDrill:
        record.drill = value;
        break;
      case kFields:  // the unpacked form, which every reader of a packed field must accept
        fields.push_back(value);
        break;
      default:
        break;
    }
  }
  return true;
}

}  // namespace

Result<std::vector<Event>> decode_batch(std::string_view bytes, const BatchOrigin& origin) {
  Frame frame;
  if (auto read = read_frame(bytes, true, frame); !read) return read.error();
  if (frame.strings.empty()) frame.strings.emplace_back();
  const std::vector<std::string_view>& strings = frame.strings;

  std::string id = event_id(origin.agent, origin.epoch, origin.lane, 0);
  const std::size_t id_prefix = id.size() - 1;
  std::size_t budget = kMaxDecodedBytes;
  std::vector<std::uint64_t> pairs;
  std::vector<Event> events(frame.events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto fault = [&](const char* what) {
      return bad_batch("event " + std::to_string(i + 1) + " of " + std::to_string(events.size()) + " " + what);
    };
    Record record;
    if (!read_record(frame.events[i], record, pairs)) return fault("is cut short or damaged");
    if (pairs.size() % 2 != 0) return fault("has a field without a value");
    for (const std::uint64_t index : {record.kind, record.source, record.product, record.service, record.category})
      if (index >= strings.size()) return fault("names a string outside the table");

    std::size_t cost = pairs.size() / 2 * sizeof(Field) + strings[record.kind].size() + strings[record.source].size() +
                       strings[record.product].size() + strings[record.service].size() +
                       strings[record.category].size();
    for (std::size_t p = 0; p < pairs.size(); p += 2) {
      if (pairs[p] >= strings.size() || pairs[p + 1] >> 2U >= strings.size())
        return fault("names a string outside the table");
      cost += strings[pairs[p]].size() + strings[pairs[p + 1] >> 2U].size();
    }
    if (cost > budget) return fault("makes the batch too large once decoded");
    budget -= cost;

    Event& event = events[i];
    char digits[20];
    id.resize(id_prefix);
    id.append(digits, std::to_chars(digits, digits + sizeof digits, origin.first_sequence + i).ptr);
    event.id = id;
    event.agent = origin.agent;
    event.time = wrapping_add(frame.base, record.time_delta);
    if (record.seen_delta != 0)
      event.seen = wrapping_add(event.time, record.seen_delta > 0 ? record.seen_delta - 1 : record.seen_delta);
    event.kind = strings[record.kind];
    event.severity = known_severity(record.severity);
    event.source = strings[record.source];
    event.logsource.product = strings[record.product];
    event.logsource.service = strings[record.service];
    event.logsource.category = strings[record.category];
    event.drill = record.drill != 0;
    event.fields.reserve(pairs.size() / 2);
    for (std::size_t p = 0; p < pairs.size(); p += 2)
      event.fields.push_back(Field{std::string(strings[pairs[p]]), std::string(strings[pairs[p + 1] >> 2U]),
                                   static_cast<ValueType>(pairs[p + 1] & 3U)});
  }
  return events;
}

Result<BatchSummary> summarise_batch(std::string_view bytes) {
  Frame frame;
  if (auto read = read_frame(bytes, false, frame); !read) return read.error();
  BatchSummary summary;
  summary.events = static_cast<std::uint32_t>(frame.events.size());
  if (frame.events.empty()) return summary;
  summary.min_time = std::numeric_limits<UtcNs>::max();
  summary.max_time = std::numeric_limits<UtcNs>::min();
  for (std::size_t i = 0; i < frame.events.size(); ++i) {
    wire::Reader in(frame.events[i]);
    std::int64_t delta = 0;
    while (!in.done()) {
      std::uint32_t field = 0, type = 0;
      std::uint64_t value = 0;
      bool good = in.key(field, type);
      if (good && field == kTimeDelta && type == wire::kVarint) {
        good = in.varint(value);
        delta = wire::unzigzag(value);
      } else if (good) {
        good = in.skip(type);
      }
      if (!good) return bad_batch("event " + std::to_string(i + 1) + " is cut short or damaged");
    }
    const UtcNs time = wrapping_add(frame.base, delta);
    summary.min_time = std::min(summary.min_time, time);
    summary.max_time = std::max(summary.max_time, time);
  }
  return summary;
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
