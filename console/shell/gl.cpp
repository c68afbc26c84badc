#include "console/shell/gl.hpp"

#include <string>

namespace wf::shell {
namespace {

Gl functions;

}  // namespace

const Gl& gl() { return functions; }

Result<void> load_gl(void (*(*find)(const char*))()) {
  std::string missing;
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find(name));
    if (function == nullptr && missing.empty()) missing = name;
  };
  load(functions.viewport, "glViewport");
  load(functions.clear_color, "glClearColor");
  load(functions.clear, "glClear");
  load(functions.read_pixels, "glReadPixels");
  load(functions.pixel_store, "glPixelStorei");
  load(functions.finish, "glFinish");
  load(functions.get_string, "glGetString");
  load(functions.gen_framebuffers, "glGenFramebuffers");
  load(functions.bind_framebuffer, "glBindFramebuffer");
  load(functions.gen_renderbuffers, "glGenRenderbuffers");
  load(functions.bind_renderbuffer, "glBindRenderbuffer");
  load(functions.renderbuffer_storage, "glRenderbufferStorage");
  load(functions.framebuffer_renderbuffer, "glFramebufferRenderbuffer");
  load(functions.check_framebuffer, "glCheckFramebufferStatus");
  load(functions.get_integer, "glGetIntegerv");
  load(functions.gen_textures, "glGenTextures");
  load(functions.delete_textures, "glDeleteTextures");
  load(functions.bind_texture, "glBindTexture");
  load(functions.tex_parameter, "glTexParameteri");
  load(functions.tex_image, "glTexImage2D");
  load(functions.generate_mipmap, "glGenerateMipmap");
  if (!missing.empty()) {
    return Error{"OpenGL lacks " + missing, "shell", "a driver with OpenGL 3.3 is needed; libgl1-mesa-dri has one"};
  }
  return {};
}

}  // namespace wf::shell
