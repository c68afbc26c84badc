// USB devices, listening sockets and packages.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "agents/host/listening.hpp"
#include "agents/host/packages.hpp"
#include "agents/host/usb.hpp"
#include "agents/host/usb_devices.hpp"
#include "agents/kit/descriptor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

struct Sysfs {
  Sysfs() { fs::create_directories(folder.path() / "bus/usb/devices"); }
  void device(const std::string& place, std::initializer_list<std::pair<const char*, const char*>> attributes,
              std::initializer_list<const char*> classes) const {
    for (const auto& [name, value] : attributes) attribute(place, name, value);
    int n = 0;
    for (const char* c : classes) attribute(place + "/" + place + ":1." + std::to_string(n++), "bInterfaceClass", c);
  }
  void attribute(const std::string& place, const char* name, const char* value) const {
    fs::create_directories(folder.path() / "bus/usb/devices" / place);
    folder.write("bus/usb/devices/" + place + "/" + name, std::string(value) + "\n");
  }
  void pull(const std::string& place) const { fs::remove_all(folder.path() / "bus/usb/devices" / place); }
  [[nodiscard]] std::unique_ptr<kit::Source> source() const {
    kit::SourceMade made = make_usb_over(*kit::parse_source_spec("usb:,host=vault-1"), folder.path().string());
    if (!made.problems.empty()) FAIL(problems_of(made));
    return std::move(made.source);
  }
  TemporaryFolder folder;
};

TEST_CASE("a USB device that is plugged in is told with its maker, serial number and classes; hubs are not") {
  const Sysfs sysfs;
  sysfs.device("usb1", {{"idVendor", "1d6b"}, {"idProduct", "0002"}, {"bDeviceClass", "09"}}, {});
  sysfs.device("1-1", {{"idVendor", "046d"}, {"idProduct", "c31c"}, {"bDeviceClass", "00"}, {"product", "Keyboard"}},
               {"03", "03"});
  std::string position;
  {
    auto source = sysfs.source();
    REQUIRE(source->start("", true, {}));
    Collected sink;
    source->step(sink, {5, 0});
    REQUIRE(sink.events.size() == 1);
    CHECK(sink.events[0].kind == "host.log");
    CHECK(sink.events[0].field("usb.state") == "present");
    CHECK(sink.events[0].field("usb.class") == "HID");
    position = source->position();
  }
  sysfs.device("2-1.4",
               {{"idVendor", "0781"},
                {"idProduct", "5567"},
                {"bDeviceClass", "00"},
                {"manufacturer", "San; Disk"},
                {"product", "Ultra"},
                {"serial", "4C5300"}},
               {"08", "03"});
  sysfs.pull("1-1");
  auto source = sysfs.source();
  REQUIRE(source->start(position, true, {}));
  Collected sink;
  source->step(sink, {5, 0});
  REQUIRE(sink.events.size() == 2);
  CHECK(sink.events[0].field("usb.state") == "removed");
  CHECK(sink.events[0].field("usb.product") == "Keyboard");
  const Event& e = sink.events[1];
  CHECK(e.kind == "host.usb");
  CHECK(e.field("usb.vendor_id") == "0781");
  CHECK(e.field("usb.serial") == "4C5300");
  CHECK(e.field("usb.class") == "HID, storage");
  CHECK(e.field("message") == "USB device plugged: San; Disk Ultra (0781:5567), HID, storage");
  auto again = sysfs.source();
  REQUIRE(again->start(source->position(), true, {}));
  Collected nothing;
  again->step(nothing, {5, 0});
  CHECK(nothing.events.empty());
}

TEST_CASE("messages of the kernel are told apart, and what is known is the same when it is read again") {
  using namespace std::string_literals;
  CHECK(is_usb_uevent("add@/devices/usb1/1-1\0ACTION=add\0SUBSYSTEM=usb\0DEVTYPE=usb_device\0"s));
  CHECK_FALSE(is_usb_uevent("add@/devices/x\0SUBSYSTEM=usbmon\0SUBSYSTEM=block"s));
  CHECK_FALSE(is_usb_uevent(""));
  CHECK(usb_class("08") == "storage");
  CHECK(usb_class("77") == "class 77");
  const UsbDevices devices{{"1-1", {"1-1", "046d", "c31c", "a; b", "", "\x01", "HID"}}};
  UsbDevices read;
  REQUIRE(read_usb_text(usb_text(devices), read));
  CHECK(read == devices);
  for (const char* bad : {"", "u", "u1 a;b", "u1x"}) CHECK_FALSE(read_usb_text(bad, read));
}

/// A socket on a port of 127.0.0.1 that the system picks.
kit::Descriptor bound(int type, std::string& port) {
  kit::Descriptor fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  if (type == SOCK_STREAM) REQUIRE(::listen(fd.get(), 1) == 0);
  port = std::to_string(ntohs(address.sin_port));
  return fd;
}

std::optional<Event> of_port(const std::vector<Event>& events, const std::string& port, const char* state) {
  for (const Event& e : events)
    if (e.field("listen.port") == port && e.field("listen.state") == state) return e;
  return {};
}

