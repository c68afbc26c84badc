#include "agents/kit/mapped/suggest_words.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

// Latin letters with marks, as the letter below the mark: U+00C0 to U+017F, enough for the languages of the table.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiii"
    "dnooooo*ouuuuyts"
    "aaaaaaaceeeeiiii"
    "dnooooo*ouuuuyty";

// One entry: words that must all occur, in any order. A word is the beginning of one ("verweiger" finds "verweigert");
// with
// '~' in front it may stand inside of one (German and Dutch write doors in one word), with '=' it is the whole word. An
// entry with '^' in front is the whole text.
struct Entry {
  std::string_view words, kind, reason, restored;
};

// The first that fits counts, so the particular stands before the general: "access denied" before "access".
constexpr Entry kEvents[] = {
    Entry{"heartbeat", "skip", "", ""},
    Entry{"keep alive", "skip", "", ""},
    Entry{"keepalive", "skip", "", ""},
    Entry{"duress", "access.duress", "", ""},
    Entry{"~bedrohung", "access.duress", "", ""},
    Entry{"notigung", "access.duress", "", ""},
    Entry{"notcode", "access.duress", "", ""},
    Entry{"dwang", "access.duress", "", ""},
    Entry{"contrainte", "access.duress", "", ""},
    Entry{"coaccion", "access.duress", "", ""},
    Entry{"anti pass", "access.passback", "", ""},
    Entry{"~antipassback", "access.passback", "", ""},
    Entry{"passback", "access.passback", "", ""},
    Entry{"zutrittswiederholsperre", "access.passback", "", ""},
    Entry{"raumzonenwechsel", "access.passback", "", ""},
    Entry{"anti retour", "access.passback", "", ""},
    Entry{"antirretorno", "access.passback", "", ""},
    Entry{"forced restor", "door.restored", "", "forced"},
    Entry{"forced clear", "door.restored", "", "forced"},
    Entry{"forced cancel", "door.restored", "", "forced"},
    Entry{"held restor", "door.restored", "", "held"},
    Entry{"held clear", "door.restored", "", "held"},
    Entry{"held cancel", "door.restored", "", "held"},
    Entry{"ajar normal", "door.restored", "", "held"},
    Entry{"ajar clear", "door.restored", "", "held"},
    Entry{"ajar restor", "door.restored", "", "held"},
    Entry{"ende offen gelassen", "door.restored", "", "held"},
    Entry{"offen gelassen beendet", "door.restored", "", "held"},
    Entry{"too long restor", "door.restored", "", "held"},
    Entry{"tamper restor", "door.restored", "", "tamper"},
    Entry{"tamper clear", "door.restored", "", "tamper"},
    Entry{"tamper normal", "door.restored", "", "tamper"},
    Entry{"sabotage hersteld", "door.restored", "", "tamper"},
    Entry{"sabotage behoben", "door.restored", "", "tamper"},
    Entry{"sabotage beendet", "door.restored", "", "tamper"},
    Entry{"autoprotection fin", "door.restored", "", "tamper"},
    Entry{"sabotaje restaur", "door.restored", "", "tamper"},
    Entry{"camera tamper", "camera.tamper", "", ""},
    Entry{"tamper", "door.tamper", "", ""},
    Entry{"~sabotage", "door.tamper", "", ""},
    Entry{"sabotaje", "door.tamper", "", ""},
    Entry{"autoprotection", "door.tamper", "", ""},
    Entry{"forced", "door.forced", "", ""},
    Entry{"unauthori door open", "door.forced", "", ""},
    Entry{"abnormal open", "door.forced", "", ""},
    Entry{"forcefully", "door.forced", "", ""},
    Entry{"forcibly", "door.forced", "", ""},
    Entry{"~aufbruch", "door.forced", "", ""},
    Entry{"einbruch", "door.forced", "", ""},
    Entry{"~gewalt", "door.forced", "", ""},
    Entry{"aufgebrochen", "door.forced", "", ""},
    Entry{"geforceerd", "door.forced", "", ""},
    Entry{"opengebroken", "door.forced", "", ""},
    Entry{"forcee", "door.forced", "", ""},
    Entry{"effraction", "door.forced", "", ""},
    Entry{"forzad", "door.forced", "", ""},
    Entry{"held open", "door.held", "", ""},
    Entry{"door held", "door.held", "", ""},
    Entry{"=held", "door.held", "", ""},
    Entry{"propped", "door.held", "", ""},
    Entry{"=ajar", "door.held", "", ""},
    Entry{"open too long", "door.held", "", ""},
    Entry{"open timeout", "door.held", "", ""},
    Entry{"open timed out", "door.held", "", ""},
    Entry{"=door =not closed", "door.held", "", ""},
    Entry{"left open", "door.held", "", ""},
    Entry{"zu lange", "door.held", "", ""},
    Entry{"~offenzeit", "door.held", "", ""},
    Entry{"offen gelassen", "door.held", "", ""},
    Entry{"te lang", "door.held", "", ""},
    Entry{"trop longtemps", "door.held", "", ""},
    Entry{"maintenue ouverte", "door.held", "", ""},
    Entry{"restee ouverte", "door.held", "", ""},
    Entry{"laissee ouverte", "door.held", "", ""},
    Entry{"demasiado tiempo", "door.held", "", ""},
    Entry{"mantenida", "door.held", "", ""},
    Entry{"request exit", "door.rex", "", ""},
    Entry{"exit button", "door.rex", "", ""},
    Entry{"exit request", "door.rex", "", ""},
    Entry{"=rex", "door.rex", "", ""},
    Entry{"^egress", "door.rex", "", ""},
    Entry{"=rte", "door.rex", "", ""},
    Entry{"~turoffnertaster", "door.rex", "", ""},
    Entry{"~austrittstaster", "door.rex", "", ""},
    Entry{"~drukknop", "door.rex", "", ""},
    Entry{"verzoek uitgang", "door.rex", "", ""},
    Entry{"bouton sortie", "door.rex", "", ""},
    Entry{"bouton poussoir", "door.rex", "", ""},
    Entry{"pulsador", "door.rex", "", ""},
    Entry{"boton salida", "door.rex", "", ""},
    Entry{"interlock", "access.interlock", "", ""},
    Entry{"~schleuse", "access.interlock", "", ""},
    Entry{"sluis", "access.interlock", "", ""},
    Entry{"esclusa", "access.interlock", "", ""},
    Entry{"lockout", "access.lockout", "", ""},
    Entry{"locked out", "access.lockout", "", ""},
    Entry{"too many attempts", "access.lockout", "", ""},
    Entry{"=not granted", "access.denied", "", ""},
    Entry{"=not permitted", "access.denied", "", ""},
    Entry{"=not accepted", "access.denied", "", ""},
    Entry{"=not taken", "access.not_taken", "", ""},
    Entry{"granted not used", "access.not_taken", "", ""},
    Entry{"=no entry made", "access.not_taken", "", ""},
    Entry{"valid card =not opened", "access.not_taken", "", ""},
    Entry{"remote open", "access.remote_open", "", ""},
    Entry{"remote unlock", "access.remote_open", "", ""},
    Entry{"opened operator", "access.remote_open", "", ""},
    Entry{"unlocked operator", "access.remote_open", "", ""},
    Entry{"fernoffnung", "access.remote_open", "", ""},
    Entry{"op afstand", "access.remote_open", "", ""},
    Entry{"ouverture distance", "access.remote_open", "", ""},
    Entry{"apertura remota", "access.remote_open", "", ""},
    Entry{"=failed access", "access.denied", "", ""},
    Entry{"authentication failed", "access.denied", "", ""},
    Entry{"identif failed", "access.denied", "", ""},
    Entry{"verification failed", "access.denied", "", ""},
    Entry{"verify error", "access.denied", "", ""},
    Entry{"card =not found", "access.denied", "credential unknown", ""},
    Entry{"=no matching card", "access.denied", "credential unknown", ""},
    Entry{"unregistered", "access.denied", "credential unknown", ""},
    Entry{"ausweis unbekannt", "access.denied", "credential unknown", ""},
    Entry{"disabled card", "access.denied", "not enabled", ""},
    Entry{"illegal access", "access.denied", "not authorised", ""},
    Entry{"keine berechtigung", "access.denied", "not authorised", ""},
    Entry{"ausserhalb ~zeit", "access.denied", "outside schedule", ""},
    Entry{"auserhalb ~zeit", "access.denied", "outside schedule", ""},
    Entry{"time zone error", "access.denied", "outside schedule", ""},
    Entry{"access failed", "access.denied", "", ""},
    Entry{"could =not unlock", "access.denied", "", ""},
    Entry{"denied", "access.denied", "", ""},
    Entry{"=deny", "access.denied", "", ""},
    Entry{"refused", "access.denied", "", ""},
    Entry{"reject", "access.denied", "", ""},
    Entry{"=no access", "access.denied", "", ""},
    Entry{"invalid", "access.denied", "", ""},
    Entry{"unknown card", "access.denied", "credential unknown", ""},
    Entry{"unknown badge", "access.denied", "credential unknown", ""},
    Entry{"lost card", "access.denied", "blocked", ""},
    Entry{"lost badge", "access.denied", "blocked", ""},
    Entry{"stolen card", "access.denied", "blocked", ""},
    Entry{"card inactive", "access.denied", "not active", ""},
    Entry{"badge inactive", "access.denied", "not active", ""},
    Entry{"inactive card", "access.denied", "not active", ""},
    Entry{"card before active", "access.denied", "not active", ""},
    Entry{"expired card", "access.denied", "expired", ""},
    Entry{"card expired", "access.denied", "expired", ""},
    Entry{"expired badge", "access.denied", "expired", ""},
    Entry{"expired credential", "access.denied", "expired", ""},
    Entry{"pin error", "access.denied", "invalid PIN", ""},
    Entry{"wrong pin", "access.denied", "invalid PIN", ""},
    Entry{"site code violation", "access.denied", "other", ""},
    Entry{"facility code violation", "access.denied", "other", ""},
    Entry{"out schedule", "access.denied", "outside schedule", ""},
    Entry{"cardholder =not authori", "access.denied", "not authorised", ""},
    Entry{"access blocked", "access.denied", "blocked", ""},
    Entry{"=blocked", "access.denied", "blocked", ""},
    Entry{"=not authori", "access.denied", "not authorised", ""},
    Entry{"unauthori", "access.denied", "not authorised", ""},
    Entry{"verweiger", "access.denied", "", ""},
    Entry{"abgelehnt", "access.denied", "", ""},
    Entry{"abgewiesen", "access.denied", "", ""},
    Entry{"kein zutritt", "access.denied", "", ""},
    Entry{"=nicht erlaubt", "access.denied", "", ""},
    Entry{"=nicht berechtigt", "access.denied", "", ""},
    Entry{"=ungultig", "access.denied", "", ""},
    Entry{"=ungultige", "access.denied", "", ""},
    Entry{"geweigerd", "access.denied", "", ""},
    Entry{"afgewezen", "access.denied", "", ""},
    Entry{"geen toegang", "access.denied", "", ""},
    Entry{"acces refus", "access.denied", "", ""},
    Entry{"refuse", "access.denied", "", ""},
    Entry{"denegad", "access.denied", "", ""},
    Entry{"rechazad", "access.denied", "", ""},
    Entry{"admitted", "access.granted", "", ""},
    Entry{"authentication succe", "access.granted", "", ""},
    Entry{"identif succe", "access.granted", "", ""},
    Entry{"verification succe", "access.granted", "", ""},
    Entry{"verify open", "access.granted", "", ""},
    Entry{"legal card", "access.granted", "", ""},
    Entry{"buchung =gultig", "access.granted", "", ""},
    Entry{"access =by =user", "access.granted", "", ""},
    Entry{"granted", "access.granted", "", ""},
    Entry{"=grant", "access.granted", "", ""},
    Entry{"=toegestaan", "access.granted", "", ""},
    Entry{"=gewahrt", "access.granted", "", ""},
    Entry{"=autorise", "access.granted", "", ""},
    Entry{"=permitido", "access.granted", "", ""},
    Entry{"access allowed", "access.granted", "", ""},
    Entry{"access accepted", "access.granted", "", ""},
    Entry{"card accepted", "access.granted", "", ""},
    Entry{"access permitted", "access.granted", "", ""},
    Entry{"=permitted", "access.granted", "", ""},
    Entry{"=accepted", "access.granted", "", ""},
    Entry{"valid card", "access.granted", "", ""},
    Entry{"valid access", "access.granted", "", ""},
    Entry{"zutritt gewahrt", "access.granted", "", ""},
    Entry{"zutritt gewaehrt", "access.granted", "", ""},
    Entry{"zutritt erlaubt", "access.granted", "", ""},
    Entry{"zutritt erteilt", "access.granted", "", ""},
    Entry{"~berechtigt zutritt", "access.granted", "", ""},
    Entry{"toegang verleend", "access.granted", "", ""},
    Entry{"toegang toegestaan", "access.granted", "", ""},
    Entry{"acces autoris", "access.granted", "", ""},
    Entry{"acces accord", "access.granted", "", ""},
    Entry{"acceso conced", "access.granted", "", ""},
    Entry{"acceso permitid", "access.granted", "", ""},
    Entry{"acceso autorizad", "access.granted", "", ""},
    Entry{"reader offline", "door.fault", "reader offline", ""},
    Entry{"leser offline", "door.fault", "reader offline", ""},
    Entry{"lezer offline", "door.fault", "reader offline", ""},
    Entry{"lecteur hors ligne", "door.fault", "reader offline", ""},
    Entry{"lector desconectado", "door.fault", "reader offline", ""},
    Entry{"reader online", "door.restored", "", "reader"},
    Entry{"leser online", "door.restored", "", "reader"},
    Entry{"lezer online", "door.restored", "", "reader"},
    Entry{"lecteur en ligne", "door.restored", "", "reader"},
    Entry{"camera offline", "camera.offline", "", ""},
    Entry{"camera online", "camera.online", "", ""},
    Entry{"video loss", "camera.offline", "", ""},
    Entry{"motion end", "camera.motion_end", "", ""},
    Entry{"motion stop", "camera.motion_end", "", ""},
    Entry{"motion", "camera.motion", "", ""},
    Entry{"line cross", "camera.line_crossed", "", ""},
    Entry{"loitering", "camera.loitering", "", ""},
    Entry{"^object", "camera.object", "", ""},
    Entry{"object detected", "camera.object", "", ""},
    Entry{"=covered", "camera.covered", "", ""},
    Entry{"blurred", "camera.blurred", "", ""},
    Entry{"device disconnected", "device.offline", "", ""},
    Entry{"controller disconnected", "device.offline", "", ""},
    Entry{"communication lost", "device.offline", "", ""},
    Entry{"communications lost", "device.offline", "", ""},
    Entry{"communication fail", "device.offline", "", ""},
    Entry{"communications fail", "device.offline", "", ""},
    Entry{"=comm loss", "device.offline", "", ""},
    Entry{"=comm fail", "device.offline", "", ""},
    Entry{"communication restor", "device.online", "", ""},
    Entry{"communications restor", "device.online", "", ""},
    Entry{"=comm restor", "device.online", "", ""},
    Entry{"disarmed", "intrusion.disarmed", "", ""},
    Entry{"=armed", "intrusion.armed", "", ""},
    Entry{"unscharf", "intrusion.disarmed", "", ""},
    Entry{"scharf geschaltet", "intrusion.armed", "", ""},
    Entry{"battery low", "device.fault", "battery", ""},
    Entry{"low battery", "device.fault", "battery", ""},
    Entry{"~batterie schwach", "device.fault", "battery", ""},
    Entry{"batterie faible", "device.fault", "battery", ""},
    Entry{"bateria baja", "device.fault", "battery", ""},
    Entry{"entry detected", "access.entered", "", ""},
    Entry{"=restored", "device.restored", "", ""},
    Entry{"power fail", "door.power", "", ""},
    Entry{"power loss", "door.power", "", ""},
    Entry{"mains fail", "door.power", "", ""},
    Entry{"netzausfall", "door.power", "", ""},
    Entry{"stroomuitval", "door.power", "", ""},
    Entry{"coupure courant", "door.power", "", ""},
    Entry{"defaut secteur", "door.power", "", ""},
    Entry{"door closed", "door.closed", "", ""},
    Entry{"=close", "door.closed", "", ""},
    Entry{"=closed", "door.closed", "", ""},
    Entry{"tur geschlossen", "door.closed", "", ""},
    Entry{"tuer geschlossen", "door.closed", "", ""},
    Entry{"deur gesloten", "door.closed", "", ""},
    Entry{"deur dicht", "door.closed", "", ""},
    Entry{"porte fermee", "door.closed", "", ""},
    Entry{"puerta cerrada", "door.closed", "", ""},
    Entry{"door open", "door.opened", "", ""},
    Entry{"=open", "door.opened", "", ""},
    Entry{"=opened", "door.opened", "", ""},
    Entry{"tur geoffnet", "door.opened", "", ""},
    Entry{"tuer geoeffnet", "door.opened", "", ""},
    Entry{"tur offen", "door.opened", "", ""},
    Entry{"deur open", "door.opened", "", ""},
    Entry{"deur geopend", "door.opened", "", ""},
    Entry{"porte ouverte", "door.opened", "", ""},
    Entry{"puerta abierta", "door.opened", "", ""},
    Entry{"offline", "device.offline", "", ""},
    Entry{"online", "device.online", "", ""},
};

