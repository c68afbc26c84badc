#include "agents/host/systemd_library.hpp"

#include <dlfcn.h>

#include <string>
#include <type_traits>

namespace wf::host {
namespace {

struct Loaded {
  SystemdLibrary library{};
  std::string missing;

  Loaded() {
    void* const handle = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      missing = "libsystemd.so.0";
      return;
    }
    const auto take = [&](auto& function, const char* name, bool needed = true) {
      void* const symbol = ::dlsym(handle, name);
      if (symbol == nullptr && needed) missing = name;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    take(library.journal_open, "sd_journal_open");
    take(library.journal_open_directory, "sd_journal_open_directory");
    take(library.journal_close, "sd_journal_close");
    take(library.journal_next, "sd_journal_next");
    take(library.journal_process, "sd_journal_process");
    take(library.journal_get_fd, "sd_journal_get_fd");
    take(library.journal_get_events, "sd_journal_get_events");
    take(library.journal_get_timeout, "sd_journal_get_timeout");
    take(library.journal_get_data, "sd_journal_get_data");
    take(library.journal_get_cursor, "sd_journal_get_cursor");
    take(library.journal_get_realtime_usec, "sd_journal_get_realtime_usec");
    take(library.journal_seek_head, "sd_journal_seek_head");
    take(library.journal_seek_cursor, "sd_journal_seek_cursor");
    take(library.journal_test_cursor, "sd_journal_test_cursor");
    take(library.get_sessions, "sd_get_sessions");
    take(library.session_get_class, "sd_session_get_class");
    take(library.session_get_state, "sd_session_get_state");
    take(library.session_get_uid, "sd_session_get_uid");
    take(library.session_get_tty, "sd_session_get_tty");
    take(library.session_get_seat, "sd_session_get_seat");
    take(library.session_get_type, "sd_session_get_type");
    take(library.session_get_remote_host, "sd_session_get_remote_host");
    take(library.session_is_remote, "sd_session_is_remote");
    take(library.login_monitor_new, "sd_login_monitor_new");
    take(library.login_monitor_unref, "sd_login_monitor_unref");
    take(library.login_monitor_flush, "sd_login_monitor_flush");
    take(library.login_monitor_get_fd, "sd_login_monitor_get_fd");
    take(library.login_monitor_get_events, "sd_login_monitor_get_events");
    take(library.session_get_username, "sd_session_get_username", false);
    take(library.session_get_start_time, "sd_session_get_start_time", false);
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

Result<const SystemdLibrary*> systemd_library() {
  if (!loaded().missing.empty())
    return Error{"libsystemd cannot be loaded (" + loaded().missing + ")", "", "install Debian's libsystemd0"};
  return &loaded().library;
}

const SystemdLibrary& sd() { return loaded().library; }

}  // namespace wf::host
