#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/compile.hpp"

namespace wf::sigma {

/// A value of an event as rules see it.
struct Value {
  std::string_view raw, lower;  ///< as it came, and folded
  ValueType type = ValueType::string;
  bool odd = false;            ///< has a sign of FieldIndex::odd
  std::uint32_t next = kNone;  ///< next value of the same field
};

/// The values of one event by field. It keeps its memory, so that an event takes nothing from the heap once the largest
/// has been seen. Views into the event: it must outlive them.
class EventView {
 public:
  explicit EventView(std::size_t fields) : first_(fields), last_(fields), seen_(fields) {}

  /// Takes the fields that `needed` names, or, where rules look at any field, all of them.
  void read(const Event& event, const Compiled& rules, const std::vector<bool>& needed, bool all);

  /// First value of a field; kNone if it is missing.
  [[nodiscard]] std::uint32_t first(std::uint32_t field) const { return seen_[field] == now_ ? first_[field] : kNone; }
  [[nodiscard]] const Value& operator[](std::uint32_t value) const { return values_[value]; }
  /// Fields that have a value.
  [[nodiscard]] const std::vector<std::uint32_t>& fields() const { return present_; }
  /// Values [0, own()) are the event's own: keywords look at no others.
  [[nodiscard]] std::uint32_t own() const { return own_; }

 private:
  void add(std::uint32_t field, std::string_view raw, ValueType type);

  std::vector<Value> values_;
  std::vector<std::uint32_t> present_, first_, last_;
  std::vector<std::uint64_t> seen_;
  std::uint64_t now_ = 0;
  std::string folded_;
  std::size_t used_ = 0;
  std::uint32_t own_ = 0;
};

}  // namespace wf::sigma
