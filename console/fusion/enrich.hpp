#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "console/fusion/facts.hpp"
#include "console/fusion/local_time.hpp"
#include "console/fusion/presence.hpp"

namespace wf::fusion {

/// Resolves what an event names through the estate and adds the fields that proto/README.md lists under "Added
/// by fusion". A field that the source set stays as it is, but for names of devices, zones, credentials and persons,
/// which become the site's ids.
class Enricher {
 public:
  explicit Enricher(std::shared_ptr<const Estate> estate);
  /// Resolves and adds; presence is asked, not changed.
  [[nodiscard]] Facts apply(Event& event, const Presence& presence);
  /// Adds what presence found, once it has taken the event.
  void add(Event& event, const Presence::Verdict& verdict) const;
  [[nodiscard]] const Estate& estate() const { return *estate_; }

 private:
  void resolve(Event& event, Facts& facts) const;
  void resolve_credential(Field& field, UtcNs at, Facts& facts) const;
  void resolve_account(std::string_view name, UtcNs at, Facts& facts) const;
  void place_door(Facts& facts) const;
  void place_camera(Facts& facts) const;
  void add_fields(Event& event, Facts& facts, const Presence& presence);
  [[nodiscard]] const Site* site_of(const Device& device) const;

  std::shared_ptr<const Estate> estate_;
  std::unordered_map<const Device*, const Site*> sites_;
  std::unordered_map<std::string, const Device*> door_at_opening_;  ///< "site opening" → door
  std::unordered_map<std::string, const Person*> person_by_name_;
  LocalTime local_;
};

/// The side of a door that it guards, and the other one; either may be null (outside or unknown).
[[nodiscard]] std::pair<const Unit*, const Unit*> sides_of(const Site& site, const Device& door);

}  // namespace wf::fusion
