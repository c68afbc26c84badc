// GLFW must not bring OpenGL's headers: gl.hpp has what we need.
#define GLFW_INCLUDE_NONE
#include "console/shell/windows.hpp"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <utility>

#include "console/shell/glfw_reason.hpp"
#include "console/shell/language.hpp"

namespace wf::shell {
namespace {

constexpr int kUsualWidth = 1920, kUsualHeight = 1080;
constexpr std::size_t kMostWaiting = 256;  ///< answers that somebody waits for

UtcNs system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// 128 bits that nobody has had: the engine tells a repeated command by its id.
std::string random_id() {
  std::random_device source;
  std::string out;
  char digits[9];
  for (int i = 0; i < 4; ++i) {
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(source()));
    out += digits;
  }
  return out;
}

/// Of a window what makes an arrangement: where it stands and what it shows, not what was begun in it or about whom.
WindowKept arranged(WindowKept w) {
  ui::WindowMemory& m = w.memory;
  m.incident = 0;
  m.opened = 0;
  m.drafts.clear();
  m.form = {};
  m.filter.person.clear();
  m.filter_person_name.clear();
  return w;
}

/// The other way round: takes place and look from an arrangement; what was begun stays begun.
void arranged_like(WindowKept& w, const WindowKept& arrangement) {
  ui::WindowMemory begun = std::exchange(w.memory, arrangement.memory);
  w.place = arrangement.place;
  w.memory.incident = begun.incident;
  w.memory.opened = begun.opened;
  w.memory.drafts = std::move(begun.drafts);
  w.memory.form = std::move(begun.form);
}

void tell(const std::string& line) { std::fprintf(stderr, "watchfloor: %s\n", line.c_str()); }

}  // namespace

std::string glfw_reason() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text == nullptr ? std::string() : std::string(" (") + text + ")";
}

Windows::Windows(const WindowOptions& options, const Feed& feed, sound::Output& output, KeptFile& file)
    : options_(options), feed_(feed), output_(output), file_(file), sounder_(output), kept_(file.start()) {
  if (options.theme) kept_.comfort.theme = *options.theme;
  if (!options.languages.empty()) languages_ = languages_with_names(options.languages);
  if (!options.language_named && !kept_.comfort.language.empty()) speak(kept_.comfort.language);
  sounder_.set_volume(kept_.comfort.volume);
  const double muted = static_cast<double>(kept_.muted_until - system_now()) / static_cast<double>(kSecond);
  if (muted > 0) sounder_.mute(glfwGetTime(), muted);
  const auto wake = [this] {
    if (!news_.exchange(true)) glfwPostEmptyEvent();
  };
  feed_.set_on_change(wake);
  output_.set_on_change(wake);
}

Windows::~Windows() {
  feed_.set_on_change([] {});
  output_.set_on_change({});
}

void Windows::look_at_monitors() {
  monitors_.clear();
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  for (int i = 0; i < count; ++i) {
    Monitor m;
    const char* const name = glfwGetMonitorName(monitors[i]);
    m.name = name == nullptr ? "" : name;
    glfwGetMonitorPos(monitors[i], &m.x, &m.y);
    if (const GLFWvidmode* mode = glfwGetVideoMode(monitors[i])) {
      m.width = mode->width;
      m.height = mode->height;
    }
    glfwGetMonitorWorkarea(monitors[i], &m.work_x, &m.work_y, &m.work_width, &m.work_height);
    if (m.work_width <= 0 || m.work_height <= 0) {
      m.work_x = m.x;
      m.work_y = m.y;
      m.work_width = m.width;
      m.work_height = m.height;
    }
    monitors_.push_back(std::move(m));
  }
}

Result<void> Windows::open_window(const WindowKept& kept) {
  WindowKept wanted = kept;
  if (!wanted.place.known()) {
    wanted.place.width = kUsualWidth;
    wanted.place.height = kUsualHeight;
  }
  std::vector<Spot> taken;
  for (const auto& w : windows_) taken.push_back(w->spot());
  const Spot spot = spot_of(wanted.place, monitors_, taken);
  Window::Look look{options_.title, options_.scale, options_.base_map, options_.post, true};
  Result<std::unique_ptr<Window>> window = Window::open(*this, look, kept, spot);
  if (!window) return window.error();
  windows_.push_back(std::move(*window));
  pace_windows();
  return {};
}

