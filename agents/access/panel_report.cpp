#include "agents/access/panel_report.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::access {
namespace {

constexpr std::size_t kMostDigits = 8;
constexpr std::size_t kMostText = 256;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool lower(char c) { return c >= 'a' && c <= 'z'; }

std::string plain_number(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return std::string(digits);
}

std::string fit_text(std::string_view text) {
  std::string out = one_line(text.substr(0, kMostText));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  return out;
}

Error unreadable(const char* what, std::string_view data) {
  return {std::string(what) + ": '" + one_line(data.substr(0, 60)) + "'", "", ""};
}

/// SIA DC-05: A counts ten as a zero does, B to F eleven to fifteen; the sum is a multiple of 15.
bool checksum_right(std::string_view digits) {
  const int sum = std::accumulate(digits.begin(), digits.end(), 0, [](int so_far, char c) {
    return so_far + (c == '0' ? 10 : digit(c) ? c - '0' : c - 'A' + 10);
  });
  return sum % 15 == 0;
}

/// Reads one block of SIA DC-03, from behind its N or O.
class SiaBlock {
 public:
  SiaBlock(std::string_view text, PanelReport::Turn turn, std::vector<PanelReport>& out)
      : left_(text), turn_(turn), out_(out) {}

  /// False: something in it cannot be read.
  bool read() {
    while (!left_.empty()) {
      if (left_.front() == '/' || left_.front() == ' ') {
        left_.remove_prefix(1);
      } else if (left_.size() >= 2 && lower(left_[0]) && lower(left_[1])) {
        modifier();
      } else if (left_.size() >= 2 && upper(left_[0]) && upper(left_[1])) {
        if (out_.size() == kMostReports) return false;
        event();
      } else if (out_.size() > current_) {
        out_.back().unread = fit_text(std::exchange(left_, {}));
      } else {
        return false;
      }
    }
    // What stands behind an event belongs to it as well, unless it has its own.
    if (current_ < out_.size() && out_.back().user.empty()) out_.back().user = modifiers_.user;
    return true;
  }

 private:
  std::string_view take_text(std::string_view open, char close) {
    if (!left_.starts_with(open)) return {};
    const std::size_t end = left_.find(close, open.size());
    if (end == std::string_view::npos) return {};
    const std::string_view out = left_.substr(open.size(), end - open.size());
    left_.remove_prefix(end + 1);
    return out;
  }

  std::string_view take_value() {
    std::size_t n = 0;
    while (n < left_.size() && (digit(left_[n]) || left_[n] == ':' || left_[n] == '-' || left_[n] == '.')) ++n;
    const std::string_view out = left_.substr(0, n);
    left_.remove_prefix(n);
    return out;
  }

  void modifier() {
    const std::string_view name = left_.substr(0, 2);
    left_.remove_prefix(2);
    const std::string_view value = take_value().substr(0, 16);
    (void)take_text("^", '^');  // the area's or user's name
    if (name == "ri")
      modifiers_.partition = plain_number(value);
    else if (name == "id")
      modifiers_.user = plain_number(value);
    else if (name == "pi")
      modifiers_.peripheral = plain_number(value);
    else if (name == "ti")
      modifiers_.time = value;
    else if (name == "da")
      modifiers_.date = value;
  }

  void event() {
    PanelReport report = modifiers_;
    report.format = PanelReport::Format::sia;
    report.turn = turn_;
    report.code = left_.substr(0, 2);
    left_.remove_prefix(2);
    left_.remove_prefix(std::min(left_.find_first_not_of(' '), left_.size()));
    std::size_t n = 0;
    while (n < left_.size() && digit(left_[n])) ++n;
    if (n > 0) report.number = plain_number(left_.substr(0, std::min(n, kMostDigits)));
    left_.remove_prefix(n);
    std::string_view text = take_text("^", '^');
    if (text.empty()) text = take_text("*\"", '"');
    if (text.empty()) text = take_text("*'", '\'');
    if (text.empty()) text = take_text("*", '*');
    report.text = fit_text(text);
    // Extended SIA writes NM (a name follows) behind the number, with or without the name.
    if (left_.starts_with("NM") && (left_.size() == 2 || !digit(left_[2])) && n > 0) left_.remove_prefix(2);
    if (left_.starts_with("*")) left_.remove_prefix(1);
    out_.push_back(std::move(report));
  }

