#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Fuzz targets: each takes any bytes, and does with them what the product does with bytes of that kind from outside.
/// A finding is a crash, a sanitizer's report, an endless run, or holds() with what must always be true.
/// tests/fuzz/README.md says how they are run.
namespace wf::fuzz {

using Target = int (*)(const std::uint8_t*, std::size_t);

struct Named {
  const char* name;
  Target run;
};
[[nodiscard]] std::span<const Named> targets();

/// Ends the program with a line if it is false.
void holds(bool good, const char* what);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes pieces off the front of an input.
class Pieces {
 public:
  explicit Pieces(std::string_view left) : left_(left) {}
  [[nodiscard]] bool done() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto out = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return out;
  }
  std::uint32_t number() {
    const std::uint32_t low = byte(), high = byte();
    return low | high << 8U;
  }
  /// A piece whose size stands before it in two bytes; at most what is left.
  std::string_view piece() {
    const std::size_t size = number();
    const std::string_view out = left_.substr(0, size);
    left_.remove_prefix(out.size());
    return out;
  }
  [[nodiscard]] std::string_view rest() const { return left_; }

 private:
  std::string_view left_;
};

/// A directory of this process, made at the first use and removed at its end, in memory where the system has such.
[[nodiscard]] const std::string& scratch();
void write_scratch(const std::string& file, std::string_view bytes);

}  // namespace wf::fuzz

int fuzz_link_header(const std::uint8_t* data, std::size_t size);
int fuzz_event_batch(const std::uint8_t* data, std::size_t size);
int fuzz_agent_status(const std::uint8_t* data, std::size_t size);
int fuzz_invitation(const std::uint8_t* data, std::size_t size);
int fuzz_identity(const std::uint8_t* data, std::size_t size);
int fuzz_key_files(const std::uint8_t* data, std::size_t size);
int fuzz_spool(const std::uint8_t* data, std::size_t size);
int fuzz_spool_damage(const std::uint8_t* data, std::size_t size);
int fuzz_device_command(const std::uint8_t* data, std::size_t size);
int fuzz_seat_request(const std::uint8_t* data, std::size_t size);
int fuzz_seat_update(const std::uint8_t* data, std::size_t size);
int fuzz_zap(const std::uint8_t* data, std::size_t size);
int fuzz_event_json(const std::uint8_t* data, std::size_t size);
int fuzz_framing(const std::uint8_t* data, std::size_t size);
int fuzz_mapped(const std::uint8_t* data, std::size_t size);
int fuzz_mapped_records(const std::uint8_t* data, std::size_t size);
int fuzz_suggest(const std::uint8_t* data, std::size_t size);
int fuzz_mapping(const std::uint8_t* data, std::size_t size);
int fuzz_text_pattern(const std::uint8_t* data, std::size_t size);
int fuzz_log_line(const std::uint8_t* data, std::size_t size);
int fuzz_zeek(const std::uint8_t* data, std::size_t size);
int fuzz_syslog(const std::uint8_t* data, std::size_t size);
int fuzz_syslog_framing(const std::uint8_t* data, std::size_t size);
int fuzz_gelf(const std::uint8_t* data, std::size_t size);
int fuzz_raw_record(const std::uint8_t* data, std::size_t size);
int fuzz_netflow(const std::uint8_t* data, std::size_t size);
int fuzz_source_spec(const std::uint8_t* data, std::size_t size);
int fuzz_configuration(const std::uint8_t* data, std::size_t size);
int fuzz_site(const std::uint8_t* data, std::size_t size);
int fuzz_link_sessions(const std::uint8_t* data, std::size_t size);
int fuzz_controllers(const std::uint8_t* data, std::size_t size);
int fuzz_frigate(const std::uint8_t* data, std::size_t size);
int fuzz_discovery(const std::uint8_t* data, std::size_t size);
int fuzz_camera_view(const std::uint8_t* data, std::size_t size);
int fuzz_onvif_device(const std::uint8_t* data, std::size_t size);
int fuzz_onvif_notices(const std::uint8_t* data, std::size_t size);
int fuzz_documents(const std::uint8_t* data, std::size_t size);
int fuzz_dc09_frame(const std::uint8_t* data, std::size_t size);
int fuzz_dc09_receiver(const std::uint8_t* data, std::size_t size);
int fuzz_panel_report(const std::uint8_t* data, std::size_t size);
int fuzz_sigma(const std::uint8_t* data, std::size_t size);
int fuzz_plans(const std::uint8_t* data, std::size_t size);
int fuzz_osdp_frames(const std::uint8_t* data, std::size_t size);
int fuzz_osdp_panel(const std::uint8_t* data, std::size_t size);
int fuzz_osdp_capture(const std::uint8_t* data, std::size_t size);
int fuzz_osdp_files(const std::uint8_t* data, std::size_t size);
int fuzz_osdp_set(const std::uint8_t* data, std::size_t size);
int fuzz_webhook(const std::uint8_t* data, std::size_t size);
int fuzz_gunzip(const std::uint8_t* data, std::size_t size);
int fuzz_audit(const std::uint8_t* data, std::size_t size);
int fuzz_host_state(const std::uint8_t* data, std::size_t size);