/// With several windows each would wait for its own monitor in turn, and all of them for the slowest.
void Windows::pace_windows() {
  for (const auto& w : windows_) w->set_paced(windows_.size() == 1);
}

Result<void> Windows::open() {
  look_at_monitors();
  std::vector<WindowKept> wanted = kept_.windows;
  if (!options_.arrangement.empty()) {
    const auto found = kept_.arrangements.find(options_.arrangement);
    if (found == kept_.arrangements.end()) {
      std::string names;
      for (const auto& [name, windows] : kept_.arrangements) names += (names.empty() ? "" : ", ") + name;
      return Error{
          "there is no arrangement \"" + options_.arrangement + "\"", "--arrangement",
          names.empty() ? "save one from the palette: Ctrl+K, save arrangement" : "those that are saved: " + names};
    }
    arrangement_ = options_.arrangement;
    // What was begun goes on in the windows that take the place of those in which it was.
    wanted.resize(found->second.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) arranged_like(wanted[i], found->second[i]);
  }
  if (options_.view) {
    // Somebody who names a view wants it in a window, with the rest as it was.
    const auto same = std::find_if(wanted.begin(), wanted.end(),
                                   [&](const WindowKept& w) { return w.memory.view == *options_.view; });
    WindowKept one = same != wanted.end() ? *same : wanted.empty() ? WindowKept{} : wanted.front();
    one.memory.view = *options_.view;
    wanted = {std::move(one)};
  }
  if (wanted.empty()) wanted.emplace_back();
  if (options_.width > 0 && options_.height > 0) {
    wanted.front().place.width = options_.width;
    wanted.front().place.height = options_.height;
    wanted.front().place.fullscreen = false;
  }
  for (const WindowKept& w : wanted)
    if (Result<void> opened = open_window(w); !opened) {
      if (windows_.empty()) return opened;
      tell(opened.error().text());
    }
  kept_.windows.clear();
  for (const auto& w : windows_) kept_.windows.push_back(w->kept());
  kept_differs_ = kept_ != file_.start();
  return {};
}

/// A language that is not there any more leaves the one that is spoken.
void Windows::speak(const std::string& code) {
  std::vector<std::string> problems;
  const Result<void> done = speak_language(options_.languages, code, "", problems);
  for (const std::string& problem : problems) tell(problem);
  if (!done) tell(done.error().text());
}

void Windows::set_comfort(const ui::Comfort& comfort) {
  if (comfort == kept_.comfort) return;
  if (comfort.language != kept_.comfort.language) speak(comfort.language);
  kept_.comfort = comfort;
  kept_differs_ = true;
  sounder_.set_volume(comfort.volume);
  for (const auto& w : windows_) w->touch();
}

/// What it asked reaches nobody: another window may lie where it lay.
void Windows::close_window(std::size_t index) {
  const Window* const window = windows_[index].get();
  questions_.forget(window);
  std::erase_if(sent_, [&](const auto& one) { return one.second == window; });
  windows_.erase(windows_.begin() + static_cast<std::ptrdiff_t>(index));
}

/// Its windows take the place of those that are open.
void Windows::arrange(const std::vector<WindowKept>& wanted) {
  look_at_monitors();
  std::vector<Spot> taken;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i < windows_.size()) {
      WindowKept next = windows_[i]->kept();
      arranged_like(next, wanted[i]);
      windows_[i]->stand(spot_of(next.place, monitors_, taken), next);
      taken.push_back(windows_[i]->spot());
    } else if (Result<void> opened = open_window(wanted[i]); !opened) {
      tell(opened.error().text());
    }
  }
  while (windows_.size() > wanted.size()) close_window(windows_.size() - 1);
  pace_windows();
}

