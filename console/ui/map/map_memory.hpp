#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/drawn_once.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_ground.hpp"
#include "console/ui/map/map_labels.hpp"
#include "console/ui/map/map_overlays.hpp"
#include "console/ui/map/map_view.hpp"
#include "console/ui/map/site_map.hpp"

namespace wf::ui {

/// One level with all that is kept of it.
struct LevelData {
  std::unique_ptr<LevelPlan> plan;
  MapRoutes routes;
  bool routed = false;
  LevelNews news;
  std::uint64_t news_of = 0;  ///< generation of EstateNews
  BlindSpots blind;
  std::uint64_t blind_of = 0;  ///< cover_key of the news
  EventHeat heat;
  std::uint64_t heat_of = ~0ULL;  ///< version of the snapshot
  IncidentPath path;
  std::uint64_t path_of = 0;  ///< incident
  std::uint32_t path_revision = 0;
};

/// What a layout was made from; it is made again when anything of it differs.
struct LayoutKey {
  MapTransform view;
  const LevelPlan* plan = nullptr;
  std::uint64_t news = 0, incident = 0;
  std::uint32_t revision = 0;
  float font = 0;
  bool people = false;
};

/// What the drawn plan of a level depends on; it is drawn again when anything of it differs.
struct PlanKey {
  MapTransform view;
  const LevelPlan* plan = nullptr;
  std::uint64_t news = 0, blind = 0, heat = 0;
  const Tokens* tokens = nullptr;
  float font = 0;
  MapOverlays overlays;
  int unit = -1;
  [[nodiscard]] bool operator==(const PlanKey& o) const {
    return view.same_as(o.view) && plan == o.plan && news == o.news && blind == o.blind && heat == o.heat &&
           tokens == o.tokens && font == o.font && overlays == o.overlays && unit == o.unit;
  }
};

/// What a person is asking for on a card: maintenance, a test, a ticket.
struct Upkeep {
  enum class Form : std::uint8_t { none, maintenance, test, symptom, report, close } form = Form::none;
  std::string of;           ///< the device or zone
  std::uint64_t cause = 0;  ///< symptom: of which incident
  std::size_t span = 1;
  FieldState text, who;
  bool focus = false;
  double sent = -1e9;         ///< FrameInput::seconds
  std::uint64_t version = 0;  ///< of the snapshot when it was sent
};

struct MapMemory {
  EstateNews news;
  std::shared_ptr<const Estate> estate;
  std::vector<float> turns;  ///< by site
  std::unordered_map<std::string, LevelData> levels;
  MapView view;
  WorldGround ground;
  MapLayout layout;
  LayoutKey layout_of;
  LabelSpace space;
  DrawnOnce drawn;
  PlanKey drawn_of;
  std::vector<const LevelPlan*> inner;  ///< ground floors drawn in buildings that are seen from outside

  // Where the map is.
  bool world = false;
  std::optional<MapStand> kept;  ///< from an earlier start; taken when the map is first drawn
  bool world_wanted = false;     ///< shown as soon as there is an estate
  std::size_t site = 0;
  const Level* level = nullptr;
  std::string told_site, told_level;  ///< what was written into Selection last
  std::uint64_t followed = 0;         ///< incident that the map turned to
  bool show_was = false, started = false;
  bool unguided = true;  ///< nobody has chosen a row or a place yet
  std::uint64_t unguided_incident = 0;
  const Level* unguided_level = nullptr;
  int unit = -1;         ///< index in Site::units whose card is open; −1: none
  std::string confirms;  ///< device whose command waits for its second step
  std::string confirms_action;
  double confirms_until = 0;  ///< FrameInput::seconds
  Upkeep upkeep;
  Scroll card;          ///< of the thing's card
  std::string card_of;  ///< what it showed last
  float dragged = 0;
  std::uint64_t scope = 0;  ///< what the view was fitted to: 1 the world, else the site + 2
  bool was_outdoor = false;

  [[nodiscard]] const Site* shown() const {
    return estate && site < estate->sites.size() ? &estate->sites[site] : nullptr;
  }
  /// The level's data, made when it is first asked for.
  LevelData& data(const Site& s, const Level* level);
  void enter(std::size_t to_site, const Level* to_level);
  void enter_world();
  /// Level that a site shows when nobody chose: the worst one, else the ground floor.
  [[nodiscard]] const Level* usual_level(std::size_t of_site) const;
  [[nodiscard]] const Level* outdoor_level(const Site& s) const;
  /// Levels of the shown building from the lowest up, then those outdoors.
  [[nodiscard]] std::vector<const Level*> switcher() const;
  /// The building whose levels the switcher lists; null: there is none.
  [[nodiscard]] const Building* building() const;
};

/// Decides what is shown, from Selection and what came since; writes it back.
void choose_place(Frame& f, MapMemory& m);

// What steers the map.
void draw_map_header(Frame& f, const Rect& r, SiteMapState& state);
void draw_map_column(Frame& f, const Rect& area, SiteMapState& state, const LevelData* data);
/// `per_metre`: units. The arrow shows north when the plan is turned.
void draw_scale_bar(Painter& p, float x, float y, const MapTransform& view, float per_metre);
void draw_map_note(Frame& f, float right, float y, const LevelNews& news);
void map_tip(Painter& p, float x, float y, const Rect& within, std::string_view text, std::string_view second = {});

/// Cards of the selected device or unit, and of the selected incident; `r.h` is the room there is.
float draw_thing_card(Frame& f, const Rect& r, SiteMapState& state, const LevelData& data, bool brief);
float draw_steps_card(Frame& f, const Rect& r, SiteMapState& state, const LevelData* data);

/// All sites on a graticule; a click enters one.
void draw_world(Frame& f, const Rect& port, const Rect& free, SiteMapState& state);

}  // namespace wf::ui
