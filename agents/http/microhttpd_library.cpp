#include "agents/http/microhttpd_library.hpp"

#include <dlfcn.h>

#include <string>
#include <type_traits>

namespace wf::http {
namespace {

struct Loaded {
  MicrohttpdLibrary library{};
  std::string missing;

  Loaded() {
    void* const handle = ::dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      missing = "libmicrohttpd.so.12";
      return;
    }
    const auto take = [&](auto& function, const char* name) {
      void* const symbol = ::dlsym(handle, name);
      if (symbol == nullptr) missing = name;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    take(library.start_daemon, "MHD_start_daemon");
    take(library.stop_daemon, "MHD_stop_daemon");
    take(library.run, "MHD_run");
    take(library.get_timeout, "MHD_get_timeout");
    take(library.get_daemon_info, "MHD_get_daemon_info");
    take(library.get_connection_info, "MHD_get_connection_info");
    take(library.lookup_connection_value, "MHD_lookup_connection_value");
    take(library.suspend_connection, "MHD_suspend_connection");
    take(library.resume_connection, "MHD_resume_connection");
    take(library.create_response_from_buffer, "MHD_create_response_from_buffer");
    take(library.add_response_header, "MHD_add_response_header");
    take(library.queue_response, "MHD_queue_response");
    take(library.destroy_response, "MHD_destroy_response");
  }
};

}  // namespace

Result<const MicrohttpdLibrary*> microhttpd_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"libmicrohttpd cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libmicrohttpd12 (since Debian 13 libmicrohttpd12t64)"};
  return &loaded.library;
}

}  // namespace wf::http
