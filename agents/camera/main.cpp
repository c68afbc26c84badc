#include "agents/camera/frigate.hpp"
#include "agents/camera/rtsp.hpp"
#include "agents/http/mapped_post.hpp"
#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped.hpp"
#include "agents/onvif/file_source.hpp"
#include "agents/onvif/live_source.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  return wf::kit::run_agent(
      argc, argv,
      {"camera",
       "wf-agent-camera",
       wf::kVersion,
       {{"mapped",
         {[](const wf::kit::SourceSpec& spec) { return wf::kit::make_mapped(spec, "camera"); }, wf::kit::kMappedHelp}},
        {"post",
         {[](const wf::kit::SourceSpec& spec) { return wf::http::make_post(spec, "camera"); }, wf::http::kPostHelp}},
        {"frigate", {wf::camera::make_frigate, wf::camera::kFrigateHelp}},
        {"rtsp", {wf::camera::make_rtsp, wf::camera::kRtspHelp}},
        {"onvif",
         {[](const wf::kit::SourceSpec& spec) { return wf::onvif::make_onvif(spec, wf::onvif::Role::camera); },
          wf::onvif::kOnvifHelp}}}});
}
