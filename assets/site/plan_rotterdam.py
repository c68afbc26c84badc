"""HQ Rotterdam: a main building of three levels about a core, a gatehouse, and the grounds."""

SITE = {"id": "rotterdam", "name": "HQ Rotterdam", "short_name": "HQ", "locality": "Rotterdam", "province": "NL-ZH",
        "country": "NL", "address": "Pelikaankade 12", "postal_code": "3089 ZX", "time_zone": "Europe/Amsterdam",
        "origin": (4.43170, 51.89420), "centre": (44, 22)}

VENUE = [(-40, -50), (118, -50), (118, 72), (-40, 72)]
FULL = [(0, 0), (82, 0), (88, 6), (88, 44), (0, 44)]      # levels 0 and 1
SET_BACK = [(0, 0), (82, 0), (88, 6), (88, 32), (78, 32), (78, 44), (0, 44)]  # level 2 leaves a roof terrace
GATEHOUSE = (92, -40, 106, -31)
BUILDINGS = {"main": ("Main building", FULL, (44, 22)), "gatehouse": ("Gatehouse", GATEHOUSE, (99, -35.5))}

STAIR_B = [(77, 0), (82, 0), (88, 6), (88, 12), (77, 12)]
SOUTH, NORTH = 13.5, 30.5  # middles of the two corridors


def door(at, axis, width=1.2, **more):
    return {"at": at, "axis": axis, "width": width, **more}


def gap(at, axis, width):
    """An opening without a door."""
    return door(at, axis, width, kind=None)


# What every level has in the same place.
CORE = [("North corridor", "walkway", (0, 29, 88, 32)), ("South corridor", "walkway", (0, 12, 88, 15)),
        ("West link", "walkway", (27, 15, 30, 29)), ("East link", "walkway", (58, 15, 61, 29)),
        ("Stair A", "stairs", (30, 22, 36, 29)), ("Lifts", "elevator", (36, 22, 41, 29)),
        ("Lift lobby", "lobby", (41, 22, 49, 29)), ("WC W", "restroom.female", (49, 22, 53.5, 29)),
        ("WC M", "restroom.male", (53.5, 22, 58, 29)), ("Stair B", "stairs", STAIR_B)]


def core_openings(level):
    return [gap((28.5, 29), "h", 3), gap((28.5, 15), "h", 3), gap((59.5, 29), "h", 3), gap((59.5, 15), "h", 3),
            gap((45, 29), "h", 6), door((41, 25.5), "v", 1.1, kind="sliding"), door((51.2, 29), "h", 1.0),
            door((55.8, 29), "h", 1.0),
            door((33, 29), "h", 1.2, door=f"D-{level}15", egress=True, into="Stair A"),
            door((80, 12), "h", 1.2, door=f"D-{level}50", egress=True, into="Stair B")]


def treads(x0, y0, x1, y1, step=0.32):
    """Stair treads across a flight that runs from left to right."""
    count = int((x1 - x0) / step) + 1
    return [[(round(x0 + i * step, 2), y0), (round(x0 + i * step, 2), y1)] for i in range(count)]


CORE_DETAILS = [
    treads(31.2, 23, 34.8, 25.2) + treads(31.2, 25.8, 34.8, 28) + [[(31.2, 25.5), (34.8, 25.5)]],
    treads(79, 6.2, 84, 8.3) + treads(79, 8.9, 84, 11) + [[(79, 8.6), (84, 8.6)]],
    [[(36.5, 22.6), (38.4, 25)], [(38.4, 22.6), (36.5, 25)], [(36.5, 26), (38.4, 28.4)], [(38.4, 26), (36.5, 28.4)]]]
CORE_FIXTURES = [("equipment", (36.5, 22.6, 38.4, 25)), ("equipment", (36.5, 26, 38.4, 28.4))]


def rows(category, x, y, columns, lines, step_x, step_y, width, depth):
    """The same furniture on a grid whose lower left piece stands at (x, y)."""
    return [(category, (round(x + i * step_x, 2), round(y + j * step_y, 2), round(x + i * step_x + width, 2),
                        round(y + j * step_y + depth, 2))) for j in range(lines) for i in range(columns)]


