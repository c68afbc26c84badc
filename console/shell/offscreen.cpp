#include "console/shell/offscreen.hpp"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <array>
#include <cstring>
#include <string>

#include "console/shell/gl.hpp"

namespace wf::shell {
namespace {

constexpr unsigned kFramebuffer = 0x8D40, kRenderbuffer = 0x8D41, kColorAttachment = 0x8CE0, kRgba8 = 0x8058,
                   kComplete = 0x8CD5, kPackAlignment = 0x0D05, kRgb = 0x1907, kUnsignedByte = 0x1401;

Error no_context(const char* what) {
  char code[16];
  std::snprintf(code, sizeof code, "0x%04x", static_cast<unsigned>(eglGetError()));
  return {std::string(what) + " (EGL error " + code + ")", "off-screen drawing",
          "install libegl1 and libgl1-mesa-dri, which draw without a display"};
}

}  // namespace

Result<std::unique_ptr<Offscreen>> Offscreen::make(int width, int height) {
  if (width < 320 || height < 200 || width > 16384 || height > 16384) {
    return Error{"a picture of " + std::to_string(width) + "×" + std::to_string(height) + " pixels cannot be drawn",
                 "--size", "use 320×200 to 16384×16384"};
  }
  std::unique_ptr<Offscreen> out(new Offscreen(width, height));
  if (Result<void> made = out->make_context(); !made) return made.error();
  if (Result<void> loaded = load_gl(&eglGetProcAddress); !loaded) return loaded.error();
  if (Result<void> made = out->make_framebuffer(); !made) return made.error();
  return out;
}

Result<void> Offscreen::make_context() {
  const auto platform_display =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  if (platform_display != nullptr && extensions != nullptr &&
      std::strstr(extensions, "EGL_MESA_platform_surfaceless") != nullptr) {
    display_ = platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  }
  if (display_ == EGL_NO_DISPLAY) display_ = eglGetDisplay(EGL_DEFAULT_DISPLAY);
  if (display_ == EGL_NO_DISPLAY || eglInitialize(display_, nullptr, nullptr) == EGL_FALSE) {
    display_ = nullptr;
    return no_context("there is no EGL display");
  }
  if (eglBindAPI(EGL_OPENGL_API) == EGL_FALSE) return no_context("EGL knows no desktop OpenGL");
  const std::array<EGLint, 5> wanted{EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, 0, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint found = 0;
  if (eglChooseConfig(display_, wanted.data(), &config, 1, &found) == EGL_FALSE || found == 0) {
    return no_context("EGL has no configuration for OpenGL");
  }
  const std::array<EGLint, 7> version{
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version.data());
  if (context_ == EGL_NO_CONTEXT) return no_context("EGL makes no OpenGL 3.3 context");
  if (eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_FALSE) {
    return no_context("the OpenGL context cannot be used without a surface");
  }
  return {};
}

Result<void> Offscreen::make_framebuffer() const {
  unsigned frame = 0, color = 0;
  gl().gen_framebuffers(1, &frame);
  gl().bind_framebuffer(kFramebuffer, frame);
  gl().gen_renderbuffers(1, &color);
  gl().bind_renderbuffer(kRenderbuffer, color);
  gl().renderbuffer_storage(kRenderbuffer, kRgba8, width_, height_);
  gl().framebuffer_renderbuffer(kFramebuffer, kColorAttachment, kRenderbuffer, color);
  if (gl().check_framebuffer(kFramebuffer) != kComplete) {
    return Error{"OpenGL makes no framebuffer of " + std::to_string(width_) + "×" + std::to_string(height_),
                 "off-screen drawing", "use a smaller --size"};
  }
  return {};
}

Offscreen::~Offscreen() {
  if (display_ == nullptr) return;
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  if (context_ != nullptr) eglDestroyContext(display_, context_);
  eglTerminate(display_);
}

std::vector<unsigned char> Offscreen::pixels() const {
  const auto row = static_cast<std::size_t>(width_) * 3;
  std::vector<unsigned char> bottom_up(row * static_cast<std::size_t>(height_));
  gl().pixel_store(kPackAlignment, 1);
  gl().read_pixels(0, 0, width_, height_, kRgb, kUnsignedByte, bottom_up.data());
  std::vector<unsigned char> out(bottom_up.size());
  for (int y = 0; y < height_; ++y) {
    std::memcpy(out.data() + static_cast<std::size_t>(y) * row,
                bottom_up.data() + static_cast<std::size_t>(height_ - 1 - y) * row, row);
  }
  return out;
}

}  // namespace wf::shell