  std::string_view left_;
  PanelReport::Turn turn_;
  std::vector<PanelReport>& out_;
  std::size_t current_ = out_.size();
  PanelReport modifiers_;
};

}  // namespace

AccountAndData split_account(std::string_view data, std::string_view account) {
  AccountAndData out;
  const std::size_t bar = data.find('|');
  const std::string_view front = data.substr(0, std::min(bar, data.size()));
  if (bar == std::string_view::npos || (!front.empty() && front.front() != '#' && front != account)) {
    out.data = data;
    return out;
  }
  out.account = front.substr(front.starts_with('#') ? 1 : 0);
  out.data = data.substr(bar + 1);
  return out;
}

namespace {

/// "1130 01 1015": a zone, partition or user of more digits than the standard has room for.
bool long_numbers(std::string_view data, PanelReport& out) {
  std::array<std::string_view, 3> words;
  for (std::string_view& word : words) {
    data.remove_prefix(std::min(data.find_first_not_of(' '), data.size()));
    word = data.substr(0, data.find(' '));
    data.remove_prefix(word.size());
    if (word.empty() || word.size() > kMostDigits || !std::all_of(word.begin(), word.end(), digit)) return false;
  }
  if (words[0].size() != 4 || data.find_first_not_of(' ') != std::string_view::npos) return false;
  out.code = words[0].substr(1);
  out.partition = plain_number(words[1]);
  out.number = plain_number(words[2]);
  return true;
}

}  // namespace

Result<std::vector<PanelReport>> read_contact_id(std::string_view data) {
  std::string digits;
  for (const char c : data.substr(0, 32)) {
    if (c == ' ') continue;
    if (!digit(c) && !(c >= 'A' && c <= 'F')) return unreadable("this is no Contact ID", data);
    digits += c;
  }
  if (data.size() > 32) return unreadable("this is too long for Contact ID", data);
  std::string_view in = digits;
  const auto typed = [](std::string_view text) { return text.starts_with("18") || text.starts_with("98"); };
  if (in.size() == 16 && typed(in.substr(4))) {
    if (!checksum_right(in)) return unreadable("the checksum of this Contact ID is wrong", data);
    in = in.substr(6, 9);
  } else if (in.size() == 11 && typed(in)) {
    in.remove_prefix(2);
  }
  PanelReport report;
  report.format = PanelReport::Format::contact_id;
  if (in.size() == 9) {
    report.code = in.substr(1, 3);
    report.partition = plain_number(in.substr(4, 2));
    report.number = plain_number(in.substr(6, 3));
  } else if (!long_numbers(data, report)) {
    return unreadable("this is no Contact ID", data);
  }
  if (report.partition == "0") report.partition.clear();
  switch (in[0]) {
    case '1':
      report.turn = PanelReport::Turn::begins;
      break;
    case '3':
      report.turn = PanelReport::Turn::ends;
      break;
    case '6':
      report.turn = PanelReport::Turn::still;
      break;
    default:
      return unreadable("the qualifier of this Contact ID is none of 1, 3 and 6", data);
  }
  std::vector<PanelReport> out;
  out.push_back(std::move(report));
  return out;
}

Result<std::vector<PanelReport>> read_sia(std::string_view data) {
  std::vector<PanelReport> out;
  std::string text;
  std::string_view left = data;
  while (!left.empty()) {
    const std::size_t bar = std::min(left.find('|'), left.size());
    const std::string_view block = left.substr(0, bar);
    left.remove_prefix(std::min(bar + 1, left.size()));
    if (block.empty()) continue;
    const char kind = block.front();
    if (kind == 'A') {
      text = fit_text(block.substr(1));
    } else if (kind == 'N' || kind == 'O') {
      const auto turn = kind == 'N' ? PanelReport::Turn::begins : PanelReport::Turn::still;
      if (!SiaBlock(block.substr(1), turn, out).read()) return unreadable("this is no SIA report", data);
    } else if (!out.empty()) {
      out.back().unread = fit_text(block);
    } else {
      return unreadable("this is no SIA report", data);
    }
  }
  if (out.empty() && text.empty()) return unreadable("there is no event in this SIA report", data);
  if (out.empty()) out.emplace_back();
  for (PanelReport& report : out) {
    if (report.partition == "0") report.partition.clear();
    (report.text.empty() ? report.text : report.note) = text;
  }
  return out;
}

}  // namespace wf::access
