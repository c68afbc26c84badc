#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(argc, argv,
                            {"camera",
                             "wf-agent-camera",
                             "0.1.0",
                             {{"mapped",
                               {[](const wf::kit::SourceSpec& spec) { return wf::kit::make_mapped(spec, "camera"); },
                                wf::kit::kMappedHelp}}}});
}
