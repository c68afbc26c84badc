#include "agents/host/usb.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agents/host/machine.hpp"
#include "agents/host/usb_devices.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/kit/kinds.hpp"

namespace wf::host {
namespace {

// A device is there before its interfaces are: what it is stands in sysfs a moment later.
constexpr std::int64_t kSettle = 700 * kMillisecond;
constexpr unsigned kKernelGroup = 1;
constexpr int kStepMessages = 256;

class UsbSource final : public kit::Source {
 public:
  UsbSource(const kit::SourceSpec& spec, std::string sysfs)
      : Source(spec), sysfs_(std::move(sysfs)), host_(spec.option("host", machine_name())) {}

  std::vector<Error> check() override {
    std::vector<Error> out;
    if (!bus()) out.push_back(no_bus());
    if (!open_socket().open())
      out.push_back({std::string("the kernel's messages cannot be heard: ") + std::strerror(errno), "usb",
                     "allow AF_NETLINK to the service (RestrictAddressFamilies=)"});
    return out;
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    once_ = once;
    first_ = position.empty() || !read_usb_text(position, known_);
    if (first_ && !position.empty())
      lost_ = Error{"the saved position cannot be read", "usb", "every device that is plugged in is told again"}.text();
    if (!first_) position_ = position;
    if (!once) {
      socket_ = open_socket();
      if (!socket_.open())
        lost_ = Error{std::string("the kernel's messages cannot be heard: ") + std::strerror(errno), "usb",
                      "allow AF_NETLINK to the service; meanwhile it is looked every 30 s"}
                    .text();
    }
    wake_ = moment.mono;
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    listen(moment);
    if (moment.mono < wake_ && !once_) return false;
    const UsbDevices now = usb_devices(sysfs_);
    compare(now, sink, moment);
    // What was woken for is seen by now; without a socket only looking helps.
    wake_ = socket_.open() ? kit::kNever : moment.mono + 30 * kSecond;
    const bool most = now.size() >= kMostUsbDevices;
    const Error many{std::to_string(kMostUsbDevices) + " devices and more", "usb", "the rest is not watched"};
    set_state(once_ ? "ended" : "running", !bus() ? no_bus().text() : most ? many.text() : lost_);
    return false;
  }

  std::string position() const override { return position_; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (socket_.open()) fds.push_back({socket_.get(), POLLIN, 0});
  }
  std::int64_t next_wake() const override { return wake_; }

 private:
  [[nodiscard]] bool bus() const { return ::access((sysfs_ + "/bus/usb/devices").c_str(), R_OK) == 0; }
  [[nodiscard]] Error no_bus() const {
    return {"there is no USB bus", sysfs_ + "/bus/usb/devices", "this machine, or the container, has none"};
  }
  static kit::Descriptor open_socket() {
    kit::Descriptor fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = kKernelGroup;
    if (fd.open() && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
  }

  void listen(const kit::Moment& moment) {
    if (!socket_.open()) return;
    std::array<char, 8192> buffer;
    for (int i = 0; i < kStepMessages; ++i) {
      sockaddr_nl from{};
      socklen_t size = sizeof from;
      const ssize_t n =
          ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (n < 0) {
        // Too many at once: what was lost is found by looking.
        if (errno == ENOBUFS) wake_ = std::min(wake_, moment.mono + kSettle);
        return;
      }
      // Only the kernel is believed; a program has a number of its own.
      if (from.nl_pid == 0 && is_usb_uevent({buffer.data(), static_cast<std::size_t>(n)}))
        wake_ = std::min(wake_, moment.mono + kSettle);
    }
  }

  void compare(const UsbDevices& now, kit::Sink& sink, const kit::Moment& moment) {
    for (const auto& [place, d] : known_)
      if (const auto it = now.find(place); it == now.end() || !same(it->second, d)) tell("removed", d, sink, moment);
    for (const auto& [place, d] : now)
      if (const auto it = known_.find(place); it == known_.end() || !same(it->second, d)) {
        count_read();
        tell(first_ ? "present" : "plugged", d, sink, moment);
      }
    first_ = false;
    known_ = now;
    position_ = usb_text(known_);
  }

  // Interfaces come and go with a device's configuration.
  static bool same(const UsbDevice& a, const UsbDevice& b) {
    return a.vendor_id == b.vendor_id && a.product_id == b.product_id && a.serial == b.serial;
  }

  void tell(const char* state, const UsbDevice& d, kit::Sink& sink, const kit::Moment& moment) {
    const bool plugged = std::strcmp(state, "plugged") == 0;
    Event e;
    e.kind = plugged ? "host.usb" : "host.log";
    e.time = moment.now;
    if (const kit::KindInfo* info = kit::find_kind(e.kind)) e.severity = info->severity;
    e.logsource = {"linux", "", ""};
    e.add("usb.state", state);
    e.add("usb.place", d.bus);
    e.add("usb.vendor_id", d.vendor_id);
    e.add("usb.product_id", d.product_id);
    if (!d.vendor.empty()) e.add("usb.vendor", d.vendor);
    if (!d.product.empty()) e.add("usb.product", d.product);
    if (!d.serial.empty()) e.add("usb.serial", d.serial);
    if (!d.classes.empty()) e.add("usb.class", d.classes);
    if (!host_.empty()) e.add("host.name", host_);
    std::string name = d.vendor;
    if (!d.product.empty()) name += (name.empty() ? "" : " ") + d.product;
    e.add("message", "USB device " + std::string(state) + ": " + (name.empty() ? "without a name" : name) + " (" +
                         d.vendor_id + ":" + d.product_id + ")" + (d.classes.empty() ? "" : ", " + d.classes));
    emit(sink, std::move(e), moment);
  }

  std::string sysfs_, host_, position_, lost_;
  UsbDevices known_;
  kit::Descriptor socket_;
  bool once_ = false, first_ = true;
  std::int64_t wake_ = 0;
};

}  // namespace

kit::SourceMade make_usb_over(const kit::SourceSpec& spec, const std::string& sysfs) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"host"});
  if (!spec.address.empty()) made.problems.push_back({"a usb source has no address", spec.where, "write usb:"});
  if (made.problems.empty()) made.source = std::make_unique<UsbSource>(spec, sysfs);
  return made;
}

kit::SourceMade make_usb(const kit::SourceSpec& spec) { return make_usb_over(spec, "/sys"); }

}  // namespace wf::host
