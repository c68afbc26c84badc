#include "agents/network/windows_message.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace wf::network {
namespace {

constexpr std::size_t kMostLabel = 48, kMostTokens = 512;

/// Whom the labels below a heading are about.
enum class About : std::uint8_t { nothing, subject, target, group, member };
struct Heading {
  std::string_view text;
  About about;
};
constexpr std::array kHeadings{
    Heading{"Subject", About::subject},
    Heading{"Creator Subject", About::subject},
    Heading{"New Logon", About::target},
    Heading{"Account For Which Logon Failed", About::target},
    Heading{"Account Whose Credentials Were Used", About::target},
    Heading{"Account That Was Locked Out", About::target},
    Heading{"Account Information", About::target},
    Heading{"Target Account", About::target},
    Heading{"Target Subject", About::target},
    Heading{"New Account", About::target},
    Heading{"User", About::target},
    Heading{"Group", About::group},
    Heading{"New Group", About::group},
    Heading{"Deleted Group", About::group},
    Heading{"Member", About::member},
};

struct Label {
  std::string_view text, name;
  int id = 0;                    ///< 0: of every event, unless a row before is for this one
  About about = About::nothing;  ///< nothing: below any heading
};
constexpr std::array kLabels{
    Label{"Security ID", "SubjectUserSid", 0, About::subject},
    Label{"Account Name", "SubjectUserName", 0, About::subject},
    Label{"Account Domain", "SubjectDomainName", 0, About::subject},
    Label{"Logon ID", "SubjectLogonId", 0, About::subject},
    Label{"Security ID", "TargetUserSid", 4624, About::target},
    Label{"Security ID", "TargetUserSid", 4625, About::target},
    Label{"Security ID", "TargetUserSid", 4634, About::target},
    Label{"Security ID", "TargetUserSid", 4647, About::target},
    Label{"Security ID", "TargetUserSid", 4688, About::target},
    Label{"Security ID", "TargetSid", 0, About::target},
    Label{"User ID", "TargetSid", 0, About::target},
    Label{"Account Name", "TargetUserName", 0, About::target},
    Label{"Account Domain", "TargetDomainName", 0, About::target},
    Label{"Supplied Realm Name", "TargetDomainName", 0, About::target},
    Label{"Logon ID", "TargetLogonId", 0, About::target},
    Label{"Logon GUID", "LogonGuid"},
    Label{"Security ID", "TargetSid", 0, About::group},
    Label{"Group Name", "TargetUserName", 0, About::group},
    Label{"Account Name", "TargetUserName", 0, About::group},
    Label{"Group Domain", "TargetDomainName", 0, About::group},
    Label{"Account Domain", "TargetDomainName", 0, About::group},
    Label{"Security ID", "MemberSid", 0, About::member},
    Label{"Account Name", "MemberName", 0, About::member},
    Label{"Old Account Name", "OldTargetUserName"},
    Label{"New Account Name", "NewTargetUserName"},
    // What the filtering platform calls them
    Label{"Process ID", "ProcessID", 5156},
    Label{"Process ID", "ProcessID", 5157},
    Label{"Application Name", "Application"},
    Label{"Direction", "Direction"},
    Label{"Source Address", "SourceAddress", 5156},
    Label{"Source Address", "SourceAddress", 5157},
    Label{"Source Port", "SourcePort", 5156},
    Label{"Source Port", "SourcePort", 5157},
    Label{"Destination Address", "DestAddress"},
    Label{"Destination Port", "DestPort"},
    Label{"Protocol", "Protocol"},
    Label{"Logon Account", "TargetUserName", 4776},
    Label{"Logon Type", "LogonType"},
    Label{"Restricted Admin Mode", "RestrictedAdminMode"},
    Label{"Elevated Token", "ElevatedToken"},
    Label{"Impersonation Level", "ImpersonationLevel"},
    Label{"Failure Reason", "FailureReason"},
    Label{"Sub Status", "SubStatus"},
    Label{"Status", "Status"},
    Label{"Error Code", "Status"},
    Label{"Result Code", "Status"},
    Label{"Failure Code", "Status"},
    Label{"Workstation Name", "WorkstationName"},
    Label{"Source Workstation", "Workstation"},
    Label{"Source Network Address", "IpAddress"},
    Label{"Client Address", "IpAddress"},
    Label{"Network Address", "IpAddress"},
    Label{"Source Address", "IpAddress"},
    Label{"Source Port", "IpPort"},
    Label{"Client Port", "IpPort"},
    Label{"Port", "IpPort"},
    Label{"Logon Process", "LogonProcessName"},
    Label{"Authentication Package", "PackageName", 4776},
    Label{"Authentication Package", "AuthenticationPackageName"},
    Label{"Transited Services", "TransmittedServices"},
    Label{"Package Name (NTLM only)", "LmPackageName"},
    Label{"Key Length", "KeyLength"},
    Label{"Target Server Name", "TargetServerName"},
    Label{"Additional Information", "TargetInfo", 4648},
    Label{"New Process ID", "NewProcessId"},
    Label{"New Process Name", "NewProcessName"},
    Label{"Token Elevation Type", "TokenElevationType"},
    Label{"Mandatory Label", "MandatoryLabel"},
    Label{"Creator Process ID", "ProcessId"},
    Label{"Creator Process Name", "ParentProcessName"},
    Label{"Process Command Line", "CommandLine"},
    Label{"Caller Process ID", "ProcessId"},
    Label{"Caller Process Name", "ProcessName"},
    Label{"Process ID", "ProcessId"},
    Label{"Process Name", "ProcessName"},
    Label{"Service Name", "ServiceName"},
    Label{"Service ID", "ServiceSid"},
    Label{"Service File Name", "ImagePath", 7045},
    Label{"Service Type", "ServiceType"},
    Label{"Service Start Type", "StartType", 7045},
    Label{"Service Account", "AccountName", 7045},
    Label{"Service File Name", "ServiceFileName"},
    Label{"Service Start Type", "ServiceStartType"},
    Label{"Service Account", "ServiceAccount"},
    Label{"Ticket Options", "TicketOptions"},
    Label{"Ticket Encryption Type", "TicketEncryptionType"},
    Label{"Pre-Authentication Type", "PreAuthType"},
    Label{"Task Name", "TaskName"},
    Label{"Task Content", "TaskContent"},
    Label{"Task New Content", "TaskContentNew"},
    Label{"Object Server", "ObjectServer"},
    Label{"Object Type", "ObjectType"},
    Label{"Object Name", "ObjectName"},
    Label{"Handle ID", "HandleId"},
    Label{"Share Name", "ShareName"},
    Label{"Share Path", "ShareLocalPath"},
    Label{"Relative Target Name", "RelativeTargetName"},
    Label{"Access Mask", "AccessMask"},
    Label{"Accesses", "AccessList"},
    Label{"Privileges", "PrivilegeList"},
    Label{"Caller Computer Name", "TargetDomainName", 4740},
};

const Label* label_of(std::string_view text, int id, About about) {
  for (const Label& label : kLabels)
    if (label.text == text && (label.id == 0 || label.id == id) &&
        (label.about == About::nothing || label.about == about))
      return &label;
  return nullptr;
}
bool is_label(std::string_view text) {
  return std::any_of(kLabels.begin(), kLabels.end(), [&](const Label& label) { return label.text == text; });
}

bool has(const Event& e, std::string_view name) {
  return std::any_of(e.fields.begin(), e.fields.end(), [&](const Field& f) { return f.name == name; });
}

/// What stands between two or more blanks, and how many follow it.
struct Token {
  std::string_view text;
  std::size_t blanks = 0;
};
bool take_token(std::string_view& rest, Token& token) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty()) return false;
  const std::size_t end = std::min(rest.find("  "), rest.size());
  token.text = rest.substr(0, end);
  rest.remove_prefix(end);
  token.blanks = std::min(rest.find_first_not_of(' '), rest.size());
  if (token.text.ends_with(' ')) token.text.remove_suffix(1);
  return true;
}

