#include "agents/host/systemd_library.hpp"

#include <string>

#include "agents/kit/loaded_library.hpp"

namespace wf::host {
namespace {

struct Loaded {
  SystemdLibrary functions{};
  std::string missing;

  Loaded() {
    kit::LoadedLibrary from("libsystemd.so.0");
    from.take(functions.journal_open, "sd_journal_open");
    from.take(functions.journal_open_directory, "sd_journal_open_directory");
    from.take(functions.journal_close, "sd_journal_close");
    from.take(functions.journal_next, "sd_journal_next");
    from.take(functions.journal_process, "sd_journal_process");
    from.take(functions.journal_get_fd, "sd_journal_get_fd");
    from.take(functions.journal_get_events, "sd_journal_get_events");
    from.take(functions.journal_get_timeout, "sd_journal_get_timeout");
    from.take(functions.journal_get_data, "sd_journal_get_data");
    from.take(functions.journal_get_cursor, "sd_journal_get_cursor");
    from.take(functions.journal_get_realtime_usec, "sd_journal_get_realtime_usec");
    from.take(functions.journal_seek_head, "sd_journal_seek_head");
    from.take(functions.journal_seek_cursor, "sd_journal_seek_cursor");
    from.take(functions.journal_test_cursor, "sd_journal_test_cursor");
    from.take(functions.get_sessions, "sd_get_sessions");
    from.take(functions.session_get_class, "sd_session_get_class");
    from.take(functions.session_get_state, "sd_session_get_state");
    from.take(functions.session_get_uid, "sd_session_get_uid");
    from.take(functions.session_get_tty, "sd_session_get_tty");
    from.take(functions.session_get_seat, "sd_session_get_seat");
    from.take(functions.session_get_type, "sd_session_get_type");
    from.take(functions.session_get_remote_host, "sd_session_get_remote_host");
    from.take(functions.session_is_remote, "sd_session_is_remote");
    from.take(functions.login_monitor_new, "sd_login_monitor_new");
    from.take(functions.login_monitor_unref, "sd_login_monitor_unref");
    from.take(functions.login_monitor_flush, "sd_login_monitor_flush");
    from.take(functions.login_monitor_get_fd, "sd_login_monitor_get_fd");
    from.take(functions.login_monitor_get_events, "sd_login_monitor_get_events");
    from.take(functions.session_get_username, "sd_session_get_username", false);
    from.take(functions.session_get_start_time, "sd_session_get_start_time", false);
    missing = from.missing();
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
  return &loaded().functions;
}

const SystemdLibrary& sd() { return loaded().functions; }

}  // namespace wf::host
