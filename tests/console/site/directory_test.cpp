// The directory: people, credentials and accounts from people.csv, people.yaml, credentials.csv and accounts.csv.
#include "console/site/site_files.hpp"
#include "tests/console/site/archive.hpp"

using namespace wf;

namespace {

UtcNs day(int month, int d) { return utc_from_civil(2026, month, d); }

}  // namespace

TEST_CASE("people.yaml tells aliases, times, and credentials and accounts with lives of their own") {
  Archive a;
  a.files["people.yaml"] =
      "v: 1\n"
      "people:\n"
      "  - id: P-1\n"
      "    name: Anna van Dijk\n"
      "    department: Works\n"
      "    aliases: [a.vandijk@example.com]\n"
      "    until: 2026-06-30\n"
      "    accounts: [adijk, {id: adijk-adm, aliases: [EXAMPLE\\adijk], from: 2026-02-01}]\n"
      "    credentials:\n"
      "      - 88-1\n"
      "      - {id: 88-2, aliases: ['0x2A'], replaced_by: 88-3, replaced: 2026-03-01}\n"
      "      - {id: 88-3, from: 2026-03-01}\n"
      "  - {id: P-2, name: Bo Li, credentials: 91-1}\n"
      "credentials:\n"
      "  - {id: V-1, revoked: 2026-04-01T12:00:00Z}\n";
  a.load();
  for (const std::string& w : a.report.warnings) UNSCOPED_INFO(w);
  CHECK(a.report.warnings.empty());
  const Estate& e = *a.estate;
  REQUIRE(e.people.size() == 2);
  CHECK(e.people[0].credentials == std::vector<std::string>{"88-1", "88-2", "88-3"});
  CHECK(e.people[0].accounts == std::vector<std::string>{"adijk", "adijk-adm"});
  CHECK(e.people[0].until == day(7, 1));  // a last day counts whole
  CHECK(e.person_by_alias("a.vandijk@example.com")->id == "P-1");
  CHECK(e.person_by_credential("91-1")->id == "P-2");
  CHECK(e.credential("88-1", day(3, 1)) == nullptr);  // nothing is known but whose it is
  const Issued* old = e.credential("0x2A", day(3, 1));
  REQUIRE(old != nullptr);
  CHECK(old->person == "P-1");
  CHECK(old->state(day(2, 28)) == Issued::State::active);
  CHECK(old->state(day(3, 1)) == Issued::State::replaced);
  CHECK(e.credential("88-3", day(2, 28))->state(day(2, 28)) == Issued::State::not_yet);
  CHECK(e.credential("V-1", 0)->person.empty());
  CHECK(e.credential("V-1", 0)->state(day(4, 1)) == Issued::State::active);
  CHECK(e.credential("V-1", 0)->state(day(4, 2)) == Issued::State::revoked);
  CHECK(e.account("example\\ADIJK", day(2, 1))->person == "P-1");
}

TEST_CASE("a credential goes to somebody else once its time is over, and each time knows its holder") {
  Archive a;
  a.files["people.csv"] = "id,name\nP-1,Anna\nP-2,Bo\n";
  a.files["credentials.csv"] =
      "id,person,aliases,from,until,revoked,replaced_by,replaced\n"
      "88-1,P-2,,2026-02-01,,,,\n"
      "88-1,P-1,,,2026-01-31,,,\n"
      "88-2,P-1,,,2026-05-31,,88-3,\n"
      "88-3,P-1,card-3,2026-05-01,,,,\n";
  a.load();
  for (const std::string& w : a.report.warnings) UNSCOPED_INFO(w);
  CHECK(a.report.warnings.empty());
  CHECK(a.estate->credential("88-1", day(1, 31))->person == "P-1");
  CHECK(a.estate->credential("88-1", day(2, 1))->person == "P-2");
  // Without a day of its own a credential is replaced when it ends.
  CHECK(a.estate->credential("88-2", 0)->replaced == day(6, 1));
  CHECK(a.estate->credential("card-3", day(5, 2))->id == "88-3");
}

TEST_CASE("flaws of the directory are named with file and line, with the place of the first, and the rest loads") {
  Archive a;
  a.files["people.csv"] =
      "id,name,credentials,from,until\n"
      "P-1,Anna,88-1,,\n"
      "P-2,Bo,88-2,soon,\n"
      "P-3,Cem,88-3,2026-02-01,2026-01-01\n";
  a.files["people.yaml"] =
      "people:\n"
      "  - {id: P-1, name: Anna again}\n"
      "  - {id: P-4, name: Dora, shoe_size: 40, credentials: [88-1, [88-4]]}\n"
      "  - just a word\n"
      "credentials: none\n";
  a.files["credentials.csv"] =
      "id,person,from,until,replaced_by\n"
      "88-5,P-9,,,\n"
      "88-2,P-1,,,\n"
      "88-6,P-2,2026-01-01,2026-03-01,\n"
      "88-6,P-3,2026-02-01,,\n"
      "88-7,P-1,,,88-0\n"
      "88-8,P-1,,,88-9\n"
      "88-9,P-1,,,88-8\n"
      ",P-1,,,\n";
  a.load();
  CHECK(a.warned({"people.csv: line 3", "'soon' is no day"}));
  CHECK(a.warned({"people.csv: line 4", "ends before it begins"}));
  CHECK(a.warned({"people.yaml: line 2", "person 'P-1' is there already (Anna, people.csv: line 2)"}));
  CHECK(a.warned({"people.yaml: line 3", "'shoe_size'"}));
  CHECK(a.warned({"people.yaml: line 3", "credential '88-1' belongs to P-1 already (people.csv: line 2)"}));
  CHECK(a.warned({"people.yaml: line 3", "neither a name nor a map"}));
  CHECK(a.warned({"people.yaml: people", "line 4 is not a map"}));
  CHECK(a.warned({"people.yaml: credentials", "line 5 is not a list"}));
  CHECK(a.warned({"credentials.csv: line 2", "'P-9', who is nobody"}));
  CHECK(a.warned({"credentials.csv: line 3", "'88-2' belongs to P-2 already (people.csv: line 3)"}));
  CHECK(a.warned({"credentials.csv: line 5", "'88-6' is there already (credentials.csv: line 4) for the same time"}));
  CHECK(a.warned({"credentials.csv: line 6", "'88-0', which is no credential"}));
  CHECK(a.warned({"credentials.csv: line 8", "'88-8', which it replaces itself"}));
  CHECK(a.warned({"credentials.csv: line 9", "has no id"}));
  CHECK(a.report.warnings.size() == 14);
  CHECK(a.estate->people.size() == 4);
  CHECK(a.estate->person_by_credential("88-2")->id == "P-2");
  CHECK(a.estate->credential("88-6", day(2, 15))->person == "P-2");
  CHECK(a.estate->credential("88-8", 0)->replaced_by == "88-9");
}

