#include <cstdio>
#include <string_view>

#include "agents/camera/discovery.hpp"
#include "agents/camera/frigate.hpp"
#include "agents/camera/rtsp.hpp"
#include "agents/camera/stills.hpp"
#include "agents/http/mapped_post.hpp"
#include "agents/kit/agent_main.hpp"
#include "agents/kit/mapped/mapped.hpp"
#include "agents/onvif/file_source.hpp"
#include "agents/onvif/live_source.hpp"
#include "proto/version.hpp"

namespace {

constexpr int kDiscoverMs = 4000;

/// What stands on the networks here, as a configuration to begin with.
int discover() {
  const std::vector<wf::camera::Network> networks = wf::camera::networks();
  for (const wf::camera::Network& one : networks)
    std::fprintf(stderr, "wf-agent-camera: asking on %s\n", one.name.c_str());
  const std::string text = wf::camera::propose(wf::camera::probe_networks(networks, kDiscoverMs));
  std::fputs(text.c_str(), stdout);
  return networks.empty() ? 1 : 0;
}

/// What other sources tell of a camera whose stream is watched here gets its stills.
wf::kit::SourceMade with_stills(wf::kit::SourceMade made) {
  if (made.source)
    made.source->set_companion([](wf::Event& event, const wf::kit::Moment& moment, wf::kit::AttachmentSink* to) {
      wf::camera::attach_stills(event, moment.now, to);
    });
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--discover") return discover();
  return wf::kit::run_agent(
      argc, argv,
      {"camera",
       "wf-agent-camera",
       wf::kVersion,
       {{"mapped",
         {[](const wf::kit::SourceSpec& spec) { return with_stills(wf::kit::make_mapped(spec, "camera")); },
          wf::kit::kMappedHelp}},
        {"post",
         {[](const wf::kit::SourceSpec& spec) { return wf::http::make_post(spec, "camera"); }, wf::http::kPostHelp}},
        {"frigate",
         {[](const wf::kit::SourceSpec& spec) { return with_stills(wf::camera::make_frigate(spec)); },
          wf::camera::kFrigateHelp}},
        {"rtsp", {wf::camera::make_rtsp, wf::camera::kRtspHelp}},
        {"onvif",
         {[](const wf::kit::SourceSpec& spec) {
            return with_stills(wf::onvif::make_onvif(spec, wf::onvif::Role::camera));
          },
          wf::onvif::kOnvifHelp}}}});
}
