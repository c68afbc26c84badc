#include "tests/agents/onvif/device_server.hpp"

#include <nettle/base64.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>

#include <chrono>
#include <ctime>
#include <regex>

namespace wf::onvif::test {
namespace {

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find(to, begin + from.size());
  return end == std::string::npos ? std::string() : text.substr(begin + from.size(), end - begin - from.size());
}

std::string hex_md5(const std::string& text) {
  md5_ctx context;
  md5_init(&context);
  md5_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
  std::uint8_t digest[MD5_DIGEST_SIZE];
  md5_digest(&context, sizeof digest, digest);
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 0xFU];
  }
  return out;
}

std::string unbase64(const std::string& text) {
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::string out(BASE64_DECODE_LENGTH(text.size()), '\0');
  std::size_t size = out.size();
  if (base64_decode_update(&context, &size, reinterpret_cast<std::uint8_t*>(out.data()), text.size(), text.data()) == 0)
    return {};
  out.resize(size);
  return out;
}

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(size), '\0');
  base64_encode_raw(out.data(), size, bytes);
  return out;
}

const char* const kRequests[] = {"GetSystemDateAndTime",
                                 "GetDeviceInformation",
                                 "GetCapabilities",
                                 "CreatePullPointSubscription",
                                 "PullMessages",
                                 "Renew",
                                 "SetSynchronizationPoint",
                                 "Unsubscribe",
                                 "GetServices",
                                 "AccessDoor",
                                 "UnlockDoor",
                                 "LockDoor",
                                 "GetDoorInfo"};

}  // namespace

DeviceServer::DeviceServer(const Quirks& quirks) : quirks_(quirks) {
  http_.Post(".*", [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); });
  port_ = http_.bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { http_.listen_after_bind(); });
  while (!http_.is_running()) std::this_thread::yield();
}

DeviceServer::~DeviceServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  http_.stop();
  thread_.join();
}

void DeviceServer::set(const Quirks& quirks) {
  const std::lock_guard lock(mutex_);
  quirks_ = quirks;
  news_.notify_all();
}
void DeviceServer::set_password(const std::string& password) {
  const std::lock_guard lock(mutex_);
  password_ = password;
}
void DeviceServer::set_clock_ahead(std::int64_t nanoseconds) {
  const std::lock_guard lock(mutex_);
  ahead_ = nanoseconds;
}
void DeviceServer::set_lease(std::int64_t nanoseconds) {
  const std::lock_guard lock(mutex_);
  lease_ = nanoseconds;
}

static std::string notification(const std::string& topic, const std::string& source, const std::string& data,
                                const std::string& operation, UtcNs now) {
  const auto items = [](const std::string& list) {
    const std::size_t equals = list.find('=');
    return equals == std::string::npos
               ? std::string()
               : "<tt:SimpleItem Name=\"" + list.substr(0, equals) + "\" Value=\"" + list.substr(equals + 1) + "\"/>";
  };
  return "<wsnt:NotificationMessage><wsnt:Topic>" + topic + "</wsnt:Topic><wsnt:Message><tt:Message UtcTime=\"" +
         format_rfc3339(now) + "\" PropertyOperation=\"" + operation + "\"><tt:Source>" + items(source) +
         "</tt:Source><tt:Data>" + items(data) + "</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>";
}

void DeviceServer::property(const std::string& topic, const std::string& source, const std::string& data) {
  const std::lock_guard lock(mutex_);
  properties_.push_back(notification(topic, source, data, "Initialized", clock()));
}
void DeviceServer::say(const std::string& topic, const std::string& source, const std::string& data,
                       const std::string& operation) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, subscription] : subscriptions_)
    subscription.waiting.push_back(notification(topic, source, data, operation, clock()));
  news_.notify_all();
}
void DeviceServer::answer_next_pull(int status, const std::string& body) {
  const std::lock_guard lock(mutex_);
  instead_.emplace_back(status, body);
  news_.notify_all();
}
void DeviceServer::reboot() {
  const std::lock_guard lock(mutex_);
  subscriptions_.clear();
  properties_.clear();
  news_.notify_all();
}
int DeviceServer::count(const std::string& request) const {
  const std::lock_guard lock(mutex_);
  const auto it = counts_.find(request);
  return it == counts_.end() ? 0 : it->second;
}
std::string DeviceServer::last(const std::string& request) const {
  const std::lock_guard lock(mutex_);
  const auto it = last_.find(request);
  return it == last_.end() ? std::string() : it->second;
}
std::size_t DeviceServer::subscriptions() const {
  const std::lock_guard lock(mutex_);
  return subscriptions_.size();
}

