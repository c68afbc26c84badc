#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/kinds.hpp"

/// The bytes of a spool's segment files; README.md describes them. Numbers are little-endian.
namespace wf::kit::spool {

inline constexpr std::size_t kSegmentHeaderBytes = 40;
inline constexpr std::size_t kRecordHeaderBytes = 64;
inline constexpr std::uint32_t kMostBatchBytes = 8U << 20U;
inline constexpr std::uint32_t kMostPositionBytes = 1U << 20U;

/// First bytes of a segment: "WFSPOOL1", epoch, serial, first sequence, lane, checksum.
struct SegmentHeader {
  std::uint64_t epoch = 0;
  std::uint64_t serial = 0;          ///< counts the segments of a lane
  std::uint64_t first_sequence = 1;  ///< of the first event in it; those before are in earlier segments
  std::uint8_t lane = 1;
};

/// What precedes a record's batch and positions.
struct RecordHeader {
  std::uint32_t crc = 0;             ///< of the header behind this field, and of the body
  std::uint64_t commit = 0;          ///< records of one commit are durable together
  std::uint64_t first_sequence = 0;  ///< of the batch
  std::uint32_t count = 0;           ///< events in the batch; 0: positions only
  std::uint32_t batch_bytes = 0;
  std::uint32_t position_bytes = 0;
  std::uint32_t parts = 0;                   ///< records of this commit in all lanes; 0: a segment's opening record
  std::array<std::uint64_t, kLanes> next{};  ///< each lane's next sequence behind this commit

  [[nodiscard]] std::size_t size() const { return kRecordHeaderBytes + batch_bytes + position_bytes; }
  [[nodiscard]] std::uint64_t last_sequence() const { return first_sequence + count - 1; }
};

struct Position {
  std::string source, position;
};
/// Names of the spool's own positions; no source can be called so.
inline constexpr std::string_view kBegun = "\1begun";       ///< in an opening record: UTC nanoseconds at its making
inline constexpr std::string_view kHealth = "\1health:";    ///< and a source's name: what SourceHealth learned of it
inline constexpr std::string_view kShed = "\1shed:";        ///< and a source's name: what its rules counted (Shedder)
inline constexpr std::string_view kGivenUp = "\1given-up";  ///< serial of the last given-up range that an event said

void append_segment_header(const SegmentHeader& header, std::string& out);
[[nodiscard]] bool read_segment_header(std::string_view bytes, SegmentHeader& out);

/// Appends header and body; `header`'s crc and sizes are computed.
void append_record(RecordHeader header, std::string_view batch, std::string_view positions, std::string& out);
/// Reads a header and judges whether its sizes are possible; the checksum needs the body.
[[nodiscard]] bool read_record_header(std::string_view bytes, RecordHeader& out);
/// `header` as it lies in the file, then what lies behind it.
[[nodiscard]] bool checksum_holds(std::string_view header, std::string_view batch, std::string_view positions = {});

void append_position(std::string_view source, std::string_view position, std::string& out);
[[nodiscard]] std::vector<Position> read_positions(std::string_view bytes);

}  // namespace wf::kit::spool