GROUND = {
    "building": "main", "ordinal": 0, "name": "Level 0", "short": "0", "outline": FULL,
    "anchors": ("Entrance hall", "Loading dock"),
    "rooms": CORE + [
        ("Loading dock", "storage", (0, 32, 16, 44), None, 2), ("Warehouse", "storage", (16, 32, 38, 44), None, 2),
        ("Workshop", "room", (38, 32, 50, 44)), ("Waste", "nonpublic", (50, 32, 56, 44)),
        ("Post and parcels", "mailroom", (56, 32, 66, 44)), ("Kitchen", "kitchen", (66, 32, 75, 44)),
        ("Cold store", "storage", (75, 32, 81, 44)), ("Staff changing", "nonpublic", (81, 32, 88, 44)),
        ("Showroom", "room", (0, 15, 15, 29)), ("Data vault", "serverroom", (15, 15, 27, 29), "server", 4),
        ("Cloakroom", "room", (30, 15, 38, 22)), ("Atrium", "lobby", (38, 15, 50, 22)),
        ("Visitor meeting", "conferenceroom", (50, 15, 58, 22)),
        ("Restaurant", "foodservice", (61, 15, 88, 29)),
        ("Auditorium", "auditorium", (0, 0, 19, 12)), ("Meeting 0.1", "conferenceroom", (19, 0, 27, 12)),
        ("Meeting 0.2", "conferenceroom", (27, 0, 34, 12)), ("Entrance hall", "lobby", (34, 0, 54, 12), None, 2),
        ("Guard room", "office", (54, 0, 62, 12), "secure", 3), ("Plant room", "nonpublic", (62, 0, 77, 12), "technical", 3)],
    "openings": core_openings(0) + [
        door((44, 0), "h", 3.2, door="D-001", kind="sliding", category="pedestrian.principal", reader="both",
             name="Main entrance", egress=True, criticality=2, into="Entrance hall"),
        door((0, SOUTH), "v", 1.4, door="D-002", reader="both", name="Staff entrance", into="South corridor", criticality=2),
        door((7, 44), "h", 4, door="D-003", kind="shutter", category="service", name="Dock shutter", into="Loading dock",
             criticality=2),
        door((12.8, 44), "h", 1.2, door="D-004", reader="in", category="service", name="Dock side door",
             into="Loading dock", criticality=2),
        door((88, NORTH), "v", 1.4, door="D-005", category="emergencyexit", name="Fire exit east", egress=True,
             into="North corridor"),
        door((85, 3), 45, 1.3, door="D-006", category="emergencyexit", name="Stair B exit", egress=True, into="Stair B"),
        door((0, NORTH), "v", 1.4, door="D-007", category="emergencyexit", name="Fire exit west", egress=True,
             into="North corridor"),
        door((88, 22), "v", 2, kind="sliding", door="D-008", name="Restaurant terrace", into="Restaurant"),
        gap((44, 12), "h", 8), gap((44, 15), "h", 8), gap((44, 22), "h", 5),
        door((8, 32), "h", 1.6, door="D-011", reader="in", into="Loading dock"), door((16, 38), "v", 3, kind="shutter"),
        door((27, 32), "h", 1.6, door="D-012", reader="in", into="Warehouse"), door((44, 32), "h", 1.6, door="D-013", reader="in", into="Workshop"), door((53, 32), "h"),
        door((61, 32), "h", door="D-014", reader="in", into="Post and parcels"), door((69, 32), "h"), door((75, 38), "v", 1.4), door((84.5, 32), "h"),
        door((7, 15), "h", 2), door((7, 29), "h", 2),
        door((21, 15), "h", 1.4, door="D-023", reader="in", into="Data vault", criticality=4), door((34, 15), "h"), door((54, 15), "h"), door((68, 15), "h", 2),
        door((80, 15), "h", 2), door((68, 29), "h", 1.4), door((9, 12), "h", 2), door((23, 12), "h"), door((30.5, 12), "h"),
        door((58, 12), "h", 1.2, door="D-021", reader="in", into="Guard room", criticality=3),
        door((54, 6), "v", 1.0), door((70, 12), "h", 1.4, door="D-022", reader="in", into="Plant room", criticality=2)],
    "fixtures": CORE_FIXTURES + rows("furniture", 18, 33.5, 6, 3, 3.3, 3.6, 2.4, 1.4) +
    rows("furniture", 2, 1.6, 5, 5, 3, 1.7, 2.2, 0.7) + rows("furniture", 63.5, 17, 7, 4, 3.4, 3.1, 1.6, 1.6) +
    rows("equipment", 67, 34.6, 3, 2, 2.5, 5.4, 1.8, 1.4) + rows("equipment", 64, 2, 4, 2, 3.1, 4.6, 2, 2.8) +
    rows("desk", 55.2, 2, 1, 2, 1, 3.6, 1.4, 2.6) + rows("equipment", 40, 34.4, 3, 2, 3.2, 5.8, 2.2, 1.4) +
    rows("equipment", 15.7, 15.9, 2, 3, 5.6, 1.6, 4.6, 1.1) + rows("equipment", 15.7, 23.7, 2, 3, 5.6, 1.6, 4.6, 1.1) +
    [("desk", (48, 5, 52, 6.2)), ("vegetation", (35.2, 1, 36.8, 4)), ("furniture", (20.6, 3.4, 25.4, 7)),
     ("furniture", (28.6, 3.4, 32.4, 7)), ("furniture", (52, 17, 56, 20)), ("furniture", (2, 18, 5.4, 20.4)),
     ("furniture", (9.6, 18, 13, 20.4)), ("furniture", (2, 24, 5.4, 26.4)), ("furniture", (9.6, 24, 13, 26.4)),
     ("vegetation", (40, 20, 48, 21.2)),
     ("equipment", (1, 39, 4, 43)), ("furniture", (57, 39.5, 65, 41))],
    "details": CORE_DETAILS}

