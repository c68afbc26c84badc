#pragma once
#include <string>
#include <utility>

#include "console/model/health.hpp"
#include "console/model/incident.hpp"
#include "console/model/query.hpp"
#include "console/model/site.hpp"
#include "console/model/snapshot.hpp"

/// The parts of the seat's codec (proto/seat.proto), for its own .cpp files; generated classes are only named here.
namespace wf::pb {
class Agent;
class Entity;
class Estate;
class Incident;
class DeviceStates;
class HealthReport;
class Tickets;
class AlarmFigures;
class AlarmPart;
class AlarmWorst;
class RuleEdit;
class SeatPage;
class Trial;
}  // namespace wf::pb

namespace wf::seat {

void put(const Incident& in, pb::Incident& out);
[[nodiscard]] Incident take(const pb::Incident& in);

void put(const Estate& in, pb::Estate& out);
/// Indexed.
[[nodiscard]] Estate take(const pb::Estate& in);

void put(const AgentState& in, pb::Agent& out);
[[nodiscard]] AgentState take(const pb::Agent& in);

void put(const std::map<std::string, DeviceState>& in, pb::DeviceStates& out);
[[nodiscard]] std::map<std::string, DeviceState> take(const pb::DeviceStates& in);

void put(const std::vector<Ticket>& in, pb::Tickets& out);
[[nodiscard]] std::vector<Ticket> take(const pb::Tickets& in);

void put(const AlarmFigures& in, pb::AlarmFigures& out);
[[nodiscard]] AlarmFigures take(const pb::AlarmFigures& in);

void put(const AlarmFigures::Part& in, pb::AlarmPart& out);
[[nodiscard]] AlarmFigures::Part take(const pb::AlarmPart& in);
void put(const AlarmFigures::Worst& in, pb::AlarmWorst& out);
[[nodiscard]] AlarmFigures::Worst take(const pb::AlarmWorst& in);

void put(const RuleEdit& in, pb::RuleEdit& out);
[[nodiscard]] RuleEdit take(const pb::RuleEdit& in);
void put(const Trial& in, pb::Trial& out);
[[nodiscard]] Trial take(const pb::Trial& in);

void put(const QueryPage& in, pb::SeatPage& out);
[[nodiscard]] QueryPage take(const pb::SeatPage& in);

void put(const HealthReport& in, pb::HealthReport& out);
[[nodiscard]] HealthReport take(const pb::HealthReport& in);

/// A number from the wire as an enumeration whose last value is `last`; one that this build does not know is its
/// first.
template <class E>
[[nodiscard]] E as_enum(std::uint32_t number, E last) {
  return number <= static_cast<std::uint32_t>(last) ? static_cast<E>(number) : E{};
}

}  // namespace wf::seat
