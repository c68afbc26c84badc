#pragma once
#include <string>
#include <string_view>

#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_memory.hpp"

namespace wf::ui {

/// Lays lines of a card out from the top; a dry pass measures.
class Card {
 public:
  Card(Painter& p, const Rect& r, bool dry) : p_(p), r_(r), dry_(dry), y_(r.y) {}
  [[nodiscard]] float y() const { return y_; }
  [[nodiscard]] bool dry() const { return dry_; }
  void skip(float h) { y_ += h; }
  void rule() {
    y_ += 8;
    if (!dry_) p_.hairline(r_.x, y_, r_.w, p_.t.line);
    y_ += 6;
  }
  void pair(std::string_view label, std::string_view value, ImU32 color, Face face = Face::m,
            std::string_view right = {}) {
    if (value.empty()) return;
    if (!dry_) {
      const float mid = y_ + 12;
      p_.text(r_.x + 16, mid, label, Face::s, p_.t.t3);
      const float rw = right.empty() ? 0 : p_.width(right, Face::s) + 10;
      p_.text(r_.x + 104, mid, value, face, color, Align::left, r_.w - 120 - rw);
      p_.text(r_.right() - 16, mid, right, Face::s, p_.t.t2, Align::right);
    }
    y_ += kLine;
  }
  void head(std::string_view title, std::string_view right = {}) {
    if (!dry_) section_head(p_, r_.x + 16, y_ + 2, r_.w - 32, title, right);
    y_ += 28;
  }

 private:
  static constexpr float kLine = 24;
  Painter& p_;
  Rect r_;
  bool dry_;
  float y_;
};

/// How much of it a card shows: less, where there is less room.
struct CardRoom {
  std::size_t events = 6, order_lines = 4;
  bool incidents = true;
  bool facts = true;  ///< what stands beside state and its time
  bool upkeep = true;
};

/// Everything below the head of a device's card, and of a room's.
void device_lines(Frame& f, Card& card, const Rect& r, MapMemory& m, const LevelData& data, const Device& d,
                  const DeviceState* state, const CardRoom& room);
void unit_lines(Frame& f, Card& card, const Rect& r, MapMemory& m, const LevelData& data, const Unit& u,
                const CardRoom& room);

}  // namespace wf::ui
