#include "agents/kit/agent_main.hpp"
#include "agents/network/json_post.hpp"
#include "agents/network/netflow.hpp"
#include "agents/network/suricata.hpp"
#include "agents/network/syslog.hpp"
#include "agents/network/zeek.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  using namespace wf::network;
  return wf::kit::run_agent(
      argc, argv,
      {"network",
       "wf-agent-network",
       wf::kVersion,
       {{"suricata",
         {make_suricata,
          "PATH of a Suricata EVE file, or unix:PATH of a socket to listen on (type=dgram); tz=ZONE of time stamps "
          "without an offset"}},
        {"zeek", {make_zeek, kZeekHelp}},
        {"syslog", {make_syslog, kSyslogHelp}},
        {"post", {make_json_post, kJsonPostHelp}},
        {"netflow", {make_netflow, kNetflowHelp}}}});
}