OFFICES = {
    "building": "main", "ordinal": 1, "name": "Level 1", "short": "1", "outline": FULL,
    "rooms": CORE + [
        ("Sales", "office", (0, 32, 20, 44)), ("Customer care", "office", (20, 32, 36, 44)),
        ("Meeting 1.1", "conferenceroom", (36, 32, 44, 44)), ("Meeting 1.2", "conferenceroom", (44, 32, 52, 44)),
        ("Finance", "office", (52, 32, 66, 44), None, 2), ("Legal", "office", (66, 32, 74, 44), None, 2),
        ("Board room", "conferenceroom", (74, 32, 88, 44), None, 3),
        ("Design studio", "office", (0, 15, 27, 29)),
        ("Pantry", "foodservice", (30, 15, 38, 22)), ("Atrium", "opentobelow", (38, 15, 50, 22)),
        ("Print room", "storage", (50, 15, 58, 22)),
        ("Projects", "office", (61, 15, 76, 29)), ("Library", "library", (76, 21, 88, 29)),
        ("Comms 1", "nonpublic", (76, 15, 82, 21), "technical", 3), ("Phone rooms", "phoneroom", (82, 15, 88, 21)),
        ("Marketing", "office", (0, 0, 17, 12)), ("Purchasing", "office", (17, 0, 30, 12)),
        ("Directors", "office", (30, 0, 43, 12), None, 3), ("Lounge", "lounge", (43, 0, 59, 12)),
        ("Quiet room", "room", (59, 0, 67, 12)), ("Facilities", "office", (67, 0, 77, 12))],
    "openings": core_openings(1) + [
        door((6, 32), "h"), door((16, 32), "h"), door((26, 32), "h"), door((40, 32), "h"), door((48, 32), "h"),
        door((57, 32), "h", door="D-105", reader="in", into="Finance"),
        door((70, 32), "h", door="D-106", reader="in", into="Legal"),
        door((81, 32), "h", 1.6, door="D-107", reader="in", into="Board room", criticality=2),
        door((8, 29), "h"), door((8, 15), "h"), door((20, 15), "h"), door((27, 22), "v", 1.4), door((34, 15), "h", 1.4),
        door((54, 15), "h"), door((66, 29), "h"), door((66, 15), "h", door="D-122", reader="in", into="Projects"), door((82, 29), "h", 1.4),
        door((79, 15), "h", door="D-121", reader="in", into="Comms 1", criticality=3), door((85, 15), "h"),
        door((8, 12), "h"), door((23, 12), "h"), door((36, 12), "h", door="D-142", reader="in", into="Directors", criticality=2),
        door((48, 12), "h", 1.8), door((55, 12), "h", 1.8), door((63, 12), "h"), door((72, 12), "h")],
    "fixtures": CORE_FIXTURES + rows("desk", 1.6, 34.4, 5, 3, 3.6, 3, 2.6, 1.4) +
    rows("desk", 21.4, 34.4, 4, 3, 3.6, 3, 2.6, 1.4) + rows("desk", 53.4, 34.4, 3, 3, 4, 3, 2.8, 1.4) +
    rows("desk", 67.2, 35, 1, 3, 1, 3, 2.8, 1.4) + rows("desk", 1.6, 17.2, 6, 3, 4.2, 4, 3, 1.6) +
    rows("desk", 62.4, 17.2, 3, 3, 4.4, 4, 3, 1.6) + rows("desk", 1.4, 1.6, 4, 3, 3.9, 3.2, 2.8, 1.4) +
    rows("desk", 18.4, 1.6, 3, 3, 3.9, 3.2, 2.8, 1.4) + rows("desk", 31.4, 2, 3, 1, 3.9, 3, 2.8, 1.6) +
    rows("desk", 68.2, 1.6, 2, 3, 4.2, 3.2, 2.8, 1.4) + rows("furniture", 77.4, 26.4, 4, 1, 2.6, 1, 2, 0.8) +
    rows("furniture", 77.4, 22, 4, 1, 2.6, 1, 2, 0.8) + rows("furniture", 44.6, 2, 4, 2, 3.7, 4, 2, 2) +
    [("furniture", (77, 35.4, 85, 38.4)), ("furniture", (38, 35, 42, 39)), ("furniture", (46, 35, 50, 39)),
     ("furniture", (31, 16, 37, 17)), ("equipment", (52, 16, 54, 18)), ("equipment", (77, 16.2, 78.2, 20)),
     ("furniture", (61, 3, 65, 6))],
    "details": CORE_DETAILS + [[[(38, 15), (50, 22)], [(38, 22), (50, 15)]]]}

