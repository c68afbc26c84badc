#include "agents/onvif/request.hpp"

#include <nettle/base64.h>
#include <nettle/sha1.h>

#include <cstring>

namespace wf::onvif {
namespace {

struct Row {
  std::string_view name, action;
};
constexpr std::array<Row, 13> kRows{
    {{"GetSystemDateAndTime", "http://www.onvif.org/ver10/device/wsdl/GetSystemDateAndTime"},
     {"GetDeviceInformation", "http://www.onvif.org/ver10/device/wsdl/GetDeviceInformation"},
     {"GetCapabilities", "http://www.onvif.org/ver10/device/wsdl/GetCapabilities"},
     {"CreatePullPointSubscription",
      "http://www.onvif.org/ver10/events/wsdl/EventPortType/CreatePullPointSubscriptionRequest"},
     {"PullMessages", "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessagesRequest"},
     {"Renew", "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest"},
     {"SetSynchronizationPoint",
      "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/SetSynchronizationPointRequest"},
     {"Unsubscribe", "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest"},
     {"GetServices", "http://www.onvif.org/ver10/device/wsdl/GetServices"},
     {"AccessDoor", "http://www.onvif.org/ver10/doorcontrol/wsdl/AccessDoor"},
     {"UnlockDoor", "http://www.onvif.org/ver10/doorcontrol/wsdl/UnlockDoor"},
     {"LockDoor", "http://www.onvif.org/ver10/doorcontrol/wsdl/LockDoor"},
     {"GetDoorInfo", "http://www.onvif.org/ver10/doorcontrol/wsdl/GetDoorInfo"}}};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

template <std::size_t N>
std::string base64(const std::array<std::uint8_t, N>& bytes) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(N), '\0');
  base64_encode_raw(out.data(), N, bytes.data());
  return out;
}

std::string uuid(std::array<std::uint8_t, 16> bytes) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);  // RFC 4122, 4.4: random
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "urn:uuid:";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[bytes[i] >> 4U];
    out += kDigits[bytes[i] & 0x0FU];
  }
  return out;
}

std::string body_of(Request request, const RequestParts& parts) {
  switch (request) {
    case Request::clock:
      return "<tds:GetSystemDateAndTime/>";
    case Request::information:
      return "<tds:GetDeviceInformation/>";
    case Request::services:
      return "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>";
    case Request::create:
      if (parts.time.empty()) return "<tev:CreatePullPointSubscription/>";
      return "<tev:CreatePullPointSubscription><tev:InitialTerminationTime>" + parts.time +
             "</tev:InitialTerminationTime></tev:CreatePullPointSubscription>";
    case Request::pull:
      return "<tev:PullMessages><tev:Timeout>" + parts.time + "</tev:Timeout><tev:MessageLimit>" +
             std::to_string(parts.limit) + "</tev:MessageLimit></tev:PullMessages>";
    case Request::renew:
      return "<wsnt:Renew><wsnt:TerminationTime>" + parts.time + "</wsnt:TerminationTime></wsnt:Renew>";
    case Request::synchronize:
      return "<tev:SetSynchronizationPoint/>";
    case Request::unsubscribe:
      return "<wsnt:Unsubscribe/>";
    case Request::service_list:
      return "<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>";
    case Request::access_door:
    case Request::unlock_door:
    case Request::lock_door:
    case Request::door_info: {
      const std::string name = "tdc:" + std::string(name_of(request));
      return "<" + name + " xmlns:tdc=\"http://www.onvif.org/ver10/doorcontrol/wsdl\"><tdc:Token>" +
             escaped(parts.door) + "</tdc:Token>" +
             (parts.time.empty() ? std::string() : "<tdc:AccessTime>" + parts.time + "</tdc:AccessTime>") + "</" +
             name + ">";
    }
  }
  return {};
}

}  // namespace

std::string_view action_of(Request request) { return kRows[static_cast<std::size_t>(request)].action; }
std::string_view name_of(Request request) { return kRows[static_cast<std::size_t>(request)].name; }

std::string duration_text(std::int64_t nanoseconds) { return "PT" + std::to_string(nanoseconds / kSecond) + "S"; }

std::string username_token(std::string_view user, std::string_view password, const std::array<std::uint8_t, 16>& nonce,
                           UtcNs created) {
  const std::string when = format_rfc3339(created / kMillisecond * kMillisecond);
  sha1_ctx context;
  sha1_init(&context);
  sha1_update(&context, nonce.size(), nonce.data());
  sha1_update(&context, when.size(), reinterpret_cast<const std::uint8_t*>(when.data()));
  sha1_update(&context, password.size(), reinterpret_cast<const std::uint8_t*>(password.data()));
  std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest;
  sha1_digest(&context, digest.size(), digest.data());
  return R"(<wsse:Security s:mustUnderstand="1" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><wsse:UsernameToken><wsse:Username>)" +
         escaped(user) +
         R"(</wsse:Username><wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest">)" +
         base64(digest) +
         R"(</wsse:Password><wsse:Nonce EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">)" +
         base64(nonce) + "</wsse:Nonce><wsu:Created>" + when + "</wsu:Created></wsse:UsernameToken></wsse:Security>";
}

std::string write_request(Request request, const RequestParts& parts) {
  // Renew without a wsa:MessageID is refused by some; it does no harm elsewhere.
  std::string out =
      R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"><s:Header>)";
  out += parts.security;
  out += "<a:Action>";
  out += action_of(request);
  out += "</a:Action><a:MessageID>" + uuid(parts.id) +
         "</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>"
         "<a:To>" +
         escaped(parts.to) + "</a:To>" + parts.parameters + "</s:Header><s:Body>" + body_of(request, parts) +
         "</s:Body></s:Envelope>";
  return out;
}

}  // namespace wf::onvif
