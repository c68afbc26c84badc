#include "agents/http/zlib_library.hpp"

#include <dlfcn.h>

#include <string>
#include <type_traits>

namespace wf::http {
namespace {

struct Loaded {
  ZlibLibrary library{};
  std::string missing;

  Loaded() {
    void* const handle = ::dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      missing = "libz.so.1";
      return;
    }
    const auto take = [&](auto& function, const char* name) {
      void* const symbol = ::dlsym(handle, name);
      if (symbol == nullptr) missing = name;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    take(library.version, "zlibVersion");
    take(library.inflate_init2, "inflateInit2_");
    take(library.inflate, "inflate");
    take(library.inflate_reset, "inflateReset");
    take(library.inflate_end, "inflateEnd");
  }
};

}  // namespace

Result<const ZlibLibrary*> zlib_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"zlib cannot be loaded (" + loaded.missing + ")", "", "install Debian's zlib1g"};
  return &loaded.library;
}

}  // namespace wf::http
