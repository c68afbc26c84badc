"""Antwerp: a depot office of one level on the docks."""
from plan_rotterdam import door, gap, host, rows

SITE = {"id": "antwerp", "name": "Depot Antwerp", "short_name": "Depot", "locality": "Antwerp", "province": "BE-VAN",
        "country": "BE", "address": "Noorderkaai 7", "postal_code": "2030", "time_zone": "Europe/Brussels",
        "origin": (4.40910, 51.25140), "centre": (18, 10)}

VENUE = [(-14, -22), (56, -22), (56, 30), (-14, 30)]
OUTLINE = [(0, 0), (32, 0), (36, 4), (36, 20), (0, 20)]
BUILDINGS = {"depot": ("Office", OUTLINE, (18, 10))}

DEPOT = {
    "building": "depot", "ordinal": 0, "name": "Level 0", "short": "0", "outline": OUTLINE,
    "anchors": ("Reception",),
    "rooms": [("Corridor", "walkway", (0, 9, 36, 11.5)),
              ("Reception", "lobby", (0, 0, 9, 9)), ("Planning", "office", (9, 0, 19, 9)),
              ("Meeting", "conferenceroom", (19, 0, 26, 9)),
              ("Canteen", "foodservice", [(26, 0), (32, 0), (36, 4), (36, 9), (26, 9)]),
              ("Dispatch", "office", (0, 11.5, 10, 20)), ("Parts store", "storage", (10, 11.5, 21, 20), None, 2),
              ("Comms", "nonpublic", (21, 11.5, 26, 20), "technical", 3), ("WC", "restroom.unisex", (26, 11.5, 30, 20)),
              ("Workshop", "room", (30, 11.5, 36, 20))],
    "openings": [
        door((4.5, 0), "h", 2, door="D-701", kind="sliding", category="pedestrian.principal", reader="both",
             name="Antwerp entrance", egress=True, into="Reception", criticality=2, aliases=["A-01"]),
        door((36, 10.2), "v", 1.4, door="D-702", category="emergencyexit", name="Antwerp fire exit", egress=True,
             into="Corridor", aliases=["A-02"]),
        door((15, 20), "h", 3.4, door="D-703", kind="shutter", category="service", name="Antwerp dock",
             into="Parts store", aliases=["A-03"]),
        gap((4.5, 9), "h", 4), door((14, 9), "h"), door((22.5, 9), "h"), door((31, 9), "h", 1.6), door((5, 11.5), "h"),
        door((15, 11.5), "h", 1.4, door="D-704", reader="in", into="Parts store", aliases=["A-04"]),
        door((23.5, 11.5), "h", 1.2, door="D-705", reader="in", into="Comms", criticality=3, aliases=["A-05"]),
        door((28, 11.5), "h", 0.9), door((33, 11.5), "h", 1.4)],
    "fixtures": rows("desk", 10, 1.4, 3, 2, 3, 3.2, 2.2, 1.3) + rows("desk", 1, 14, 2, 2, 4.4, 3, 2.6, 1.3) +
    rows("furniture", 11, 13.6, 4, 2, 2.5, 3, 1.8, 1) + rows("furniture", 27.4, 1.6, 2, 2, 3.2, 3.4, 1.6, 1.6) +
    [("desk", (5.6, 3, 7.8, 4.2)), ("furniture", (20.6, 2.6, 24.4, 6)), ("equipment", (21.6, 16, 22.8, 19.4)),
     ("equipment", (31, 17, 35, 19))]}

GROUNDS = {
    "building": None, "ordinal": 0, "name": "Grounds", "short": "G", "outline": VENUE,
    "rooms": [("Noorderkaai", "road", (-14, -22, 56, -15)), ("Forecourt", "parking", (-8, -15, 42, -2)),
              ("Yard", "unenclosedarea", (-8, 22, 42, 28))],
    "openings": [door((32, -15), "h", 6, door="D-706", kind="sliding", category="automobile", name="Antwerp gate",
                      into="Forecourt", aliases=["A-06"])],
    "details": [[[(x, -8), (x, -3)] for x in range(-6, 30, 3)], [[(x, -18.5), (x + 3, -18.5)] for x in range(-12, 52, 8)]]}

LEVELS = {"L0": DEPOT, "OUT": GROUNDS}
RISERS = []

CAMERAS = [("C-71", "L0", (8.4, 8.4), 225, 80, 11, ["Reception", "D-701"]),
           ("C-72", "L0", (0.5, 11), 92, 46, 26, ["Corridor", "D-704", "D-705"]),
           ("C-73", "OUT", (18, -3), 180, 96, 18, ["Forecourt", "D-706"]),
           ("C-74", "OUT", (24, 23), 290, 80, 16, ["Yard", "D-703"])]

HOSTS = [host("ant-sw-1", "L0", "Comms", (23.3, 18.8), "10.30.9.2", criticality=2, kind="network"),
         host("ant-files-1", "L0", "Comms", (23.3, 17.3), "10.30.2.11", "P-1101", 3),
         host("acs-ant", "L0", "Comms", (23.3, 13.4), "10.30.8.3", criticality=3, kind="controller"),
         host("ant-ws-1", "L0", "Planning", (11, 3.6), "10.30.4.11", "P-1102"),
         host("ant-ws-2", "L0", "Dispatch", (2.4, 16.2), "10.30.4.12", "P-1103")]

# Whom the site wants told; see plan_rotterdam.py.
CALLS = [
    ("Depot manager", "+32 3 555 01 20", "medium", []),
    ("Duty manager, Rotterdam", "+31 20 555 0110", "high", []),
]
