#include "agents/camera/discovery.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <thread>

#include "agents/kit/descriptor.hpp"
#include "tests/support/catch.hpp"

namespace wf::camera {
namespace {

std::string answer(const std::string& id, const std::string& scopes, const std::string& addresses) {
  return R"(<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="w"><e:Body><w:ProbeMatches><w:ProbeMatch><w:EndpointReference><w:Address>)" +
         id + "</w:Address></w:EndpointReference><w:Scopes>" + scopes + "</w:Scopes><w:XAddrs>" + addresses +
         "</w:XAddrs></w:ProbeMatch></w:ProbeMatches></e:Body></e:Envelope>";
}

TEST_CASE("of several addresses a device is asked where it answered from, by TLS if it has it") {
  const Result<std::vector<FoundDevice>> found = read_probe_matches(
      answer("urn:uuid:1", "onvif://www.onvif.org/name/Gate%20North onvif://www.onvif.org/hardware/M-1 other",
             "http://169.254.1.2/onvif/device_service http://10.0.0.9/onvif/device_service "
             "https://10.0.0.9/onvif/device_service"),
      "10.0.0.9");
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK((*found)[0].name == "Gate North");
  CHECK((*found)[0].hardware == "M-1");
  CHECK((*found)[0].address == "https://10.0.0.9/onvif/device_service");
  CHECK(read_probe_matches(answer("a", "", "ftp://x/ http://user:pass@10.0.0.9/"), "10.0.0.9")->empty());
  for (const char* const bad : {"", "<a/>", "{}", "<Envelope><Body><Fault/></Body></Envelope>"})
    CHECK_FALSE(read_probe_matches(bad, "10.0.0.9"));
}

TEST_CASE("what is proposed is a configuration, whatever devices call themselves") {
  const std::string text =
      propose({{"urn:uuid:1\n- y", "10.0.0.9", "http://10.0.0.9/onvif/device_service", "Gate North", "M-1", ""},
               {"urn:uuid:2", "10.0.0.8", "https://10.0.0.7/a", "Gate north", "", "Yard"},
               {"3", "10.0.0.6", "https://10.0.0.6/\"a", "", "", ""},
               *read_probe_matches(answer("4", "onvif://www.onvif.org/name/%0a-%20kind:%20mapped", "https://1.2.3.4/"),
                                   "1.2.3.4")
                    ->begin()});
  INFO(text);
  const YAML::Node root = YAML::Load(text);
  REQUIRE(root["sources"].size() == 4);
  CHECK(root["sources"][0]["name"].as<std::string>() == "gate-north");
  CHECK(root["sources"][1]["name"].as<std::string>() == "gate-north-2");
  CHECK(root["sources"][2]["name"].as<std::string>() == "cam");
  CHECK(text.find("names another address") != std::string::npos);
  CHECK(text.find("does the camera have https") != std::string::npos);
  for (const YAML::Node& one : root["sources"]) CHECK(one["kind"].as<std::string>() == "onvif");
  CHECK(YAML::Load(propose({}))["sources"].size() == 0);
}

TEST_CASE("a probe is answered by devices, twice by one, and by anybody with anything") {
  const kit::Descriptor socket(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::string asked;
  std::thread device([&] {
    std::array<char, 4096> bytes;
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    pollfd wait{socket.get(), POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0) return;
    const ssize_t n =
        ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
    asked.assign(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    const std::string one = answer("urn:uuid:1", "", "http://127.0.0.1:8000/onvif/device_service");
    for (const std::string& said : {std::string("hello"), one, one, answer("urn:uuid:2", "", "http://127.0.0.1/x")})
      (void)::sendto(socket.get(), said.data(), said.size(), 0, reinterpret_cast<sockaddr*>(&from), from_size);
  });
  const std::vector<FoundDevice> found = probe({address}, 1000);
  device.join();
  CHECK(asked.find("NetworkVideoTransmitter") != std::string::npos);
  REQUIRE(found.size() == 2);
  CHECK(found[0].address == "http://127.0.0.1:8000/onvif/device_service");
  CHECK(found[0].from == "127.0.0.1");
}

}  // namespace
}  // namespace wf::camera
