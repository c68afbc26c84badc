#include "agents/kit/spool/spool_format.hpp"

#include "agents/kit/spool/crc32c.hpp"

namespace wf::kit::spool {
namespace {

constexpr std::string_view kSegmentMagic = "WFSPOOL1";
constexpr std::string_view kRecordMagic = "WFR1";
constexpr std::size_t kCrcAt = 4, kCrcEnd = 8;  // in a record's header

void put(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

std::uint64_t take(std::string_view bytes, std::size_t at, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i);
  return value;
}

std::uint32_t take32(std::string_view bytes, std::size_t at) { return static_cast<std::uint32_t>(take(bytes, at, 4)); }

}  // namespace

void append_segment_header(const SegmentHeader& header, std::string& out) {
  const std::size_t begin = out.size();
  out += kSegmentMagic;
  put(out, header.epoch, 8);
  put(out, header.serial, 8);
  put(out, header.first_sequence, 8);
  put(out, header.lane, 4);
  put(out, crc32c(std::string_view(out).substr(begin)), 4);
}

bool read_segment_header(std::string_view bytes, SegmentHeader& out) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic)) return false;
  if (crc32c(bytes.substr(0, kSegmentHeaderBytes - 4)) != take32(bytes, kSegmentHeaderBytes - 4)) return false;
  out.epoch = take(bytes, 8, 8);
  out.serial = take(bytes, 16, 8);
  out.first_sequence = take(bytes, 24, 8);
  const std::uint32_t lane = take32(bytes, 32);
  out.lane = static_cast<std::uint8_t>(lane);
  return lane < kLanes;
}

void append_record(RecordHeader header, std::string_view batch, std::string_view positions, std::string& out) {
  const std::size_t begin = out.size();
  out += kRecordMagic;
  put(out, 0, 4);
  put(out, header.commit, 8);
  put(out, header.first_sequence, 8);
  put(out, header.count, 4);
  put(out, batch.size(), 4);
  put(out, positions.size(), 4);
  put(out, header.parts, 4);
  for (const std::uint64_t next : header.next) put(out, next, 8);
  out += batch;
  out += positions;
  const std::uint32_t crc = crc32c(std::string_view(out).substr(begin + kCrcEnd));
  for (unsigned i = 0; i < 4; ++i) out[begin + kCrcAt + i] = static_cast<char>(crc >> (8 * i) & 0xffU);
}

bool read_record_header(std::string_view bytes, RecordHeader& out) {
  if (bytes.size() < kRecordHeaderBytes || !bytes.starts_with(kRecordMagic)) return false;
  out.crc = take32(bytes, kCrcAt);
  out.commit = take(bytes, 8, 8);
  out.first_sequence = take(bytes, 16, 8);
  out.count = take32(bytes, 24);
  out.batch_bytes = take32(bytes, 28);
  out.position_bytes = take32(bytes, 32);
  out.parts = take32(bytes, 36);
  for (std::size_t lane = 0; lane < kLanes; ++lane) out.next[lane] = take(bytes, 40 + 8 * lane, 8);
  return out.batch_bytes <= kMostBatchBytes && out.position_bytes <= kMostPositionBytes;
}

bool checksum_holds(std::string_view header, std::string_view batch, std::string_view positions) {
  const std::uint32_t before = crc32c(header.substr(kCrcEnd, kRecordHeaderBytes - kCrcEnd));
  return crc32c(positions, crc32c(batch, before)) == take32(header, kCrcAt);
}

void append_position(std::string_view source, std::string_view position, std::string& out) {
  put(out, source.size(), 4);
  put(out, position.size(), 4);
  out += source;
  out += position;
}

std::vector<Position> read_positions(std::string_view bytes) {
  std::vector<Position> out;
  while (bytes.size() >= 8) {
    const std::uint64_t source = take(bytes, 0, 4);
    const std::uint64_t position = take(bytes, 4, 4);
    bytes.remove_prefix(8);
    if (source + position > bytes.size()) break;
    out.push_back({std::string(bytes.substr(0, source)), std::string(bytes.substr(source, position))});
    bytes.remove_prefix(source + position);
  }
  return out;
}

}  // namespace wf::kit::spool
