#pragma once
#include <memory>
#include <string>

#include "console/model/snapshot.hpp"

namespace wf::ui {

/// What calls at a guard's post: dispatches to it that nobody has received, as an Annunciator takes them. Nothing of
/// the wall sounds there. One thread.
class PostCalls {
 public:
  explicit PostCalls(std::string post) : post_(std::move(post)) {}
  /// The same object for the same snapshot. A dispatch repeats until it is received, however low its incident is, and
  /// calls anew when it is sent again or late.
  [[nodiscard]] std::shared_ptr<const Snapshot> of(const std::shared_ptr<const Snapshot>& snapshot);

 private:
  std::string post_;
  std::shared_ptr<const Snapshot> from_, calls_;
};

}  // namespace wf::ui
