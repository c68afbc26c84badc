#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "agents/kit/shed/shed_rule.hpp"

namespace wf::kit {

/// Looks for single fields in a JSON object without making anything of the rest: names and values as flatten_json()
/// gives them, down to one object within the object. What would have to be unescaped, stands in a list, or lies deeper
/// is unknown; so is everything behind what is no JSON. Reads on only as far as it is asked. One thread.
class JsonGlance {
 public:
  /// `object` must outlive it.
  explicit JsonGlance(std::string_view object) : text_(object) {}
  /// The first value of that name; null is absent.
  [[nodiscard]] RawRecord::Known find(std::string_view name, std::string_view& value);

 private:
  /// Trivial, so that a table of them costs nothing until it is filled.
  struct Piece {
    const char* begin;
    std::size_t size;
    [[nodiscard]] std::string_view text() const { return {begin, size}; }
  };
  struct Entry {
    Piece outer, name, value;  ///< `outer`: the name of the object in which it lies; empty: none
    RawRecord::Known known;
  };
  static constexpr std::size_t kMost = 96;  ///< entries; what lies behind is unknown

  /// Reads one entry on. False: there is no more, or none that can be read.
  bool more();
  void blanks();
  bool string(std::string_view& out, bool& plain);
  bool skip_nested();
  bool stop();

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<Entry, kMost> entries_;
  std::size_t count_ = 0;
  std::string_view outer_;
  bool begun_ = false, inside_ = false, comma_ = false;
  bool over_ = false;   ///< nothing more will be read
  bool whole_ = false;  ///< the object's end was seen
};

}  // namespace wf::kit
