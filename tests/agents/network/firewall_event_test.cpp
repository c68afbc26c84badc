// Firewalls that log over syslog each in their own way: what of a packet the event says.
#include <algorithm>

#include "agents/network/syslog_event.hpp"
#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr UtcNs kNow = 1'773'440'000 * kSecond;  // 2026-03-13T22:13:20Z
using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

Event event_of(std::string_view message, bool strict = false) {
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  const Result<void> read = reader.read(message, strict ? "" : "192.0.2.77", strict, kNow, out);
  if (!read) FAIL(read.error().text());
  REQUIRE(out.size() == 1);
  return std::move(out.front());
}

struct Line {
  std::string_view text, kind;
  Logsource logsource;
  Pairs fields;
};

void check(const std::vector<Line>& lines, bool strict = false) {
  for (const Line& line : lines) {
    INFO(line.text);
    const Event e = event_of(line.text, strict);
    CHECK(e.kind == line.kind);
    CHECK(e.logsource == line.logsource);
    for (const auto& wanted : line.fields) {
      INFO(wanted.first);
      CHECK(e.field(wanted.first) == wanted.second);
      CHECK(std::count_if(e.fields.begin(), e.fields.end(), [&](const Field& f) { return f.name == wanted.first; }) ==
            (wanted.second.empty() ? 0 : 1));
    }
  }
}

TEST_CASE("a packet in the filter log of pfSense and OPNsense, by version and protocol") {
  const Logsource pf{"pfsense", "filterlog", "firewall"};
  check({
      {"<134>Mar 12 22:31:05 filterlog[4711]: "
       "5,,,1000000103,em0,match,block,in,4,0x0,,64,12345,0,DF,6,tcp,60,203.0.113."
       "9,10.20.3.7,51234,23,0,S,123456,,65535,,mss;nop;wscale",
       "network.flow",
       pf,
       {{"rule", "5"},
        {"tracker", "1000000103"},
        {"interface", "em0"},
        {"action", "block"},
        {"blocked", "true"},
        {"direction", "in"},
        {"src_ip", "203.0.113.9"},
        {"src.ip", "203.0.113.9"},
        {"dst_ip", "10.20.3.7"},
        {"dst.port", "23"},
        {"dst_port", "23"},
        {"src_port", "51234"},
        {"tcp_flags", "S"},
        {"net.proto", "tcp"},
        {"host.name", "192.0.2.77"},
        {"tcp_options", "mss;nop;wscale"},
        {"subrule", ""},
        {"ack", ""},
        {"window", "65535"}}},
      {"<134>1 2026-03-12T22:31:05.000+00:00 fw.example.org filterlog 4711 - [meta sequenceId=\"3\"] "
       "71,,,02f4bab031b57d1e30553ce08e0ec131,igb1,match,pass,out,6,0x00,0x12345,64,udp,17,76,2001:db8::9,2001:db8::53,"
       "40000,53,36",
       "network.flow",
       pf,
       {{"src.ip", "2001:db8::9"},
        {"dst.port", "53"},
        {"blocked", "false"},
        {"net.proto", "udp"},
        {"flow_label", "0x12345"},
        {"host.name", "fw.example.org"},
        {"data_length", "36"}}},
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1000000105,em1,match,block,in,4,0x0,,1,7,0,none,1,icmp,56,192.0.2.1,"
       "192.0.2.2,unreachport,198.51.100.7,17,53",
       "network.flow",
       pf,
       {{"icmp_type", "unreachport"},
        {"icmp_dst_ip", "198.51.100.7"},
        {"icmp_port", "53"},
        {"dst.ip", "192.0.2.2"},
        {"dst_port", ""}}},
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1,em1,match,pass,in,4,0x0,,64,7,0,none,1,icmp,84,192.0.2.1,192.0.2.2,"
       "request,4321,1",
       "network.flow",
       pf,
       {{"icmp_type", "request"}, {"icmp_id", "4321"}, {"icmp_sequence", "1"}}},
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1,em1,match,block,in,6,0x00,0x00000,255,ICMPv6,58,32,fe80::1,ff02::1,",
       "network.flow",
       pf,
       {{"net.proto", "icmpv6"}, {"protocol_id", "58"}, {"src.ip", "fe80::1"}, {"data", ""}}},
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1,em1,match,block,in,4,0x0,,1,0,0,none,2,igmp,32,192.0.2.1,224.0.0.1,"
       "datalength=12",
       "network.flow",
       pf,
       {{"net.proto", "igmp"}, {"datalength", "12"}}},
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1,em1,match,pass,out,4,0x10,,255,0,0,none,112,carp,56,192.0.2.2,"
       "224.0.0.18,advertise,255,1,2,0,1",
       "network.flow",
       pf,
       {{"carp_type", "advertise"}, {"carp_vhid", "1"}, {"carp_advskew", "1"}}},
      // What is cut off is kept as what it is.
      {"<134>Mar 12 22:31:05 fw-1 filterlog: 9,,,1,em1,match,pass,out,4,0x10,,255,0",
       "syslog.message",
       {"linux", "syslog", ""},
       {{"message", "9,,,1,em1,match,pass,out,4,0x10,,255,0"}}},
  });
}

