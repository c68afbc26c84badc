#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace wf::shell {

/// One input as GLFW tells it: a key (its number and scancode), a character, or a button of the mouse.
struct Input {
  enum class Kind : std::uint8_t { key, letter, button } kind = Kind::key;
  unsigned code = 0;  ///< GLFW's number of the key or button; the character
  int scancode = 0;
  int action = 0;  ///< GLFW_PRESS, GLFW_RELEASE, GLFW_REPEAT; a character has none
  int mods = 0;
  float x = 0, y = 0;  ///< button: where the pointer was, in GLFW's units
};

struct PointerAt {
  float x = 0, y = 0;
};

/// Hands inputs to frames so that each acts on what the one before it did, however slow frames are: a row is selected
/// before the key that sends a guard to it is looked at, a field has the keyboard before what is typed into it comes,
/// and a key that went down and up between two frames was pressed. Dear ImGui 1.86 takes all that came as one state.
/// One thread's.
class InputQueue {
 public:
  /// What one frame gets.
  struct Turn {
    std::vector<Input> inputs;           ///< in order
    std::optional<PointerAt> pointer{};  ///< the pointer is there in this frame, wherever it is now
  };

  void add(const Input& input);
  /// The next frame's. `typing`: a text field has the keyboard; `seen`: where the frame before had the pointer, which
  /// must have been at a place before a button counts there.
  [[nodiscard]] Turn next(bool typing, PointerAt seen);
  /// Nothing waits: no frame is needed for it.
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  /// What a key does may open a field in the frame after it, which has the keyboard two frames later.
  static constexpr int kFramesToSettle = 3;
  static constexpr std::size_t kMost = 1024;  ///< more than anybody types during a frame; beyond it nothing is taken

  std::deque<Input> waiting_;
  int settle_ = 0;
};

}  // namespace wf::shell
