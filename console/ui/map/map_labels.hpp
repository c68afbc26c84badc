#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/map/map_scene.hpp"

namespace wf::ui {

/// Keeps what is written and drawn on a map apart. Boxes in a grid of the screen.
class LabelSpace {
 public:
  static constexpr int kBlocks = 4;
  void reset(const Rect& port);
  /// Nothing may be placed here.
  void block(const Rect& r) { add(r, kBlocks); }
  /// Better nothing is placed here: 1 furniture, 2 machines, 3 the path and open doors.
  void discourage(const Rect& r, int weight) { add(r, weight); }
  /// True when `r` lies in the port and touches nothing that weighs at least `least`, nor what blocks.
  [[nodiscard]] bool free(const Rect& r, int least) const;

 private:
  struct Box {
    Rect r;
    int weight;
  };
  void add(const Rect& r, int weight);
  Rect port_;
  int columns_ = 1, rows_ = 1;
  std::vector<Box> boxes_;
  std::vector<std::vector<std::uint32_t>> cells_;
};

/// Where everything that needs room on the screen stands, for one view of one level.
struct MapLayout {
  struct Name {
    std::uint32_t floor = 0;
    float x = 0, mid = 0, width = 0;
    bool strong = false;
    std::int32_t people = -1;  ///< pill below; −1: none
    Rect box;                  ///< of name and pill
  };
  struct Tag {
    std::uint32_t device = 0;  ///< position in LevelPlan::devices
    float x = 0, mid = 0;
    Align align = Align::left;
    Rect box;
  };
  struct Mark {
    std::uint32_t unit = 0;  ///< position in LevelNews::units
    float x = 0, y = 0, size = 0;
  };
  struct Disc {
    std::uint32_t stop = 0;  ///< position in IncidentPath::stops of the first
    float x = 0, y = 0, w = 0;
    std::string text;  ///< "2", "2–3, 6"
  };
  std::vector<Name> names;
  std::vector<Tag> tags;
  std::vector<Mark> marks;
  std::vector<Disc> discs;

  void make(const MapScene& s, LabelSpace& space);
};

/// First of what make() does: the path's numbers stand on it and give way to nothing.
void place_discs(const MapScene& s, LabelSpace& space, MapLayout& out);
void draw_labels(const MapScene& s, const MapLayout& layout);
void draw_path(const MapScene& s, const MapLayout& layout);
/// True while something pulses.
bool draw_marks(const MapScene& s, const MapLayout& layout);

/// What a device is called where there is little room: its id.
[[nodiscard]] std::string tag_of(const Device& device, const DeviceState* state);

}  // namespace wf::ui
