#pragma once
#include <microhttpd.h>

#include "proto/result.hpp"

namespace wf::http {

/// libmicrohttpd's functions that are used here. The library is loaded when the first source listens for HTTP: it and
/// what it brings along take memory that most agents need not spend.
struct MicrohttpdLibrary {
  decltype(&::MHD_start_daemon) start_daemon;
  decltype(&::MHD_stop_daemon) stop_daemon;
  decltype(&::MHD_run) run;
  decltype(&::MHD_get_timeout) get_timeout;
  decltype(&::MHD_get_daemon_info) get_daemon_info;
  decltype(&::MHD_get_connection_info) get_connection_info;
  decltype(&::MHD_lookup_connection_value) lookup_connection_value;
  decltype(&::MHD_suspend_connection) suspend_connection;
  decltype(&::MHD_resume_connection) resume_connection;
  decltype(&::MHD_create_response_from_buffer) create_response_from_buffer;
  decltype(&::MHD_add_response_header) add_response_header;
  decltype(&::MHD_queue_response) queue_response;
  decltype(&::MHD_destroy_response) destroy_response;
};

/// The loaded library, which stays loaded. An error: it is not installed.
[[nodiscard]] Result<const MicrohttpdLibrary*> microhttpd_library();

}  // namespace wf::http
