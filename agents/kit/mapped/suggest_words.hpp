#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wf::kit {

/// A text as the vocabulary compares it: small ASCII letters and digits in words with one blank between them. Accents
/// go ("gewährt" is "gewahrt"), "AccessGranted" and "ACCESS_GRANTED" are two words.
struct Folded {
  std::string text;
  std::vector<std::size_t> from;  ///< of each byte of `text`: where it stands in the original
};
[[nodiscard]] Folded fold(std::string_view original);

/// What the vocabulary of access and camera systems (English, German, Dutch, French, Spanish) says of an event's words.
struct Meaning {
  std::string_view kind;      ///< of proto/README.md, or "skip"; empty: not known
  std::string_view reason;    ///< why it was refused or what is at fault; empty: not said
  std::string_view restored;  ///< what a door.restored ended; empty for every other kind
  std::string_view words;     ///< the vocabulary's entry, for people
  std::string pattern;        ///< that finds these words, and those of the reason, in any text, as wildcard() reads it
  std::size_t rank = 0;       ///< one of a lower rank is more particular: its pattern must be tried before
};
[[nodiscard]] Meaning meaning_of(std::string_view text);
/// Of a column that says whether somebody was let in: 1 and 0, true and false, yes and no.
[[nodiscard]] Meaning meaning_of_flag(std::string_view value);
/// Why somebody was refused, in the words of `reason`; empty if the text says none that is known.
[[nodiscard]] std::string_view refusal_of(std::string_view text);
/// That finds those words in any text, as wildcard() reads it.
[[nodiscard]] std::string refusal_pattern(std::string_view text);

/// What a column may be for.
enum class Role {
  time,
  door,
  reader,
  credential,
  person,
  person_id,
  event,
  detail,
  camera,
  object,
  site,
  message,
  granted,
  zone
};
inline constexpr std::size_t kRoles = 14;
/// How well a column's name fits: 0 not at all, 4 exactly. `word` becomes the one that decided.
[[nodiscard]] int fits(std::string_view column, Role role, std::string_view& word);
/// Is it how doors are called: "Front door", "Tür 3", "Haupteingang".
[[nodiscard]] bool names_a_door(std::string_view value);
/// "Rdr 2 - Lobby", "Leser Ost".
[[nodiscard]] bool names_a_reader(std::string_view value);

}  // namespace wf::kit
