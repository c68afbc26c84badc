#include "agents/onvif/request.hpp"

#include "agents/onvif/reply.hpp"
#include "tests/support/catch.hpp"

namespace wf::onvif {
namespace {

TEST_CASE("a user's token is the one of ONVIF's programmer's guide") {
  // Application Programmer's Guide 1.0, 6.1.1.3: nonce LKqI6G/AikKCQrN0zqZFlg==, password userpassword.
  const std::array<std::uint8_t, 16> nonce{0x2c, 0xaa, 0x88, 0xe8, 0x6f, 0xc0, 0x8a, 0x42,
                                           0x82, 0x42, 0xb3, 0x74, 0xce, 0xa6, 0x45, 0x96};
  const std::string token = username_token("user", "userpassword", nonce, utc_from_civil(2010, 9, 16, 7, 50, 45));
  CHECK(token.find(">LKqI6G/AikKCQrN0zqZFlg==<") != std::string::npos);
  CHECK(token.find(">2010-09-16T07:50:45Z<") != std::string::npos);
  CHECK(token.find(">tuOSpGlFlIXsozq4HFNeeGeFLEI=<") != std::string::npos);
  CHECK(token.find("userpassword") == std::string::npos);
  CHECK(username_token("a<b&c", "p", nonce, 0).find(">a&lt;b&amp;c<") != std::string::npos);
}

TEST_CASE("a request is XML whatever its parts are, and has an action and a message id") {
  for (unsigned i = 0; i <= static_cast<unsigned>(Request::unsubscribe); ++i) {
    const auto request = static_cast<Request>(i);
    RequestParts parts;
    parts.to = "http://10.0.0.9/a?b=1&c=<2>";
    parts.time = "PT10S";
    parts.parameters = R"(<x:Id xmlns:x="y">5</x:Id>)";
    const std::string text = write_request(request, parts);
    INFO(text);
    const Result<Reply> read = read_reply(text);
    REQUIRE(read);
    CHECK(read->kind == name_of(request));
    CHECK(text.find("<a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000000</a:MessageID>") != std::string::npos);
    CHECK(text.find(action_of(request)) != std::string::npos);
    CHECK(text.find("b=1&amp;c=&lt;2&gt;") != std::string::npos);
  }
}

TEST_CASE("a subscription's parameters are repeated with the names that they need") {
  const Result<Reply> reply = read_reply(
      R"(<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:q="urn:q"><e:Body xmlns:w="urn:w"><w:CreatePullPointSubscriptionResponse>)"
      R"(<w:SubscriptionReference><w:Address>http://10.0.0.9/s</w:Address><w:ReferenceParameters><q:Id q:of="1">7</q:Id></w:ReferenceParameters></w:SubscriptionReference>)"
      R"(<w:CurrentTime>2026-03-12T08:00:00Z</w:CurrentTime><w:TerminationTime>2026-03-12T08:02:00</w:TerminationTime></w:CreatePullPointSubscriptionResponse></e:Body></e:Envelope>)");
  REQUIRE(reply);
  CHECK(reply->subscription == "http://10.0.0.9/s");
  CHECK(reply->parameters.find(R"(xmlns:q="urn:q")") != std::string::npos);
  CHECK(reply->parameters.find("IsReferenceParameter=\"true\"") != std::string::npos);
  CHECK(*reply->termination - *reply->current == 2 * kMinute);
  RequestParts parts;
  parts.parameters = reply->parameters;
  CHECK(read_reply(write_request(Request::pull, parts)));
}

TEST_CASE("what is no answer of ONVIF is told from one that refuses") {
  for (const char* const bad : {"", "{}", "<html><body/></html>", "<a", "<Envelope/>"}) CHECK_FALSE(read_reply(bad));
  const Result<Reply> refused = read_reply(
      "<E:Envelope "
      "xmlns:E='x'><E:Body><E:Fault><E:Code><E:Value>E:Sender</E:Value><E:Subcode><E:Value>ter:NotAuthorized"
      "</E:Value></E:Subcode></E:Code><E:Reason><E:Text>No</E:Text></E:Reason></E:Fault></E:Body></E:Envelope>");
  REQUIRE(refused);
  CHECK(refused->unauthorized);
  CHECK(refused->fault == "ter:NotAuthorized, No");
  std::string many = "<Envelope><Body><PullMessagesResponse>";
  for (int i = 0; i < 300; ++i) many += "<NotificationMessage/>";
  const Result<Reply> flood = read_reply(many + "</PullMessagesResponse></Body></Envelope>");
  REQUIRE(flood);
  CHECK(flood->notices.size() == kMostNotices);
  CHECK(flood->too_many == 300 - kMostNotices);
}

}  // namespace
}  // namespace wf::onvif
