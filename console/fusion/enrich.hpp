#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "console/fusion/facts.hpp"
#include "console/fusion/local_time.hpp"
#include "console/fusion/presence.hpp"

namespace wf::fusion {

/// Fields of the site, a bit each.
using SiteFields = std::uint64_t;

/// Resolves what an event names through the estate and adds the fields that proto/README.md lists under "Added
/// by fusion". A field that the source set stays as it is, but for names of devices, zones, credentials and persons,
/// which become the site's ids.
class Enricher {
 public:
  explicit Enricher(std::shared_ptr<const Estate> estate);
  /// The fields that it may add, the first one is bit 0 of SiteFields.
  [[nodiscard]] static std::span<const std::string_view> names();
  static constexpr SiteFields kAll = ~SiteFields{0};
  /// Resolves and adds of the fields only `which`: most events are looked at once and forgotten, and few rules ask for
  /// much. Presence is asked, not changed.
  [[nodiscard]] Facts apply(Event& event, const Presence& presence, SiteFields which = kAll);
  /// Adds the rest. With the same presence the event has what apply() of all would have added, in another order.
  void complete(Event& event, const Facts& facts, const Presence& presence);
  /// Adds what presence found, once it has taken the event.
  void add(Event& event, const Presence::Verdict& verdict) const;
  [[nodiscard]] const Estate& estate() const { return *estate_; }

 private:
  void resolve(Event& event, Facts& facts) const;
  void resolve_device(Event& event, Facts& facts) const;
  void resolve_credential(Field& field, UtcNs at, Facts& facts) const;
  void resolve_account(std::string_view name, UtcNs at, Facts& facts) const;
  void place_door(Facts& facts) const;
  void place_camera(Facts& facts) const;
  void add_fields(Event& event, const Facts& facts, const Presence& presence, SiteFields which);
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
