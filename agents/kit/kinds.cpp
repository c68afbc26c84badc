#include "agents/kit/kinds.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace wf::kit {
namespace {

// The list of proto/README.md. Severities are what the kind means when nothing more is known.
constexpr std::array kKinds{
    KindInfo{"access.denied", 2, 1},
    KindInfo{"access.duress", 5, 0},
    KindInfo{"access.entered", 1, 1},
    KindInfo{"access.granted", 1, 1},
    KindInfo{"access.interlock", 2, 1},
    KindInfo{"access.lockout", 3, 1},
    KindInfo{"access.mode", 1, 1},
    KindInfo{"access.not_taken", 1, 1},
    KindInfo{"access.passback", 3, 1},
    KindInfo{"access.read", 1, 1},
    KindInfo{"access.remote_open", 1, 1},
    KindInfo{"agent.gave_up", 3, 1},
    KindInfo{"agent.lost", 3, 1},
    KindInfo{"agent.problem", 2, 1},
    KindInfo{"agent.shed", 1, 1},
    KindInfo{"agent.started", 1, 1},
    KindInfo{"camera.blurred", 3, 1},
    KindInfo{"camera.covered", 4, 1},
    KindInfo{"camera.dark", 2, 1},
    KindInfo{"camera.line_crossed", 2, 1},
    KindInfo{"camera.loitering", 2, 1},
    KindInfo{"camera.motion", 1, 1},
    KindInfo{"camera.motion_end", 1, 1},
    KindInfo{"camera.moved", 3, 1},
    KindInfo{"camera.object", 1, 1},
    KindInfo{"camera.offline", 3, 1},
    KindInfo{"camera.online", 1, 1},
    KindInfo{"camera.recorded", 1, 1},
    KindInfo{"camera.recording_gap", 3, 1},
    KindInfo{"camera.restored", 1, 1},
    KindInfo{"camera.still", 1, 1},
    KindInfo{"camera.tamper", 4, 1},
    KindInfo{"device.alarm", 3, 1},
    KindInfo{"device.bypassed", 2, 1},
    KindInfo{"device.command", 2, 0},
    KindInfo{"device.fault", 3, 1},
    KindInfo{"device.normal", 1, 1},
    KindInfo{"device.offline", 3, 1},
    KindInfo{"device.online", 1, 1},
    KindInfo{"device.refused", 3, 1},
    KindInfo{"device.restored", 1, 1},
    KindInfo{"device.tamper", 4, 1},
    KindInfo{"device.test", 1, 1},
    KindInfo{"device.unbypassed", 1, 1},
    KindInfo{"door.closed", 1, 1},
    KindInfo{"door.fault", 3, 1},
    KindInfo{"door.forced", 4, 1},
    KindInfo{"door.held", 3, 1},
    KindInfo{"door.opened", 1, 1},
    KindInfo{"door.power", 3, 1},
    KindInfo{"door.restored", 1, 1},
    KindInfo{"door.rex", 1, 1},
    KindInfo{"door.tamper", 4, 1},
    KindInfo{"fire.alarm", 5, 0},
    KindInfo{"fire.fault", 3, 1},
    KindInfo{"fire.gas", 5, 0},
    KindInfo{"fire.release", 4, 0},
    KindInfo{"fire.restored", 2, 0},
    KindInfo{"host.file", 1, 1},
    KindInfo{"host.log", 1, 1},
    KindInfo{"host.login", 1, 1},
    KindInfo{"host.login_failed", 2, 1},
    KindInfo{"host.logout", 1, 1},
    KindInfo{"host.offline", 3, 1},
    KindInfo{"host.online", 1, 1},
    KindInfo{"host.package", 1, 1},
    KindInfo{"host.process", 1, 1},
    KindInfo{"host.service", 1, 1},
    KindInfo{"host.session", 1, 1},
    KindInfo{"host.sudo", 1, 1},
    KindInfo{"host.usb", 2, 1},
    KindInfo{"intrusion.alarm", 4, 1},
    KindInfo{"intrusion.armed", 1, 1},
    KindInfo{"intrusion.cancelled", 2, 1},
    KindInfo{"intrusion.disarmed", 1, 1},
    KindInfo{"intrusion.holdup", 5, 0},
    KindInfo{"intrusion.medical", 5, 0},
    KindInfo{"intrusion.restored", 1, 1},
    KindInfo{"network.alert", 3, 1},
    KindInfo{"network.anomaly", 2, 1},
    KindInfo{"network.dns", 1, 2},
    KindInfo{"network.file", 1, 1},
    KindInfo{"network.flow", 1, 2},
    KindInfo{"network.http", 1, 2},
    KindInfo{"network.notice", 2, 1},
    KindInfo{"network.other", 1, 2},
    KindInfo{"network.smb", 1, 1},
    KindInfo{"network.ssh", 1, 1},
    KindInfo{"network.tls", 1, 2},
    KindInfo{"other", 0, 1},
    KindInfo{"syslog.message", 1, 1},
};
static_assert(std::is_sorted(kKinds.begin(), kKinds.end(),
                             [](const KindInfo& a, const KindInfo& b) { return a.name < b.name; }));

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const KindInfo* find_kind(std::string_view name) {
  const auto it = std::lower_bound(kKinds.begin(), kKinds.end(), name,
                                   [](const KindInfo& k, std::string_view n) { return k.name < n; });
  return it != kKinds.end() && it->name == name ? &*it : nullptr;
}

std::uint8_t lane_of(std::string_view kind) {
  if (const KindInfo* info = find_kind(kind)) return info->lane;
  return kind.starts_with("fire.") ? 0 : 1;
}

std::string nearest_kind(std::string_view name) {
  const auto best = std::min_element(kKinds.begin(), kKinds.end(), [&](const KindInfo& a, const KindInfo& b) {
    return edit_distance(name.substr(0, 64), a.name) < edit_distance(name.substr(0, 64), b.name);
  });
  return std::string(best->name);
}

}  // namespace wf::kit
