#include "agents/network/windows_event.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_classify.hpp"
#include "agents/network/windows_names.hpp"

namespace wf::network {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::string_view, 5> kTimes{"SystemTime", "TimeCreated", "@timestamp", "EventTime", "UtcTime"};

// Channels under the names of public rules (SigmaHQ, taxonomy of log sources).
constexpr std::array kServices{
    Pair{"Security", "security"},
    Pair{"System", "system"},
    Pair{"Application", "application"},
    Pair{"Windows PowerShell", "powershell-classic"},
    Pair{"Microsoft-Windows-Sysmon/Operational", "sysmon"},
    Pair{"Microsoft-Windows-PowerShell/Operational", "powershell"},
    Pair{"PowerShellCore/Operational", "powershell"},
    Pair{"Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"},
    Pair{"Microsoft-Windows-Windows Defender/Operational", "windefend"},
    Pair{"Microsoft-Windows-WMI-Activity/Operational", "wmi"},
    Pair{"Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", "firewall-as"},
    Pair{"Microsoft-Windows-Bits-Client/Operational", "bits-client"},
    Pair{"Microsoft-Windows-NTLM/Operational", "ntlm"},
    Pair{"Microsoft-Windows-AppLocker/EXE and DLL", "applocker"},
    Pair{"Microsoft-Windows-AppLocker/MSI and Script", "applocker"},
    Pair{"Microsoft-Windows-CodeIntegrity/Operational", "codeintegrity-operational"},
    Pair{"Microsoft-Windows-DriverFrameworks-UserMode/Operational", "driver-framework"},
    Pair{"Microsoft-Windows-PrintService/Admin", "printservice-admin"},
    Pair{"Microsoft-Windows-PrintService/Operational", "printservice-operational"},
    Pair{"Microsoft-Windows-SmbClient/Security", "smbclient-security"},
    Pair{"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "terminalservices-localsessionmanager"},
    Pair{"Microsoft-Windows-DNS-Client/Operational", "dns-client"},
    Pair{"Microsoft-Windows-Security-Mitigations/KernelMode", "security-mitigations"},
    Pair{"Microsoft-Windows-AppXDeploymentServer/Operational", "appxdeployment-server"},
    Pair{"Microsoft-Windows-LSA/Operational", "lsa-server"},
    Pair{"Microsoft-Windows-DNS Client Events/Operational", "dns-client"},
    Pair{"Microsoft-Windows-Security-Mitigations/Kernel Mode", "security-mitigations"},
    Pair{"Microsoft-Windows-Security-Mitigations/UserMode", "security-mitigations"},
    Pair{"Microsoft-Windows-Security-Mitigations/User Mode", "security-mitigations"},
    Pair{"Microsoft-Windows-AppLocker/Packaged app-Deployment", "applocker"},
    Pair{"Microsoft-Windows-AppLocker/Packaged app-Execution", "applocker"},
    Pair{"Microsoft-Windows-SmbClient/Connectivity", "smbclient-connectivity"},
    Pair{"Microsoft-Windows-SMBServer/Connectivity", "smbserver-connectivity"},
    Pair{"Microsoft-Windows-DHCP-Server/Operational", "dhcp"},
    Pair{"Microsoft-Windows-DNSServer/Analytical", "dns-server-analytic"},
    Pair{"Microsoft-Windows-Diagnosis-Scripted/Operational", "diagnosis-scripted"},
    Pair{"Microsoft-Windows-Shell-Core/Operational", "shell-core"},
    Pair{"Microsoft-Windows-LDAP-Client/Debug", "ldap"},
    Pair{"Microsoft-Windows-BitLocker/BitLocker Management", "bitlocker"},
    Pair{"Microsoft-Windows-VHDMP/Operational", "vhdmp"},
    Pair{"Microsoft-Windows-VHDMP-Operational", "vhdmp"},
    Pair{"Microsoft-Windows-AppxPackaging/Operational", "appxpackaging-om"},
    Pair{"Microsoft-Windows-AppModel-Runtime/Admin", "appmodel-runtime"},
    Pair{"Microsoft-Windows-CAPI2/Operational", "capi2"},
    Pair{"Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
         "certificateservicesclient-lifecycle-system"},
    Pair{"Microsoft-Windows-Kernel-ShimEngine/Operational", "kernel-shimengine"},
    Pair{"Microsoft-Windows-Kernel-ShimEngine/Diagnostic", "kernel-shimengine"},
    Pair{"Microsoft-Windows-Application-Experience/Program-Telemetry", "application-experience"},
    Pair{"Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant", "application-experience"},
    Pair{"Microsoft-Windows-Ntfs/Operational", "ntfs"},
    Pair{"Microsoft-Windows-Hyper-V-Worker", "hyper-v-worker"},
    Pair{"Microsoft-Windows-SENSE/Operational", "sense"},
    Pair{"Microsoft-ServiceBus-Client/Admin", "microsoft-servicebus-client"},
    Pair{"Microsoft-ServiceBus-Client/Operational", "microsoft-servicebus-client"},
    Pair{"Microsoft-IIS-Configuration/Operational", "iis-configuration"},
    Pair{"DNS Server", "dns-server"},
    Pair{"MSExchange Management", "msexchange-management"},
    Pair{"OpenSSH/Operational", "openssh"},
};

struct Category {
  std::string_view service;
  int id;
  std::string_view category;
};
constexpr std::array kCategories{
    Category{"sysmon", 1, "process_creation"},
    Category{"sysmon", 2, "file_change"},
    Category{"sysmon", 3, "network_connection"},
    Category{"sysmon", 4, "sysmon_status"},
    Category{"sysmon", 5, "process_termination"},
    Category{"sysmon", 6, "driver_load"},
    Category{"sysmon", 7, "image_load"},
    Category{"sysmon", 8, "create_remote_thread"},
    Category{"sysmon", 9, "raw_access_thread"},
    Category{"sysmon", 10, "process_access"},
    Category{"sysmon", 11, "file_event"},
    Category{"sysmon", 12, "registry_event"},
    Category{"sysmon", 13, "registry_set"},
    Category{"sysmon", 14, "registry_rename"},
    Category{"sysmon", 15, "create_stream_hash"},
    Category{"sysmon", 16, "sysmon_status"},
    Category{"sysmon", 17, "pipe_created"},
    Category{"sysmon", 18, "pipe_created"},
    Category{"sysmon", 19, "wmi_event"},
    Category{"sysmon", 20, "wmi_event"},
    Category{"sysmon", 21, "wmi_event"},
    Category{"sysmon", 22, "dns_query"},
    Category{"sysmon", 23, "file_delete"},
    Category{"sysmon", 24, "clipboard_capture"},
    Category{"sysmon", 25, "process_tampering"},
    Category{"sysmon", 26, "file_delete"},
    Category{"sysmon", 27, "file_block_executable"},
    Category{"sysmon", 28, "file_block_shredding"},
    Category{"sysmon", 29, "file_executable_detected"},
    Category{"sysmon", 255, "sysmon_error"},
    Category{"security", 4688, "process_creation"},
    Category{"powershell", 4103, "ps_module"},
    Category{"powershell", 4104, "ps_script"},
    Category{"powershell-classic", 400, "ps_classic_start"},
    Category{"powershell-classic", 600, "ps_classic_provider_start"},
    Category{"powershell-classic", 800, "ps_classic_script"},
};

struct Kind {
  std::string_view service;
  int id;
  std::string_view kind;
  std::uint8_t severity = 0;
};
constexpr std::array kKinds{
    Kind{"security", 4624, "host.login"},    Kind{"security", 4625, "host.login_failed"},
    Kind{"security", 4634, "host.logout"},   Kind{"security", 4647, "host.logout"},
    Kind{"security", 4648, "host.sudo"},     Kind{"security", 4688, "host.process"},
    Kind{"security", 4697, "host.service"},  Kind{"security", 6416, "host.usb"},
    Kind{"security", 1102, "host.log", 4},   Kind{"security", 4720, "host.log", 3},
    Kind{"security", 4726, "host.log", 3},   Kind{"security", 4728, "host.log", 3},
    Kind{"security", 4732, "host.log", 3},   Kind{"system", 104, "host.log", 4},
    Kind{"system", 7045, "host.service", 2}, Kind{"system", 7036, "host.service"},
    Kind{"sysmon", 1, "host.process"},       Kind{"sysmon", 11, "host.file"},
};

std::string_view found(const auto& table, std::string_view name) {
  for (const auto& [key, value] : table)
    if (key == name) return value;
  return {};
}

bool is_address(std::string_view text) {
  const std::string address(text.substr(0, 64));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

void read_time(Event& e, kit::Zone& zone) {
  for (const std::string_view name : kTimes) {
    std::string text(e.field(name));
    if (text.empty()) continue;
    if (const Result<UtcNs> time = parse_rfc3339(text)) {
      e.time = *time;
      return;
    }
    // PowerShell's ConvertTo-Json
    if (text.starts_with("/Date(")) {
      std::int64_t milliseconds = 0;
      const auto [end, error] = std::from_chars(text.data() + 6, text.data() + text.size(), milliseconds);
      if (error == std::errc{} && *end == ')' && milliseconds > 0 && milliseconds < 9'000'000'000'000) {
        e.time = milliseconds * kMillisecond;
        return;
      }
    }
    const Result<UtcNs> local = parse_rfc3339(text + "Z");
    if (!local) continue;
    // Sysmon's UtcTime says what it is.
    e.time = name == "UtcTime" ? *local : zone.to_utc(*local);
    return;
  }
}

bool absent(std::string_view value) { return value.empty() || value == "-"; }

void normalise(Event& e, int id, std::string_view service) {
  const auto copy = [&](std::string_view from, std::string_view to, ValueType type = ValueType::string) {
    if (const std::string_view value = e.field(from); !absent(value) && e.field(to).empty())
      e.add(std::string(to), std::string(to.ends_with(".ip") ? kit::plain_address(value) : value), type);
  };
  copy("Computer", "host.name");
  copy("Hostname", "host.name");
  if (id == 4688 && service == "security") {
    // What public rules for new processes call them.
    copy("NewProcessName", "Image");
    copy("ParentProcessName", "ParentImage");
  }
  copy("TargetUserName", "user.name");
  copy("SubjectUserName", "user.name");
  copy("User", "user.name");
  for (const char* name : {"IpAddress", "SourceIp"})
    if (is_address(e.field(name))) copy(name, "src.ip");
  if (!e.field("src.ip").empty()) {
    copy("IpPort", "src.port", ValueType::number);
    copy("SourcePort", "src.port", ValueType::number);
  }
  if (is_address(e.field("DestinationIp"))) {
    copy("DestinationIp", "dst.ip");
    copy("DestinationPort", "dst.port", ValueType::number);
    copy("Protocol", "net.proto");
  }
  copy("CommandLine", "process.command_line");
  if (const std::string_view image = e.field("Image"); !image.empty())
    e.add("process.name", std::string(image.substr(image.find_last_of("\\/") + 1)));
  copy("TargetLogonId", "session.id");
  if (e.field("message").empty()) {
    if (const std::string_view text = e.field("Message"); !text.empty())
      e.add("message", std::string(text.substr(0, text.find_first_of("\r\n"))));
    else
      copy("CommandLine", "message");
  }
}

}  // namespace

bool read_windows_event(Event& event, kit::Zone& zone) {
  if (!name_windows_fields(event)) return false;
  read_time(event, zone);
  const std::string_view text = event.field("EventID");
  int id = -1;
  std::from_chars(text.data(), text.data() + text.size(), id);
  std::string_view service = found(kServices, event.field("Channel"));
  if (event.field("Provider_Name") == "Linux-Sysmon") service = "sysmon";
  // A forwarded event's channel may be the collector's; whose it is says its provider.
  if (service.empty() && event.field("Provider_Name") == "Microsoft-Windows-Sysmon") service = "sysmon";
  if (service.empty() && event.field("Provider_Name") == "Microsoft-Windows-Security-Auditing") service = "security";
  std::string_view category;
  for (const Category& c : kCategories)
    if (c.id == id && c.service == service) category = c.category;
  if (category == "registry_event") {
    const std::string_view type = event.field("EventType");
    category = type == "CreateKey"                            ? "registry_add"
               : type == "DeleteKey" || type == "DeleteValue" ? "registry_delete"
                                                              : "registry_event";
  }
  name_windows_inserts(service, id, event);
  // Sysmon writes the same events on Linux, for which public rules have a product of their own.
  const bool on_linux = event.field("Provider_Name") == "Linux-Sysmon";
  event.logsource = {on_linux ? "linux" : "windows", std::string(service), std::string(category)};
  event.kind = "host.log";
  event.severity = 0;
  for (const Kind& k : kKinds) {
    if (k.id != id || k.service != service) continue;
    event.kind = k.kind;
    event.severity = k.severity;
  }
  if (event.kind == "host.login" || event.kind == "host.login_failed") {
    // 2 at the console, 7 unlocked, 11 with cached credentials; 3 and 8 over the network, 10 remote desktop; others
    // (services, batch) are nobody's coming. Machines and the system log in all the time.
    const std::string_view type = event.field("LogonType"), who = event.field("TargetUserName");
    const bool remote = type == "3" || type == "8" || type == "10";
    const bool person = remote || type == "2" || type == "7" || type == "11";
    if (event.kind == "host.login" && (!person || who.ends_with('$') || who == "SYSTEM" || who == "ANONYMOUS LOGON"))
      event.kind = "host.session";
    if (person) event.add("session.remote", remote ? "true" : "false", ValueType::boolean);
  }
  if (event.severity == 0)
    if (const kit::KindInfo* info = kit::find_kind(event.kind)) event.severity = info->severity;
  normalise(event, id, service);
  return true;
}

}  // namespace wf::network