// Of a refusal; the kind is not used.
constexpr Entry kReasons[] = {
    Entry{"unknown", "", "credential unknown", ""},
    Entry{"=not found", "", "credential unknown", ""},
    Entry{"=not in panel", "", "credential unknown", ""},
    Entry{"=not recogni", "", "credential unknown", ""},
    Entry{"unbekannt", "", "credential unknown", ""},
    Entry{"onbekend", "", "credential unknown", ""},
    Entry{"inconnu", "", "credential unknown", ""},
    Entry{"desconocid", "", "credential unknown", ""},
    Entry{"expired", "", "expired", ""},
    Entry{"abgelaufen", "", "expired", ""},
    Entry{"verlopen", "", "expired", ""},
    Entry{"expire", "", "expired", ""},
    Entry{"caducad", "", "expired", ""},
    Entry{"perime", "", "expired", ""},
    Entry{"schedule", "", "outside schedule", ""},
    Entry{"time zone", "", "outside schedule", ""},
    Entry{"hours", "", "outside schedule", ""},
    Entry{"time code", "", "outside schedule", ""},
    Entry{"uhrzeit", "", "outside schedule", ""},
    Entry{"~zeitplan", "", "outside schedule", ""},
    Entry{"~zeitzone", "", "outside schedule", ""},
    Entry{"~zeitprofil", "", "outside schedule", ""},
    Entry{"~tijdschema", "", "outside schedule", ""},
    Entry{"buiten tijd", "", "outside schedule", ""},
    Entry{"plage horaire", "", "outside schedule", ""},
    Entry{"horaire", "", "outside schedule", ""},
    Entry{"horario", "", "outside schedule", ""},
    Entry{"=pin", "", "invalid PIN", ""},
    Entry{"~pincode", "", "invalid PIN", ""},
    Entry{"wrong code", "", "invalid PIN", ""},
    Entry{"~falscher code", "", "invalid PIN", ""},
    Entry{"code errone", "", "invalid PIN", ""},
    Entry{"=not active", "", "not active", ""},
    Entry{"=not yet valid", "", "not active", ""},
    Entry{"nicht aktiv", "", "not active", ""},
    Entry{"niet actief", "", "not active", ""},
    Entry{"disabled", "", "not enabled", ""},
    Entry{"=not enabled", "", "not enabled", ""},
    Entry{"deaktiviert", "", "not enabled", ""},
    Entry{"uitgeschakeld", "", "not enabled", ""},
    Entry{"desactiv", "", "not enabled", ""},
    Entry{"blocked", "", "blocked", ""},
    Entry{"gesperrt", "", "blocked", ""},
    Entry{"geblokkeerd", "", "blocked", ""},
    Entry{"bloque", "", "blocked", ""},
    Entry{"bloquead", "", "blocked", ""},
    Entry{"=not authori", "", "not authorised", ""},
    Entry{"unauthori", "", "not authorised", ""},
    Entry{"=no permission", "", "not authorised", ""},
    Entry{"=no rights", "", "not authorised", ""},
    Entry{"access level", "", "not authorised", ""},
    Entry{"clearance", "", "not authorised", ""},
    Entry{"access rule", "", "not authorised", ""},
    Entry{"kein zutritt", "", "not authorised", ""},
    Entry{"keine berechtigung", "", "not authorised", ""},
    Entry{"nicht berechtigt", "", "not authorised", ""},
    Entry{"niet geautoriseerd", "", "not authorised", ""},
    Entry{"niet bevoegd", "", "not authorised", ""},
    Entry{"non autoris", "", "not authorised", ""},
    Entry{"=no autorizad", "", "not authorised", ""},
};

