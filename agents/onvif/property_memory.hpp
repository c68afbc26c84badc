#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "agents/onvif/notice.hpp"

namespace wf::onvif {

/// What a device's properties were when they were told last, so that a state which is told again when a subscription
/// begins is told from news that nobody heard. Keeps kMost of them; what is beyond is judged without memory.
class PropertyMemory {
 public:
  static constexpr std::size_t kMost = 512;
  enum class Known : std::uint8_t { no, same, other };

  /// How a notice compares with what was told last, before remember().
  [[nodiscard]] Known compare(const Notice& notice) const;
  /// `lasting`: it is kept over a restart, since it will have to be told that it is over.
  void remember(const Notice& notice, bool lasting);
  /// What lasts, as one line; and such a line again.
  [[nodiscard]] std::string save() const;
  void load(std::string_view text);

 private:
  struct Last {
    std::uint64_t value = 0;
    bool lasting = false;
  };
  std::map<std::uint64_t, Last> last_;
};

}  // namespace wf::onvif
