#include "console/shell/input_queue.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <random>
#include <string>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::shell;

namespace {

void press(InputQueue& q, unsigned key, int mods = 0) { q.add({Input::Kind::key, key, 0, GLFW_PRESS, mods}); }
void release(InputQueue& q, unsigned key) { q.add({Input::Kind::key, key, 0, GLFW_RELEASE, 0}); }
void type(InputQueue& q, const std::string& text) {
  for (const char c : text) {
    const auto code = static_cast<unsigned>(static_cast<unsigned char>(c));
    press(q, code >= 'a' ? code - 32 : code);
    q.add({Input::Kind::letter, code});
    release(q, code >= 'a' ? code - 32 : code);
  }
}
void click(InputQueue& q, float x, float y) {
  q.add({Input::Kind::button, 0, 0, GLFW_PRESS, 0, x, y});
  q.add({Input::Kind::button, 0, 0, GLFW_RELEASE, 0, x, y});
}

/// What one frame got, in short: keys as <number, letters as themselves, buttons as !.
std::string said(const InputQueue::Turn& turn) {
  std::string out;
  for (const Input& i : turn.inputs) {
    if (i.kind == Input::Kind::letter) out += static_cast<char>(i.code);
    if (i.kind == Input::Kind::button) out += i.action == GLFW_PRESS ? "!" : "~";
    if (i.kind == Input::Kind::key && i.code >= GLFW_KEY_ESCAPE)
      out += (i.action == GLFW_PRESS ? "<" : ">") + std::to_string(i.code);
  }
  return out;
}

}  // namespace

TEST_CASE("letters that act come one by one, with time to settle between them") {
  InputQueue q;
  type(q, "d1");
  CHECK(said(q.next(false, {})) == "d");
  CHECK(said(q.next(false, {})).empty());
  CHECK(said(q.next(false, {})).empty());
  CHECK(said(q.next(false, {})) == "1");
  CHECK_FALSE(q.empty());  // its key is still down
  (void)q.next(false, {});
  CHECK(q.empty());
}

TEST_CASE("what is typed into a field comes at once, and what ends it ends the frame") {
  InputQueue q;
  type(q, "doors okafor");
  press(q, GLFW_KEY_ENTER);
  release(q, GLFW_KEY_ENTER);
  type(q, "seen");
  CHECK(said(q.next(true, {})) == "doors okafor");
  CHECK(said(q.next(true, {})) == "<" + std::to_string(GLFW_KEY_ENTER));
  CHECK(said(q.next(true, {})) == ">" + std::to_string(GLFW_KEY_ENTER));
  CHECK(said(q.next(true, {})).empty());
  CHECK(said(q.next(true, {})) == "seen");
}

TEST_CASE("a field that a key opens has the keyboard before the text comes") {
  InputQueue q;
  press(q, GLFW_KEY_LEFT_CONTROL, GLFW_MOD_CONTROL);
  press(q, 'K', GLFW_MOD_CONTROL);
  release(q, 'K');
  release(q, GLFW_KEY_LEFT_CONTROL);
  type(q, "ab");
  const InputQueue::Turn first = q.next(false, {});
  REQUIRE(first.inputs.size() == 2);  // Ctrl is down when K is
  CHECK(first.inputs[1].code == 'K');
  (void)q.next(false, {});
  CHECK(said(q.next(true, {})).empty());
  CHECK(said(q.next(true, {})) == "ab");
}

TEST_CASE("a key that went down and up between two frames was pressed for one") {
  InputQueue q;
  press(q, GLFW_KEY_ESCAPE);
  release(q, GLFW_KEY_ESCAPE);
  CHECK(q.next(false, {}).inputs.size() == 1);
  const InputQueue::Turn second = q.next(false, {});
  REQUIRE(second.inputs.size() == 1);
  CHECK(second.inputs[0].action == GLFW_RELEASE);
}

TEST_CASE("a button counts where the pointer was, and a frame looks there first") {
  InputQueue q;
  click(q, 100, 50);
  type(q, "d");
  const InputQueue::Turn look = q.next(false, {400, 400});
  CHECK(look.inputs.empty());
  REQUIRE(look.pointer);
  CHECK(look.pointer->x == 100);
  const InputQueue::Turn down = q.next(false, {100, 50});
  CHECK(said(down) == "!");
  CHECK(down.pointer->y == 50);
  CHECK(said(q.next(false, {100, 50})) == "~");
  CHECK(said(q.next(false, {100, 50})).empty());
  CHECK(said(q.next(false, {100, 50})) == "d");
}

TEST_CASE("a held key does not run ahead of slow frames") {
  InputQueue q;
  press(q, GLFW_KEY_DOWN);
  for (int n = 0; n < 100; ++n) q.add({Input::Kind::key, GLFW_KEY_DOWN, 0, GLFW_REPEAT, 0});
  release(q, GLFW_KEY_DOWN);
  CHECK(q.next(false, {}).inputs.size() == 1);
  CHECK(q.next(false, {}).inputs.size() == 1);
  CHECK(q.empty());
}

TEST_CASE("whatever comes, everything is handed over in order, and a flood is bounded") {
  std::mt19937 twister(7);
  const auto random = [&] { return static_cast<unsigned>(twister() & 0x7FFFFFFFU); };
  for (int round = 0; round < 300; ++round) {
    InputQueue q;
    std::vector<Input> given;
    const auto add = [&](const Input& i) {
      q.add(i);
      given.push_back(i);
    };
    for (int n = 0; n < 60; ++n) {
      const unsigned code = random() % 2 == 0 ? 'A' + random() % 26 : GLFW_KEY_ESCAPE + random() % 90;
      switch (random() % 4) {
        case 0:
          add({Input::Kind::key, code, n, GLFW_PRESS, 0});
          break;
        case 1:
          add({Input::Kind::key, code, n, GLFW_RELEASE, 0});
          break;
        case 2:
          add({Input::Kind::letter, code, n});
          break;
        default:
          add({Input::Kind::button, random() % 3, n, static_cast<int>(random() % 2), 0,
               static_cast<float>(random() % 3), 0});
      }
    }
    std::vector<Input> got;
    PointerAt seen{};
    for (int frame = 0; frame < 600 && !q.empty(); ++frame) {
      const InputQueue::Turn turn = q.next(random() % 2 == 0, seen);
      if (turn.pointer) seen = *turn.pointer;
      got.insert(got.end(), turn.inputs.begin(), turn.inputs.end());
    }
    REQUIRE(q.empty());
    REQUIRE(got.size() == given.size());
    for (std::size_t k = 0; k < got.size(); ++k) REQUIRE(got[k].scancode == given[k].scancode);
  }
  InputQueue flooded;
  for (int n = 0; n < 100000; ++n) flooded.add({Input::Kind::letter, 'a'});
  CHECK(flooded.next(true, {}).inputs.size() == 1024);
}
