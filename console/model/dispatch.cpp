#include "console/model/dispatch.hpp"

#include <algorithm>
#include <cctype>

#include "console/model/site.hpp"

namespace wf {
namespace {

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                  [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string_view name_of(Dispatch::Step step) {
  static constexpr std::array<std::string_view, Dispatch::kSteps> kNames{"not received", "received", "en route",
                                                                         "on scene", "cleared"};
  const auto at = static_cast<std::size_t>(step);
  return at < kNames.size() ? kNames[at] : std::string_view("unknown");
}

std::string_view words_of_overdue(Dispatch::Step reached) {
  static constexpr std::array<std::string_view, Dispatch::kSteps> kWords{
      "has not received it", "is not on the way", "has not arrived", "has said nothing since arriving", ""};
  const auto at = static_cast<std::size_t>(reached);
  return at < kWords.size() ? kWords[at] : std::string_view();
}

std::string name_of_user(std::string_view user, const Estate& estate) {
  const Person* const person = estate.person_by_account(user);
  return person != nullptr && !person->name.empty() ? person->name : std::string(user);
}

std::string name_of_post(const GuardPost& post, const Estate& estate) {
  return post.name.empty() ? name_of_user(post.user, estate) : post.name;
}

bool sent_to(std::string_view to, std::string_view user, std::string_view post, const Estate& estate) {
  if (to.empty()) return false;
  const Person* const person = user.empty() ? nullptr : estate.person_by_account(user);
  if (same(to, user) || (person != nullptr && same(to, person->name))) return true;
  if (!same(to, post)) return false;
  return std::none_of(estate.people.begin(), estate.people.end(), [&](const Person& other) {
    return same(post, other.name) || std::any_of(other.accounts.begin(), other.accounts.end(),
                                                 [&](const std::string& a) { return same(post, a); });
  });
}

}  // namespace wf
