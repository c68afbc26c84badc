#pragma once
#include <map>
#include <string>
#include <vector>

#include "console/model/site.hpp"
#include "console/site/warnings.hpp"

namespace wf::site {

/// Where a finding is: "people.csv", "line 3".
struct Place {
  std::string file, line;
  [[nodiscard]] std::string text() const { return file + ": " + line; }
};

/// An estate's people, credentials and accounts as its files name them, in any order. A person is there once, a
/// credential or account belongs to one person at a time: what says otherwise is named with both places, the first
/// one is kept and the rest goes on.
class Directory {
 public:
  enum class Kind { credential, account };

  /// A person with the names of credentials and accounts that they hold without an end.
  void person(Person person, const Place& place, Warnings& warnings);
  /// What is known of one credential or account beside, or instead of, a person's list.
  void issued(Kind kind, Issued issued, const Place& place, Warnings& warnings);
  /// Judges what only the whole tells, and moves everything into the estate. Call once, before Estate::index().
  void finish(Estate& estate, Warnings& warnings);
  /// Where a person was named.
  [[nodiscard]] const Place& place_of(const std::string& person) const { return people_places_.at(person); }

 private:
  struct Row {
    Issued issued;
    Place place;
  };
  struct Listed {
    std::string person;
    Place place;
  };
  struct Book {
    std::map<std::string, Listed> listed;  ///< in people's lists
    std::vector<Row> rows;
  };
  static std::string key_of(Kind kind, const std::string& id);
  void list(Kind kind, Person& person, std::vector<std::string>& ids, const Place& place, Warnings& warnings);
  void settle(Kind kind, Estate& estate, Warnings& warnings);
  Book& book(Kind kind) { return kind == Kind::credential ? credentials_ : accounts_; }

  std::vector<Person> people_;
  std::map<std::string, Place> people_places_;
  std::map<std::string, std::string> aliases_;  ///< → person
  Book credentials_, accounts_;
};

/// Letters' case is ignored in names of accounts and of columns; ASCII only.
[[nodiscard]] std::string lower(std::string text);
/// A day ("2026-01-31", by UTC: its first moment, or with `end` the first one after it) or a time of RFC 3339.
[[nodiscard]] Result<UtcNs> parse_day(const std::string& text, bool end);

}  // namespace wf::site
