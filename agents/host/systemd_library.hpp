#pragma once
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>

#include <cstdint>

#include "proto/result.hpp"

namespace wf::host {

/// libsystemd's functions that are used here. The library is loaded when the first source asks the journal or logind:
/// it and what it brings along (four compressors, a cipher library) take memory that the other sources need not spend.
struct SystemdLibrary {
  decltype(&::sd_journal_open) journal_open;
  decltype(&::sd_journal_open_directory) journal_open_directory;
  decltype(&::sd_journal_close) journal_close;
  decltype(&::sd_journal_next) journal_next;
  decltype(&::sd_journal_process) journal_process;
  decltype(&::sd_journal_get_fd) journal_get_fd;
  decltype(&::sd_journal_get_events) journal_get_events;
  decltype(&::sd_journal_get_timeout) journal_get_timeout;
  decltype(&::sd_journal_get_data) journal_get_data;
  decltype(&::sd_journal_get_cursor) journal_get_cursor;
  decltype(&::sd_journal_get_realtime_usec) journal_get_realtime_usec;
  decltype(&::sd_journal_seek_head) journal_seek_head;
  decltype(&::sd_journal_seek_cursor) journal_seek_cursor;
  decltype(&::sd_journal_test_cursor) journal_test_cursor;
  decltype(&::sd_get_sessions) get_sessions;
  decltype(&::sd_session_get_class) session_get_class;
  decltype(&::sd_session_get_state) session_get_state;
  decltype(&::sd_session_get_uid) session_get_uid;
  decltype(&::sd_session_get_tty) session_get_tty;
  decltype(&::sd_session_get_seat) session_get_seat;
  decltype(&::sd_session_get_type) session_get_type;
  decltype(&::sd_session_get_remote_host) session_get_remote_host;
  decltype(&::sd_session_is_remote) session_is_remote;
  decltype(&::sd_login_monitor_new) login_monitor_new;
  decltype(&::sd_login_monitor_unref) login_monitor_unref;
  decltype(&::sd_login_monitor_flush) login_monitor_flush;
  decltype(&::sd_login_monitor_get_fd) login_monitor_get_fd;
  decltype(&::sd_login_monitor_get_events) login_monitor_get_events;
  // Of systemd 254 and later; null where the machine's is older.
  int (*session_get_username)(const char* session, char** username);
  int (*session_get_start_time)(const char* session, std::uint64_t* usec);
};

/// The loaded library, which stays loaded. An error: it is not installed.
[[nodiscard]] Result<const SystemdLibrary*> systemd_library();
/// The same where it was loaded before.
[[nodiscard]] const SystemdLibrary& sd();

}  // namespace wf::host