TEST_CASE("who comes and goes at the pages of pfSense, OPNsense and Proxmox") {
  check({
      {"<27>Mar 12 22:31:05 pve-1 pvedaemon[33]: authentication failure; rhost=::ffff:192.0.2.9 user=root@pam msg=no "
       "such "
       "user ('root@pam')",
       "host.login_failed",
       {"linux", "syslog", ""},
       {{"user.name", "root@pam"}, {"src.ip", "192.0.2.9"}}},
      {"<30>Mar 12 22:31:05 pve-1 pvedaemon[33]: <root@pam> successful auth for user 'root@pam'",
       "host.login",
       {"linux", "syslog", ""},
       {{"user.name", "root@pam"}}},
      {"<38>Mar 12 22:31:05 php-fpm[337]: /index.php: Successful login for user 'admin' from: 192.0.2.9 (Local "
       "Database)",
       "host.login",
       {"linux", "auth", ""},
       {{"user.name", "admin"}, {"src.ip", "192.0.2.9"}}},
      {"<35>Mar 12 22:31:05 fw-1 php-fpm[337]: /index.php: webConfigurator authentication error for user 'x' from: "
       "192.0.2.9",
       "host.login_failed",
       {"linux", "auth", ""},
       {{"user.name", "x"}, {"src.ip", "192.0.2.9"}}},
      {"<35>Mar 12 22:31:05 fw-1 audit[337]: /index.php: Successful login for user 'root' from: 192.0.2.9",
       "host.login",
       {"linux", "auth", ""},
       {{"user.name", "root"}, {"src.ip", "192.0.2.9"}}},
      {"<35>Mar 12 22:31:05 fw-1 audit[337]: /index.php: Web GUI authentication error for 'root' from 192.0.2.9",
       "host.login_failed",
       {"linux", "auth", ""},
       {{"user.name", "root"}, {"src.ip", "192.0.2.9"}}},
  });
}

