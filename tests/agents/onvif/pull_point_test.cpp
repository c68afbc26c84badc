#include "agents/onvif/pull_point.hpp"

#include "tests/support/catch.hpp"

namespace wf::onvif {
namespace {

std::string answer_of(const std::string& body) {
  return "<E:Envelope xmlns:E='http://www.w3.org/2003/05/soap-envelope'><E:Body>" + body + "</E:Body></E:Envelope>";
}

TEST_CASE("a subscription that was taken up and cannot be renewed is followed by one of the device's own service") {
  PullPoint device(*http::read_address("http://10.0.0.9"), {}, [](std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) byte = 7;
  });
  kit::Moment moment{1'770'000'000 * kSecond, kSecond};
  device.start(std::to_string(moment.now + kMinute) + " http://10.0.0.9/sub ", moment);
  std::string asked;
  for (int i = 0; i < 8; ++i) {
    const std::optional<http::Question> question = device.next(moment);
    REQUIRE(question);
    std::string body = "<E:Fault><E:Reason><E:Text>No</E:Text></E:Reason></E:Fault>";
    for (const std::string name : {"GetSystemDateAndTime", "GetDeviceInformation", "SetSynchronizationPoint", "Renew",
                                   "PullMessages", "GetCapabilities", "CreatePullPointSubscription"}) {
      if (question->body.find(name + "/>") == std::string::npos && question->body.find(name + ">") == std::string::npos)
        continue;
      asked += name + " ";
      if (name != "Renew") body = "<" + name + "Response/>";
      if (name == "PullMessages") moment.now += kMinute, moment.mono += kMinute;
      if (name == "CreatePullPointSubscription") CHECK(question->url == "http://10.0.0.9/onvif/event_service");
    }
    PullPoint::Heard heard;
    http::Answer answer;
    answer.status = 200;
    answer.body = answer_of(body);
    device.answered(std::move(answer), moment, heard);
    moment.now += 2 * kSecond, moment.mono += 2 * kSecond;
  }
  CHECK(asked ==
        "GetSystemDateAndTime GetDeviceInformation SetSynchronizationPoint Renew Renew PullMessages GetCapabilities "
        "CreatePullPointSubscription ");
}

}  // namespace
}  // namespace wf::onvif
