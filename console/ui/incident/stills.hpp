#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "console/ui/draw/pictures.hpp"
#include "console/ui/frame.hpp"
#include "console/ui/incident/still_caption.hpp"

namespace wf::ui {

struct Desk;

/// The stills that this window looks at: asks the engine for each once, keeps what came, and forgets those that nobody
/// looked at longest. One a console.
class Stills {
 public:
  /// Takes what was answered with this frame; before anything is drawn.
  void take(const Frame& f, Desk& d);
  /// The still of this hash, asked for if it is not here. Only where can_look().
  [[nodiscard]] PictureLook look(Frame& f, Desk& d, const std::string& hash);
  /// What a still that is here says of itself; null: it is not here, or says nothing.
  [[nodiscard]] const StillCaption* caption(const std::string& hash) const;
  /// What failed is asked for once more.
  void again(const std::string& hash);
  /// Somebody answers questions, and somebody draws pictures.
  [[nodiscard]] static bool can_look(const Frame& f) { return f.input.can_ask && f.input.pictures != nullptr; }

 private:
  struct Still {
    std::string hash;
    std::uint64_t token = 0;  ///< of the question on its way; 0: none
    double asked = 0;         ///< seconds
    std::shared_ptr<const AttachmentContent> content;
    std::string problem;  ///< why it did not come
    std::optional<StillCaption> caption = std::nullopt;
  };
  static constexpr std::size_t kMost = 64, kMostBytes = 48U << 20U;
  void make_room();

  std::list<Still> stills_;  ///< the one that was looked at last first
};

}  // namespace wf::ui
