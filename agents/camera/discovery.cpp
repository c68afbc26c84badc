#include "agents/camera/discovery.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "agents/http/address.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/onvif/xml_names.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

constexpr std::size_t kMostFound = 1000, kMostOfOne = 32, kMostAddresses = 8;
constexpr std::uint16_t kPort = 3702;
constexpr std::string_view kGroup = "239.255.255.250";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size() && out.size() < 64;) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// %20 and its like (RFC 3986, 2.1).
std::string decoded(std::string_view text) {
  std::string out;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = high >= 0 ? digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return one_line(out);
}

void take_scopes(const std::string& scopes, FoundDevice& out) {
  for (const std::string& scope : split(scopes))
    for (const auto& [word, to] : {std::pair{"/name/", &out.name}, std::pair{"/hardware/", &out.hardware},
                                   std::pair{"/location/", &out.location}})
      if (const std::size_t at = scope.find(word); at != std::string::npos && to->empty())
        *to = decoded(std::string_view(scope).substr(at + std::string_view(word).size()));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string name_for(const FoundDevice& device, std::set<std::string>& taken) {
  std::string out;
  for (const char c : device.name.empty() ? device.hardware : device.name) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool good = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (good)
      out += small;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  out = out.empty() ? "cam" : out.substr(0, 24);
  std::string name = out;
  for (int i = 2; !taken.insert(name).second; ++i) name = out + "-" + std::to_string(i);
  return name;
}

void gather(const std::vector<kit::Descriptor>& sockets, int wait_ms, std::vector<FoundDevice>& out) {
  std::set<std::string> known;
  const std::int64_t end = kit::monotonic_ns() + wait_ms * kMillisecond;
  std::vector<char> bytes(64U << 10U);
  for (std::int64_t left = 1; left > 0 && out.size() < kMostFound;) {
    std::vector<pollfd> fds;
    for (const kit::Descriptor& socket : sockets) fds.push_back({socket.get(), POLLIN, 0});
    left = (end - kit::monotonic_ns()) / kMillisecond;
    if (left <= 0 || ::poll(fds.data(), fds.size(), static_cast<int>(left)) <= 0) continue;
    for (const pollfd& one : fds) {
      if ((one.revents & POLLIN) == 0) continue;
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t n =
          ::recvfrom(one.fd, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
      if (n <= 0) continue;
      std::array<char, INET_ADDRSTRLEN> text{};
      (void)::inet_ntop(AF_INET, &from.sin_addr, text.data(), text.size());
      Result<std::vector<FoundDevice>> found =
          read_probe_matches({bytes.data(), static_cast<std::size_t>(n)}, text.data());
      if (!found) continue;  // anybody may send anything to the port
      for (FoundDevice& device : *found)
        if (known.insert(device.id + " " + device.address).second) out.push_back(std::move(device));
    }
  }
}

kit::Descriptor send_probe(const sockaddr_in& to, const in_addr* from) {
  kit::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.open()) return socket;
  if (from != nullptr) (void)::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, from, sizeof *from);
  std::array<std::uint8_t, 16> id{};
  randombytes_buf(id.data(), id.size());
  const std::string text = write_probe(id.data());
  (void)::sendto(socket.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  return socket;
}

}  // namespace

std::string write_probe(const std::uint8_t* id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string uuid;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += kDigits[id[i] >> 4U];
    uuid += kDigits[id[i] & 0x0FU];
  }
  return R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:)" +
         uuid +
         R"(</a:MessageID><a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>)";
}

Result<std::vector<FoundDevice>> read_probe_matches(std::string_view xml, const std::string& from) {
  const Error none{"this is no answer to a probe", from, ""};
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_auto)) return none;
  const pugi::xml_node matches = onvif::child(onvif::child(document.document_element(), "Body"), "ProbeMatches");
  if (!matches) return none;
  std::vector<FoundDevice> out;
  for (const pugi::xml_node& match : matches.children()) {
    if (onvif::local_name(match) != "ProbeMatch" || out.size() == kMostOfOne) continue;
    FoundDevice device;
    device.from = from;
    device.id = one_line(onvif::text_of(onvif::child(onvif::child(match, "EndpointReference"), "Address")));
    take_scopes(onvif::text_of(onvif::child(match, "Scopes")), device);
    std::size_t looked = 0;
    for (const std::string& address : split(onvif::text_of(onvif::child(match, "XAddrs")))) {
      const Result<http::Address> read = http::read_address(address);
      if (!read || !read->scheme.starts_with("http") || ++looked > kMostAddresses) continue;
      const bool here = read->host == from, secure = read->scheme == "https";
      const Result<http::Address> best = http::read_address(device.address);
      const bool best_here = best && best->host == from, best_secure = best && best->scheme == "https";
      // Where it answered from is where it is; TLS is better than none.
      if (!best || (here && !best_here) || (here == best_here && secure && !best_secure)) device.address = read->text();
    }
    if (!device.address.empty()) out.push_back(std::move(device));
  }
  return out;
}

std::vector<FoundDevice> probe(const std::vector<sockaddr_in>& to, int wait_ms) {
  std::vector<kit::Descriptor> sockets;
  for (const sockaddr_in& one : to)
    if (kit::Descriptor socket = send_probe(one, nullptr); socket.open()) sockets.push_back(std::move(socket));
  std::vector<FoundDevice> out;
  gather(sockets, wait_ms, out);
  return out;
}

std::vector<Network> networks() {
  std::vector<Network> out;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return out;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    const unsigned wanted = IFF_UP | IFF_MULTICAST;
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & wanted) != wanted ||
        (one->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    out.push_back({reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, one->ifa_name});
  }
  ::freeifaddrs(list);
  return out;
}

std::vector<FoundDevice> probe_networks(const std::vector<Network>& list, int wait_ms) {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(kPort);
  (void)::inet_pton(AF_INET, std::string(kGroup).c_str(), &group.sin_addr);
  std::vector<kit::Descriptor> sockets;
  for (const Network& one : list)
    if (kit::Descriptor socket = send_probe(group, &one.from); socket.open()) sockets.push_back(std::move(socket));
  std::vector<FoundDevice> out;
  gather(sockets, wait_ms, out);
  return out;
}

std::string propose(const std::vector<FoundDevice>& found) {
  std::string out =
      "v: 1\n# Devices of ONVIF that answered. Anybody on the network can answer: compare each with the camera "
      "itself.\n";
  if (found.empty())
    return out + "# None did. Is discovery switched on at them, and this machine on their network?\nsources: []\n";
  out += "sources:\n";
  std::set<std::string> taken;
  for (const FoundDevice& device : found) {
    std::string about = device.name.empty() ? std::string("without a name") : device.name;
    if (!device.hardware.empty()) about += ", " + device.hardware;
    if (!device.location.empty()) about += ", at " + device.location;
    out += "  # " + one_line(about + "; it calls itself " + device.id) + "\n";
    const Result<http::Address> address = http::read_address(device.address);
    if (address && address->host != device.from)
      out += "  # It answered from " + device.from + " and names another address: which one is right?\n";
    const std::string name = name_for(device, taken);
    out += "  - kind: onvif\n    address: " + quoted(device.address) + "\n    name: " + quoted(name) +
           "\n    options: {user: watch, password_file: " + quoted("/etc/watchfloor/" + name + ".password") +
           ", device: " + quoted(name) + "}\n";
    if (address && address->scheme == "http") out += "    # Without TLS: does the camera have https?\n";
  }
  return out;
}

}  // namespace wf::camera
