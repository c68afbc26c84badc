#include "agents/host/auditd.hpp"
#include "agents/host/authlog.hpp"
#include "agents/host/journal.hpp"
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
          "nothing for /var/log/audit/audit.log, or the PATH of one; host=NAME of the machine that it is of; "
          "logins=no where journal or authlog tell of them"}},
        {"authlog",
         {wf::host::make_authlog,
          "PATH of a system log; tz=ZONE of time stamps without an offset (this machine's otherwise); only=auth"}},
        {"journal",
         {wf::host::make_journal,
          "nothing for this machine's journal, or the path of a directory of one; only=auth"}}}});
}
