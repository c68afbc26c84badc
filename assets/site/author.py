#!/usr/bin/env python3
"""Writes the sample estate: IMDF archives, site.yaml, devices.yaml and people.csv.

    python3 assets/site/author.py

The plans (plan_rotterdam.py, plan_antwerp.py) are drawn in metres, x east and y north of a corner of the main
building. Ids are UUIDs of version 5 over site, type and key, so the same plan always gives the same bytes.
"""
import json
import math
import sys
import uuid
from pathlib import Path

sys.dont_write_bytecode = True  # the three modules below are sources, not products
import people
import plan_antwerp
import plan_rotterdam

HERE = Path(__file__).resolve().parent
NAMESPACE = uuid.UUID("6f1d3f0e-5b0a-5c57-9a41-0c7f4e2a8d11")
CREATED = "2026-03-01T08:00:00Z"
TYPES = ["address", "amenity", "anchor", "building", "detail", "fixture", "footprint", "level", "opening",
         "relationship", "unit", "venue"]
THROUGHWAYS = {"walkway", "lobby", "stairs", "elevator"}


def ring_of(shape):
    """A box (x0, y0, x1, y1) or a list of corners, as a list of corners."""
    if isinstance(shape[0], (int, float)):
        x0, y0, x1, y1 = shape
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return list(shape)


def inside(ring, x, y):
    hit = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            hit = not hit
    return hit