TEST_CASE("an estate's findings tell its sites' files apart") {
  Archive outer, inner;
  inner.folder = outer.folder / "works";
  inner.files["people.csv"] = "id,name\nP-1,Anna\nP-1,Bo\n";
  inner.write();
  std::ofstream(outer.folder / "people.yaml") << "people:\n  - {id: P-1, name: Cem}\n";
  site::SiteReport report;
  const auto loaded = site::load_estate(outer.folder, report);
  REQUIRE(loaded.ok());
  REQUIRE(report.warnings.size() == 2);
  CHECK(report.warnings[0].starts_with(
      "works/people.csv: line 3: person 'P-1' is there already (Anna, works/people.csv"));
  CHECK(report.warnings[1].starts_with("people.yaml: line 2: person 'P-1' is there already (Anna, works/people.csv"));
}

TEST_CASE("whatever the files say, a person is there once and a name means one thing at a time") {
  const std::map<std::string, std::string> good{
      {"people.csv",
       "id,name,credentials,accounts,from,until\nP-1,Anna,88-1 88-2,anna,,\nP-2,\"Bo, Li\",88-3,bo,"
       "2026-01-01,2026-12-31\nP-3,Cem,,,,\n"},
      {"people.yaml",
       "people:\n  - {id: P-4, name: Dora, accounts: [{id: dora, from: 2026-02-01}], credentials: [88-4, {id: "
       "88-5, aliases: [x5], replaced_by: 88-4}]}\n  - {id: P-5, name: Edo, aliases: [e]}\n"},
      {"credentials.csv",
       "id,person,aliases,from,until,revoked,replaced_by,replaced\n88-6,P-1,x6,,2026-01-31,,88-7,\n"
       "88-6,P-2,,2026-02-01,,2026-05-01,,\n88-7,P-3,x7 x8,,,,88-6,\n"},
      {"accounts.csv", "id,person,from,until\nroot-1,P-1,,2026-03-01\nROOT-1,P-2,2026-03-02,\n"}};
  const auto folder =
      std::filesystem::temp_directory_path() / ("wf-directory-" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  std::mt19937 random(4711);
  const auto roll = [&](std::size_t sides) { return static_cast<std::size_t>(random() % sides); };
  std::size_t loaded = 0, findings = 0;
  for (int round = 0; round < 1500; ++round) {
    for (const auto& [name, text] : good) {
      std::string damaged = text;
      for (std::size_t i = roll(4); i > 0; --i) {
        const std::size_t at = roll(damaged.size()), from = roll(damaged.size()), length = 1 + roll(12);
        if (roll(3) == 0)
          damaged.erase(at, length);
        else if (roll(2) == 0)
          damaged[at] = "1268,:;-\n\"{}[]x P"[roll(17)];
        else
          damaged.replace(at, std::min(length, damaged.size() - at), damaged.substr(from, length));
        if (damaged.empty()) damaged = " ";
      }
      std::ofstream(folder / name) << damaged;
    }
    std::vector<std::string> lines;
    site::Warnings warnings(lines, "");
    site::Directory directory;
    if (!site::read_directory_files(folder, "", directory, warnings)) continue;
    Estate estate;
    directory.finish(estate, warnings);
    estate.index();
    ++loaded;
    findings += lines.size();
    std::map<std::string, int> people;
    for (const Person& p : estate.people) CHECK(++people[p.id] == 1);
    for (const bool accounts : {false, true}) {
      const std::vector<Issued>& all = accounts ? estate.accounts : estate.credentials;
      for (const Issued& one : all) {
        CHECK((one.person.empty() || people.contains(one.person)));
        const Issued* found = accounts ? estate.account(one.id, one.from) : estate.credential(one.id, one.from);
        REQUIRE(found != nullptr);
        for (const Issued& other : all)
          if (&one != &other && one.id == other.id) CHECK((one.end() <= other.from || other.end() <= one.from));
      }
    }
  }
  std::filesystem::remove_all(folder);
  CHECK(loaded > 300);
  CHECK(findings > loaded);
}
