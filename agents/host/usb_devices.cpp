#include "agents/host/usb_devices.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "agents/host/escaped_text.hpp"

namespace wf::host {
namespace {

namespace fs = std::filesystem;

// A string descriptor has at most 126 characters of UTF-16.
constexpr std::size_t kMostAttribute = 512;

std::string attribute(const fs::path& folder, const char* name) {
  std::ifstream in(folder / name, std::ios::binary);
  std::array<char, kMostAttribute> text{};
  in.read(text.data(), text.size());
  std::string out(text.data(), static_cast<std::size_t>(in.gcount()));
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kClasses{{{"01", "audio"},
                                                                                  {"02", "communication"},
                                                                                  {"03", "HID"},
                                                                                  {"05", "physical"},
                                                                                  {"06", "image"},
                                                                                  {"07", "printer"},
                                                                                  {"08", "storage"},
                                                                                  {"09", "hub"},
                                                                                  {"0a", "data"},
                                                                                  {"0b", "smart card"},
                                                                                  {"0d", "content security"},
                                                                                  {"0e", "video"},
                                                                                  {"0f", "health"},
                                                                                  {"10", "audio and video"},
                                                                                  {"dc", "diagnostic"},
                                                                                  {"e0", "wireless"},
                                                                                  {"ef", "miscellaneous"},
                                                                                  {"fe", "application"}}};

void add_class(std::string& classes, const std::string& code) {
  if (code.empty() || code == "00") return;
  const std::string word = usb_class(code);
  if ((", " + classes + ",").find(" " + word + ",") != std::string::npos || classes.size() > 200) return;
  classes += (classes.empty() ? "" : ", ") + word;
}

}  // namespace

std::string usb_class(std::string_view hexadecimal) {
  for (const auto& [code, word] : kClasses)
    if (code == hexadecimal) return std::string(word);
  return hexadecimal == "ff" ? "vendor specific" : "class " + std::string(hexadecimal);
}

UsbDevices usb_devices(const std::string& sysfs) {
  UsbDevices out;
  std::error_code code;
  const fs::path bus = fs::path(sysfs) / "bus/usb/devices";
  for (fs::directory_iterator it(bus, code), end; !code && it != end && out.size() < kMostUsbDevices;
       it.increment(code)) {
    const std::string name = it->path().filename().string();
    // "1-1:1.0" is an interface of "1-1"; "usb1" the bus itself.
    if (name.find(':') != std::string::npos) continue;
    UsbDevice d;
    d.bus = name;
    d.vendor_id = attribute(it->path(), "idVendor");
    d.product_id = attribute(it->path(), "idProduct");
    const std::string own = attribute(it->path(), "bDeviceClass");
    if (d.vendor_id.empty() || own == "09") continue;
    d.vendor = attribute(it->path(), "manufacturer");
    d.product = attribute(it->path(), "product");
    d.serial = attribute(it->path(), "serial");
    std::vector<std::string> interfaces;
    std::error_code inner;
    for (fs::directory_iterator i(it->path(), inner); !inner && i != end; i.increment(inner))
      if (i->path().filename().string().starts_with(name + ":"))
        interfaces.push_back(attribute(i->path(), "bInterfaceClass"));
    std::sort(interfaces.begin(), interfaces.end());
    for (const std::string& c : interfaces) add_class(d.classes, c);
    if (interfaces.empty()) add_class(d.classes, own);
    out.emplace(name, std::move(d));
  }
  return out;
}

// "add@/devices/…", then NAME=value, each ended by a NUL (lib/kobject_uevent.c).
bool is_usb_uevent(std::string_view message) {
  while (!message.empty()) {
    const std::string_view one = message.substr(0, message.find('\0'));
    if (one == "SUBSYSTEM=usb") return true;
    message.remove_prefix(std::min(one.size() + 1, message.size()));
  }
  return false;
}

std::string usb_text(const UsbDevices& devices) {
  std::string out = "u1";
  for (const auto& [place, d] : devices)
    out += ' ' + joined({d.bus, d.vendor_id, d.product_id, d.vendor, d.product, d.serial, d.classes});
  return out;
}

bool read_usb_text(std::string_view text, UsbDevices& devices) {
  devices.clear();
  if (!text.starts_with("u1")) return false;
  text.remove_prefix(2);
  while (!text.empty() && devices.size() < kMostUsbDevices) {
    if (text.front() != ' ') return false;
    text.remove_prefix(1);
    const std::string_view one = text.substr(0, text.find(' '));
    text.remove_prefix(one.size());
    std::vector<std::string> parts;
    if (!separated(one, parts) || parts.size() != 7) return false;
    UsbDevice d{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]};
    devices.emplace(parts[0], std::move(d));
  }
  return true;
}

}  // namespace wf::host