UtcNs DeviceServer::clock() const { return static_cast<UtcNs>(std::time(nullptr)) * kSecond + ahead_; }

void DeviceServer::answer(httplib::Response& response, const std::string& body) const {
  std::string text =
      R"(<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tns1="http://www.onvif.org/ver10/topics"><SOAP-ENV:Body>)" +
      body + "</SOAP-ENV:Body></SOAP-ENV:Envelope>";
  if (quirks_.foreign_names)
    for (const auto& [ours, theirs] : {std::pair{"SOAP-ENV", "env"}, std::pair{"wsnt", "b2"}, std::pair{"tev", "ns9"},
                                       std::pair{"tt", "onv"}, std::pair{"tns1", "t"}, std::pair{"wsa", "adr"}})
      text = std::regex_replace(text, std::regex(std::string("\\b") + ours + ":"), std::string(theirs) + ":");
  if (quirks_.foreign_names)
    for (const auto& [ours, theirs] : {std::pair{"SOAP-ENV", "env"}, std::pair{"wsnt", "b2"}, std::pair{"tev", "ns9"},
                                       std::pair{"tt", "onv"}, std::pair{"tns1", "t"}, std::pair{"wsa", "adr"}})
      text = std::regex_replace(text, std::regex(std::string("xmlns:") + ours + "="),
                                std::string("xmlns:") + theirs + "=");
  response.set_content(text, "application/soap+xml");
}

void DeviceServer::fault(httplib::Response& response, int status, const std::string& code,
                         const std::string& reason) const {
  answer(response,
         "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>"
         "<SOAP-ENV:Value>" +
             code + "</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text>" + reason +
             "</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>");
  response.status = status;
}

std::string DeviceServer::times(UtcNs end) const {
  return "<wsnt:CurrentTime>" + format_rfc3339(clock()) + "</wsnt:CurrentTime><wsnt:TerminationTime>" +
         (quirks_.odd_termination ? "P1Y soon" : format_rfc3339(end)) + "</wsnt:TerminationTime>";
}

bool DeviceServer::let_in(const httplib::Request& request, httplib::Response& response, const std::string& what) {
  if (what == "GetSystemDateAndTime" && !quirks_.clock_wants_login) return true;
  const bool door = what.ends_with("Door");
  if (quirks_.digest || (door && quirks_.digest_at_doors)) return digest_right(request, response);
  const std::string& body = request.body;
  const std::string nonce = unbase64(between(body, "#Base64Binary\">", "<"));
  const std::string created = between(body, "<wsu:Created>", "<");
  const std::string all = nonce + created + password_;
  sha1_ctx context;
  sha1_init(&context);
  sha1_update(&context, all.size(), reinterpret_cast<const std::uint8_t*>(all.data()));
  std::uint8_t digest[SHA1_DIGEST_SIZE];
  sha1_digest(&context, sizeof digest, digest);
  const Result<UtcNs> time = parse_rfc3339(created);
  if (between(body, "<wsse:Username>", "<") == "watch" && time && std::abs(*time - clock()) < 5 * kSecond &&
      between(body, "#PasswordDigest\">", "<") == base64(digest, sizeof digest))
    return true;
  if (quirks_.refused_as_400)
    fault(response, 400, "ter:NotAuthorized", "Sender not Authorized");
  else
    response.status = 401;
  return false;
}

bool DeviceServer::digest_right(const httplib::Request& request, httplib::Response& response) const {
  const std::string header = request.get_header_value("Authorization");
  const auto part = [&](const std::string& name) { return between(header, name + "=\"", "\""); };
  const std::string ha1 = hex_md5("watch:device:" + password_), ha2 = hex_md5("POST:" + part("uri"));
  const std::string cnonce = part("cnonce"), count = between(header, "nc=", ","), response_text = part("response");
  if (part("username") == "watch" && part("nonce") == "n0nce" &&
      response_text == hex_md5(ha1 + ":n0nce:" + count + ":" + cnonce + ":auth:" + ha2))
    return true;
  response.status = 401;
  response.set_header("WWW-Authenticate", R"(Digest realm="device", qop="auth", nonce="n0nce", algorithm=MD5)");
  return false;
}

