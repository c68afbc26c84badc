#include "agents/network/windows_names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "proto/event_json.hpp"

namespace wf::network {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// What forwarders call the fields of <System>.
constexpr std::array kSystem{
    Pair{"winlog.event_id", "EventID"},
    Pair{"winlog.channel", "Channel"},
    Pair{"winlog.provider_name", "Provider_Name"},
    Pair{"winlog.computer_name", "Computer"},
    Pair{"winlog.record_id", "EventRecordID"},
    Pair{"log_name", "Channel"},  // Winlogbeat 5 and 6
    Pair{"source_name", "Provider_Name"},
    Pair{"computer_name", "Computer"},
    Pair{"record_number", "EventRecordID"},
    Pair{"event_id", "EventID"},
    Pair{"Event.System.EventID.#text", "EventID"},
    Pair{"Event.System.EventID.Value", "EventID"},
    Pair{"Event.System.Provider.#attributes.Name", "Provider_Name"},
    Pair{"Event.System.Provider.@Name", "Provider_Name"},
    Pair{"Event.System.Provider.Name", "Provider_Name"},
    Pair{"Event.System.TimeCreated.#attributes.SystemTime", "SystemTime"},
    Pair{"Event.System.TimeCreated.@SystemTime", "SystemTime"},
    Pair{"Event.System.TimeCreated.SystemTime", "SystemTime"},
    Pair{"win.system.eventID", "EventID"},
    Pair{"win.system.channel", "Channel"},
    Pair{"win.system.computer", "Computer"},
    Pair{"win.system.providerName", "Provider_Name"},
    Pair{"win.system.systemTime", "SystemTime"},
    Pair{"SourceName", "Provider_Name"},
    Pair{"ProviderName", "Provider_Name"},
};
// Words that are everybody's; they are Windows' only beside the one that none but this forwarder writes.
struct Dialect {
  std::string_view mark;
  std::array<Pair, 6> names;
};
constexpr std::array kDialects{
    Dialect{"event_id.id",  // OpenTelemetry
            {Pair{"event_id.id", "EventID"}, Pair{"channel", "Channel"}, Pair{"provider.name", "Provider_Name"},
             Pair{"computer", "Computer"}, Pair{"system_time", "SystemTime"}, Pair{"record_id", "EventRecordID"}}},
    Dialect{"EventRecordId",  // EvtxECmd
            {Pair{"EventId", "EventID"}, Pair{"Provider", "Provider_Name"}, Pair{"EventRecordId", "EventRecordID"}}},
    Dialect{"LogName",  // Get-WinEvent
            {Pair{"Id", "EventID"}, Pair{"LogName", "Channel"}, Pair{"MachineName", "Computer"},
             Pair{"RecordId", "EventRecordID"}}},
};

// What they put before those of <EventData> and <UserData>.
constexpr std::array<std::string_view, 10> kData{
    "winlog.event_data.", "winlog.user_data.", "Event.EventData.Data.", "Event.EventData.",    "Event.System.",
    "win.eventdata.",     "event_data.data.",  "event_data.",           "data.win.eventdata.", "user_data.",
};

std::string_view found(const auto& table, std::string_view name) {
  for (const auto& [key, value] : table)
    if (key == name) return value;
  return {};
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Windows' own name of a field; empty: it is not one of Windows.
std::string native_name(std::string_view given) {
  std::string whole;
  std::string_view name = given;
  if (name.starts_with("data.win.")) name.remove_prefix(5);
  // XML without its outermost element.
  if (name.starts_with("System.") || name.starts_with("EventData.") || name.starts_with("UserData.")) {
    whole = "Event." + std::string(name);
    name = whole;
  }
  if (const std::string_view known = found(kSystem, name); !known.empty()) return std::string(known);
  if (name.starts_with("Event.UserData.")) {
    // <UserData> holds one element whose name is the provider's.
    name.remove_prefix(15);
    const std::size_t dot = name.find('.');
    return std::string(dot == std::string_view::npos ? name : name.substr(dot + 1));
  }
  for (const std::string_view prefix : kData) {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    std::string out(name.substr(prefix.size()));
    out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
    if (prefix == "win.eventdata." && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
    return out;
  }
  return {};
}

/// <Data Name="X">v</Data> as converters of XML write it, each in its own words: {"@Name":"X","#text":"v"}.
bool names_data(std::string_view name) {
  return one_of(name, {"@Name", "-Name", "#attributes.Name", "attributes.Name", "$.Name"});
}
bool is_text(std::string_view name) { return one_of(name, {"#text", "_", "-text", "content"}); }

struct Inserts {
  std::string_view service;
  int id;
  std::string_view names;  ///< in the event's order
};
#define WF_SUBJECT "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"
constexpr std::string_view kMember =
    "MemberName MemberSid TargetUserName TargetDomainName TargetSid " WF_SUBJECT " PrivilegeList";
constexpr std::string_view kTask = WF_SUBJECT " TaskName TaskContent";
constexpr std::string_view kAccount = "TargetUserName TargetDomainName TargetSid " WF_SUBJECT " PrivilegeList";
constexpr std::array kInserts{
    Inserts{"security", 4624,
            WF_SUBJECT
            " TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType LogonProcessName "
            "AuthenticationPackageName WorkstationName LogonGuid TransmittedServices LmPackageName KeyLength "
            "ProcessId ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode "
            "TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId "
            "ElevatedToken"},
    Inserts{"security", 4625,
            WF_SUBJECT " TargetUserSid TargetUserName TargetDomainName Status FailureReason SubStatus LogonType "
                       "LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName "
                       "KeyLength ProcessId ProcessName IpAddress IpPort"},
    Inserts{"security", 4634, "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType"},
    Inserts{"security", 4647, "TargetUserSid TargetUserName TargetDomainName TargetLogonId"},
    Inserts{"security", 4648,
            WF_SUBJECT " LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo "
                       "ProcessId ProcessName IpAddress IpPort"},
    Inserts{"security", 4672, WF_SUBJECT " PrivilegeList"},
    Inserts{"security", 4688,
            WF_SUBJECT " NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid "
                       "TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel"},
    Inserts{"security", 4697, WF_SUBJECT " ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount"},
    Inserts{"security", 4698, kTask},
    Inserts{"security", 4699, kTask},
    Inserts{"security", 4702, WF_SUBJECT " TaskName TaskContentNew"},
    Inserts{"security", 4720, kAccount},
    Inserts{"security", 4726, kAccount},
    Inserts{"security", 4728, kMember},
    Inserts{"security", 4732, kMember},
    Inserts{"security", 4756, kMember},
    Inserts{"security", 4740, "TargetUserName TargetDomainName TargetSid " WF_SUBJECT},
    Inserts{"security", 4768,
            "TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status "
            "TicketEncryptionType PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint"},
    Inserts{
        "security", 4769,
        "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort "
        "Status LogonGuid TransmittedServices"},
    Inserts{"security", 4771,
            "TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort CertIssuerName "
            "CertSerialNumber CertThumbprint"},
    Inserts{"security", 4776, "PackageName TargetUserName Workstation Status"},
    Inserts{"security", 5140, WF_SUBJECT " ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask AccessList"},
    Inserts{"security", 5145,
            WF_SUBJECT " ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask AccessList "
                       "AccessReason"},
    Inserts{"security", 1102, WF_SUBJECT},
    Inserts{"system", 104, "SubjectUserName SubjectDomainName Channel BackupPath"},
    Inserts{"system", 7036, "param1 param2"},
    Inserts{"system", 7045, "ServiceName ImagePath ServiceType StartType AccountName"},
    Inserts{"powershell", 4103, "ContextInfo UserData Payload"},
    Inserts{"powershell", 4104, "MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path"},
};
#undef WF_SUBJECT

bool has(const Event& e, std::string_view name) {
  return std::any_of(e.fields.begin(), e.fields.end(), [&](const Field& f) { return f.name == name; });
}

/// "Process Create:\r\nRuleName: -\r\nUtcTime: …" of Sysmon.
void name_message(Event& e) {
  std::string text(e.field("Message"));
  if (text.empty()) text = e.field("message");
  if (text.find("UtcTime: ") == std::string::npos) return;
  std::string_view rest = text;
  // Snare writes two blanks for what ends a line.
  const std::string_view ending = text.find('\n') == std::string::npos ? "  " : "\n";
  for (std::size_t lines = 0; !rest.empty() && lines < 64; ++lines) {
    const std::size_t end = std::min(rest.find(ending), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + ending.size(), rest.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon == 0 || colon > 64) continue;
    const std::string_view name = line.substr(0, colon);
    if (name.find(' ') != std::string_view::npos || has(e, name)) continue;
    e.add(std::string(name), std::string(line.substr(colon + 2)));
  }
}

}  // namespace

bool name_windows_fields(Event& event) {
  const Dialect* dialect = nullptr;
  for (const Dialect& d : kDialects)
    if (has(event, d.mark)) dialect = &d;
  const auto name_of = [&](std::string_view name) {
    if (dialect != nullptr)
      if (const std::string_view known = found(dialect->names, name); !known.empty()) return std::string(known);
    return native_name(name);
  };
  bool channel = false, identified = false;
  std::vector<std::pair<std::size_t, std::string>> renamed;
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    std::string native = name_of(event.fields[i].name);
    const std::string_view name = native.empty() ? event.fields[i].name : native;
    channel |= name == "Channel" || name == "Provider_Name";
    identified |= name == "EventID";
    if (!native.empty()) renamed.emplace_back(i, std::move(native));
  }
  if (!channel || !identified) return false;
  std::string data;  // what the text that comes next is called
  for (auto& [i, name] : renamed) {
    Field& f = event.fields[i];
    if (names_data(name)) {
      data = f.value;
      f.name.clear();
    } else if (is_text(name)) {
      f.name = data.empty() ? "Data" : std::exchange(data, {});
    } else {
      f.name = std::move(name);
    }
  }
  std::erase_if(event.fields, [](const Field& f) { return f.name.empty(); });
  // EvtxECmd keeps the data as a text that is JSON itself.
  if (has(event, "Payload") && event.field("Payload").starts_with("{\"EventData\"")) {
    std::vector<Field> payload;
    if (flatten_json(event.field("Payload"), "", payload)) {
      std::erase_if(event.fields, [](const Field& f) { return f.name == "Payload"; });
      data.clear();
      for (Field& f : payload) {
        std::string name = native_name(f.name);
        if (names_data(name)) {
          data = f.value;
          continue;
        }
        if (is_text(name) || name == "Data") name = data.empty() ? "Data" : std::exchange(data, {});
        if (!name.empty()) event.add(std::move(name), std::move(f.value), f.type);
      }
    }
  }
  return true;
}

bool is_renamed_by_windows(std::string_view name) {
  if (name == "Payload" || !native_name(name).empty()) return true;
  return std::any_of(kDialects.begin(), kDialects.end(),
                     [&](const Dialect& d) { return !found(d.names, name).empty(); });
}

void name_windows_inserts(std::string_view service, int id, Event& event) {
  if (service == "sysmon") {
    if (!has(event, "UtcTime")) name_message(event);
    return;
  }
  const std::string_view list = has(event, "StringInserts")      ? "StringInserts"
                                : has(event, "Properties.Value") ? "Properties.Value"
                                                                 : "";
  if (list.empty()) return;
  const auto known = std::find_if(kInserts.begin(), kInserts.end(),
                                  [&](const Inserts& i) { return i.id == id && i.service == service; });
  if (known == kInserts.end()) return;
  std::string_view names = known->names;
  const std::size_t count = event.fields.size();
  for (std::size_t i = 0; i < count && !names.empty(); ++i) {
    if (event.fields[i].name != list) continue;
    const std::size_t end = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    if (!has(event, name)) event.add(std::string(name), event.fields[i].value, event.fields[i].type);
  }
}

}  // namespace wf::network
