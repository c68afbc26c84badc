#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::host {

/// A device on a USB bus as the kernel describes it.
struct UsbDevice {
  std::string bus;                      ///< place: "1-1.4"
  std::string vendor_id, product_id;    ///< four hexadecimal digits
  std::string vendor, product, serial;  ///< the device's own words, which it may choose; may be empty
  std::string classes;                  ///< of its interfaces: "storage, HID"
  bool operator==(const UsbDevice&) const = default;
};

/// At most, so that nobody takes the agent's memory with a simulated bus.
inline constexpr std::size_t kMostUsbDevices = 256;
using UsbDevices = std::map<std::string, UsbDevice>;  ///< by place

/// Devices of a sysfs such as /sys; hubs are left out.
[[nodiscard]] UsbDevices usb_devices(const std::string& sysfs);

/// Words for a class code of usb.org's list: "storage", "HID", "hub"; hexadecimal if it is not known.
[[nodiscard]] std::string usb_class(std::string_view hexadecimal);

/// Whether a message of the kernel (kobject uevent) is of a USB device or one of its interfaces.
[[nodiscard]] bool is_usb_uevent(std::string_view message);

/// As a text of one line and back; false: it cannot be read.
[[nodiscard]] std::string usb_text(const UsbDevices& devices);
[[nodiscard]] bool read_usb_text(std::string_view text, UsbDevices& devices);

}  // namespace wf::host
