#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/wall/filters.hpp"

namespace wf::ui {

enum class Theme : std::uint8_t;
enum class View : std::uint8_t;

/// How one person likes to look and listen: the same in every window, and what the settings show.
struct Comfort {
  Theme theme{};
  float zoom = 1;              ///< kLeastZoom…kMostZoom, beside the monitor's own scale
  bool compact = false;        ///< density of the wall
  bool reduce_motion = false;  ///< nothing moves or pulses by itself
  float volume = 0.7F;         ///< kLeastVolume…1: nobody turns an alarm off
  std::string language = {};   ///< a catalogue's code; empty: nobody has chosen one here
  std::vector<SavedFilter> filters = {};
  bool operator==(const Comfort&) const = default;
  static constexpr float kLeastZoom = 0.75F, kMostZoom = 2.5F, kLeastVolume = 0.3F, kVolumeStep = 0.1F;
};
/// The next zoom up (`by` 1) or down (−1); the first or last stays.
[[nodiscard]] float next_zoom(float zoom, int by);

/// What an operator switched on over the plan.
struct MapOverlays {
  bool people = true;  ///< people present in each zone
  bool heat = false;   ///< where events of open incidents happened in the last hour
  bool cover = true;   ///< what cameras see
  bool blind = false;  ///< corridors and open areas that no camera with a picture sees
  bool operator==(const MapOverlays&) const = default;
};

/// Where a map stands.
struct MapStand {
  bool world = false;
  bool chosen = false;  ///< by a person; else the map follows the wall
  bool fitted = true;   ///< all of it is shown; else:
  float x = 0, y = 0;   ///< metres of the site's plane that stand in the middle
  float scale = 1;      ///< units a metre
  MapOverlays overlays;
  bool operator==(const MapStand&) const = default;
};

/// A note that was begun about one incident and not sent.
struct Draft {
  std::uint64_t incident = 0;
  UtcNs opened = 0;  ///< of the incident: ids may come again in another log
  std::string note;
  bool operator==(const Draft&) const = default;
};

/// A form that was begun and not sent. What was chosen in it is chosen anew: what there is to choose from changes.
struct FormDraft {
  std::string action;  ///< dispatch, escalate, shelve, resolve, call; empty: no form
  std::uint64_t incident = 0;
  UtcNs opened = 0;
  std::string who, place, text;
  bool operator==(const FormDraft&) const = default;
};

/// What one window shows and what was begun in it: all that a person would have to find or write again if the program
/// ended now.
struct WindowMemory {
  View view{};
  std::uint64_t incident = 0;  ///< selected
  UtcNs opened = 0;            ///< when that one opened
  std::string site, level;     ///< on the map
  MapStand pane, full;
  Filter filter;
  std::string filter_person_name;
  std::vector<Draft> drafts;
  FormDraft form;
  bool operator==(const WindowMemory&) const = default;
  static constexpr std::size_t kMostDrafts = 16;
};

}  // namespace wf::ui
