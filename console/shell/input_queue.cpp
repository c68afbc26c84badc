#include "console/shell/input_queue.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

namespace wf::shell {
namespace {

bool is_modifier(const Input& i) {
  return i.kind == Input::Kind::key && i.code >= GLFW_KEY_LEFT_SHIFT && i.code <= GLFW_KEY_RIGHT_SUPER;
}

/// A key that writes, so that a field takes any number of them at once.
bool writes(const Input& i) {
  if (i.kind == Input::Kind::letter) return true;
  return i.kind == Input::Kind::key && i.code < GLFW_KEY_ESCAPE && (i.mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT)) == 0;
}

}  // namespace

void InputQueue::add(const Input& input) {
  // What a held key repeats is worth something only to who keeps up with it.
  if (input.action == GLFW_REPEAT && !waiting_.empty()) return;
  if (waiting_.size() < kMost) waiting_.push_back(input);
}

InputQueue::Turn InputQueue::next(bool typing, PointerAt seen) {
  Turn out;
  settle_ = std::max(settle_ - 1, 0);
  const auto hand_over = [&] {
    out.inputs.push_back(waiting_.front());
    waiting_.pop_front();
  };
  bool wrote = false;
  while (!waiting_.empty()) {
    const Input i = waiting_.front();
    const bool text = typing && writes(i);
    if (i.kind != Input::Kind::letter && (i.action == GLFW_RELEASE || is_modifier(i))) {
      if (i.kind == Input::Kind::button) out.pointer = PointerAt{i.x, i.y};
      hand_over();
      continue;
    }
    if (settle_ > 0 || (wrote && !text)) break;
    if (i.kind == Input::Kind::button && out.pointer) break;  // one was let go elsewhere
    if (i.kind == Input::Kind::button && std::hypot(i.x - seen.x, i.y - seen.y) > 0.5F) {
      out.pointer = PointerAt{i.x, i.y};
      break;
    }
    if (i.kind == Input::Kind::button) out.pointer = PointerAt{i.x, i.y};
    hand_over();
    // A key and the character that it writes are one.
    if (i.kind == Input::Kind::key && !waiting_.empty() && waiting_.front().kind == Input::Kind::letter) hand_over();
    if (!text) {
      settle_ = kFramesToSettle;
      break;
    }
    wrote = true;
  }
  return out;
}

}  // namespace wf::shell