// How columns are called; in the order of what decides: a "card holder" is a person.
struct Hint {
  Role role;
  std::string_view words;
};
constexpr std::array kHints{
    Hint{Role::time,
         "timestamp time datetime date ts when zeit zeitpunkt zeitstempel datum uhrzeit tijd tijdstip heure "
         "horodatage fecha hora occurred created"},
    Hint{Role::person,
         "holder cardholder badgeholder person name user username employee visitor inhaber karteninhaber "
         "benutzer mitarbeiter houder kaarthouder pashouder naam persoon gebruiker medewerker nom titulaire "
         "utilisateur personne actor nombre fullname lastname displayname titular usuario empleado persona"},
    Hint{Role::credential,
         "card badge credential token tag cardnumber cardno badgeid karte kartennummer ausweis "
         "ausweisnummer kaart kaartnummer pas pasnummer carte identifiant tarjeta credencial"},
    Hint{Role::reader, "reader terminal leser kartenleser lezer kaartlezer lecteur lector"},
    Hint{Role::door,
         "door portal accesspoint entrance gate tur tuer zutrittspunkt deur toegangspunt doorgang porte acces "
         "puerta"},
    Hint{Role::camera, "camera cam kamera camara"},
    Hint{Role::event,
         "event eventtype type action transaction activity ereignis ereignistext meldung vorgang gebeurtenis "
         "melding actie evenement evenements evento suceso accion description beschreibung omschrijving "
         "descripcion message"},
    Hint{Role::detail,
         "detail details reason result status outcome decision why cause remark info grund ergebnis "
         "bemerkung reden resultaat opmerking motif raison resultat motivo resultado"},
    Hint{Role::object, "object label objekt"},
    Hint{Role::site, "site building standort gebaude gebaeude locatie gebouw vestiging batiment edificio sede"},
    Hint{Role::message, "message text"},
    Hint{Role::granted,
         "granted allowed success successful succeeded authorized authorised permitted accepted erlaubt berechtigt "
         "toegestaan autorise permitido"},
    Hint{Role::zone, "timezone tz utcoffset offset zeitzone tijdzone fuseau"},
};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Where a word of an entry stands in a folded text; npos: nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  const bool inside = word.front() == '~', whole = word.front() == '=';
  if (inside || whole) word.remove_prefix(1);
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ';
    const std::size_t end = at + word.size();
    const bool ends = end == text.size() || text[end] == ' ';
    if ((inside || begins) && (!whole || ends)) return at;
  }
  return std::string_view::npos;
}

