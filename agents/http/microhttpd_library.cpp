#include "agents/http/microhttpd_library.hpp"

#include <string>

#include "agents/kit/loaded_library.hpp"

namespace wf::http {
namespace {

struct Loaded {
  MicrohttpdLibrary functions{};
  std::string missing;

  Loaded() {
    kit::LoadedLibrary from("libmicrohttpd.so.12");
    from.take(functions.start_daemon, "MHD_start_daemon");
    from.take(functions.stop_daemon, "MHD_stop_daemon");
    from.take(functions.run, "MHD_run");
    from.take(functions.get_timeout, "MHD_get_timeout");
    from.take(functions.get_daemon_info, "MHD_get_daemon_info");
    from.take(functions.get_connection_info, "MHD_get_connection_info");
    from.take(functions.lookup_connection_value, "MHD_lookup_connection_value");
    from.take(functions.suspend_connection, "MHD_suspend_connection");
    from.take(functions.resume_connection, "MHD_resume_connection");
    from.take(functions.create_response_from_buffer, "MHD_create_response_from_buffer");
    from.take(functions.add_response_header, "MHD_add_response_header");
    from.take(functions.queue_response, "MHD_queue_response");
    from.take(functions.destroy_response, "MHD_destroy_response");
    missing = from.missing();
  }
};

}  // namespace

Result<const MicrohttpdLibrary*> microhttpd_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"libmicrohttpd cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libmicrohttpd12 (since Debian 13 libmicrohttpd12t64)"};
  return &loaded.functions;
}

}  // namespace wf::http
