#include "tests/fuzz/targets.hpp"

#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace wf::fuzz {
namespace {

constexpr std::array kTargets{
    Named{"link_header", fuzz_link_header},
    Named{"event_batch", fuzz_event_batch},
    Named{"agent_status", fuzz_agent_status},
    Named{"invitation", fuzz_invitation},
    Named{"identity", fuzz_identity},
    Named{"key_files", fuzz_key_files},
    Named{"spool", fuzz_spool},
    Named{"spool_damage", fuzz_spool_damage},
    Named{"device_command", fuzz_device_command},
    Named{"seat_request", fuzz_seat_request},
    Named{"seat_update", fuzz_seat_update},
    Named{"zap", fuzz_zap},
    Named{"event_json", fuzz_event_json},
    Named{"framing", fuzz_framing},
    Named{"mapped", fuzz_mapped},
    Named{"mapped_records", fuzz_mapped_records},
    Named{"suggest", fuzz_suggest},
    Named{"mapping", fuzz_mapping},
    Named{"text_pattern", fuzz_text_pattern},
    Named{"log_line", fuzz_log_line},
    Named{"zeek", fuzz_zeek},
    Named{"syslog", fuzz_syslog},
    Named{"syslog_framing", fuzz_syslog_framing},
    Named{"gelf", fuzz_gelf},
    Named{"raw_record", fuzz_raw_record},
    Named{"netflow", fuzz_netflow},
    Named{"source_spec", fuzz_source_spec},
    Named{"configuration", fuzz_configuration},
    Named{"site", fuzz_site},
    Named{"link_sessions", fuzz_link_sessions},
    Named{"controllers", fuzz_controllers},
    Named{"frigate", fuzz_frigate},
    Named{"discovery", fuzz_discovery},
    Named{"camera_view", fuzz_camera_view},
    Named{"onvif_device", fuzz_onvif_device},
    Named{"onvif_notices", fuzz_onvif_notices},
    Named{"documents", fuzz_documents},
    Named{"dc09_frame", fuzz_dc09_frame},
    Named{"dc09_receiver", fuzz_dc09_receiver},
    Named{"panel_report", fuzz_panel_report},
    Named{"sigma", fuzz_sigma},
    Named{"plans", fuzz_plans},
    Named{"osdp_frames", fuzz_osdp_frames},
    Named{"osdp_panel", fuzz_osdp_panel},
    Named{"osdp_capture", fuzz_osdp_capture},
    Named{"osdp_files", fuzz_osdp_files},
    Named{"osdp_set", fuzz_osdp_set},
    Named{"webhook", fuzz_webhook},
    Named{"gunzip", fuzz_gunzip},
    Named{"audit", fuzz_audit},
    Named{"host_state", fuzz_host_state},
};

struct Directory {
  Directory() {
    const char* const memory = "/dev/shm";
    std::error_code failed;
    std::string name = (std::filesystem::is_directory(memory, failed) ? std::filesystem::path(memory)
                                                                      : std::filesystem::temp_directory_path()) /
                       "wf-fuzz-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

}  // namespace

std::span<const Named> targets() { return kTargets; }

void holds(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

const std::string& scratch() {
  static const Directory directory;
  return directory.path;
}

void write_scratch(const std::string& file, std::string_view bytes) {
  const std::filesystem::path path = std::filesystem::path(scratch()) / file;
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace wf::fuzz