LABS = {
    "building": "main", "ordinal": 2, "name": "Level 2", "short": "2", "outline": SET_BACK,
    "anchors": ("Control room",),
    "rooms": CORE + [
        ("Control room", "office", (0, 32, 15, 44), "secure", 4), ("Briefing", "conferenceroom", (15, 32, 23, 44)),
        ("Materials lab", "laboratory", (23, 32, 38, 44), None, 3), ("Optics lab", "laboratory", (38, 32, 50, 44), None, 2),
        ("Meeting 2.1", "conferenceroom", (50, 32, 58, 44)), ("Meeting 2.2", "conferenceroom", (58, 32, 66, 44)),
        ("Engineering", "office", (66, 32, 78, 44)),
        ("Chemistry lab", "laboratory", (0, 15, 15, 29), None, 3), ("Lab store", "storage", (15, 22, 27, 29), None, 2),
        ("Clean room", "laboratory", (15, 15, 27, 22), None, 3),
        ("Pantry", "foodservice", (30, 15, 38, 22)), ("Atrium", "opentobelow", (38, 15, 50, 22)),
        ("Print room", "storage", (50, 15, 58, 22)),
        ("Comms room", "nonpublic", (61, 23, 73, 29), "technical", 3),
        ("UPS and power", "nonpublic", (73, 23, 88, 29), "technical", 3),
        ("Server lobby", "lobby", (61, 15, 69, 23), "secure", 3), ("Server room", "serverroom", (69, 15, 88, 23), "server", 4),
        ("Archive", "storage", (0, 0, 11, 12), None, 2), ("Mail room", "mailroom", (11, 0, 19, 12)),
        ("People team", "office", (19, 0, 30, 12), None, 2), ("Training", "classroom", (30, 0, 43, 12)),
        ("Canteen", "foodservice", (43, 0, 59, 12)), ("First aid", "firstaid", (59, 0, 66, 12)),
        ("IT workshop", "room", (66, 0, 77, 12), None, 2)],
    "openings": core_openings(2) + [
        door((11, 32), "h", 1.3, door="D-201", reader="in", into="Control room", criticality=4), door((19, 32), "h"),
        door((30, 32), "h", 1.4, door="D-203", reader="in", into="Materials lab", criticality=2),
        door((44, 32), "h", 1.4, door="D-204", reader="in", into="Optics lab"), door((54, 32), "h"), door((62, 32), "h"),
        door((72, 32), "h", door="D-207", reader="in", into="Engineering"),
        door((83, 32), "h", 1.4, door="D-209", name="Roof terrace", into="North corridor"),
        door((8, 29), "h", 1.4, door="D-211", reader="in", into="Chemistry lab", criticality=2),
        door((8, 15), "h", 1.4, door="D-212", reader="in", into="Chemistry lab", criticality=2),
        door((21, 29), "h", 1.4, door="D-213", reader="in", into="Lab store"),
        door((21, 15), "h", 1.4, door="D-214", reader="in", into="Clean room", criticality=2),
        door((34, 15), "h", 1.4), door((54, 15), "h"),
        door((65, 29), "h", 1.3, door="D-221", reader="in", into="Comms room", criticality=3),
        door((79, 29), "h", 1.4, door="D-222", reader="in", into="UPS and power", criticality=3),
        door((65, 15), "h", 1.4, door="D-230", reader="in", into="Server lobby", criticality=3),
        door((69, 19), "v", 1.4, door="D-231", reader="in", into="Server room", criticality=4),
        door((7, 12), "h", 1.3, door="D-241", reader="in", into="Archive"), door((15, 12), "h", door="D-242", reader="in", into="Mail room"), door((24.5, 12), "h"),
        door((33, 12), "h"), door((40, 12), "h"), door((47, 12), "h", 1.8), door((55, 12), "h", 1.8), door((62.5, 12), "h"),
        door((71.5, 12), "h", 1.3, door="D-249", reader="in", into="IT workshop")],
    "fixtures": CORE_FIXTURES + [("desk", (1.5, 41.4, 12.5, 42.6))] + rows("desk", 2, 36.6, 3, 1, 4, 1, 2.8, 1.4) +
    rows("desk", 25, 34.6, 1, 3, 1, 3, 5, 1.2) + rows("desk", 32, 34.6, 1, 3, 1, 3, 4.6, 1.2) +
    rows("desk", 39.4, 35, 2, 3, 5, 3, 4, 1.2) + rows("desk", 67.4, 34.4, 3, 3, 3.5, 3, 2.5, 1.4) +
    rows("desk", 2, 17.4, 1, 4, 1, 2.8, 5, 1.3) + rows("desk", 8.6, 18.8, 1, 3, 1, 2.8, 4.6, 1.3) +
    rows("equipment", 16.4, 16.4, 3, 1, 3.4, 1, 2.4, 1.4) + rows("furniture", 16.2, 23, 3, 1, 3.6, 1, 2.6, 1.2) +
    rows("equipment", 71.6, 15.8, 13, 2, 1.15, 5, 1, 1.2) + rows("equipment", 71.4, 23.6, 1, 3, 1, 1.7, 1.1, 1.3) +
    rows("equipment", 74.4, 23.6, 6, 1, 2.1, 1, 1.5, 1.3) + rows("furniture", 1, 1.4, 3, 1, 3.4, 1, 2.4, 6) +
    rows("desk", 20.4, 1.8, 2, 2, 5, 4, 3.2, 1.5) + rows("desk", 31.6, 2, 5, 3, 2.3, 2.6, 1.5, 1) +
    rows("furniture", 45, 1.8, 4, 2, 3.4, 3.6, 2, 2) + rows("desk", 67.4, 2, 2, 2, 5, 4, 3.2, 1.5) +
    [("furniture", (17, 35.4, 21, 38)), ("furniture", (52, 35, 56, 39)), ("furniture", (60, 35, 64, 39)),
     ("furniture", (31, 16, 37, 17)), ("equipment", (52, 16, 54, 18)), ("furniture", (60.4, 2, 62.4, 5)),
     ("desk", (12.2, 2, 17.8, 3.2))],
    "details": CORE_DETAILS + [[[(38, 15), (50, 22)], [(38, 22), (50, 15)]]]}

