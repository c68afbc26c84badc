#include "agents/access/osdp/source.hpp"
#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(
      argc, argv,
      {"access",
       "wf-agent-access",
       wf::kVersion,
       {{"mapped",
         {[](const wf::kit::SourceSpec& spec) { return wf::kit::make_mapped(spec, "access"); }, wf::kit::kMappedHelp}},
        {"osdp", {wf::access::make_osdp, wf::access::kOsdpHelp}},
        {"osdp_capture", {wf::access::make_osdp_capture, wf::access::kOsdpCaptureHelp}}}});
}