TEST_CASE("RouterOS: packets, who comes and goes, and whatever else it says, with and without a time stamp") {
  const Logsource packet{"mikrotik", "firewall", "firewall"}, account{"mikrotik", "account", ""},
      other{"mikrotik", "system", ""};
  check({
      {"<30>firewall,info DROP input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 00:00:5e:00:53:01, "
       "proto TCP (SYN), 203.0.113.9:51234->192.0.2.2:23, len 44",
       "network.flow",
       packet,
       {{"prefix", "DROP"},
        {"chain", "input"},
        {"in", "ether1-WAN"},
        {"connection-state", "new"},
        {"tcp_flags", "SYN"},
        {"src.ip", "203.0.113.9"},
        {"dst_port", "23"},
        {"src-mac", "00:00:5e:00:53:01"},
        {"action", "drop"},
        {"blocked", "true"},
        {"length", "44"},
        {"net.proto", "tcp"},
        {"host.name", "192.0.2.77"},
        {"topics", "firewall,info"}}},
      {"<30>Mar 12 22:31:05 Gate One firewall,info forward: in:<pppoe-a b> out:bridge, "
       "connection-state:established,snat "
       "proto UDP, 10.0.0.5:40000->198.51.100.7:53, NAT (10.0.0.5:40000->192.0.2.2:40000)->198.51.100.7:53, prio 6->0, "
       "len 76",
       "network.flow",
       packet,
       {{"prefix", ""},
        {"in", "<pppoe-a b>"},
        {"out", "bridge"},
        {"connection-state", "established,snat"},
        {"dst.ip", "198.51.100.7"},
        {"src.port", "40000"},
        {"action", ""},
        {"blocked", ""},
        {"host.name", "Gate"},
        {"nat", "(10.0.0.5:40000->192.0.2.2:40000)->198.51.100.7:53"},
        {"priority", "6->0"}}},
      {"<30>Mar 12 22:31:05 gate-1 firewall,info accept-v6 forward: in:ether1 out:bridge, proto TCP (SYN,ACK), "
       "[2001:db8::9]:443->[2001:db8::7]:50000, len 60",
       "network.flow",
       packet,
       {{"src.ip", "2001:db8::9"},
        {"src_port", "443"},
        {"dst.ip", "2001:db8::7"},
        {"dst_port", "50000"},
        {"tcp_flags", "SYN,ACK"},
        {"action", "accept"},
        {"blocked", "false"}}},
      {"<30>1 2026-03-12T22:31:05Z gate-1 firewall,info - - - input: in:ether1 out:(unknown 0), proto ICMP (type 8, "
       "code "
       "0), 203.0.113.9->192.0.2.2, len 84",
       "network.flow",
       packet,
       {{"icmp_type", "8"}, {"icmp_code", "0"}, {"src.ip", "203.0.113.9"}, {"dst.ip", "192.0.2.2"}, {"dst_port", ""}}},
      {"<30>Mar 12 22:31:05 gate-1 firewall,info input: in:ether1 out:(unknown 0), proto ICMPv6 (type 135, code 0), "
       "fe80::1->ff02::1, len 72",
       "network.flow",
       packet,
       {{"src.ip", "fe80::1"}, {"dst.ip", "ff02::1"}}},
      {"<30>system,info,account user ad min logged in from 192.0.2.9 via ssh",
       "host.login",
       account,
       {{"user.name", "ad min"}, {"src.ip", "192.0.2.9"}, {"via", "ssh"}, {"session.remote", "true"}}},
      {"<27>Mar 12 22:31:05 gate-1 system,error,critical login failure for user root from 203.0.113.9 via winbox",
       "host.login_failed",
       account,
       {{"user.name", "root"}, {"src.ip", "203.0.113.9"}, {"via", "winbox"}, {"host.name", "gate-1"}}},
      {"<30>Mar 12 22:31:05 gate-1 system,info,account user admin logged in from 00:00:5E:00:53:01 via mac-telnet",
       "host.login",
       account,
       {{"src.ip", ""}, {"src.mac", "00:00:5E:00:53:01"}}},
      {"<30>Mar 12 22:31:05 gate-1 system,info,account user admin logged out via local",
       "host.logout",
       account,
       {{"session.remote", "false"}}},
      {"<30>Mar 12 22:31:05 gate-1 l2tp,ppp,info,account bo logged in, 10.1.1.2 from 203.0.113.9",
       "host.login",
       account,
       {{"user.name", "bo"}, {"src.ip", "203.0.113.9"}, {"address", "10.1.1.2"}}},
      {"<30>dhcp,info dhcp1 assigned 10.0.0.50 for 00:00:5E:00:53:02 camera-7",
       "syslog.message",
       other,
       {{"topics", "dhcp,info"}, {"message", "dhcp1 assigned 10.0.0.50 for 00:00:5E:00:53:02 camera-7"}}},
      {"<30>firewall,info drop input: in:ether1 cut", "syslog.message", other, {{"src.ip", ""}}},
      // Topics that somebody replaced, or that a relay took for the host; no blank behind the interfaces.
      {"<30>Mar 12 22:31:05 gate-1 LOG_NAT: forward: in:VLAN P2P out:ether2,connection-state:new,snat src-mac "
       "00:00:5e:00:53:01, proto UDP, 10.0.0.5:40000->198.51.100.7:53, NAT (10.0.0.5:1->192.0.2.2:1)->198.51.100.7:53, "
       "len 9",
       "network.flow",
       packet,
       {{"in", "VLAN P2P"},
        {"out", "ether2"},
        {"connection-state", "new,snat"},
        {"chain", "forward"},
        {"dst_port", "53"},
        {"topics", ""},
        {"host.name", "gate-1"}}},
      {"2026-03-12T22:31:05Z gate-1 prerouting: in:1.ether5 out:(unknown 0), src-mac 00:00:5e:00:53:01, proto TCP "
       "(ACK,FIN), 10.0.0.5:40000->198.51.100.7:80, len 52",
       "network.flow",
       packet,
       {{"chain", "prerouting"}, {"in", "1.ether5"}, {"src_port", "40000"}}},
      {"2026-03-12 22:31:05 firewall,info drop-all forward: in:bridge1 out:ether2, proto TCP, "
       "10.0.0.5:1->198.51.100.7:2, "
       "len 60",
       "network.flow",
       packet,
       {{"topics", "firewall,info"}, {"action", "drop"}, {"host.name", "192.0.2.77"}}},
      // Not everything with a comma is of RouterOS.
      {"<30>Mar 12 22:31:05 h one,two three",
       "syslog.message",
       {"linux", "syslog", ""},
       {{"message", "one,two three"}}},
      {"<30>Mar 12 22:31:05 h a: error,info of b", "syslog.message", {"linux", "syslog", ""}, {{"topics", ""}}},
  });
}

