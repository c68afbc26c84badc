#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agents/access/osdp/frame.hpp"
#include "proto/result.hpp"

namespace wf::access::osdp {

/// How one kind of card numbers its bits: 1 is the first that the reader sent.
struct CardFormat {
  struct Bits {
    unsigned first = 0, last = 0;
  };
  struct Number {
    std::string name;
    Bits bits;  ///< at most 64, the first one weighs most
  };
  struct Parity {
    unsigned bit = 0;
    std::vector<Bits> over;
    bool odd = false;
  };
  std::string name;
  unsigned bits = 0;
  std::vector<Number> numbers;
  std::vector<Parity> parity;
  std::string id;  ///< the credential's id: text with {number} or {raw}
};

/// What a card says.
struct Card {
  std::string id;      ///< as the format's `id` writes it; of a card of no known format its bits in hexadecimal
  std::string format;  ///< empty: none fits
  std::string raw;     ///< all bits in hexadecimal, the first one first
  unsigned bits = 0;
  bool bad_parity = false;     ///< a format has this length, and the parity of none holds
  bool right_aligned = false;  ///< the reader put the unused bits in front, against the standard
  std::vector<std::pair<std::string, std::uint64_t>> numbers;
};

/// The table of card formats, as users write it (assets/osdp/card-formats.yaml). The first format in the table whose
/// length and parity fit is taken.
class CardFormats {
 public:
  static constexpr unsigned kMostBits = 512;

  /// Every problem is appended with file:line.
  [[nodiscard]] static CardFormats read(const std::string& text, const std::string& file, std::vector<Error>& problems);

  /// `count` bits, left-justified as the standard wants them, in `bytes`. Right-justified ones are told by bits that
  /// are set where the unused ones must be 0. Nothing if sizes do not fit or unused bits are set at both ends.
  [[nodiscard]] Result<Card> read_bits(Bytes bytes, unsigned count) const;
  /// Characters of an FMT answer. The standard leaves open what they are: digits of a number, or each one bit. They
  /// are taken for bits if all are 0 or 1 and a format has this length and its parity holds.
  [[nodiscard]] Result<Card> read_characters(Bytes characters) const;
  [[nodiscard]] std::size_t size() const { return formats_.size(); }

 private:
  [[nodiscard]] Card read_aligned(const std::vector<bool>& bits) const;

  std::vector<CardFormat> formats_;
};

}  // namespace wf::access::osdp