bool all_in(std::string_view text, std::string_view entry) {
  if (entry.front() == '^') return text == entry.substr(1);
  for (const std::string_view word : words_of(entry))
    if (find_word(text, word, 0) == std::string_view::npos) return false;
  return true;
}

// "*Zutritt*verweiger*": the words as the device writes them, in the order in which they stand.
std::string pattern_for(std::string_view original, const Folded& folded,
                        std::initializer_list<std::string_view> entries) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const std::string_view entry : entries) {
    if (entry.starts_with('^')) return std::string(original);
    for (std::string_view word : words_of(entry)) {
      const std::size_t at = find_word(folded.text, word, 0);
      if (at == std::string::npos) return std::string(original);
      if (word.front() == '~' || word.front() == '=') word.remove_prefix(1);
      places.emplace_back(at, at + word.size());
    }
  }
  std::sort(places.begin(), places.end());
  std::string out = "*";
  std::size_t done = 0;
  for (const auto& [at, stop] : places) {
    if (at < done) continue;  // a word of both
    done = stop;
    const std::size_t end = stop < folded.from.size() ? folded.from[stop] : original.size();
    std::string_view raw = original.substr(folded.from[at], end - folded.from[at]);
    while (!raw.empty() && static_cast<unsigned char>(raw.back()) < 0x30) raw.remove_suffix(1);
    out += std::string(raw) + "*";
  }
  return out;
}

