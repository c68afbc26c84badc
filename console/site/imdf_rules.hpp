#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace wf::site {

/// Geometry kinds that a feature type may have, as bits.
enum Shape : std::uint8_t { kNone = 1, kPoint = 2, kLine = 4, kArea = 8 };

/// A property that names features of another type.
struct Reference {
  std::string_view property, target;
  bool many = false;
  bool required = false;
};

/// What IMDF 1.0 says of one feature type, as far as Watchfloor checks it.
struct TypeRules {
  std::string_view type;
  std::uint8_t shapes;
  std::span<const std::string_view> required;    ///< properties that must be there and not null
  std::span<const std::string_view> categories;  ///< empty: not checked
  std::span<const Reference> references;
};

/// Every feature type of IMDF 1.0, alphabetically.
[[nodiscard]] std::span<const TypeRules> imdf_types();
[[nodiscard]] const TypeRules* find_type(std::string_view type);

}  // namespace wf::site