/// "Process Creation Time"
bool like_label(std::string_view text) {
  return text.size() <= kMostLabel && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ' || c == '-' || c == '(' || c == ')';
         });
}

class Reader {
 public:
  Reader(int id, Event& event) : id_(id), event_(event) {
    // Of who goes they say that it is about the subject; the data say that it is the target.
    subject_ = id == 4634 || id == 4647 ? About::target : About::subject;
  }
  void read(std::string_view rest) {
    Token token;
    for (std::size_t count = 0; count < kMostTokens && take_token(rest, token); ++count) {
      const std::string_view front = token.text.substr(0, token.text.find(": "));
      if (token.text.ends_with(':') && token.text.size() <= kMostLabel)
        begin(token.text.substr(0, token.text.size() - 1));
      else if (front.size() < token.text.size() && is_label(front))
        begin(front, token.text.substr(front.size() + 2));
      else if (label_ != nullptr && label_->name != "CommandLine" && front.size() < token.text.size() &&
               like_label(front))
        end();  // one that no rule asks for
      else
        put(token.text);
      // An empty line; items of a list stand further to the right.
      const bool list = label_ != nullptr && label_->name.ends_with("List") && token.blanks > 4;
      if (token.blanks > 3 && !list) end();
    }
    end();
  }

 private:
  /// Some words are a heading in one event and a label in another.
  void begin(std::string_view text, std::string_view value = {}) {
    end();
    for (const Heading& h : kHeadings)
      if (h.text == text) about_ = h.about == About::subject ? subject_ : h.about;
    label_ = label_of(text, id_, about_);
    put(value);
  }
  void put(std::string_view text) {
    if (label_ == nullptr || text.empty()) return;
    if (!value_.empty()) value_ += ' ';
    value_ += text;
  }
  void end() {
    if (label_ != nullptr && !value_.empty() && !has(event_, label_->name))
      event_.add(std::string(label_->name), value_);
    label_ = nullptr;
    value_.clear();
  }

  int id_;
  Event& event_;
  About about_ = About::nothing, subject_;
  const Label* label_ = nullptr;
  std::string value_;
};

}  // namespace

void name_windows_message(std::string_view channel, int id, Event& event) {
  std::string text(event.field("Message"));
  for (char& c : text)
    if (c == '\r' || c == '\n' || c == '\t') c = ' ';
  if (id == 4104 && channel.find("PowerShell") != std::string_view::npos) {
    // "Creating Scriptblock text (1 of 1): … ScriptBlock ID: … Path: …"
    const std::size_t begin = text.find("):"), end = text.rfind("ScriptBlock ID:");
    if (begin == std::string::npos || end == std::string::npos || end < begin || has(event, "ScriptBlockText")) return;
    std::string_view script = std::string_view(text).substr(begin + 2, end - begin - 2);
    while (script.starts_with(' ')) script.remove_prefix(1);
    while (script.ends_with(' ')) script.remove_suffix(1);
    event.add("ScriptBlockText", std::string(script));
    return;
  }
  if (channel == "Security" || channel == "System") Reader(id, event).read(text);
}

}  // namespace wf::network
