#include "agents/access/osdp/serial_port.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace wf::access::osdp {
namespace {

speed_t speed_of(std::uint32_t baud) {
  switch (baud) {
    case 19'200:
      return B19200;
    case 38'400:
      return B38400;
    case 57'600:
      return B57600;
    case 115'200:
      return B115200;
    case 230'400:
      return B230400;
    default:
      return B9600;
  }
}

Error failed(const std::string& device, const char* what, int error) {
  const char* to_do = "";
  if (error == ENOENT) to_do = "plug the adapter in, and name it as /dev/serial/by-id/… so that it keeps its name";
  if (error == EACCES) to_do = "let the agent's user use it (group dialout)";
  return {std::string(what) + ": " + std::strerror(error), device, to_do};
}

}  // namespace

Result<SerialPort> SerialPort::open(const std::string& device, std::uint32_t baud) {
  kit::Descriptor fd(::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.open()) return failed(device, "the line cannot be opened", errno);
  if (::isatty(fd.get()) == 0) return Error{"this is no serial line", device, "name the device of an RS-485 adapter"};
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return Error{"another program uses the line", device, "stop it: a line has one control panel"};
  termios settings{};
  if (::tcgetattr(fd.get(), &settings) != 0) return failed(device, "the line cannot be asked", errno);
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  settings.c_cc[VMIN] = 0;
  settings.c_cc[VTIME] = 0;
  ::cfsetispeed(&settings, speed_of(baud));
  ::cfsetospeed(&settings, speed_of(baud));
  if (::tcsetattr(fd.get(), TCSANOW, &settings) != 0) return failed(device, "the line cannot be set up", errno);
  ::tcflush(fd.get(), TCIOFLUSH);
  return SerialPort(std::move(fd), device);
}

Result<std::size_t> SerialPort::read(std::span<std::uint8_t> out) {
  for (;;) {
    const ssize_t n = ::read(fd_.get(), out.data(), out.size());
    if (n > 0) return static_cast<std::size_t>(n);
    // With VMIN 0 nothing to read is 0; a line whose other end is gone says EIO.
    if (n == 0 || errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return failed(device_, "the line is gone", errno);
  }
}

Result<void> SerialPort::write(Bytes bytes) {
  kept_ = std::min(bytes.size(), waiting_.size());
  std::copy_n(bytes.begin(), kept_, waiting_.begin());
  return flush();
}

Result<void> SerialPort::flush() {
  while (kept_ > 0) {
    const ssize_t n = ::write(fd_.get(), waiting_.data(), kept_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return {};
    if (n < 0) return failed(device_, "the line is gone", errno);
    const auto sent = static_cast<std::ptrdiff_t>(n);
    std::copy(waiting_.begin() + sent, waiting_.begin() + static_cast<std::ptrdiff_t>(kept_), waiting_.begin());
    kept_ -= static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace wf::access::osdp