GATE = {
    "building": "gatehouse", "ordinal": 0, "name": "Level 0", "short": "0", "outline": GATEHOUSE,
    "anchors": ("Gate office",),
    "rooms": [("Gate office", "office", (92, -40, 98, -31), "secure", 3), ("Visitors", "waitingroom", (98, -40, 103, -31)),
              ("Gate WC", "restroom.unisex", (103, -35, 106, -31)), ("Gate store", "storage", (103, -40, 106, -35))],
    "openings": [door((92, -33), "v", 1.2, door="D-091", reader="in", into="Gate office", criticality=2),
                 door((98, -33.5), "v", 1), door((100.5, -31), "h", 1.6, kind="sliding", door="D-092", name="Visitors' door",
                                                 into="Visitors"),
                 door((103, -33), "v", 0.9), door((103, -37.5), "v", 0.9)],
    "fixtures": [("desk", (93, -39, 94.4, -34.4)), ("furniture", (99, -39.4, 102, -38.4))]}

GROUNDS = {
    "building": None, "ordinal": 0, "name": "Grounds", "short": "G", "outline": VENUE,
    "rooms": [("Pelikaankade", "road", (-40, -50, 118, -42)), ("Access road", "road", (76, -42, 84, -27)),
              ("South drive", "road", (-26, -27, 84, -20)), ("West drive", "road", (-26, -20, -19, 56)),
              ("Loading yard", "unenclosedarea", (-19, 48, 30, 66)), ("Yard drive", "road", (-26, 56, -19, 66)),
              ("Forecourt", "unenclosedarea", (34, -20, 54, -2)), ("Car park", "parking", (-12, -20, 34, -6)),
              ("East car park", "parking", (94, -24, 112, 40)), ("East drive", "road", (84, -27, 112, -24)),
              ("Garden", "vegetation", (36, 50, 112, 68))],
    "openings": [door((80, -42), "h", 7, door="D-090", kind="sliding", category="automobile", reader="both",
                      name="Vehicle gate", into="Access road"),
                 gap((80, -27), "h", 8), gap((-22.5, -20), "h", 7), gap((-22.5, 56), "h", 7), gap((-19, 61), "v", 8),
                 gap((44, -20), "h", 14), gap((11, -20), "h", 10), gap((84, -25.5), "v", 3), gap((103, -24), "h", 10)],
    "details": [
        [[(x, -13), (x, -7)] for x in range(-11, 34, 3)],
        [[(95, y), (101, y)] for y in range(-18, 40, 3)] + [[(105, y), (111, y)] for y in range(-18, 40, 3)],
        [[(x, -46), (x + 3, -46)] for x in range(-38, 116, 8)],
        [[(x, -23.5), (x + 2, -23.5)] for x in range(-18, 76, 6)]]}

