#include "console/ui/desk.hpp"

#include <algorithm>
#include <utility>

#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kNotch = 56;  // units that one notch of the wheel moves

}  // namespace

void KeyInput::begin(bool typing) {
  typing_ = typing;
  letters_.clear();
  down_.fill(false);
  any_ = false;
  const ImGuiIO& io = ImGui::GetIO();
  for (const ImWchar c : io.InputQueueCharacters) {
    any_ = true;
    if (typing || c > 126 || c <= 32) continue;
    const char plain = static_cast<char>(c);
    letters_.push_back(plain >= 'A' && plain <= 'Z' ? static_cast<char>(plain + 32) : plain);
  }
  for (std::size_t i = 0; i < down_.size(); ++i) {
    const Key key = static_cast<Key>(i);
    if (!key_pressed(key)) continue;
    any_ = true;
    const bool editing =
        key == Key::left || key == Key::right || key == Key::home || key == Key::end || key == Key::space;
    down_[i] = !typing || !editing;
  }
  palette_ = palette_pressed();
  any_ = any_ || palette_;
}

bool KeyInput::letter(char lower_case) {
  const auto found = std::find(letters_.begin(), letters_.end(), lower_case);
  if (found == letters_.end()) return false;
  letters_.erase(found);
  return true;
}

bool KeyInput::take(Key key) { return std::exchange(down_[static_cast<std::size_t>(key)], false); }

bool KeyInput::take_palette() { return std::exchange(palette_, false); }

void KeyInput::swallow() {
  letters_.clear();
  down_.fill(false);
  palette_ = false;
}

bool Desk::pending(std::uint64_t incident, CommandKind kind) const {
  return std::any_of(sent.begin(), sent.end(), [&](const Sent& s) { return s.incident == incident && s.kind == kind; });
}

bool Desk::send(Frame& f, const Incident& about, Command command) {
  if (pending(about.id, command.kind)) return false;
  sent.push_back({about.id, about.revision, command.kind, f.input.seconds});
  f.commands.push_back(std::move(command));
  return true;
}

std::uint64_t Desk::ask(Query query) {
  questions.push_back({++last_question, std::move(query)});
  return last_question;
}

std::shared_ptr<const QueryPage> Desk::answer(std::uint64_t token) {
  const auto found =
      std::find_if(answers.begin(), answers.end(), [&](const Answer& a) { return token != 0 && a.token == token; });
  if (found == answers.end()) return nullptr;
  std::shared_ptr<const QueryPage> page = std::move(found->page);
  answers.erase(found);
  return page;
}

void Desk::toast(Toast::Kind kind, std::string title, std::string detail, double at) {
  constexpr std::size_t kMost = 4;
  if (toasts.size() >= kMost) {
    // Errors stay; the oldest of the others makes room, or the oldest error.
    auto old = std::find_if(toasts.begin(), toasts.end(), [](const Toast& t) { return t.kind != Toast::Kind::error; });
    toasts.erase(old == toasts.end() ? toasts.begin() : old);
  }
  toasts.push_back({kind, std::move(title), std::move(detail), at});
}

std::string arrangement_name(std::string_view written) {
  constexpr std::size_t kMost = 40;
  while (!written.empty() && written.front() == ' ') written.remove_prefix(1);
  if (written.size() > kMost) {
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(written[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    written = written.substr(0, end);
  }
  while (!written.empty() && written.back() == ' ') written.remove_suffix(1);
  return std::string(written);
}

void save_arrangement(Frame& f, Desk& d, const std::string& name) {
  d.desktop.save = name;
  d.toast(Toast::Kind::done,
          plural<"{0} window saved as “{1}”", "{0} windows saved as “{1}”">(f.input.desktop.windows, name),
          text_of<"Start with --arrangement {}">(name), f.input.seconds);
}

const Site* home_site(const Snapshot& s) {
  if (!s.estate || s.estate->sites.empty()) return nullptr;
  const auto& sites = s.estate->sites;
  return &*std::max_element(sites.begin(), sites.end(),
                            [](const Site& a, const Site& b) { return a.devices.size() < b.devices.size(); });
}

Command command_about(CommandKind kind, const Incident& incident) {
  Command c;
  c.kind = kind;
  c.incidents = {incident.id};
  c.seen_revisions = {incident.revision};
  return c;
}

float begin_scroll(Frame& f, std::string_view name, const Rect& r, Scroll& s) {
  const float most = std::max(0.0F, s.content - r.h);
  s.offset -= f.p.hits.wheel(name, r) * kNotch;
  s.offset = std::clamp(s.offset, 0.0F, most);
  f.p.push_clip(r);
  return r.y - s.offset;
}

void end_scroll(Frame& f, std::string_view name, const Rect& r, Scroll& s, float bottom) {
  s.content = bottom - (r.y - s.offset);
  s.offset = scroll_bar(f.p, std::string(name) + "/bar", r, s.content, s.offset);
  f.p.pop_clip();
}

}  // namespace wf::ui
