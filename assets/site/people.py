"""The sample estate's directory: invented people, as people.csv."""
import unicodedata

# id, name, role, department, site: those whom recordings and devices name.
NAMED = """
P-1001|Ingrid Solberg|Chief security officer|Security|rotterdam
P-1002|Mateus Okafor|Control room operator|Security|rotterdam
P-1003|Bram van Leeuwen|Guard, shift leader|Security|rotterdam
P-1004|Yusuf Demir|Systems engineer|IT|rotterdam
P-1005|Aoife Brennan|Platform engineer|IT|rotterdam
P-1006|Tomasz Wiśniewski|Directory administrator|IT|rotterdam
P-1007|Lotte Hendriks|Video engineer|Security|rotterdam
P-1008|João Silva|Guard|Security|rotterdam
P-1009|Petra Novák|Guard|Security|rotterdam
P-1010|Hélène Marchetti|Managing director|Directors|rotterdam
P-1011|Fatima El Idrissi|Cleaner|Facilities|rotterdam
P-1012|Dragan Petrović|Cleaner|Facilities|rotterdam
P-1013|Marijke Bos|Cleaner|Facilities|rotterdam
P-1014|Rui Carvalho|Cleaner|Facilities|rotterdam
P-1015|Kasper Lindqvist|Maintenance contractor|Facilities|rotterdam
P-1016|Oksana Kovalenko|Maintenance contractor|Facilities|rotterdam
P-1021|Elif Yıldız|Materials scientist|Research|rotterdam
P-1022|Henrik Aalto|Optics scientist|Research|rotterdam
P-1023|Chiara Ferrari|Chemist|Research|rotterdam
P-1024|Daan Visser|Engineer|Engineering|rotterdam
P-1025|Sofia Papadopoulou|Engineer|Engineering|rotterdam
P-1026|Niamh Gallagher|People adviser|People|rotterdam
P-1031|Willem de Graaf|Controller|Finance|rotterdam
P-1032|Ana Horvat|Accountant|Finance|rotterdam
P-1033|Lukas Brandt|Treasury analyst|Finance|rotterdam
P-1034|Margaux Lefebvre|Counsel|Legal|rotterdam
P-1035|Peter Janssen|Account manager|Sales|rotterdam
P-1036|Zsófia Nagy|Designer|Design|rotterdam
P-1037|Mehmet Kaya|Warehouse lead|Logistics|rotterdam
P-1042|Noor Bakker|Systems engineer|IT|rotterdam
P-1101|Wout Claes|Depot manager|Logistics|antwerp
P-1102|Jana Peeters|Planner|Logistics|antwerp
P-1103|Karim Benali|Dispatcher|Logistics|antwerp
P-1104|Els Wouters|Guard|Security|antwerp
P-1105|Stijn Maes|Mechanic|Logistics|antwerp
P-1117|Ivo Kramer|Consultant|External|rotterdam
""".strip().splitlines()

FIRST = """Anouk Emre Birgit Sander Nuria Jakub Femke Olivier Saskia Andrei Merel Luca Hanneke Viktor Roos Pavel Esther
Mikkel Amira Jeroen Katarina Thijs Leila Rasmus Ilse Milan Carmen Joost Agnieszka Hugo Sanne Stefan Maya Ruben Livia
Gijs Teodora Maarten Selin Arne""".split()
LAST = """Vermeer Dijkstra Schouten Kuiper Lindgren Moreau Kowalska Rossi Fischer Popescu Nielsen Haddad Mulder Vos
Ivanova Costa Björk Hoekstra Weber Dubois Marković Postma Svoboda Santos Hofmann Achterberg Prins Larsen Öztürk Meijer
Castellano Rademaker Jurić Blom Lambert Zielińska Smit Varga Peters Hakim""".split()
POSTS = [("Engineer", "Engineering"), ("Account manager", "Sales"), ("Scientist", "Research"), ("Buyer", "Purchasing"),
         ("Designer", "Design"), ("Support agent", "Customer care"), ("Project manager", "Projects"),
         ("Accountant", "Finance"), ("Marketer", "Marketing"), ("Technician", "Facilities"), ("Warehouse worker", "Logistics"),
         ("Developer", "IT")]
ALL = 120


def account_of(name):
    plain = unicodedata.normalize("NFD", name.replace("ı", "i").replace("ø", "o").replace("ł", "l"))
    words = "".join(c for c in plain if c.isascii() and (c.isalpha() or c == " ")).lower().split()
    return words[0][0] + "".join(words[1:])


def rows():
    out = [line.split("|") for line in NAMED]
    taken = {row[0] for row in out}
    number, k = 1050, 0
    while len(out) < ALL:
        while f"P-{number}" in taken:
            number += 1
        # Steps that share no factor with the lists' lengths: no name comes twice.
        name = f"{FIRST[k * 7 % len(FIRST)]} {LAST[(k * 11 + k // len(FIRST)) % len(LAST)]}"
        role, department = POSTS[k * 5 % len(POSTS)]
        site = "antwerp" if k % 6 == 4 else "rotterdam"
        out.append([f"P-{number}", name, role, "Logistics" if site == "antwerp" else department, site])
        taken.add(f"P-{number}")
        number, k = number + 1, k + 1
    return sorted(out)


def write(path):
    lines = ["id,name,role,department,site,credentials,accounts"]
    accounts = set()
    for person, name, role, department, site in rows():
        credentials = "88-" + person[2:] + (" 91-" + person[2:] if department in ("Security", "Directors") else "")
        account = account_of(name)
        while account in accounts:
            account += "2"
        accounts.add(account)
        role = f'"{role}"' if "," in role else role
        extra = " root-" + account if person in ("P-1004", "P-1042") else ""
        lines.append(f"{person},{name},{role},{department},{site},{credentials},{account}{extra}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1
