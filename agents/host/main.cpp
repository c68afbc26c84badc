#include "agents/host/auditd.hpp"
#include "agents/host/authlog.hpp"
#include "agents/host/files.hpp"
#include "agents/host/journal.hpp"
#include "agents/host/listening.hpp"
#include "agents/host/packages.hpp"
#include "agents/host/sessions.hpp"
#include "agents/host/usb.hpp"
#include "agents/kit/agent_main.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(
      argc, argv,
      {"host",
       "wf-agent-host",
       wf::kVersion,
       {{"auditd",
         {wf::host::make_auditd,
          "nothing for /var/log/audit/audit.log, or the PATH of one; host=NAME of the machine that it is of; tz=ZONE "
          "and "
          "dates=day-first of what `ausearch -i` wrote; "
          "logins=no where journal or authlog tell of them"}},
        {"authlog",
         {wf::host::make_authlog,
          "PATH of a system log; tz=ZONE of time stamps without an offset (this machine's otherwise); only=auth"}},
        {"files",
         {wf::host::make_files,
          "PATH[:PATH…] of files and folders to watch; depth=N folders deep, most=N files, every=SECONDS all of it"}},
        {"listening", {wf::host::make_listening, "nothing; every=SECONDS it is looked"}},
        {"packages",
         {wf::host::make_packages,
          "nothing for /var/log/dpkg.log, or the PATH of the log of dpkg, dnf or yum; tz=ZONE"}},
        {"sessions",
         {wf::host::make_sessions, "nothing for who is logged in on this machine, or the PATH of a utmp file"}},
        {"usb", {wf::host::make_usb, "nothing"}},
        {"journal",
         {wf::host::make_journal,
          "nothing for this machine's journal, or the path of a directory of one; only=auth"}}}});
}