class Site:
    def __init__(self, plan):
        self.plan = plan
        self.id = plan.SITE["id"]
        self.features = {t: [] for t in TYPES}
        self.devices, self.zones = [], []
        self.units = {}  # (level, name) -> (id, ring, category)
        lon, lat = plan.SITE["origin"]
        s = math.sin(math.radians(lat))
        w = 1 - 6.69437999014e-3 * s * s
        self.per_lat = 6378137.0 * (1 - 6.69437999014e-3) / w**1.5 * math.pi / 180
        self.per_lon = 6378137.0 / math.sqrt(w) * math.cos(math.radians(lat)) * math.pi / 180

    # Ids, places, shapes
    def uuid(self, kind, key):
        return str(uuid.uuid5(NAMESPACE, f"{self.id}/{kind}/{key}"))

    def globe(self, x, y):
        (lon, lat), (cx, cy) = self.plan.SITE["origin"], self.plan.SITE["centre"]
        return [round(lon + (x - cx) / self.per_lon, 8), round(lat + (y - cy) / self.per_lat, 8)]

    def polygon(self, shape):
        ring = [self.globe(*p) for p in ring_of(shape)]
        return {"type": "Polygon", "coordinates": [ring + ring[:1]]}

    def point(self, x, y):
        return {"type": "Point", "coordinates": self.globe(x, y)}

    def add(self, kind, key, geometry, **properties):
        feature_id = self.uuid(kind, key)
        self.features[kind].append({"id": feature_id, "type": "Feature", "feature_type": kind, "geometry": geometry,
                                    "properties": properties})
        return feature_id

    def unit_at(self, level, x, y):
        for (on, name), (unit_id, ring, category) in self.units.items():
            if on == level and inside(ring, x, y):
                return name, unit_id, category
        return None

    # IMDF
    def write_venue(self):
        s = self.plan.SITE
        address = self.add("address", "site", None, address=s["address"], unit=None, locality=s["locality"],
                           province=s["province"], country=s["country"], postal_code=s["postal_code"],
                           postal_code_ext=None, postal_code_vanity=None)
        self.add("venue", "site", self.polygon(self.plan.VENUE), category="businesscampus", restriction=None,
                 name={"en": s["name"]}, alt_name=None, hours=None, phone=None, website=None,
                 display_point=self.point(*s["centre"]), address_id=address)
        for key, (name, outline, label) in self.plan.BUILDINGS.items():
            building = self.add("building", key, None, name={"en": name}, alt_name=None, category="unspecified",
                                restriction=None, display_point=self.point(*label), address_id=address)
            self.add("footprint", key, self.polygon(outline), category="ground", name=None, building_ids=[building])
        for key, level in self.plan.LEVELS.items():
            self.write_level(key, level, address)
        for a, b in self.plan.RISERS:
            self.add("relationship", f"{a} {b}", None, category=a[2], direction="undirected",
                     origin={"id": self.units[a[:2]][0], "feature_type": "unit"}, intermediary=None,
                     destination={"id": self.units[b[:2]][0], "feature_type": "unit"}, hours=None)

    def write_level(self, key, level, address):
        outdoor = level["building"] is None
        level_id = self.add("level", key, self.polygon(level["outline"]), category="unspecified", restriction=None,
                            outdoor=outdoor, ordinal=level["ordinal"], name={"en": level["name"]},
                            short_name={"en": level["short"]}, display_point=None, address_id=None,
                            building_ids=[] if outdoor else [self.uuid("building", level["building"])])
        for name, category, shape, *ours in level["rooms"]:
            ring = ring_of(shape)
            unit = self.add("unit", f"{key}/{name}", self.polygon(ring), category=category, restriction=None,
                            accessibility=None, name={"en": name}, alt_name=None, level_id=level_id,
                            display_point=None)
            self.units[key, name] = (unit, ring, category)
            if ours:
                self.zones.append((unit, name, *ours))
            middle = (sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring))
            kind = {"elevator": "elevator", "stairs": "stairs", "firstaid": "firstaid"}.get(
                category, "restroom" if category.startswith("restroom") else None)
            if kind:
                self.add("amenity", f"{key}/{name}", self.point(*middle), category=kind, accessibility=None, name=None,
                         alt_name=None, hours=None, phone=None, website=None, unit_ids=[unit], address_id=None,
                         correlation_id=None)
            if name in level.get("anchors", ()):
                self.add("anchor", f"{key}/{name}", self.point(*middle), unit_id=unit, address_id=address)
        for number, (category, shape) in enumerate(level.get("fixtures", ())):
            self.add("fixture", f"{key}/{number}", self.polygon(shape), category=category, name=None, alt_name=None,
                     anchor_id=None, level_id=level_id, display_point=None)
        for number, lines in enumerate(level.get("details", ())):
            geometry = {"type": "MultiLineString", "coordinates": [[self.globe(*p) for p in line] for line in lines]}
            self.add("detail", f"{key}/{number}", geometry, level_id=level_id)
        for opening in level["openings"]:
            self.write_opening(key, level_id, **opening)

    def write_opening(self, level, level_id, at, axis, width, door=None, kind="swinging", category="pedestrian",
                      name=None, reader=None, into=None, egress=False, criticality=1, aliases=()):
        """`axis`: "h", "v" or degrees anticlockwise from east; `reader`: "in", "both" or None; `into`: the room
        that the door guards, where that is not the one that is no throughway."""
        angle = math.radians({"h": 0, "v": 90}.get(axis, axis))
        dx, dy = math.cos(angle), math.sin(angle)
        x, y = at
        a, b = (x - dx * width / 2, y - dy * width / 2), (x + dx * width / 2, y + dy * width / 2)
        material = {"sliding": "glass", "shutter": "metal"}.get(kind, "wood" if not reader else "metal")
        opening = self.add(
            "opening", f"{level}/{door or at}", {"type": "LineString", "coordinates": [self.globe(*a), self.globe(*b)]},
            category=category, accessibility=None, access_control=["badgereader"] if reader else None,
            door=None if kind is None else {"type": kind, "automatic": kind in ("sliding", "shutter"),
                                            "material": material},
            name={"en": door} if door else None, alt_name=None, display_point=None, level_id=level_id)
        if not door:
            return
        sides = [(sign, self.unit_at(level, x - dy * sign * 0.4, y + dx * sign * 0.4)) for sign in (1, -1)]
        inner = min(sides, key=lambda s: (s[1] is None, s[1] is not None and s[1][0] != into,
                                          s[1] is not None and s[1][2] in THROUGHWAYS))
        outer = next(s for s in sides if s is not inner)
        if into and inner[1][0] != into:
            raise SystemExit(f"{self.id}: {door} does not touch {into}")
        self.devices.append({"id": door, "kind": "door", "name": name or f"{door} {inner[1][0]}", "opening": opening,
                             "unit": inner[1][1], "egress": egress or None,
                             "criticality": criticality if criticality > 1 else None, "aliases": list(aliases)})
        sides_with_reader = {"in": [outer], "both": [outer, inner], None: []}[reader]
        for side in sides_with_reader:
            out = side is inner
            px = x + dx * (width / 2 + 0.45) - dy * side[0] * 0.35
            py = y + dy * (width / 2 + 0.45) + dx * side[0] * 0.35
            self.devices.append({"id": door.replace("D-", "R-") + ("X" if out else ""), "kind": "reader",
                                 "name": f"Reader {'out of' if out else 'into'} {inner[1][0]}", "opening": opening,
                                 "unit": side[1][1] if side[1] else None, "position": self.globe(px, py),
                                 "aliases": [f"{n}-R{'X' if out else ''}" for n in aliases]})

    # Devices
    def write_devices(self):
        for camera, level, at, heading, view, reach, covers in self.plan.CAMERAS:
            found = self.unit_at(level, *at)
            if found is None:
                raise SystemExit(f"{self.id}: {camera} stands in no room")
            watched = [self.units[level, c][0] if (level, c) in self.units else c for c in covers]
            self.devices.append({"id": camera, "kind": "camera", "name": f"{camera} {found[0]}", "unit": found[1],
                                 "position": self.globe(*at), "heading": heading, "field_of_view": view, "range": reach,
                                 "covers": watched, "behind": getattr(self.plan, "CAMERA_SWITCH", {}).get(level)})
        for name, kind, level, room, at, more in self.plan.HOSTS:
            unit, ring, _ = self.units[level, room]
            if not inside(ring, *at):
                raise SystemExit(f"{self.id}: {name} at {at} is not in {room}")
            self.devices.append({"id": name, "kind": kind, "unit": unit, "position": self.globe(*at), **more,
                                 "behind": getattr(self.plan, "SWITCH", {}).get(name)})
        controllers = getattr(self.plan, "CONTROLLER", {})
        for device in self.devices:
            if device["kind"] == "door":
                device["behind"] = controllers.get(device["id"][:3])

    def devices_yaml(self):
        def scalar(value):
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, list):
                return "[" + ", ".join(scalar(v) for v in value) + "]"
            return str(value)

        lines = ["# Watchfloor's layer over the venue: what it guards, keyed to IMDF ids. Written by author.py.", "v: 1",
                 "zones:"]
        for unit, name, category, criticality in self.zones:
            own = f"category: {category}, " if category else ""
            lines.append(f"  - {{unit: {unit}, {own}criticality: {criticality}}}  # {name}")
        lines.append("devices:")
        for device in self.devices:
            kept = {k: v for k, v in device.items() if v not in (None, [], "")}
            lines.append("  - {" + ", ".join(f"{k}: {scalar(v)}" for k, v in kept.items()) + "}")
        agents = getattr(self.plan, "AGENTS", [])
        if agents:
            lines.append("agents:")
        for agent, behind in agents:
            lines.append(f"  - {{agent: {agent}, behind: {behind}}}")
        lines.append("calls:")
        for who, number, since, domains in self.plan.CALLS:
            only = f", domains: [{', '.join(domains)}]" if domains else ""
            lines.append(f'  - {{who: "{who}", number: "{number}", from: {since}{only}}}')
        return "\n".join(lines) + "\n"

    def write(self):
        self.write_venue()
        self.write_devices()
        folder = HERE / self.id
        folder.mkdir(exist_ok=True)
        manifest = {"version": "1.0.0", "created": CREATED, "generated_by": "assets/site/author.py", "language": "en",
                    "extensions": None}
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        for kind in TYPES:
            rows = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in self.features[kind])
            text = f'{{"type":"FeatureCollection","name":"{kind}","features":[\n{rows}\n]}}\n'
            (folder / f"{kind}.geojson").write_text(text, encoding="utf-8")
        s = self.plan.SITE
        (folder / "site.yaml").write_text(
            f"v: 1\nid: {s['id']}\nname: {s['name']}\nshort_name: {s['short_name']}\nlocality: {s['locality']}\n"
            f"time_zone: {s['time_zone']}\n")
        (folder / "devices.yaml").write_text(self.devices_yaml(), encoding="utf-8")
        return {kind: len(rows) for kind, rows in self.features.items()} | {"devices": len(self.devices)}


if __name__ == "__main__":
    for plan in (plan_rotterdam, plan_antwerp):
        print(plan.SITE["id"], Site(plan).write())
    print("people", people.write(HERE / "people.csv"))
