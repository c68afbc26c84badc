#include "agents/access/osdp/frame.hpp"

#include <algorithm>

namespace wf::access::osdp {
namespace {

constexpr std::size_t kHeader = 5;
constexpr std::size_t kMac = 4;
constexpr std::uint8_t kReplyBit = 0x80, kSequenceBits = 0x03, kCrcBit = 0x04, kBlockBit = 0x08;
constexpr std::size_t kLeastFrame = kHeader + 1 + 1;  ///< a code and a checksum

constexpr std::array<std::uint16_t, 256> kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

std::size_t check_size(Check check) { return check == Check::crc ? 2 : 1; }
bool has_mac(std::uint8_t block) { return block >= 0x15 && block <= 0x18; }
std::size_t length_of(Bytes bytes) { return bytes[2] | static_cast<std::size_t>(bytes[3]) << 8U; }
bool plausible(std::size_t length) { return length >= kLeastFrame && length <= kLargestFrame; }

bool check_holds(Bytes whole) {
  const Check check = (whole[4] & kCrcBit) != 0 ? Check::crc : Check::checksum;
  const std::size_t rest = whole.size() - check_size(check);
  if (check == Check::checksum) return checksum8(whole.first(rest)) == whole[rest];
  return crc16(whole.first(rest)) == (whole[rest] | whole[rest + 1] << 8);
}

/// A frame whose length and check are right.
std::optional<Frame> take_apart(Bytes whole) {
  Frame out;
  out.address = static_cast<std::uint8_t>(whole[1] & ~kReplyBit);
  out.reply = (whole[1] & kReplyBit) != 0;
  out.sequence = whole[4] & kSequenceBits;
  out.check = (whole[4] & kCrcBit) != 0 ? Check::crc : Check::checksum;
  out.whole = whole;
  std::size_t at = kHeader;
  std::size_t end = whole.size() - check_size(out.check);
  if ((whole[4] & kBlockBit) != 0) {
    const std::size_t size = whole[at];  // with itself and the type
    if (size < 2 || at + size >= end) return std::nullopt;
    out.block = whole[at + 1];
    out.block_data = whole.subspan(at + 2, size - 2);
    if (out.block < 0x11 || out.block > 0x18) return std::nullopt;
    at += size;
    if (has_mac(out.block)) {
      if (end < at + 1 + kMac) return std::nullopt;
      end -= kMac;
      out.mac = whole.subspan(end, kMac);
    }
  }
  if (at >= end) return std::nullopt;
  out.code = whole[at];
  out.data = whole.subspan(at + 1, end - at - 1);
  out.covered = whole.first(end);
  return out;
}

}  // namespace

std::uint16_t crc16(Bytes bytes) {
  unsigned crc = 0x1d0f;
  for (const std::uint8_t byte : bytes) crc = (crc << 8U & 0xffffU) ^ kCrcTable[(crc >> 8U ^ byte) & 0xffU];
  return static_cast<std::uint16_t>(crc);
}

std::uint8_t checksum8(Bytes bytes) {
  unsigned sum = 0;
  for (const std::uint8_t byte : bytes) sum += byte;
  return static_cast<std::uint8_t>(-sum);
}

std::optional<Frame> parse_frame(Bytes whole) {
  if (whole.size() < kLeastFrame || whole[0] != kStart || length_of(whole) != whole.size()) return std::nullopt;
  if (!plausible(whole.size()) || !check_holds(whole)) return std::nullopt;
  return take_apart(whole);
}

std::size_t begin_frame(const Outgoing& frame, std::span<std::uint8_t> out) {
  const std::size_t block = frame.block != 0 ? 2 + frame.block_data.size() : 0;
  const std::size_t size = kHeader + block + 1 + frame.data.size();
  const std::size_t whole = size + (has_mac(frame.block) ? kMac : 0) + check_size(frame.check);
  if (out.size() < 1 + whole || !plausible(whole) || block > 0xff) return 0;
  std::uint8_t* at = out.data();
  *at++ = kMark;
  *at++ = kStart;
  *at++ = static_cast<std::uint8_t>(frame.address | (frame.reply ? kReplyBit : 0));
  *at++ = static_cast<std::uint8_t>(whole);
  *at++ = static_cast<std::uint8_t>(whole >> 8U);
  *at++ = static_cast<std::uint8_t>((frame.sequence & kSequenceBits) | (frame.check == Check::crc ? kCrcBit : 0) |
                                    (block > 0 ? kBlockBit : 0));
  if (block > 0) {
    *at++ = static_cast<std::uint8_t>(block);
    *at++ = frame.block;
    at = std::copy(frame.block_data.begin(), frame.block_data.end(), at);
  }
  *at++ = frame.code;
  std::copy(frame.data.begin(), frame.data.end(), at);
  return 1 + size;
}

std::size_t end_frame(Check check, std::span<std::uint8_t> out, std::size_t size) {
  const Bytes frame = Bytes(out).subspan(1, size - 1);
  if (check == Check::checksum) {
    out[size] = checksum8(frame);
    return size + 1;
  }
  const std::uint16_t crc = crc16(frame);
  out[size] = static_cast<std::uint8_t>(crc);
  out[size + 1] = static_cast<std::uint8_t>(crc >> 8U);
  return size + 2;
}

std::size_t FrameReader::push(Bytes bytes) {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t count = std::min(bytes.size(), buffer_.size() - end_);
  std::copy_n(bytes.begin(), count, buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
  end_ += count;
  return count;
}

void FrameReader::drop(std::size_t count) {
  for (std::size_t i = begin_; i < begin_ + count; ++i)
    if (buffer_[i] != kMark) ++noise_;  // the mark is the line's idle state
  begin_ += count;
}

std::optional<Frame> FrameReader::next() {
  for (;;) {
    const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto last = buffer_.begin() + static_cast<std::ptrdiff_t>(end_);
    drop(static_cast<std::size_t>(std::find(first, last, kStart) - first));
    const Bytes rest(buffer_.data() + begin_, end_ - begin_);
    if (rest.size() < kHeader) return std::nullopt;
    const std::size_t length = length_of(rest);
    if (!plausible(length)) {
      drop(1);
      continue;
    }
    if (rest.size() < length) return std::nullopt;
    const Bytes whole = rest.first(length);
    if (!check_holds(whole)) {
      ++broken_;
      drop(1);
      continue;
    }
    begin_ += length;
    // With a right check it came as it was sent: what is wrong in it is no noise to look for other frames in.
    if (std::optional<Frame> frame = take_apart(whole)) return frame;
    ++broken_;
  }
}

void FrameReader::reset() {
  if (partial()) ++broken_;
  drop(end_ - begin_);
}

}  // namespace wf::access::osdp