void Windows::carry_out(const ui::DesktopWish& wish, std::size_t from) {
  if (wish.open_window) {
    WindowKept next = arranged(windows_[from]->kept());
    next.memory.view = *wish.open_window;
    next.place.fullscreen = false;
    look_at_monitors();
    if (Result<void> opened = open_window(next); !opened) tell(opened.error().text());
  }
  if (!wish.save.empty()) {
    std::vector<WindowKept>& saved = kept_.arrangements[wish.save];
    saved.clear();
    for (const auto& w : windows_) saved.push_back(arranged(w->kept()));
    arrangement_ = wish.save;
  }
  if (const auto found = kept_.arrangements.find(wish.open); found != kept_.arrangements.end()) {
    arrangement_ = wish.open;
    arrange(std::vector<WindowKept>(found->second));
  }
  if (kept_.arrangements.erase(wish.forget) > 0 && arrangement_ == wish.forget) arrangement_.clear();
  kept_.windows.clear();
  for (const auto& w : windows_) {
    kept_.windows.push_back(w->kept());
    w->touch();
  }
  kept_differs_ = true;
}

/// Beside the frames: what must be heard does not wait for a picture.
void Windows::sound(double now) {
  const double next = sounder_.step(feed_.heard ? feed_.heard() : feed_.snapshot(), now);
  sound_at_ = next < 0 ? -1 : now + next;
  const bool calls = sounder_.state(now).calling;
  if (calls && !std::exchange(called_, calls) &&
      std::none_of(windows_.begin(), windows_.end(), [](const auto& w) { return w->focused(); }))
    windows_.front()->ask_for_attention();
  called_ = calls;
}

/// Frames are drawn only for what is seen.
void Windows::take_news(const std::shared_ptr<const Snapshot>& snapshot, double now) {
  take_replies();
  take_answers();
  std::string problem = feed_.connection_problem();
  const bool heard = sounder_.state(now).device;
  const bool all = problem != problem_ || heard != heard_;
  problem_ = std::move(problem);
  heard_ = heard;
  for (const auto& w : windows_) all ? w->touch() : w->offer(snapshot);
}

std::uint64_t Windows::frames() const {
  std::uint64_t out = 0;
  for (const auto& w : windows_) out += w->frames();
  return out;
}

/// An answer belongs to the window in which somebody asked.
void Windows::take_replies() {
  for (CommandReply& reply : feed_.replies()) {
    const auto asked = sent_.find(reply.command_id);
    Window* to = windows_.front().get();
    for (const auto& w : windows_)
      if (asked != sent_.end() && w.get() == asked->second) to = w.get();
    if (asked != sent_.end()) sent_.erase(asked);
    to->tell(std::move(reply));
  }
}

void Windows::take_answers() {
  if (!feed_.answers) return;
  for (ui::Answer& answer : feed_.answers()) {
    const std::optional<Questions::Asked> asked = questions_.take(answer.token);
    if (!asked) continue;
    answer.token = asked->token;
    const auto is_it = [&](const auto& w) { return w.get() == asked->window; };
    const auto to = std::find_if(windows_.begin(), windows_.end(), is_it);
    if (to != windows_.end()) (*to)->tell(std::move(answer));
  }
}

void Windows::ask(std::size_t from, std::vector<ui::Question>& questions) {
  if (!feed_.ask) return;
  for (ui::Question& question : questions) {
    question.token = questions_.put(windows_[from].get(), question.token);
    feed_.ask(std::move(question));
  }
  take_answers();  // those that came at once
}

void Windows::send(std::size_t from, std::vector<Command>& commands) {
  for (Command& command : commands) {
    if (command.id.empty()) command.id = random_id();
    if (sent_.size() >= kMostWaiting) sent_.clear();
    sent_[command.id] = windows_[from].get();
    feed_.send(std::move(command));
  }
}