const Entry* look_up(std::string_view folded, const Entry* begin, const Entry* end) {
  for (const Entry* entry = begin; entry != end; ++entry)
    if (all_in(folded, entry->words)) return entry;
  return nullptr;
}

}  // namespace

Folded fold(std::string_view original) {
  Folded out;
  char before = ' ';
  const auto put = [&](char c, std::size_t at) {
    out.text.push_back(c);
    out.from.push_back(at);
  };
  for (std::size_t at = 0; at < original.size();) {
    std::size_t bad = 0;
    const std::size_t length = utf8_length(original.substr(at), bad);
    const auto byte = static_cast<unsigned char>(original[at]);
    char c = ' ';
    if (length == 1) {
      c = original[at];
    } else if (length == 2 && (byte == 0xc3)) {
      c = kLatin1[static_cast<unsigned char>(original[at + 1]) - 0x80U];
      const auto letter = static_cast<unsigned char>(original[at + 1]);
      if (c == '*')
        c = ' ';
      else if (letter < 0x9f)
        c = static_cast<char>(c - ('a' - 'A'));
    }
    const bool upper = c >= 'A' && c <= 'Z';
    const bool small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper || small) {
      if (upper && before >= 'a' && before <= 'z') put(' ', at);
      put(upper ? static_cast<char>(c + ('a' - 'A')) : c, at);
      before = c;
    } else {
      if (!out.text.empty() && out.text.back() != ' ') put(' ', at);
      before = ' ';
    }
    at += length > 0 ? length : std::max<std::size_t>(bad, 1);
  }
  if (!out.text.empty() && out.text.back() == ' ') {
    out.text.pop_back();
    out.from.pop_back();
  }
  return out;
}

