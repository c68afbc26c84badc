#include "agents/http/zlib_library.hpp"

#include <string>

#include "agents/kit/loaded_library.hpp"

namespace wf::http {
namespace {

struct Loaded {
  ZlibLibrary functions{};
  std::string missing;

  Loaded() {
    kit::LoadedLibrary from("libz.so.1");
    from.take(functions.version, "zlibVersion");
    from.take(functions.inflate_init2, "inflateInit2_");
    from.take(functions.inflate, "inflate");
    from.take(functions.inflate_reset, "inflateReset");
    from.take(functions.inflate_end, "inflateEnd");
    missing = from.missing();
  }
};

}  // namespace

Result<const ZlibLibrary*> zlib_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"zlib cannot be loaded (" + loaded.missing + ")", "", "install Debian's zlib1g"};
  return &loaded.functions;
}

}  // namespace wf::http
