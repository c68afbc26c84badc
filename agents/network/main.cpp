#include "agents/kit/agent_main.hpp"
#include "agents/network/suricata.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(
      argc, argv,
      {"network",
       "wf-agent-network",
       "0.1.0",
       {{"suricata",
         {wf::network::make_suricata, "PATH of a Suricata EVE file; tz=ZONE of time stamps without an offset"}}}});
}