TEST_CASE("a real socket that begins to listen is told with its process, once, and that it is gone") {
  const auto source_of = [] {
    kit::SourceMade made = make_listening(*kit::parse_source_spec("listening:"));
    if (!made.problems.empty()) FAIL(problems_of(made));
    return std::move(made.source);
  };
  auto source = source_of();
  REQUIRE(source->start("", false, {1, 1}));
  Collected sink;
  source->step(sink, {1, 1});
  INFO(source->status().problem);
  REQUIRE(source->status().state == "running");
  std::string port, passing;
  kit::Descriptor fd = bound(SOCK_STREAM, port);
  const kit::Descriptor udp = bound(SOCK_DGRAM, passing);
  sink.events.clear();
  source->step(sink, {2, source->next_wake()});
  const std::optional<Event> opened = of_port(sink.events, port, "opened");
  REQUIRE(opened);
  CHECK(opened->kind == "host.service");
  CHECK(opened->field("net.proto") == "tcp");
  CHECK(opened->field("listen.ip") == "127.0.0.1");
  CHECK(opened->field("process.pid") == std::to_string(::getpid()));
  CHECK(opened->field("exe").ends_with("test_agent_host"));
  CHECK_FALSE(of_port(sink.events, passing, "opened"));

  const std::string position = source->position();
  source = source_of();
  REQUIRE(source->start(position, false, {3, 1}));
  sink.events.clear();
  source->step(sink, {3, 1});
  CHECK_FALSE(of_port(sink.events, port, "opened"));
  fd.reset();
  source->step(sink, {4, source->next_wake()});
  CHECK(of_port(sink.events, port, "closed"));
  // On a port that the system picked UDP counts when it is still there.
  CHECK(of_port(sink.events, passing, "opened"));
}

TEST_CASE("lines of dpkg, dnf and yum say which package came, changed or went") {
  kit::Zone zone = *kit::Zone::find("UTC", "test");
  const UtcNs now = utc_from_civil(2026, 3, 13);
  const auto read = [&](std::string_view line) {
    const Result<Event> e = package_event(line, now, zone, {});
    INFO(line);
    if (!e) FAIL(e.error().text());
    return *e;
  };
  const Event upgrade = read("2026-03-12 22:31:05 upgrade openssl:amd64 3.0.14-1~deb12u1 3.0.15-1~deb12u1");
  CHECK(upgrade.kind == "host.package");
  CHECK(upgrade.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  CHECK(upgrade.field("package.action") == "upgraded");
  CHECK(upgrade.field("package") == "openssl");
  CHECK(upgrade.field("package.version") == "3.0.15-1~deb12u1");
  CHECK(upgrade.field("package.version.before") == "3.0.14-1~deb12u1");
  const Event install = read("2026-03-12 22:31:05 install nmap:amd64 <none> 7.93+dfsg1-1");
  CHECK(install.field("package.version.before").empty());
  CHECK(read("2026-03-12 22:31:06 status installed nmap:amd64 7.93+dfsg1-1").kind.empty());
  CHECK(read("2026-03-12 22:31:04 startup archives unpack").kind.empty());
  const Event dnf = read("2026-03-12T22:31:05+0100 SUBDEBUG Installed: nginx-core-1:1.20.1-14.el9.x86_64");
  CHECK(dnf.time == utc_from_civil(2026, 3, 12, 21, 31, 5));
  CHECK(dnf.field("package") == "nginx-core");
  CHECK(dnf.field("package.version") == "1:1.20.1-14.el9");
  CHECK(dnf.field("package.architecture") == "x86_64");
  const Event yum = read("Dec 30 22:31:05 Erased: telnet-0.17-65.el7_8.x86_64");
  CHECK(yum.time == utc_from_civil(2025, 12, 30, 22, 31, 5));
  CHECK(yum.field("package.action") == "removed");
  for (const char* bad :
       {"", "nonsense", "2026-13-12 22:31:05 install a b c", "2026-03-12 22:31:05 install :amd64 <none> 1",
        "Foo 12 22:31:05 Installed: a-1-2.x", "2026-03-12T22:31:05+01x0 SUBDEBUG Installed: a"})
    CHECK_FALSE(package_event(bad, now, zone, {}));
}

TEST_CASE("a package log is followed, and a line that is none is refused with its number") {
  const TemporaryFolder folder;
  folder.write(
      "dpkg.log",
      "2026-03-12 22:31:05 install nmap:amd64 <none> 7.93\n?\n2026-03-12 22:31:06 status unpacked nmap:amd64 7.93\n"
      "2026-03-12 22:32:00 purge nmap:amd64 7.93 <none>\n");
  kit::SourceMade made =
      make_packages(*kit::parse_source_spec("packages:" + folder.file("dpkg.log") + ",tz=UTC,host=vault-1"));
  REQUIRE(made.problems.empty());
  const ReadOnce read = read_once(*made.source, {utc_from_civil(2026, 3, 13), 0});
  CHECK(read.status.read == 4);
  CHECK(read.status.refused == 1);
  CHECK(read.status.problem.find("dpkg.log:2:") != std::string::npos);
  REQUIRE(read.events.size() == 2);
  CHECK(read.events[1].field("package.action") == "purged");
  CHECK(read.events[1].field("host.name") == "vault-1");
}

}  // namespace
}  // namespace wf::host