LEVELS = {"L0": GROUND, "L1": OFFICES, "L2": LABS, "GH": GATE, "OUT": GROUNDS}
RISERS = [((a, unit, kind), (b, unit)) for a, b in (("L0", "L1"), ("L1", "L2"))
          for unit, kind in (("Stair A", "stairs"), ("Stair B", "stairs"), ("Lifts", "elevator"))]

# id, level, place, heading (clockwise from north), field of view, range, what it watches
CAMERAS = [
    ("C-01", "L0", (44, 11.2), 180, 84, 14, ["Entrance hall", "D-001"]),
    ("C-02", "L0", (48.2, 22.8), 325, 76, 10, ["Lift lobby"]),
    ("C-03", "L0", (0.6, 32.6), 50, 80, 17, ["Loading dock", "D-003", "D-004"]),
    ("C-04", "L0", (0.6, 31.4), 93, 44, 34, ["North corridor", "D-007", "D-011"]),
    ("C-05", "L0", (87.4, 31.4), 267, 44, 34, ["North corridor", "D-005"]),
    ("C-06", "L0", (0.6, 14.4), 93, 44, 34, ["South corridor", "D-002", "D-023"]),
    ("C-07", "L0", (76.4, 14.4), 267, 44, 30, ["South corridor", "D-021", "D-022"]),
    ("C-08", "OUT", (24, 63), 217, 56, 20, ["Loading yard", "D-003", "D-004"]),
    ("C-09", "OUT", (44, -3), 180, 96, 26, ["Forecourt"]),
    ("C-10", "OUT", (83, -28), 205, 70, 22, ["Access road", "D-090"]),
    ("C-11", "L1", (0.6, 31.4), 93, 44, 34, ["North corridor"]),
    ("C-12", "L1", (87.4, 31.4), 267, 44, 34, ["North corridor", "D-107"]),
    ("C-13", "L1", (48.2, 22.8), 325, 76, 10, ["Lift lobby"]),
    ("C-14", "L1", (0.6, 14.4), 93, 44, 34, ["South corridor", "D-142"]),
    ("C-15", "L1", (87.4, 14.4), 267, 44, 34, ["South corridor", "D-121"]),
    ("C-20", "L2", (0.6, 31.4), 93, 44, 34, ["North corridor", "D-201", "D-211"]),
    ("C-21", "L2", (48.2, 22.8), 325, 76, 10, ["Lift lobby"]),
    ("C-22", "L2", (87.4, 31.4), 267, 44, 34, ["North corridor", "D-222", "D-209"]),
    ("C-24", "L2", (0.6, 14.4), 93, 44, 34, ["South corridor", "D-212", "D-214"]),
    ("C-25", "L2", (87.4, 14.4), 267, 44, 34, ["South corridor", "D-230"]),
    ("C-26", "L2", (61.5, 22.5), 135, 80, 12, ["Server lobby", "D-230", "D-231"]),
    ("C-27", "L2", (87.5, 22.5), 254, 62, 20, ["Server room", "D-231"]),
    ("C-28", "L2", (26.5, 21.5), 232, 76, 14, ["Clean room", "D-214"]),
    ("C-30", "L2", (58.4, 0.6), 315, 78, 16, ["Canteen"])]


