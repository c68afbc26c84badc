// An RTSP server for tests: prints its port, shows a test pattern, and another one for each line "pattern N" that it
// reads. With clip:NAME it shows a clip of clips.hpp in its own time, from its beginning for each that comes first.
//   wf-test-rtsp [tcp|udp|any|clip:NAME] [USER PASSWORD]      (HTTP digest)
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/agents/camera/clips.hpp"

namespace {

GstElement* source = nullptr;
int pattern = 0;

void configure(GstRTSPMediaFactory*, GstRTSPMedia* media, void*) {
  GstElement* const bin = gst_rtsp_media_get_element(media);
  source = gst_bin_get_by_name(GST_BIN(bin), "source");
  gst_object_unref(bin);
  g_object_set(source, "pattern", pattern, nullptr);
}

/// One picture of a clip after the other, for as long as somebody looks.
struct Playing {
  wf::test::Clip clip;
  GstElement* source = nullptr;
  int next = 0;
};

gboolean show_next(void* self) {
  auto* const playing = static_cast<Playing*>(self);
  const int pictures = static_cast<int>(playing->clip.seconds * playing->clip.rate);
  const auto picture = wf::test::draw(playing->clip, (playing->next++ % pictures) / playing->clip.rate);
  const std::size_t grey = picture.size() / 2;
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, picture.size() + grey, nullptr);
  gst_buffer_fill(buffer, 0, picture.data(), picture.size());
  gst_buffer_memset(buffer, picture.size(), 128, grey);
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(playing->source, "push-buffer", buffer, &flow);
  gst_buffer_unref(buffer);
  if (flow == GST_FLOW_OK) return TRUE;
  gst_object_unref(playing->source);
  delete playing;
  return FALSE;
}

void play(GstRTSPMediaFactory*, GstRTSPMedia* media, void* clip) {
  GstElement* const bin = gst_rtsp_media_get_element(media);
  auto* const playing =
      new Playing{*static_cast<wf::test::Clip*>(clip), gst_bin_get_by_name(GST_BIN(bin), "source"), 0};
  gst_object_unref(bin);
  g_timeout_add(static_cast<guint>(1000 / playing->clip.rate), show_next, playing);
}

gboolean command(GIOChannel* channel, GIOCondition, void* loop) {
  char* line = nullptr;
  if (g_io_channel_read_line(channel, &line, nullptr, nullptr, nullptr) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return FALSE;
  }
  if (g_str_has_prefix(line, "pattern ")) {
    pattern = std::atoi(line + 8);
    if (source != nullptr) g_object_set(source, "pattern", pattern, nullptr);
  }
  g_free(line);
  return TRUE;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  GMainLoop* const loop = g_main_loop_new(nullptr, FALSE);
  GstRTSPServer* const server = gst_rtsp_server_new();
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, "0");
  GstRTSPMediaFactory* const factory = gst_rtsp_media_factory_new();
  const std::string transport = argc > 1 ? argv[1] : "";
  const char* const encoder =
      " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! rtph264pay name=pay0 pt=96 config-interval=1 "
      ")";
  wf::test::Clip clip;
  if (transport.starts_with("clip:")) {
    for (wf::test::Clip& one : wf::test::clips())
      if (one.name == transport.substr(5)) clip = one;
    if (clip.name.empty()) return 1;
    const std::string launch =
        "( appsrc name=source is-live=true format=time do-timestamp=true "
        "caps=video/x-raw,format=I420,width=320,height=180,framerate=" +
        std::to_string(static_cast<int>(clip.rate)) + "/1" + encoder;
    gst_rtsp_media_factory_set_launch(factory, launch.c_str());
    g_signal_connect(factory, "media-configure", G_CALLBACK(play), &clip);
  } else {
    const std::string launch = std::string(
                                   "( videotestsrc name=source is-live=true ! "
                                   "video/x-raw,format=I420,width=320,height=240,framerate=5/1") +
                               encoder;
    gst_rtsp_media_factory_set_launch(factory, launch.c_str());
    g_signal_connect(factory, "media-configure", G_CALLBACK(configure), nullptr);
  }
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  if (transport == "tcp") gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP);
  if (transport == "udp") gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_UDP);
  if (argc > 3) {
    GstRTSPAuth* const auth = gst_rtsp_auth_new();
    GstRTSPToken* const token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "user", nullptr);
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_add_digest(auth, argv[2], argv[3], token);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
    gst_rtsp_media_factory_add_role(factory, "user", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                    GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
  }
  GstRTSPMountPoints* const mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
  g_object_unref(mounts);
  if (gst_rtsp_server_attach(server, nullptr) == 0) return 1;
  std::printf("%d\n", gst_rtsp_server_get_bound_port(server));
  std::fflush(stdout);
  // A clip takes no commands: it ends with who started it.
  if (!clip.name.empty())
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  else
    g_io_add_watch(g_io_channel_unix_new(0), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), command, loop);
  g_main_loop_run(loop);
  return 0;
}
