#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wf {

/// What events speak of.
enum class EntityKind : std::uint8_t { person, credential, door, zone, camera, host, address, account, reader, agent };

/// A reference to an entity by its stable id (the directory's id where it is known, else the identifier as
/// the source wrote it) with the name that people see.
struct EntityRef {
  EntityKind kind = EntityKind::host;
  std::string id;
  std::string name;
  bool operator==(const EntityRef& o) const { return kind == o.kind && id == o.id; }
  bool operator<(const EntityRef& o) const { return kind != o.kind ? kind < o.kind : id < o.id; }
};

/// "person", "door"…
[[nodiscard]] std::string_view name_of(EntityKind kind);

/// Which part of the watch an event belongs to; the three icons of a wall row. Host events count as network.
enum class Domain : std::uint8_t { door = 0, camera = 1, network = 2 };

/// Domain by the kind's first word: access, door, intrusion, fire, device → door; camera → camera; else network.
[[nodiscard]] Domain domain_of_kind(std::string_view event_kind);

enum class Priority : std::uint8_t { low = 0, medium = 1, high = 2, critical = 3 };
[[nodiscard]] std::string_view name_of(Priority priority);
/// 'L', 'M', 'H', 'C'.
[[nodiscard]] char letter_of(Priority priority);

}  // namespace wf
