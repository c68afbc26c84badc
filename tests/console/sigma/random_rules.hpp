#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "proto/event.hpp"

namespace wf::test {

/// Numbers that a seed fixes, the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_;
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>((next() >> 11U) % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::uint64_t state_;
};

/// A document of one rule with every form of value, modifier and condition, from few words so that they often meet.
[[nodiscard]] std::string random_rule(Dice& dice, int number);
[[nodiscard]] Event random_event(Dice& dice);

}  // namespace wf::test