Meaning meaning_of(std::string_view text) {
  const Folded folded = fold(text.substr(0, 512));
  const Entry* entry = look_up(folded.text, std::begin(kEvents), std::end(kEvents));
  if (entry == nullptr) return {};
  std::string_view reason = entry->reason, why_words;
  if (entry->kind == "access.denied" && reason.empty())
    if (const Entry* why = look_up(folded.text, std::begin(kReasons), std::end(kReasons))) {
      reason = why->reason;
      why_words = why->words;
    }
  return {entry->kind,
          reason,
          entry->restored,
          entry->words,
          pattern_for(text, folded, {entry->words, why_words}),
          static_cast<std::size_t>(entry - kEvents)};
}

Meaning meaning_of_flag(std::string_view value) {
  static constexpr std::array<std::string_view, 9> kYes{"1", "true", "yes", "y", "ja", "j", "oui", "si", "ok"};
  static constexpr std::array<std::string_view, 6> kNo{"0", "false", "no", "n", "nein", "nee"};
  const std::string text = fold(value.substr(0, 16)).text;
  if (std::find(kYes.begin(), kYes.end(), text) != kYes.end())
    return {"access.granted", "", "", "yes", std::string(value)};
  if (text == "non" || std::find(kNo.begin(), kNo.end(), text) != kNo.end())
    return {"access.denied", "", "", "no", std::string(value)};
  return {};
}