def host(name, level, room, at, address, owner=None, criticality=None, kind="host", aliases=()):
    return (name, kind, level, room, at, {"address": address, "owner": owner, "criticality": criticality,
                                          "aliases": list(aliases)})


def rack(first, room, level, slots, names):
    """Hosts on the slots of a room; a name carries the last number of its address, its owner and criticality."""
    return [host(name, level, room, slot, f"10.20.2.{number}", owner, criticality,
                 aliases=[f"{name}.hq.example"] if name.startswith("hv-") else [])
            for slot, (name, number, owner, criticality) in zip(slots[first:], names)]


SERVER_ROOM = [(x, y) for y in (21.4, 16.4) for x in (71.4, 75.4, 79.4, 83.4)]
VAULT = [(x, y) for y in (27.4, 25.8, 24.2, 19.6, 18, 16.4) for x in (16.4, 22)]
HOSTS = rack(0, "Server room", "L2", SERVER_ROOM, [
    ("hv-01", 11, "P-1004", 4), ("hv-03", 13, "P-1004", 4), ("hv-05", 15, "P-1004", 4), ("hv-07", 17, "P-1004", 4),
    ("san-1", 31, "P-1004", 4), ("db-1", 41, "P-1005", 4), ("ad-1", 51, "P-1006", 4), ("git-1", 62, "P-1005", 3)]) + rack(
    0, "Data vault", "L0", VAULT, [
        ("hv-02", 12, "P-1004", 4), ("hv-04", 14, "P-1004", 4), ("hv-06", 16, "P-1004", 4), ("hv-08", 18, "P-1004", 4),
        ("san-2", 32, "P-1004", 4), ("db-2", 42, "P-1005", 4), ("ad-2", 52, "P-1006", 4), ("bk-1", 33, "P-1004", 3),
        ("mail-1", 61, "P-1006", 3), ("ci-1", 63, "P-1005", 2), ("files-1", 64, "P-1006", 3)]) + [
    host("vpn-1", "L2", "Comms room", (61.9, 28), "10.20.9.5", "P-1004", 3, aliases=["vpn-1.hq.example"]),
    host("net-1", "L2", "Comms room", (66, 28), "10.20.9.6", "P-1004", 2),
    host("cam-gw-1", "L2", "Comms room", (61.9, 24), "10.20.8.2", "P-1007", 3),
    host("wall-1", "L2", "Control room", (3.4, 40.6), "10.20.8.11", "P-1002", 4),
    host("wall-2", "L2", "Control room", (10.4, 40.6), "10.20.8.12", "P-1002", 4),
    host("lab-01", "L2", "Materials lab", (27, 42), "10.20.5.11", "P-1021", 2),
    host("lab-02", "L2", "Optics lab", (42, 42), "10.20.5.12", "P-1022", 2),
    host("lab-03", "L2", "Chemistry lab", (4.4, 27.4), "10.20.5.13", "P-1023", 2),
    host("eng-01", "L2", "Engineering", (67.6, 42.8), "10.20.4.11", "P-1024"),
    host("eng-02", "L2", "Engineering", (73, 42.8), "10.20.4.12", "P-1025"),
    host("it-01", "L2", "IT workshop", (69, 4.4), "10.20.4.21", "P-1005"),
    host("hr-01", "L2", "People team", (22, 4.4), "10.20.4.31", "P-1026"),
    host("fin-01", "L1", "Finance", (53, 42.8), "10.20.3.11", "P-1031", 2),
    host("fin-02", "L1", "Finance", (57.4, 42.8), "10.20.3.12", "P-1032", 2),
    host("fin-03", "L1", "Finance", (61.8, 42.8), "10.20.3.13", "P-1033", 2, aliases=["fin-03.hq.example"]),
    host("leg-01", "L1", "Legal", (67.4, 42.8), "10.20.3.21", "P-1034", 2),
    host("dir-01", "L1", "Directors", (31.4, 8.6), "10.20.3.31", "P-1010", 3),
    host("sal-01", "L1", "Sales", (3, 42), "10.20.3.41", "P-1035"),
    host("rec-1", "L0", "Entrance hall", (50, 7.2), "10.20.8.21", "P-1003", 2),
    host("grd-1", "L0", "Guard room", (57.8, 3.4), "10.20.8.22", "P-1003", 3),
    host("dock-1", "L0", "Loading dock", (5, 40.6), "10.20.3.61", "P-1037"),
    host("fw-1", "L2", "Comms room", (70, 28), "10.20.9.1", criticality=4, kind="network"),
    host("sw-1", "L2", "Comms room", (68, 24), "10.20.9.2", criticality=4, kind="network"),
    host("sw-2", "L0", "Data vault", (22, 16.4), "10.20.9.3", criticality=4, kind="network"),
    host("sw-1a", "L1", "Comms 1", (77.4, 20), "10.20.9.11", criticality=2, kind="network"),
    host("sw-0a", "L0", "Plant room", (73, 10.6), "10.20.9.12", criticality=2, kind="network"),
    host("acs-1", "L2", "UPS and power", (82.4, 27.4), "10.20.8.3", criticality=4, kind="controller"),
    host("acs-2", "L0", "Guard room", (55.4, 10.8), "10.20.8.4", criticality=3, kind="controller"),
    ("post-1", "guard_post", "L0", "Guard room", (57.6, 8.6), {"name": "Guard post"}),
    ("post-2", "guard_post", "GH", "Gate office", (96, -36), {"name": "Gate post"})]

# What hangs behind what: a floor's cameras behind its switch, the floors' switches and the controllers behind the core.
CAMERA_SWITCH = {"L0": "sw-0a", "OUT": "sw-0a", "GH": "sw-0a", "L1": "sw-1a", "L2": "sw-1"}
SWITCH = {"sw-0a": "sw-1", "sw-1a": "sw-1", "acs-1": "sw-1", "acs-2": "sw-0a", "cam-gw-1": "sw-1"}
CONTROLLER = {"D-0": "acs-2", "D-1": "acs-1", "D-2": "acs-1"}

# Whom the site wants told, in this order: who, number (of those kept for fiction), from which priority, of what only.
CALLS = [
    ("Duty manager", "+31 20 555 0110", "high", []),
    ("IT on call", "+31 20 555 0142", "medium", ["network"]),
    ("Facilities on call", "+31 20 555 0127", "high", ["door", "camera"]),
    ("Chief Security Officer", "+31 20 555 0101", "critical", []),
]
