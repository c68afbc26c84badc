#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {

/// One door as a person used it.
struct DoorUse {
  std::string device;  ///< id in the site; empty: the site does not know it
  std::string site, level;
  std::string name, place;
  UtcNs first = 0, last = 0;
  std::uint32_t passed = 0, refused = 0;
};
/// What events (lines of a query's page) say of doors, the last used first. An event that comes twice counts once.
[[nodiscard]] std::vector<DoorUse> doors_of(const std::vector<std::string>& lines, const Estate& estate);
/// The terms that find a person's events, whatever the source calls them: by id, name and credentials.
[[nodiscard]] std::vector<std::string> terms_of(const Person& person);
/// When the day began there.
[[nodiscard]] UtcNs midnight(const SiteTime& time, UtcNs now);

/// The doors that one person used today. People are not prey: it needs an incident and a reason, asks the engine to
/// write both down, and looks only once that stands in the incident's log. The engine refuses where no agreement
/// allows it.
class PersonDoors {
 public:
  void open(std::string person);
  [[nodiscard]] bool is_open() const { return !person_.empty(); }
  void close();
  /// Takes Enter and Escape; draws over the window.
  void draw(Frame& f, Desk& d, const Rect& window);

 private:
  enum class Step : std::uint8_t { reason, recording, looking, shown };
  void follow(Frame& f, Desk& d, const Person& person);
  void send(Frame& f, Desk& d, const Person& person);
  void look(Frame& f, Desk& d, const Person& person);
  void draw_doors(Frame& f, Desk& d, const Rect& r);
  [[nodiscard]] std::string missing(const Frame& f, const Desk& d) const;

  std::string person_;  ///< id; empty: closed
  Step step_ = Step::reason;
  FieldState reason_;
  bool focus_ = false;
  std::uint64_t incident_ = 0;
  UtcNs sent_ = 0;  ///< engine clock of the picture that it was sent from
  double asked_at_ = 0;
  std::string refused_;
  std::set<std::uint64_t> asked_;  ///< tokens without an answer yet
  std::vector<std::string> lines_;
  bool more_ = false;
  std::vector<DoorUse> doors_;
  Scroll scroll_;
};

}  // namespace wf::ui
