#pragma once
#include <memory>
#include <vector>

#include "proto/result.hpp"

namespace wf::shell {

/// An OpenGL 3.3 context without a window or a display (EGL 1.5 with EGL_MESA_platform_surfaceless), and a
/// framebuffer of its own in it. One thread.
class Offscreen {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Offscreen>> make(int width, int height);
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  /// The pixels drawn so far, RGB, top row first.
  [[nodiscard]] std::vector<unsigned char> pixels() const;

 private:
  Offscreen(int width, int height) : width_(width), height_(height) {}
  [[nodiscard]] Result<void> make_context();
  [[nodiscard]] Result<void> make_framebuffer() const;
  const int width_, height_;
  void* display_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace wf::shell
