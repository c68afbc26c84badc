#include "console/ui/draw/icons.hpp"

#include <algorithm>
#include <cmath>

namespace wf::ui {
namespace {

constexpr float kPi = 3.14159265F;

/// A pen on the icon's grid of 16.
struct Pen {
  Painter& p;
  float cx, cy, k;
  ImU32 color;
  float stroke;

  [[nodiscard]] float x(float v) const { return cx + (v - 8) * k; }
  [[nodiscard]] float y(float v) const { return cy + (v - 8) * k; }
  void path(std::initializer_list<ImVec2> points, bool closed = false) {
    for (const ImVec2& q : points) p.list().PathLineTo(p.at(x(q.x), y(q.y)));
    p.list().PathStroke(color, closed ? ImDrawFlags_Closed : 0, std::max(1.0F, stroke * p.scale()));
  }
  void loop(std::initializer_list<ImVec2> points) { path(points, true); }
  void solid(std::initializer_list<ImVec2> points) {
    for (const ImVec2& q : points) p.list().PathLineTo(p.at(x(q.x), y(q.y)));
    p.list().PathFillConvex(color);
  }
  void line(float a, float b, float c, float d) { path({{a, b}, {c, d}}); }
  void box(float a, float b, float w, float h, float r = 1) {
    p.list().PathRect(p.at(x(a), y(b)), p.at(x(a + w), y(b + h)), r * k * p.scale());
    p.list().PathStroke(color, ImDrawFlags_Closed, std::max(1.0F, stroke * p.scale()));
  }
  void ring(float a, float b, float r) { p.circle_line(x(a), y(b), r * k, color, stroke); }
  void dot(float a, float b, float r) { p.circle(x(a), y(b), r * k, color); }
  void arc(float a, float b, float r, float a0, float a1) { p.arc(x(a), y(b), r * k, a0, a1, color, stroke); }
  void bar(float a, float b, float w, float h) { p.fill({x(a), y(b), w * k, h * k}, color); }
};

void draw_devices(Pen& d, Icon which) {
  switch (which) {
    case Icon::door:
      d.path({{4, 14}, {4, 2}, {12, 2}, {12, 14}});
      d.line(1.5F, 14, 14.5F, 14);
      d.dot(9.6F, 8.4F, 0.95F);
      break;
    case Icon::door_open:
      d.path({{4, 14}, {4, 2}, {12, 2}, {12, 14}});
      d.line(1.5F, 14, 4, 14);
      d.line(12, 14, 14.5F, 14);
      d.loop({{4, 2}, {9, 4.4F}, {9, 15.4F}, {4, 14}});
      break;
    case Icon::door_held:
      d.path({{4, 14}, {4, 2}, {12, 2}});
      d.line(1.5F, 14, 4, 14);
      d.loop({{4, 2}, {8.6F, 4.2F}, {8.6F, 15.2F}, {4, 14}});
      d.ring(12, 10.5F, 3);
      d.path({{12, 9}, {12, 10.7F}, {13.2F, 11.4F}});
      break;
    case Icon::door_forced:
      d.path({{4, 14}, {4, 2}, {12, 2}, {12, 14}});
      d.line(1.5F, 14, 14.5F, 14);
      d.path({{9.6F, 3.4F}, {6.6F, 8}, {9.4F, 8.4F}, {6.6F, 12.6F}});
      break;
    case Icon::reader:
      d.box(4, 1.8F, 8, 12.4F, 1.5F);
      d.dot(8, 11.2F, 1);
      d.arc(8, 7.6F, 2, -kPi * 0.82F, -kPi * 0.18F);
      break;
    case Icon::camera:
      d.box(1.5F, 4.5F, 9, 7);
      d.loop({{10.5F, 7.2F}, {14.5F, 4.8F}, {14.5F, 11.2F}, {10.5F, 8.8F}});
      break;
    case Icon::network:
      d.ring(8, 3.6F, 1.9F);
      d.ring(3.4F, 12.4F, 1.9F);
      d.ring(12.6F, 12.4F, 1.9F);
      d.line(7, 5.3F, 4.4F, 10.7F);
      d.line(9, 5.3F, 11.6F, 10.7F);
      d.line(5.3F, 12.4F, 10.7F, 12.4F);
      break;
    case Icon::host:
      d.box(2, 2.4F, 12, 4.8F);
      d.box(2, 8.8F, 12, 4.8F);
      d.dot(4.7F, 4.8F, 0.9F);
      d.dot(4.7F, 11.2F, 0.9F);
      break;
    case Icon::controller:
      d.box(3, 3, 10, 10);
      d.box(6, 6, 4, 4, 0.5F);
      for (const float v : {5.5F, 10.5F}) {
        d.line(v, 1, v, 3);
        d.line(v, 13, v, 15);
        d.line(1, v, 3, v);
        d.line(13, v, 15, v);
      }
      break;
    case Icon::sensor:
      d.dot(8, 8, 1.2F);
      for (const float r : {3.2F, 5.8F}) {
        d.arc(8, 8, r, -0.75F, 0.75F);
        d.arc(8, 8, r, kPi - 0.75F, kPi + 0.75F);
      }
      break;
    case Icon::person:
      d.ring(8, 4.9F, 2.7F);
      d.path({{2.8F, 14}, {3.2F, 12}, {4.6F, 10.6F}, {6.4F, 10}, {9.6F, 10}, {11.4F, 10.6F}, {12.8F, 12}, {13.2F, 14}});
      break;
    case Icon::guard:
      d.loop({{4.2F, 4.2F}, {5.4F, 1.8F}, {10.6F, 1.8F}, {11.8F, 4.2F}});
      d.arc(8, 4.6F, 2.9F, 0.05F, kPi - 0.05F);
      d.path({{2.8F, 14.2F},
              {3.2F, 12.2F},
              {4.6F, 10.9F},
              {6.4F, 10.3F},
              {8, 12},
              {9.6F, 10.3F},
              {11.4F, 10.9F},
              {12.8F, 12.2F},
              {13.2F, 14.2F}});
      break;
    case Icon::people:
      d.ring(6, 5.2F, 2.4F);
      d.path({{1.4F, 13.6F}, {1.8F, 11.6F}, {3.2F, 10.2F}, {6, 9.7F}, {8.8F, 10.2F}, {10.2F, 11.6F}, {10.6F, 13.6F}});
      d.arc(10.8F, 5.2F, 2.4F, -kPi * 0.5F, kPi * 0.5F);
      d.path({{11.6F, 9.9F}, {13.2F, 10.6F}, {14.3F, 11.8F}, {14.7F, 13.6F}});
      break;
    case Icon::phone:
      d.loop({{5, 1.8F}, {11, 1.8F}, {11, 14.2F}, {5, 14.2F}});
      d.line(7.2F, 12, 8.8F, 12);
      break;
    default:
      break;
  }
}

void draw_views(Pen& d, Icon which) {
  switch (which) {
    case Icon::shield_check:
      d.path({{5.4F, 8}, {7.3F, 9.9F}, {10.7F, 6.1F}});
      [[fallthrough]];
    case Icon::shield:
      d.loop({{8, 1.5F},
              {13.4F, 3.4F},
              {13.4F, 7.8F},
              {12.2F, 10.8F},
              {10.2F, 13},
              {8, 14.6F},
              {5.8F, 13},
              {3.8F, 10.8F},
              {2.6F, 7.8F},
              {2.6F, 3.4F}});
      break;
    case Icon::pin:
      d.loop({{8, 14.6F},
              {4.2F, 9},
              {3.6F, 6.4F},
              {4.4F, 3.8F},
              {6.2F, 2.1F},
              {8, 1.6F},
              {9.8F, 2.1F},
              {11.6F, 3.8F},
              {12.4F, 6.4F},
              {11.8F, 9}});
      d.ring(8, 6.3F, 1.6F);
      break;
    case Icon::wall:
      for (const float v : {2.4F, 6.6F, 10.8F}) d.box(1.8F, v, 12.4F, 3, 0.8F);
      break;
    case Icon::map:
      d.loop({{1.8F, 14}, {1.8F, 2}, {9, 2}, {9, 5}, {14.2F, 5}, {14.2F, 14}});
      d.line(1.8F, 8.4F, 5, 8.4F);
      d.line(7.6F, 8.4F, 14.2F, 8.4F);
      d.line(8.4F, 11, 8.4F, 14);
      break;
    case Icon::search:
      d.ring(7, 7, 4.6F);
      d.line(10.5F, 10.5F, 14.2F, 14.2F);
      break;
    case Icon::layers:
      d.loop({{8, 2}, {14.4F, 5.2F}, {8, 8.4F}, {1.6F, 5.2F}});
      d.path({{1.6F, 8.4F}, {8, 11.6F}, {14.4F, 8.4F}});
      d.path({{1.6F, 11.4F}, {8, 14.6F}, {14.4F, 11.4F}});
      break;
    case Icon::pulse:
      d.path({{1.2F, 8.4F}, {4.2F, 8.4F}, {6.2F, 3}, {9.4F, 13.4F}, {11.4F, 8.4F}, {14.8F, 8.4F}});
      break;
    case Icon::report:
      d.loop({{3, 14.2F}, {3, 1.8F}, {9.6F, 1.8F}, {13, 5.2F}, {13, 14.2F}});
      d.line(5.8F, 11.6F, 5.8F, 9.2F);
      d.line(8, 11.6F, 8, 7.4F);
      d.line(10.2F, 11.6F, 10.2F, 8.4F);
      break;
    case Icon::settings:
      d.line(1.8F, 4.4F, 3.6F, 4.4F);
      d.line(7.6F, 4.4F, 14.2F, 4.4F);
      d.line(1.8F, 11.6F, 8.6F, 11.6F);
      d.line(12.6F, 11.6F, 14.2F, 11.6F);
      d.ring(5.6F, 4.4F, 2);
      d.ring(10.6F, 11.6F, 2);
      break;
    case Icon::sound:
      d.loop({{2, 6}, {4.6F, 6}, {8, 3}, {8, 13}, {4.6F, 10}, {2, 10}});
      d.arc(8.4F, 8, 2.6F, -0.8F, 0.8F);
      d.arc(8.4F, 8, 5.2F, -0.8F, 0.8F);
      break;
    case Icon::mute:
      d.loop({{2, 6}, {4.6F, 6}, {8, 3}, {8, 13}, {4.6F, 10}, {2, 10}});
      d.line(10.6F, 6, 14.4F, 10);
      d.line(14.4F, 6, 10.6F, 10);
      break;
    case Icon::lock:
      d.box(3, 7.2F, 10, 7);
      d.arc(8, 7, 3.2F, kPi, 2 * kPi);
      break;
    case Icon::unlock:
      d.box(3, 7.2F, 10, 7);
      d.arc(8, 5.4F, 3.2F, kPi, 2 * kPi - 0.1F);
      d.line(4.8F, 5.4F, 4.8F, 7.2F);
      break;
    case Icon::coverage:
      d.loop({{2.4F, 8}, {13.4F, 2.6F}, {13.4F, 13.4F}});
      d.dot(2.8F, 8, 1.4F);
      break;
    case Icon::heat:
      d.loop({{8, 1.6F},
              {11.6F, 5.6F},
              {12.6F, 9},
              {11.4F, 12.4F},
              {8, 14.2F},
              {4.6F, 12.4F},
              {3.4F, 9},
              {4.8F, 6.4F},
              {6.2F, 7.6F}});
      break;
    case Icon::unplug:
      d.line(2, 14, 5, 11);
      d.line(4, 8.4F, 7.6F, 12);
      d.arc(6.6F, 9.4F, 3.4F, kPi * 0.25F, kPi * 1.25F);
      d.line(11, 5, 14, 2);
      d.line(8.4F, 4, 12, 7.6F);
      break;
    case Icon::rules:
      d.ring(3.8F, 3.6F, 1.8F);
      d.ring(3.8F, 12.4F, 1.8F);
      d.ring(12.2F, 6.4F, 1.8F);
      d.line(3.8F, 5.4F, 3.8F, 10.6F);
      d.path({{3.8F, 9.4F}, {6.2F, 9}, {9, 8.4F}, {10.9F, 7.4F}});
      break;
    case Icon::risk:
      d.box(1.8F, 1.8F, 12.4F, 12.4F);
      for (const float v : {6.0F, 10.0F}) {
        d.line(v, 1.8F, v, 14.2F);
        d.line(1.8F, v, 14.2F, v);
      }
      d.bar(10, 1.8F, 4.2F, 4.2F);
      break;
    case Icon::globe:
      d.ring(8, 8, 6.2F);
      d.loop({{8, 1.8F}, {9.9F, 3.6F}, {10.7F, 8}, {9.9F, 12.4F}, {8, 14.2F}, {6.1F, 12.4F}, {5.3F, 8}, {6.1F, 3.6F}});
      d.line(2, 8, 14, 8);
      break;
    case Icon::clipboard:
      d.box(2.8F, 2.8F, 10.4F, 11.6F);
      d.box(5.6F, 1.2F, 4.8F, 3, 0.8F);
      d.path({{5.4F, 9}, {7.2F, 10.9F}, {10.7F, 7.1F}});
      break;
    case Icon::still:
      d.box(1.8F, 2.8F, 12.4F, 10.4F);
      d.ring(5.4F, 6.2F, 1.2F);
      d.path({{2.2F, 11.8F}, {6.6F, 8.4F}, {8.6F, 10.2F}, {11.2F, 7.2F}, {13.8F, 10.2F}});
      break;
    case Icon::link:
      d.box(1.5F, 5.4F, 6.4F, 5.2F, 2.6F);
      d.box(8.1F, 5.4F, 6.4F, 5.2F, 2.6F);
      d.line(5.6F, 8, 10.4F, 8);
      break;
    default:
      break;
  }
}

void draw_signs(Pen& d, Icon which) {
  switch (which) {
    case Icon::check:
      d.path({{3, 8.4F}, {6.5F, 11.8F}, {13, 4.6F}});
      break;
    case Icon::cross:
      d.line(4, 4, 12, 12);
      d.line(12, 4, 4, 12);
      break;
    case Icon::down:
      d.path({{4.2F, 6.2F}, {8, 10}, {11.8F, 6.2F}});
      break;
    case Icon::up:
      d.path({{4.2F, 9.8F}, {8, 6}, {11.8F, 9.8F}});
      break;
    case Icon::right:
      d.path({{6.2F, 4.2F}, {10, 8}, {6.2F, 11.8F}});
      break;
    case Icon::left:
      d.path({{9.8F, 4.2F}, {6, 8}, {9.8F, 11.8F}});
      break;
    case Icon::plus:
      d.line(8, 3.4F, 8, 12.6F);
      d.line(3.4F, 8, 12.6F, 8);
      break;
    case Icon::minus:
      d.line(3.4F, 8, 12.6F, 8);
      break;
    case Icon::clock:
      d.ring(8, 8, 6);
      d.path({{8, 4.6F}, {8, 8.2F}, {10.4F, 9.8F}});
      break;
    case Icon::notice:
      d.ring(8, 8, 6);
      d.line(8, 4.8F, 8, 8.6F);
      d.dot(8, 11, 0.9F);
      break;
    case Icon::warning:
      d.loop({{8, 2}, {14.6F, 13.6F}, {1.4F, 13.6F}});
      d.line(8, 6.4F, 8, 9.6F);
      d.dot(8, 11.6F, 0.9F);
      break;
    case Icon::filter:
      d.loop({{1.8F, 3}, {14.2F, 3}, {9.6F, 8.4F}, {9.6F, 13.4F}, {6.4F, 11.6F}, {6.4F, 8.4F}});
      break;
    case Icon::fit:
      d.path({{2.2F, 5.4F}, {2.2F, 2.2F}, {5.4F, 2.2F}});
      d.path({{10.6F, 2.2F}, {13.8F, 2.2F}, {13.8F, 5.4F}});
      d.path({{13.8F, 10.6F}, {13.8F, 13.8F}, {10.6F, 13.8F}});
      d.path({{5.4F, 13.8F}, {2.2F, 13.8F}, {2.2F, 10.6F}});
      break;
    case Icon::fullscreen:
      d.path({{9.4F, 2.2F}, {13.8F, 2.2F}, {13.8F, 6.6F}});
      d.line(13.6F, 2.4F, 9.4F, 6.6F);
      d.path({{6.6F, 13.8F}, {2.2F, 13.8F}, {2.2F, 9.4F}});
      d.line(2.4F, 13.6F, 6.6F, 9.4F);
      break;
    case Icon::play:
      d.solid({{4, 2.6F}, {13.4F, 8}, {4, 13.4F}});
      break;
    case Icon::dense:
      for (const float v : {3.5F, 6.5F, 9.5F, 12.5F}) d.line(2, v, 14, v);
      break;
    case Icon::roomy:
      d.box(2, 2.6F, 12, 4, 0.6F);
      d.box(2, 9.4F, 12, 4, 0.6F);
      break;
    case Icon::more:
      for (const float v : {3.4F, 8.0F, 12.6F}) d.dot(v, 8, 1.3F);
      break;
    case Icon::note:
      d.loop({{2.4F, 2.4F}, {13.6F, 2.4F}, {13.6F, 10}, {10, 13.6F}, {2.4F, 13.6F}});
      d.line(5, 6, 11, 6);
      d.line(5, 9, 8.6F, 9);
      break;
    case Icon::arrow:
      d.line(2.4F, 8, 13, 8);
      d.path({{9.2F, 4.2F}, {13, 8}, {9.2F, 11.8F}});
      break;
    case Icon::pause:
      d.bar(4, 3, 2.6F, 10);
      d.bar(9.4F, 3, 2.6F, 10);
      break;
    case Icon::forward:
      d.solid({{3, 3}, {10, 8}, {3, 13}});
      d.bar(11, 3, 2, 10);
      break;
    case Icon::backward:
      d.solid({{13, 3}, {13, 13}, {6, 8}});
      d.bar(3, 3, 2, 10);
      break;
    case Icon::contrast:
      d.ring(8, 8, 6);
      d.solid({{8, 3.2F}, {10.6F, 4}, {12.4F, 6}, {12.9F, 8}, {12.4F, 10}, {10.6F, 12}, {8, 12.8F}});
      break;
    default:
      break;
  }
}

}  // namespace

void icon(Painter& p, Icon which, float cx, float cy, float size, ImU32 color, float stroke) {
  const float k = size / 16;
  Pen pen{p, cx, cy, k, color, stroke > 0 ? stroke : std::max(1.25F, 1.5F * k)};
  draw_devices(pen, which);
  draw_views(pen, which);
  draw_signs(pen, which);
}

Icon icon_of(Domain domain) {
  return domain == Domain::door ? Icon::door : domain == Domain::camera ? Icon::camera : Icon::network;
}

Icon icon_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return Icon::door;
    case DeviceKind::reader:
      return Icon::reader;
    case DeviceKind::camera:
      return Icon::camera;
    case DeviceKind::host:
      return Icon::host;
    case DeviceKind::network:
      return Icon::network;
    case DeviceKind::controller:
      return Icon::controller;
    case DeviceKind::sensor:
      return Icon::sensor;
    case DeviceKind::guard_post:
      return Icon::guard;
  }
  return Icon::host;
}

Icon icon_of_event(std::string_view kind) {
  const std::string_view first = kind.substr(0, kind.find('.'));
  if (kind.find("forced") != std::string_view::npos) return Icon::door_forced;
  if (kind.find("held") != std::string_view::npos) return Icon::door_held;
  if (kind == "door.opened" || kind == "door.open") return Icon::door_open;
  if (first == "access") return Icon::reader;
  if (first == "door") return Icon::door;
  if (first == "camera") return Icon::camera;
  if (first == "network" || first == "net") return Icon::network;
  if (first == "intrusion" || first == "fire") return Icon::sensor;
  return Icon::host;
}

}  // namespace wf::ui
