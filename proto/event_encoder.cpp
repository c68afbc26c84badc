// Written by hand to protobuf's wire format, not through the generated classes: a batch is then one pass and
// no object an event. tests/proto/event_codec_generated_test.cpp proves that both agree byte for byte.
#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "proto/event_codec.hpp"
#include "proto/event_wire.hpp"
#include "proto/wire.hpp"

namespace wf {
namespace {

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
      out.push_back(static_cast<char>(wire::tag(wire::kStrings, wire::kBytes)));
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
  put(wire::kTimeDelta, wire::zigzag(wire::wrapping_sub(event.time, base)));
  if (event.seen != 0) {
    const std::int64_t delta = wire::wrapping_sub(event.seen, event.time);
    put(wire::kSeenDelta, wire::zigzag(delta >= 0 ? wire::wrapping_add(delta, 1) : delta));
  }
  put(wire::kKind, number(event.kind, kind, out));
  put(wire::kSeverity, event.severity);
  put(wire::kSource, number(event.source, source, out));
  put(wire::kProduct, number(event.logsource.product, product, out));
  put(wire::kService, number(event.logsource.service, service, out));
  put(wire::kCategory, number(event.logsource.category, category, out));
  put(wire::kDrill, event.drill ? 1 : 0);

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
    *to++ = static_cast<char>(wire::tag(wire::kFields, wire::kBytes));
    to = wire::put_varint(to, packed);
  }

  const auto head_size = static_cast<std::size_t>(to - head);
  const std::size_t start = records.size();
  records.resize(start + 1 + wire::kMaxVarint + head_size + packed);
  char* at = records.data() + start;
  *at++ = static_cast<char>(wire::tag(wire::kEvents, wire::kBytes));
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
  out.push_back(static_cast<char>(wire::tag(wire::kVersion, wire::kVarint)));
  append_varint(out, kBatchVersion);
  bool added = false;
  static_cast<void>(impl.table.number({"", 0}, added));
  out.push_back(static_cast<char>(wire::tag(wire::kStrings, wire::kBytes)));
  out.push_back('\0');

  const UtcNs base = events.empty() ? 0 : events.front().time;
  for (const Event& event : events) impl.add_record(event, base, out);
  if (base != 0) {
    out.push_back(static_cast<char>(wire::tag(wire::kBaseTime, wire::kVarint)));
    append_varint(out, wire::zigzag(base));
  }
  out.append(impl.records);
}

}  // namespace wf
