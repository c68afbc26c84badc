#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "console/shell/kept_file.hpp"
#include "console/shell/questions.hpp"
#include "console/shell/sounder.hpp"
#include "console/shell/window.hpp"

namespace wf::shell {

/// All windows of a program: one seat, one snapshot, one sound, one file that keeps them; each window has a view of its
/// own. Sleeps until an input, news, or the moment that a frame or a tone is due.
class Windows final : public Host {
 public:
  Windows(const WindowOptions& options, const Feed& feed, sound::Output& output, KeptFile& file);
  ~Windows() override;
  [[nodiscard]] Result<void> open();
  void run();
  /// Frames that were drawn, of all windows that are open.
  [[nodiscard]] std::uint64_t frames() const;

  [[nodiscard]] const ui::Comfort& comfort() const override { return kept_.comfort; }
  void set_comfort(const ui::Comfort& comfort) override;
  [[nodiscard]] const std::vector<Monitor>& monitors() const override { return monitors_; }

 private:
  void speak(const std::string& code);
  [[nodiscard]] Result<void> open_window(const WindowKept& kept);
  void close_window(std::size_t index);
  void arrange(const std::vector<WindowKept>& windows);
  void carry_out(const ui::DesktopWish& wish, std::size_t from);
  void pace_windows();
  void look_at_monitors();
  void wait() const;
  void sound(double now);
  void draw(std::size_t index, const std::shared_ptr<const Snapshot>& snapshot, double now);
  void take_news(const std::shared_ptr<const Snapshot>& snapshot, double now);
  void take_replies();
  void take_answers();
  void send(std::size_t from, std::vector<Command>& commands);
  void ask(std::size_t from, std::vector<ui::Question>& questions);

  const WindowOptions& options_;
  const Feed& feed_;
  sound::Output& output_;
  KeptFile& file_;
  Sounder sounder_;
  Kept kept_;
  std::vector<ui::LanguageChoice> languages_;
  std::string arrangement_;  ///< the one that was opened or saved last
  std::vector<Monitor> monitors_;
  std::vector<std::unique_ptr<Window>> windows_;
  std::map<std::string, const Window*> sent_;  ///< by a command's id: who asked
  Questions questions_;                        ///< under way
  std::atomic<bool> news_{false};              ///< coalesces wake-ups: one empty event at most is under way
  double sound_at_ = -1;                       ///< < 0: only with news
  bool called_ = false, kept_differs_ = false;
  std::string problem_;  ///< of the connection, as it is shown
  bool heard_ = false;   ///< there is a sound device, as it is shown
};

}  // namespace wf::shell
