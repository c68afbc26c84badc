#pragma once
#include <EGL/egl.h>

#include <cstdint>

#include "proto/result.hpp"

namespace wf::shell {

inline constexpr unsigned kColorBuffer = 0x4000;  ///< GL_COLOR_BUFFER_BIT

/// The few OpenGL 3.3 functions that we call ourselves (Khronos registry, OpenGL 3.3 core); all else is drawn by
/// Dear ImGui's back end, which loads its own.
struct Gl {
  void (*viewport)(int, int, int, int) = nullptr;
  void (*clear_color)(float, float, float, float) = nullptr;
  void (*clear)(unsigned) = nullptr;
  void (*read_pixels)(int, int, int, int, unsigned, unsigned, void*) = nullptr;
  void (*pixel_store)(unsigned, int) = nullptr;
  void (*finish)() = nullptr;
  const std::uint8_t* (*get_string)(unsigned) = nullptr;
  void (*gen_framebuffers)(int, unsigned*) = nullptr;
  void (*bind_framebuffer)(unsigned, unsigned) = nullptr;
  void (*gen_renderbuffers)(int, unsigned*) = nullptr;
  void (*bind_renderbuffer)(unsigned, unsigned) = nullptr;
  void (*renderbuffer_storage)(unsigned, unsigned, int, int) = nullptr;
  void (*framebuffer_renderbuffer)(unsigned, unsigned, unsigned, unsigned) = nullptr;
  unsigned (*check_framebuffer)(unsigned) = nullptr;
  void (*get_integer)(unsigned, int*) = nullptr;
  void (*gen_textures)(int, unsigned*) = nullptr;
  void (*delete_textures)(int, const unsigned*) = nullptr;
  void (*bind_texture)(unsigned, unsigned) = nullptr;
  void (*tex_parameter)(unsigned, unsigned, int) = nullptr;
  void (*tex_image)(unsigned, int, int, int, int, int, unsigned, unsigned, const void*) = nullptr;
  void (*generate_mipmap)(unsigned) = nullptr;
};

/// The functions of the contexts of this process; load_gl() comes first.
[[nodiscard]] const Gl& gl();
/// `find` is the context's own look-up (glfwGetProcAddress, eglGetProcAddress).
[[nodiscard]] Result<void> load_gl(void (*(*find)(const char*))());

}  // namespace wf::shell
