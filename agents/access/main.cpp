#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(argc, argv,
                            {"access",
                             "wf-agent-access",
                             "0.1.0",
                             {{"mapped",
                               {[](const wf::kit::SourceSpec& spec) { return wf::kit::make_mapped(spec, "access"); },
                                wf::kit::kMappedHelp}}}});
}
