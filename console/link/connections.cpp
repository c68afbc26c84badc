#include "console/link/connections.hpp"

#include <algorithm>

namespace wf::link {

Connection* Connections::find(const std::string& route) {
  const auto found = by_route_.find(route);
  return found == by_route_.end() ? nullptr : &found->second;
}

Connection* Connections::find(std::uint64_t number) {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

Connection& Connections::add(Connection connection) {
  connection.number = ++last_number_;
  const std::string route = connection.route;
  Connection& added = by_route_[route] = std::move(connection);
  by_number_[added.number] = &added;
  return added;
}

void Connections::erase(std::uint64_t number) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return;
  const std::string route = found->second->route;
  by_number_.erase(found);
  by_route_.erase(route);
}

bool Connections::any_of(std::string_view agent) const {
  return std::any_of(by_route_.begin(), by_route_.end(), [&](const auto& c) {
    return c.second.agent == agent && !c.second.refused && !c.second.closing && !c.second.left;
  });
}

Connection* Connections::of_agent(std::string_view agent) {
  Connection* newest = nullptr;
  for (auto& [route, connection] : by_route_)
    if (connection.agent == agent && !connection.refused && !connection.invited && !connection.closing &&
        !connection.left && (newest == nullptr || connection.number > newest->number))
      newest = &connection;
  return newest;
}

Connection* Connections::oldest_beyond(std::string_view agent, std::size_t most) {
  Connection* oldest = nullptr;
  std::size_t count = 0;
  for (auto& [route, connection] : by_route_) {
    if (connection.agent != agent || connection.closing || connection.door == 0) continue;
    ++count;
    if (oldest == nullptr || connection.number < oldest->number) oldest = &connection;
  }
  return count > most ? oldest : nullptr;
}

Connection* Connections::find_door(std::uint64_t door) {
  for (auto& [route, connection] : by_route_)
    if (connection.door == door) return &connection;
  return nullptr;
}

std::vector<std::uint64_t> Connections::numbers() const {
  std::vector<std::uint64_t> out;
  out.reserve(by_number_.size());
  for (const auto& [number, connection] : by_number_) out.push_back(number);
  return out;
}

}  // namespace wf::link
