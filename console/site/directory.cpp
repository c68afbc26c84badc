#include "console/site/directory.hpp"

#include <algorithm>
#include <set>

namespace wf::site {
namespace {

std::string_view word(Directory::Kind kind) { return kind == Directory::Kind::credential ? "credential" : "account"; }

bool overlap(const Issued& a, const Issued& b) { return a.from < b.end() && b.from < a.end(); }

}  // namespace

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Result<UtcNs> parse_day(const std::string& text, bool end) {
  const bool day = text.size() == 10;
  const Result<UtcNs> time = parse_rfc3339(day ? text + "T00:00:00Z" : text);
  if (!time) return Error{"'" + text + "' is no day or time", "", "write 2026-01-31 or 2026-01-31T08:00:00Z"};
  return day && end ? *time + kDay : *time;
}

std::string Directory::key_of(Kind kind, const std::string& id) { return kind == Kind::account ? lower(id) : id; }

void Directory::list(Kind kind, Person& person, std::vector<std::string>& ids, const Place& place, Warnings& warnings) {
  std::erase_if(ids, [&](const std::string& id) {
    const auto [it, fresh] = book(kind).listed.emplace(key_of(kind, id), Listed{person.id, place});
    if (fresh) return false;
    if (it->second.person == person.id) return true;
    warnings.add(
        place.file, place.line,
        std::string(word(kind)) + " '" + id + "' belongs to " + it->second.person + " already (" +
            it->second.place.text() + ")",
        "it stays there; " + std::string(kind == Kind::credential ? "a credential" : "an account") + " has one holder");
    return true;
  });
}

void Directory::person(Person person, const Place& place, Warnings& warnings) {
  if (person.id.empty() || person.name.empty())
    return warnings.add(place.file, place.line, person.id.empty() ? "has no id" : "has no name",
                        "the person is left out");
  if (const auto [it, fresh] = people_places_.emplace(person.id, place); !fresh) {
    const auto first = std::find_if(people_.begin(), people_.end(), [&](const Person& p) { return p.id == person.id; });
    return warnings.add(place.file, place.line,
                        "person '" + person.id + "' is there already (" + first->name + ", " + it->second.text() + ")",
                        "the first one is kept; give each person one id");
  }
  if (person.until != 0 && person.until <= person.from) {
    warnings.add(place.file, place.line, "ends before it begins", "the end is left out");
    person.until = 0;
  }
  std::erase_if(person.aliases, [&](const std::string& alias) {
    const auto [it, fresh] = aliases_.emplace(alias, person.id);
    if (!fresh) warnings.add(place.file, place.line, "'" + alias + "' also means " + it->second, "it stays there");
    return !fresh;
  });
  list(Kind::credential, person, person.credentials, place, warnings);
  list(Kind::account, person, person.accounts, place, warnings);
  people_.push_back(std::move(person));
}

void Directory::issued(Kind kind, Issued issued, const Place& place, Warnings& warnings) {
  if (issued.id.empty())
    return warnings.add(place.file, place.line, "has no id", "the " + std::string(word(kind)) + " is left out");
  if (issued.until != 0 && issued.until <= issued.from) {
    warnings.add(place.file, place.line, "ends before it begins", "the end is left out");
    issued.until = 0;
  }
  book(kind).rows.push_back({std::move(issued), place});
}

void Directory::settle(Kind kind, Estate& estate, Warnings& warnings) {
  Book& book = this->book(kind);
  std::map<std::string, std::vector<const Row*>> by_name;
  std::vector<const Row*> good;
  const std::string what(word(kind));
  for (Row& row : book.rows) {
    Issued& issued = row.issued;
    const auto warn = [&](const std::string& finding, const std::string& to_do) {
      warnings.add(row.place.file, row.place.line, finding, to_do);
    };
    const auto listed = book.listed.find(key_of(kind, issued.id));
    if (issued.person.empty() && listed != book.listed.end()) issued.person = listed->second.person;
    if (!issued.person.empty() && !people_places_.contains(issued.person)) {
      warn(what + " '" + issued.id + "' is of '" + issued.person + "', who is nobody of the directory",
           "correct the person; it counts as nobody's");
      issued.person.clear();
    }
    if (listed != book.listed.end() && listed->second.person != issued.person) {
      warn(what + " '" + issued.id + "' belongs to " + listed->second.person + " already (" +
               listed->second.place.text() + ")",
           "it stays there; take it off that list to give it times");
      continue;
    }
    std::vector<std::string> names = issued.aliases;
    names.push_back(issued.id);
    bool taken = false;
    for (const std::string& name : names)
      for (const Row* other : by_name[key_of(kind, name)])
        if (!taken && other != &row && overlap(other->issued, issued)) {
          warn(what + " '" + name + "' is there already (" + other->place.text() + ") for the same time",
               "the first one is kept; a name means one " + what + " at a time");
          taken = true;
        }
    if (taken) continue;
    for (const std::string& name : names) by_name[key_of(kind, name)].push_back(&row);
    good.push_back(&row);
  }
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < people_.size(); ++i) position.emplace(people_[i].id, i);
  std::map<std::string, std::string> heirs;  // what took whose place, as far as it is no circle
  std::vector<Issued>& out = kind == Kind::credential ? estate.credentials : estate.accounts;
  for (const Row* row : good) {
    Issued issued = row->issued;
    const std::string id = key_of(kind, issued.id);
    if (!issued.replaced_by.empty()) {
      const std::string heir = key_of(kind, issued.replaced_by);
      const auto at = by_name.find(heir);
      std::string problem;
      if ((at == by_name.end() || at->second.empty()) && !book.listed.contains(heir))
        problem = "is replaced by '" + issued.replaced_by + "', which is no " + what + " of the directory";
      for (std::string next = heir; problem.empty() && !next.empty();) {
        if (next == id) problem = "is replaced by '" + issued.replaced_by + "', which it replaces itself";
        const auto it = heirs.find(next);
        next = it == heirs.end() ? std::string() : it->second;
      }
      if (!problem.empty()) {
        warnings.add(row->place.file, row->place.line, what + " '" + issued.id + "' " + problem, "it is left out");
        issued.replaced_by.clear();
        issued.replaced = 0;
      } else {
        heirs[id] = heir;
        // Without a day of its own: when it ends, or when the other begins.
        if (issued.replaced == 0) issued.replaced = issued.until;
        if (issued.replaced == 0 && at != by_name.end() && !at->second.empty())
          issued.replaced = at->second.front()->issued.from;
      }
    }
    if (const auto who = position.find(issued.person); who != position.end()) {
      Person& p = people_[who->second];
      std::vector<std::string>& ids = kind == Kind::credential ? p.credentials : p.accounts;
      if (std::none_of(ids.begin(), ids.end(), [&](const std::string& i) { return key_of(kind, i) == id; }))
        ids.push_back(issued.id);
    }
    out.push_back(std::move(issued));
  }
}

void Directory::finish(Estate& estate, Warnings& warnings) {
  settle(Kind::credential, estate, warnings);
  settle(Kind::account, estate, warnings);
  estate.people = std::move(people_);
}

}  // namespace wf::site
