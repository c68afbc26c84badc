// An RTSP server for tests: prints its port, shows a test pattern, and another one for each line "pattern N" that it
// reads.
//   wf-test-rtsp [tcp|udp] [USER PASSWORD]      (HTTP digest)
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

GstElement* source = nullptr;
int pattern = 0;

void configure(GstRTSPMediaFactory*, GstRTSPMedia* media, void*) {
  GstElement* const bin = gst_rtsp_media_get_element(media);
  source = gst_bin_get_by_name(GST_BIN(bin), "source");
  gst_object_unref(bin);
  g_object_set(source, "pattern", pattern, nullptr);
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
  gst_rtsp_media_factory_set_launch(
      factory,
      "( videotestsrc name=source is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=5/1 ! "
      "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! rtph264pay name=pay0 pt=96 config-interval=1 )");
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  g_signal_connect(factory, "media-configure", G_CALLBACK(configure), nullptr);
  const std::string transport = argc > 1 ? argv[1] : "";
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
  g_io_add_watch(g_io_channel_unix_new(0), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), command, loop);
  g_main_loop_run(loop);
  return 0;
}