void DeviceServer::door(const httplib::Request& request, httplib::Response& response, const std::string& what,
                        std::unique_lock<std::mutex>& lock) {
  if (quirks_.never_at_doors) {
    news_.wait(lock, [&] { return stopping_ || !quirks_.never_at_doors; });
    return;
  }
  if (what == "GetDoorInfo")
    return answer(response,
                  "<tdc:GetDoorInfoResponse xmlns:tdc=\"http://www.onvif.org/ver10/doorcontrol/wsdl\">"
                  "<tdc:DoorInfo token=\"D1\"><tdc:Name>Yard gate</tdc:Name><tdc:Capabilities Access=\"true\" "
                  "Unlock=\"" +
                      std::string(quirks_.locked_down ? "0" : "true") +
                      "\"/></tdc:DoorInfo></tdc:GetDoorInfoResponse>");
  const std::string where = quirks_.no_service_list ? "/onvif/device_service" : "/onvif/doors";
  if (request.path != where) return fault(response, 500, "ter:ActionNotSupported", "Not here");
  if (between(request.body, "<tdc:Token>", "<") != "D1")
    return fault(response, 400, "ter:InvalidArgVal", "There is no such door");
  if (quirks_.locked_down) return fault(response, 500, "ter:ActionFailed", "The door is locked down");
  const std::string time = between(request.body, "<tdc:AccessTime>", "<");
  door_ = what + (time.empty() ? "" : " " + time);
  answer(response, "<tdc:" + what + R"(Response xmlns:tdc="http://www.onvif.org/ver10/doorcontrol/wsdl"/>)");
}

std::string DeviceServer::door() const {
  const std::lock_guard lock(mutex_);
  return door_;
}

void DeviceServer::handle(const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(mutex_);
  std::string what;
  for (const char* const one : kRequests)
    if (request.body.find(std::string(":") + one) != std::string::npos) what = one;
  ++counts_[what];
  last_[what] = request.body;
  if (quirks_.never) {
    news_.wait(lock, [&] { return stopping_ || !quirks_.never; });
    return;
  }
  if (quirks_.page) return response.set_content("<html><body>Welcome</body></html>", "text/html");
  if (quirks_.endless) {
    response.set_chunked_content_provider("application/soap+xml", [this](std::size_t, httplib::DataSink& sink) {
      const std::string piece(64U << 10U, ' ');
      return !stopping_ && sink.write(piece.data(), piece.size());
    });
    return;
  }
  if (!let_in(request, response, what)) return;
  if (what == "GetSystemDateAndTime") {
    const std::time_t now = clock() / kSecond;
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return answer(
        response,
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>" +
            std::to_string(utc.tm_hour) + "</tt:Hour><tt:Minute>" + std::to_string(utc.tm_min) +
            "</tt:Minute><tt:Second>" + std::to_string(utc.tm_sec) + "</tt:Second></tt:Time><tt:Date><tt:Year>" +
            std::to_string(utc.tm_year + 1900) + "</tt:Year><tt:Month>" + std::to_string(utc.tm_mon + 1) +
            "</tt:Month><tt:Day>" + std::to_string(utc.tm_mday) +
            "</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>");
  }
  if (what == "GetDeviceInformation")
    return answer(
        response,
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>Test</tds:Manufacturer><tds:Model>One</tds:Model>"
        "<tds:FirmwareVersion>1.0</tds:FirmwareVersion></tds:GetDeviceInformationResponse>");
  if (what == "GetServices") {
    if (quirks_.no_service_list) return fault(response, 500, "ter:ActionNotSupported", "Not here");
    return answer(response,
                  "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/doorcontrol/wsdl"
                  "</tds:Namespace><tds:XAddr>http://10.9.8.7:8899/onvif/doors</tds:XAddr></tds:Service>"
                  "</tds:GetServicesResponse>");
  }
  if (what.ends_with("Door") || what == "GetDoorInfo") return door(request, response, what, lock);
  if (what == "GetCapabilities") {
    if (quirks_.no_capabilities) return fault(response, 500, "ter:ActionNotSupported", "Not here");
    return answer(response,
                  "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Events><tt:XAddr>http://" +
                      std::string(quirks_.foreign_names ? "10.9.8.7:8899" : "127.0.0.1:" + std::to_string(port_)) +
                      "/onvif/events</tt:XAddr></tt:Events></tds:Capabilities></tds:GetCapabilitiesResponse>");
  }
  if (what == "CreatePullPointSubscription") return create(request, response, lock);
  int id = 0;
  if (quirks_.reference_parameters) {
    const std::string parameter = between(request.body, "<x:Id", "</x:Id>");
    id = std::atoi(parameter.substr(parameter.find('>') + 1).c_str());
  } else if (request.has_param("sub")) {
    id = std::atoi(request.get_param_value("sub").c_str());
  }
  const auto it = subscriptions_.find(id);
  if (it == subscriptions_.end() || it->second.end < clock())
    return fault(response, 400, "wsrf-rw:ResourceUnknownFault", "Resource unknown");
  if (what == "PullMessages") return pull(it->second, response, lock, id);
  if (what == "Renew") {
    if (quirks_.no_renewal ||
        (quirks_.wants_message_id && request.body.find("MessageID>urn:uuid:") == std::string::npos))
      return fault(response, 500, "ter:ActionFailed", "Action failed");
    it->second.end = clock() + (lease_ > 0 ? lease_ : 120 * kSecond);
    return answer(response, "<wsnt:RenewResponse>" + times(it->second.end) + "</wsnt:RenewResponse>");
  }
  if (what == "Unsubscribe") {
    subscriptions_.clear();  // it may end every subscription
    return answer(response, "<wsnt:UnsubscribeResponse/>");
  }
  if (what == "SetSynchronizationPoint") {
    for (const std::string& one : properties_) it->second.waiting.push_back(one);
    return answer(response, "<tev:SetSynchronizationPointResponse/>");
  }
  fault(response, 500, "ter:ActionNotSupported", "Not here");
}

void DeviceServer::create(const httplib::Request& request, httplib::Response& response, std::unique_lock<std::mutex>&) {
  if (request.path != "/onvif/events" && !quirks_.no_capabilities)
    return fault(response, 500, "ter:ActionNotSupported", "Not here");
  const std::string time = between(request.body, "InitialTerminationTime>", "<");
  if (quirks_.wants_initial_time && time.empty()) {
    response.status = 500;
    return;
  }
  if (quirks_.no_relative_time && time.starts_with("PT"))
    return fault(response, 400, "wsnt:UnacceptableInitialTerminationTimeFault", "No duration");
  const int id = next_id_++;
  Subscription& subscription = subscriptions_[id];
  subscription.end = clock() + (lease_ > 0 ? lease_ : 120 * kSecond);
  for (const std::string& one : properties_) subscription.waiting.push_back(one);
  const std::string host = quirks_.foreign_names ? "10.9.8.7:8899" : "127.0.0.1:" + std::to_string(port_);
  std::string reference = "<wsa:Address>http://" + host + "/onvif/events?sub=" + std::to_string(id) + "</wsa:Address>";
  if (quirks_.reference_parameters)
    reference = "<wsa:Address>http://" + host +
                "/onvif/events</wsa:Address><wsa:ReferenceParameters>"
                "<x:Id xmlns:x=\"http://maker.example/x\">" +
                std::to_string(id) + "</x:Id></wsa:ReferenceParameters>";
  answer(response, "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>" + reference +
                       "</tev:SubscriptionReference>" + times(subscription.end) +
                       "</tev:CreatePullPointSubscriptionResponse>");
}

void DeviceServer::pull(Subscription& subscription, httplib::Response& response, std::unique_lock<std::mutex>& lock,
                        int id) {
  if (!quirks_.no_hold)
    news_.wait_for(lock, std::chrono::milliseconds(50), [&] {
      const auto it = subscriptions_.find(id);
      return stopping_ || !instead_.empty() || it == subscriptions_.end() || !it->second.waiting.empty();
    });
  if (!subscriptions_.contains(id)) return fault(response, 400, "wsrf-rw:ResourceUnknownFault", "Resource unknown");
  if (!instead_.empty()) {
    response.status = instead_.front().first;
    response.set_content(instead_.front().second, "application/soap+xml");
    instead_.pop_front();
    return;
  }
  std::string body = "<tev:PullMessagesResponse>" + times(subscription.end);
  for (const std::string& one : subscription.waiting) body += one;
  subscription.waiting.clear();
  answer(response, body + "</tev:PullMessagesResponse>");
}

}  // namespace wf::onvif::test
