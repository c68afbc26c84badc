#include "console/fusion/join.hpp"

#include <algorithm>
#include <array>

namespace wf::fusion {
namespace {

struct Row {
  Tie joining, present;
  int weight;
  const char* words;
};

/// The one table of weights; a pair that is not here weighs nothing. README.md explains it.
constexpr Row kRows[] = {
    {Tie::door, Tie::door, 100, "same door"},
    {Tie::door, Tie::door_watched, 85, "door the camera watches"},
    {Tie::door_watched, Tie::door, 85, "camera at that door"},
    {Tie::door_watched, Tie::door_watched, 40, "camera at the same door"},
    {Tie::credential, Tie::credential, 95, "same badge"},
    {Tie::person, Tie::person, 90, "same person"},
    {Tie::person, Tie::owner, 40, "owner of the host"},
    {Tie::owner, Tie::person, 40, "host of that person"},
    {Tie::owner, Tie::owner, 20, "host of the same owner"},
    {Tie::host, Tie::host, 95, "same host"},
    {Tie::source, Tie::source, 98, "same source address"},
    {Tie::source, Tie::target, 70, "from the address that was attacked"},
    {Tie::target, Tie::source, 55, "towards the address that began it"},
    {Tie::target, Tie::target, 40, "same target address"},
    {Tie::camera, Tie::camera, 90, "same camera"},
    {Tie::account, Tie::account, 80, "same account"},
    {Tie::agent, Tie::agent, 95, "same agent"},
    {Tie::point, Tie::point, 100, "same point or unit"},
    {Tie::zone, Tie::zone, 65, "same room"},
    {Tie::zone, Tie::zone_watched, 65, "room the camera watches"},
    {Tie::zone, Tie::zone_of_host, 65, "room of that host"},
    {Tie::zone, Tie::zone_beside, 45, "next room"},
    {Tie::zone_watched, Tie::zone, 65, "camera in that room"},
    {Tie::zone_watched, Tie::zone_watched, 60, "camera in the same room"},
    {Tie::zone_watched, Tie::zone_of_host, 60, "camera in the host's room"},
    {Tie::zone_watched, Tie::zone_beside, 40, "camera in the next room"},
    {Tie::zone_of_host, Tie::zone, 65, "host in that room"},
    {Tie::zone_of_host, Tie::zone_watched, 60, "host where the camera watches"},
    {Tie::zone_of_host, Tie::zone_of_host, 30, "host in the same room"},
    {Tie::zone_of_host, Tie::zone_beside, 30, "host in the next room"},
    {Tie::zone_beside, Tie::zone, 45, "next room"},
    {Tie::zone_beside, Tie::zone_watched, 40, "beside what the camera watches"},
    {Tie::zone_beside, Tie::zone_of_host, 30, "next to that host's room"},
    {Tie::zone_beside, Tie::zone_beside, 25, "from the same room"},
};

/// What is no tie, by the member that it changes.
struct Other {
  std::string_view name;
  int JoinWeights::*member;
};
constexpr Other kOthers[] = {{"enough", &JoinWeights::enough},
                             {"context", &JoinWeights::context},
                             {"thoroughfare", &JoinWeights::thoroughfare},
                             {"further tie", &JoinWeights::further},
                             {"age", &JoinWeights::age}};

bool by_topology(Tie tie) {
  return tie == Tie::door_watched || tie == Tie::zone_watched || tie == Tie::zone_of_host || tie == Tie::zone_beside ||
         tie == Tie::owner;
}

std::string_view entity_of(Tie tie) {
  switch (tie) {
    case Tie::door:
    case Tie::door_watched:
      return "door";
    case Tie::zone:
    case Tie::zone_watched:
    case Tie::zone_of_host:
    case Tie::zone_beside:
      return "zone";
    case Tie::person:
    case Tie::owner:
      return "person";
    case Tie::credential:
      return "credential";
    case Tie::camera:
      return "camera";
    case Tie::host:
      return "host";
    case Tie::source:
    case Tie::target:
      return "address";
    case Tie::account:
      return "account";
    case Tie::agent:
      return "agent";
    case Tie::point:
      return "point";
  }
  return {};
}

}  // namespace

JoinWeights::JoinWeights(const std::map<std::string, int>& changed) {
  for (const Row& r : kRows) {
    const auto it = changed.find(r.words);
    at_[static_cast<std::size_t>(r.joining)][static_cast<std::size_t>(r.present)] = {
        it == changed.end() ? r.weight : it->second, r.words};
  }
  for (const Other& o : kOthers)
    if (const auto it = changed.find(std::string(o.name)); it != changed.end()) this->*o.member = it->second;
}

const std::vector<JoinWeights::Named>& JoinWeights::all() {
  static const std::vector<Named> names = [] {
    std::vector<Named> out;
    for (const Row& r : kRows)
      if (std::none_of(out.begin(), out.end(), [&](const Named& n) { return n.name == r.words; }))
        out.push_back({r.words, r.weight});
    std::stable_sort(out.begin(), out.end(), [](const Named& a, const Named& b) { return a.weight > b.weight; });
    const JoinWeights plain;
    for (const Other& o : kOthers) out.push_back({o.name, plain.*o.member});
    return out;
  }();
  return names;
}

JoinScore score(const JoinWeights& weights, std::span<const Link> joining, const Ties& present, std::int64_t gap,
                std::int64_t window) {
  JoinScore out;
  int further = -1;
  std::string_view last;
  for (const Link& l : joining) {
    const auto it = present.find(l.key);
    if (it == present.end()) continue;
    TieWeight best;
    Tie other = l.tie;
    for (std::size_t t = 0; t < kTies; ++t) {
      if ((it->second >> t & 1U) == 0) continue;
      TieWeight w = weights.of(l.tie, static_cast<Tie>(t));
      if (l.thoroughfare) w.weight = std::min(w.weight, weights.thoroughfare);
      if (w.weight <= best.weight) continue;
      best = w;
      other = static_cast<Tie>(t);
    }
    if (best.weight == 0) continue;
    if (l.key != last) ++further;
    last = l.key;
    if (best.weight > out.weight) {
      out.weight = out.points = best.weight;
      out.words = best.words;
      out.link = &l;
      out.adjacent = by_topology(l.tie) || by_topology(other);
    }
  }
  if (out.points == 0) return out;
  out.further = static_cast<std::uint32_t>(std::max(further, 0));
  out.points += weights.further * std::min(further, 4);
  if (window > 0) out.points -= static_cast<int>(weights.age * std::min(gap, window) / window);
  return out;
}

EntityRef entity_of_key(std::string_view key) {
  const std::size_t space = key.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view family = key.substr(0, space);
  EntityRef out;
  out.id = out.name = std::string(key.substr(space + 1));
  for (const EntityKind kind :
       {EntityKind::person, EntityKind::credential, EntityKind::door, EntityKind::zone, EntityKind::camera,
        EntityKind::host, EntityKind::address, EntityKind::account, EntityKind::reader, EntityKind::agent})
    if (name_of(kind) == family) out.kind = kind;
  return out;
}

bool may_join(const std::vector<std::string>& kinds, Tie tie) {
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), entity_of(tie)) != kinds.end();
}

}  // namespace wf::fusion