void Windows::draw(std::size_t index, const std::shared_ptr<const Snapshot>& snapshot, double now) {
  ui::FrameInput input;
  input.now = feed_.now();
  input.seconds = now;
  input.connection_problem = feed_.connection_problem();
  input.sound = sounder_.state(now);
  input.can_ask = feed_.ask != nullptr;
  for (const auto& [name, windows] : kept_.arrangements) input.desktop.arrangements.push_back(name);
  input.desktop.arrangement = arrangement_;
  input.desktop.windows = windows_.size();
  input.desktop.languages = languages_;
  input.kept_in = file_.file().string();
  input.kept_problem = file_.problem();
  ui::FrameOutput output = windows_[index]->draw(snapshot, std::move(input));
  if (!windows_[index]->screen().whole()) questions_.forget(windows_[index].get());
  send(index, output.commands);
  ask(index, output.questions);
  if (output.sound.toggle_mute || output.sound.try_tone) {
    sounder_.carry_out(output.sound, now);
    const double left = sounder_.state(now).mute_left;
    kept_.muted_until = left > 0 ? system_now() + static_cast<std::int64_t>(left * 1e9) : 0;
    kept_differs_ = true;
    sound(now);
    for (const auto& w : windows_) w->touch();
  }
  if (output.toggle_fullscreen) windows_[index]->toggle_fullscreen();
  if (output.desktop.any()) {
    carry_out(output.desktop, index);
    return;
  }
  if (index >= kept_.windows.size()) return;
  if (WindowKept is = windows_[index]->kept(); is != kept_.windows[index]) {
    kept_.windows[index] = std::move(is);
    kept_differs_ = true;
  }
}

/// Sleeps until an input, news from the seat, or the moment that a frame or a tone is due.
void Windows::wait() const {
  if (news_.load()) {
    glfwPollEvents();
    return;
  }
  double until = sound_at_;
  const auto at = [&](double when) {
    if (when >= 0 && (until < 0 || when < until)) until = when;
  };
  for (const auto& w : windows_) at(w->due_at());
  if (options_.quit_after > 0) at(options_.quit_after);
  if (until < 0) {
    glfwWaitEvents();
    return;
  }
  const double left = until - glfwGetTime();
  left > 0 ? glfwWaitEventsTimeout(left) : glfwPollEvents();
}

void Windows::run() {
  news_ = true;  // what came before anybody listened
  while (true) {
    wait();
    double now = glfwGetTime();
    if (options_.quit_after > 0 && now >= options_.quit_after) return;
    if (feed_.quit && feed_.quit()) return;
    for (std::size_t i = windows_.size(); i-- > 0;) {
      if (!windows_[i]->closing()) continue;
      if (windows_.size() == 1) return;  // it is there again at the next start
      close_window(i);
      if (i < kept_.windows.size()) kept_.windows.erase(kept_.windows.begin() + static_cast<std::ptrdiff_t>(i));
      kept_differs_ = true;
      pace_windows();
    }
    const bool news = news_.exchange(false);
    if (news || (sound_at_ >= 0 && now >= sound_at_)) sound(now);
    const std::shared_ptr<const Snapshot> snapshot = feed_.snapshot();
    if (news) take_news(snapshot, now);
    for (const auto& w : windows_)
      if (w->screen().stage().stills().ready()) w->touch();
    const std::size_t open = windows_.size();
    for (std::size_t i = 0; i < open && i < windows_.size(); ++i) {
      now = glfwGetTime();
      const double due = windows_[i]->due_at();
      if (due >= 0 && now >= due) draw(i, snapshot, now);
    }
    if (std::exchange(kept_differs_, false)) file_.keep(kept_);
  }
}

Result<void> run_window(const WindowOptions& options, const Feed& feed) {
  glfwSetErrorCallback(nullptr);
  if (glfwInit() == GLFW_FALSE) {
    return Error{"no display can be opened" + glfw_reason(), "display",
                 "set DISPLAY or WAYLAND_DISPLAY, or use `watchfloor shot` and `watchfloor serve`, which need none"};
  }
  const std::unique_ptr<sound::Output> speaker = options.sound != nullptr ? nullptr : sound::open_speaker();
  Result<void> result;
  {
    const std::filesystem::path kept = options.seat.empty()   ? std::filesystem::path()
                                       : options.kept.empty() ? usual_kept_file()
                                                              : options.kept;
    // A view that is opened by name has its own memory, so that it does not take the place of all the windows.
    KeptFile file(
        kept, options.view ? options.seat + " --view " + std::string(ui::name_of(*options.view)) : options.seat, tell);
    Windows windows(options, feed, options.sound != nullptr ? *options.sound : *speaker, file);
    result = windows.open();
    if (result) windows.run();
  }
  glfwTerminate();
  return result;
}

}  // namespace wf::shell