TEST_CASE("the firewall of Proxmox, from its own file and by syslog") {
  const Logsource netfilter{"linux", "iptables", "firewall"};
  const std::string_view line =
      "100 6 tap100i0-IN 12/Mar/2026:23:31:05 +0100 policy DROP: IN=fwbr100i0 OUT=fwbr100i0 PHYSIN=fwln100i0 "
      "PHYSOUT=tap100i0 MAC=00:00:5e:00:53:01 SRC=203.0.113.9 DST=10.20.3.7 LEN=60 PROTO=TCP SPT=51234 DPT=23 SYN";
  const Pairs fields{{"vmid", "100"},           {"loglevel", "6"},   {"chain", "tap100i0-IN"},
                     {"PREFIX", "policy DROP"}, {"IN", "fwbr100i0"}, {"dst_port", "23"},
                     {"src.ip", "203.0.113.9"}, {"action", "drop"},  {"blocked", "true"}};
  check({{line, "network.flow", netfilter, fields}}, true);
  CHECK(event_of(line, true).time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  const std::string relayed = "<134>Mar 12 22:31:06 pve-1 pve-firewall: " + std::string(line);
  check({{relayed, "network.flow", netfilter, fields}});
  CHECK(event_of(relayed).field("host.name") == "pve-1");
  check({{"0 5 - 12/Mar/2026:00:00:01 -0530 starting pvefw logger",
          "syslog.message",
          {"linux", "syslog", ""},
          {{"message", "starting pvefw logger"}, {"process.name", "pvefw-logger"}}}},
        true);
  CHECK(event_of("0 5 - 12/Mar/2026:00:00:01 -0530 x", true).time == utc_from_civil(2026, 3, 12, 5, 30, 1));
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  for (const char* broken : {"0 5 - 12/Mar/2026:00:00:01 x", "0 5 - 32/Mar/2026:00:00:01 +0100 x",
                             "0 5 - 12/arA/2026:00:00:01 +0100 x", "0 5 - 12/Mar/2026:00:00:01 +9900 x"})
    CHECK_FALSE(reader.read(broken, "", true, kNow, out));
}

TEST_CASE("FortiOS: traffic, alerts, logins and settings, by its own time") {
  const Logsource traffic{"fortigate", "traffic", "firewall"}, event{"fortigate", "event", ""};
  const std::string front =
      "<189>date=2026-03-12 time=23:31:05 devname=\"fg-1\" devid=\"FGT0\" eventtime=1773354665000000000 tz=\"+0100\" "
      "logid=\"1\" level=\"notice\" ";
  const std::string accept =
                        front +
                        "type=\"traffic\" subtype=\"forward\" srcip=10.0.0.1 srcport=5 dstip=198.51.100.7 dstport=23 "
                        "proto=6 action=\"accept\" policyid=7",
                    edited = front +
                             "type=\"event\" subtype=\"system\" logdesc=\"Object attribute configured\" user=\"avos\" "
                             "ui=\"GUI(192.0.2.9)\" action=\"Add\" cfgpath=\"system.admin\" cfgobj=\"eve\" "
                             "msg=\"Add system.admin \\\"eve\\\"\"",
                    failed = front +
                             "type=\"event\" subtype=\"system\" user=\"root\" ui=\"ssh(203.0.113.9)\" action=\"login\" "
                             "status=\"failed\" msg=\"x\"";
  check({
      {accept,
       "network.flow",
       traffic,
       {{"src_ip", "10.0.0.1"},
        {"dst.ip", "198.51.100.7"},
        {"dst_port", "23"},
        {"net.proto", "tcp"},
        {"blocked", "false"},
        {"host.name", "fg-1"},
        {"policyid", "7"},
        {"action", "accept"}}},
      {edited,
       "syslog.message",
       event,
       {{"cfgpath", "system.admin"}, {"message", "Add system.admin \"eve\""}, {"user.name", "avos"}}},
      {failed,
       "host.login_failed",
       event,
       {{"src.ip", "203.0.113.9"}, {"user.name", "root"}, {"session.remote", "true"}}},
      {front + "type=\"utm\" subtype=\"ips\" attack=\"Made.Up\" srcip=203.0.113.9 action=\"dropped\" level=\"alert\" "
               "proto=99",
       "network.alert",
       {"fortigate", "utm", ""},
       {{"alert.title", "Made.Up"}, {"net.proto", "99"}}},
      {"<189>Mar 12 22:31:05 relay date=2026-03-12 time=22:31:05 logid=\"1\" type=\"traffic\" action=\"deny\" srcip=",
       "network.flow",
       traffic,
       {{"blocked", "true"}, {"src.ip", ""}, {"host.name", "relay"}}},
  });
  check({
      {front + "type=\"event\" subtype=\"vpn\" action=\"ssl-login-fail\" tunneltype=\"ssl-web\" remip=203.0.113.9 "
               "user=\"bo\"",
       "host.login_failed",
       event,
       {{"src.ip", "203.0.113.9"}, {"user.name", "bo"}}},
      {front + "type=\"event\" subtype=\"vpn\" action=\"tunnel-up\" tunneltype=\"ssl-tunnel\" remip=203.0.113.9 "
               "user=\"bo\"",
       "host.login",
       event,
       {{"session.remote", "true"}}},
      {front +
           "type=\"event\" subtype=\"vpn\" action=\"tunnel-up\" tunneltype=\"ipsec\" remip=203.0.113.9 user=\"N/A\"",
       "syslog.message",
       event,
       {{"user.name", ""}}},
  });
  CHECK(event_of(accept).time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  CHECK(event_of("date=2026-03-12 time=23:31:05 tz=\"+0100\" logid=1 type=event", true).time ==
        utc_from_civil(2026, 3, 12, 22, 31, 5));
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  CHECK(fired(rules / "network/firewall", event_of(accept)).size() == 1);
  CHECK(fired(rules / "network/fortinet", event_of(edited)).size() == 1);
}

TEST_CASE("public rules for firewalls fire on what these let pass, and only then") {
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  const std::vector<std::string> cleartext{"Cleartext Protocol Usage"};
  for (const char* passed :
       {"<134>Mar 12 22:31:05 filterlog[1]: "
        "5,,,1,em0,match,pass,in,4,0x0,,64,1,0,DF,6,tcp,60,10.0.0.1,10.0.0.2,5,21,0,S,"
        "1,,65535,,",
        "<30>firewall,info ACCEPT forward: in:a out:b, proto TCP (SYN), 10.0.0.1:5->10.0.0.2:21, len 44",
        "<13>Mar 12 22:31:05 pve-1 x: 0 6 PVEFW-HOST-IN 12/Mar/2026:23:31:05 +0100 ACCEPT: IN=vmbr0 OUT= SRC=10.0.0.1 "
        "DST=10.0.0.2 PROTO=TCP SPT=5 DPT=21"}) {
    INFO(passed);
    CHECK(fired(rules / "network/firewall", event_of(passed)) == cleartext);
  }
  CHECK(fired(rules / "network/firewall",
              event_of("<134>Mar 12 22:31:05 filterlog[1]: 5,,,1,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,10.0.0.1,"
                       "10.0.0.2,5,21,0,S,1,,65535,,"))
            .empty());
}

}  // namespace
}  // namespace wf::network