std::string_view refusal_of(std::string_view text) {
  const Entry* why = look_up(fold(text.substr(0, 512)).text, std::begin(kReasons), std::end(kReasons));
  return why == nullptr ? std::string_view() : why->reason;
}

std::string refusal_pattern(std::string_view text) {
  const Folded folded = fold(text.substr(0, 512));
  const Entry* why = look_up(folded.text, std::begin(kReasons), std::end(kReasons));
  return why == nullptr ? std::string() : pattern_for(text, folded, {why->words});
}

int fits(std::string_view column, Role role, std::string_view& word) {
  const Folded folded = fold(column.substr(0, 256));
  // Of a nested name the last part says most: "after.camera".
  std::string joined;
  for (const char c : folded.text)
    if (c != ' ') joined.push_back(c);
  const std::vector<std::string_view> words = words_of(folded.text);
  if (role == Role::person_id) {
    // A number or an id of a person, not of a card.
    const bool id = !words.empty() && (words.back() == "id" || words.back() == "no" || words.back() == "nr" ||
                                       words.back() == "number" || words.back() == "nummer");
    std::string_view person;
    return id && fits(column, Role::person, person) > 0 ? (word = person, 4) : 0;
  }
  // "Door name" is no person: such words say something only alone.
  static constexpr std::string_view kOnlyAlone = " name nom naam nombre date time when created pas label text ";
  for (const Hint& hint : kHints) {
    if (hint.role != role) continue;
    int best = 0;
    for (const std::string_view h : words_of(hint.words)) {
      const bool last = !words.empty() && words.back() == h;
      const bool alone = kOnlyAlone.find(" " + std::string(h) + " ") != std::string_view::npos;
      const bool within = std::find(words.begin(), words.end(), h) != words.end();
      const int score = joined == h                   ? (alone && role != Role::time ? 3 : 4)
                        : alone && role != Role::time ? 0
                        : last                        ? 3
                        : within                      ? 2
                                                      : 0;
      if (score <= best) continue;
      best = score;
      word = h;
    }
    return best;
  }
  return 0;
}

namespace {

bool names_one_of(std::string_view value, std::string_view words) {
  const std::string folded = fold(value.substr(0, 256)).text;
  for (const std::string_view word : words_of(words))
    if (find_word(folded, word, 0) != std::string_view::npos) return true;
  return false;
}

}  // namespace

bool names_a_door(std::string_view value) {
  return names_one_of(value,
                      "door gate entrance exit portal ~tur ~tuer ~eingang ~ausgang ~tor ~deur ~ingang ~poort porte "
                      "entree sortie puerta entrada salida");
}

bool names_a_reader(std::string_view value) {
  return names_one_of(value, "reader rdr =acu ~leser ~lezer lecteur lector");
}

}  // namespace wf::kit
