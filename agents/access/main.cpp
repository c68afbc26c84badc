#include <string_view>

#include "agents/access/dc09.hpp"
#include "agents/access/osdp/set_tool.hpp"
#include "agents/access/osdp/source.hpp"
#include "agents/access/uhppote.hpp"
#include "agents/access/unifi.hpp"
#include "agents/http/mapped_post.hpp"
#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped/mapped.hpp"
#include "agents/onvif/file_source.hpp"
#include "agents/onvif/live_source.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  using namespace wf::access;
  if (argc > 1 && std::string_view(argv[1]) == osdp::kSetTool) return osdp::run_set_tool(argc - 2, argv + 2);
  const auto onvif = [](const wf::kit::SourceSpec& spec) {
    return wf::onvif::make_onvif(spec, wf::onvif::Role::access);
  };
  return wf::kit::run_agent(
      argc, argv,
      {"access",
       "wf-agent-access",
       wf::kVersion,
       {{"mapped",
         {[](const wf::kit::SourceSpec& spec) { return wf::kit::make_mapped(spec, "access"); }, wf::kit::kMappedHelp}},
        {"post",
         {[](const wf::kit::SourceSpec& spec) { return wf::http::make_post(spec, "access"); }, wf::http::kPostHelp}},
        {"osdp", {make_osdp, kOsdpHelp}},
        {"osdp_capture", {make_osdp_capture, kOsdpCaptureHelp}},
        {"dc09", {make_dc09, kDc09Help}},
        {"uhppote", {make_uhppote, kUhppoteHelp}},
        {"axis", {onvif, wf::onvif::kAxisHelp}},
        {"onvif", {onvif, wf::onvif::kOnvifHelp}},
        {"unifi", {make_unifi, kUnifiHelp}}}});
}
