#!/usr/bin/env python3
"""Writes the recording "evening": twenty minutes after hours at HQ and Antwerp, as the sources' own lines.

    python3 assets/recordings/author.py

Four stories and ordinary life, see README.md. A fixed seed: the same bytes every time.
"""
import csv
import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
START = datetime(2026, 3, 12, 22, 28, 0, tzinfo=timezone(timedelta(hours=1)))
LENGTH = 1200
rng = random.Random(20260312)

with open(HERE / "../site/people.csv", encoding="utf-8") as f:
    PEOPLE = {row["id"]: row for row in csv.DictReader(f)}

lines = {name: [] for name in ("doors-hq", "doors-antwerp", "cameras", "eve", "auth-hv-07", "auth-servers")}


def at(t):
    return START + timedelta(seconds=t)


def put(source, t, text):
    lines[source].append((round(t, 3), text))


# Native lines of each source -------------------------------------------------------------------------------

def door(t, door_id, event, reader="", card="", detail=""):
    """The HQ controllers' CSV: local time, no zone."""
    holder = next((p["name"] for p in PEOPLE.values() if card and card in p["credentials"].split()), "")
    controller = "acs-2" if door_id[2] == "0" else "acs-1"
    stamp = at(t).strftime("%Y-%m-%d %H:%M:%S.") + f"{at(t).microsecond // 1000:03}"
    put("doors-hq", t, ";".join([stamp, controller, door_id, reader, event, card, holder, detail]))


def antwerp(t, door_id, kind, reader="", badge="", why=""):
    row = {"ts": round(at(t).timestamp() * 1000), "door": door_id}
    row |= {k: v for k, v in (("reader", reader), ("type", kind), ("badge", badge), ("why", why)) if v}
    put("doors-antwerp", t, json.dumps(row))


def camera(t, camera_id, event, **more):
    stamp = at(t).isoformat(timespec="milliseconds")
    put("cameras", t, json.dumps({"time": stamp, "camera": camera_id, "event": event, **more}))


def eve(t, kind, src, sport, dst, dport, proto="TCP", **more):
    stamp = at(t).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+0100"
    row = {"timestamp": stamp, "flow_id": rng.randrange(10**14, 2 * 10**15), "in_iface": "span0", "event_type": kind,
           "src_ip": src, "src_port": sport, "dest_ip": dst, "dest_port": dport, "proto": proto, **more}
    put("eve", t, json.dumps(row, separators=(",", ":")))


def syslog(t, host, program, text, pid=None):
    """RFC 3164: local time, no year, no zone."""
    source = "auth-hv-07" if host == "hv-07" else "auth-servers"
    tag = f"{program}[{pid}]" if pid else program
    put(source, t, f"{at(t).strftime('%b')} {at(t).day:2} {at(t).strftime('%H:%M:%S')} {host} {tag}: {text}")


# What people do -----------------------------------------------------------------------------------------------

WATCHED = {"D-001": "C-01", "D-002": "C-06", "D-003": "C-08", "D-004": "C-08", "D-011": "C-04", "D-021": "C-07",
           "D-022": "C-07", "D-105": "C-12", "D-106": "C-12", "D-107": "C-12", "D-121": "C-15", "D-122": "C-15",
           "D-142": "C-14", "D-201": "C-20", "D-203": "C-20", "D-204": "C-22", "D-207": "C-22", "D-211": "C-20",
           "D-212": "C-24", "D-213": "C-20", "D-214": "C-24", "D-221": "C-22", "D-222": "C-22", "D-230": "C-25",
           "D-231": "C-26", "D-241": "C-24", "D-242": "C-24", "D-249": "C-25", "D-012": "C-04", "D-013": "C-05",
           "D-014": "C-05"}
QUIET_CAMERAS = {}  # camera -> (from, until): it sees nothing


def motion(t, camera_id, length, zone="corridor", who="person"):
    blind = QUIET_CAMERAS.get(camera_id, (0, 0))
    if blind[0] <= t < blind[1]:
        return
    camera(t, camera_id, "motion_start", zone=zone, confidence=round(rng.uniform(0.7, 0.97), 2))
    if rng.random() < 0.5:
        camera(t + rng.uniform(0.3, 0.9), camera_id, "object", object=who, count=1, zone=zone,
               confidence=round(rng.uniform(0.75, 0.98), 2))
    camera(t + length, camera_id, "motion_end", zone=zone)


def walk(t, person, door_id, out=False, stays=None):
    """Somebody badges, opens, passes, and the door closes. Doors without an inner reader are left by request."""
    card = PEOPLE[person]["credentials"].split()[0]
    reader = door_id.replace("D-", "R-")
    if door_id in WATCHED:
        motion(t - rng.uniform(1.5, 4), WATCHED[door_id], rng.uniform(6, 11))
    door(t, door_id, "Access granted", reader + ("X" if out else ""), card)
    opened = t + rng.uniform(0.8, 1.6)
    door(opened, door_id, "Door opened")
    door(opened + rng.uniform(3.2, 6.5), door_id, "Door closed")
    if stays:  # comes out again: a request to exit
        back = t + stays
        door(back, door_id, "Request to exit")
        door(back + 0.7, door_id, "Door opened")
        door(back + 0.7 + rng.uniform(3, 6), door_id, "Door closed")
        if door_id in WATCHED:
            motion(back + 1, WATCHED[door_id], rng.uniform(5, 9))


def round_of(person, start, doors, pause, stay):
    """A round through rooms: guards look in, cleaners stay."""
    t = start
    for door_id in doors:
        stays = rng.uniform(*stay)
        if t + stays > LENGTH - 15:
            return
        walk(t, person, door_id, stays=stays)
        t += stays + rng.uniform(*pause)


def ordinary_people():
    guard, novak = "P-1008", "P-1009"
    round_of(guard, 30, ["D-201", "D-207", "D-204", "D-203", "D-211"], (18, 30), (7, 14))
    round_of(novak, 56, ["D-021", "D-022", "D-013"], (20, 40), (8, 14))
    round_of(guard, 640, ["D-105", "D-106", "D-107", "D-122", "D-142"], (20, 34), (7, 13))
    round_of("P-1011", 44, ["D-213", "D-241", "D-242"], (14, 26), (60, 100))
    round_of("P-1012", 18, ["D-105", "D-106", "D-122"], (12, 24), (110, 170))
    round_of("P-1013", 90, ["D-014", "D-013", "D-012"], (14, 26), (120, 180))
    round_of("P-1014", 26, ["D-207"], (14, 26), (70, 100))
    round_of("P-1014", 320, ["D-213", "D-249"], (14, 26), (80, 140))
    round_of("P-1015", 300, ["D-022"], (10, 20), (420, 430))
    walk(960, "P-1016", "D-002")
    walk(1105, "P-1042", "D-001", out=True)  # the systems engineer goes home
    # Antwerp: its guard, a late dispatcher, cleaners.
    for t, door_id, badge in ((41, "A-04", "88-1103"), (268, "A-05", "88-1104"), (540, "A-04", "88-1104"),
                              (905, "A-04", "88-1105"), (1040, "A-05", "88-1104")):
        antwerp(t, door_id, "grant", door_id + "-R", badge)
        antwerp(t + 1.1, door_id, "open")
        antwerp(t + 6.2, door_id, "close")
        motion(t - 2, "C-72", 9)
        antwerp(t + 62, door_id, "rex")
        antwerp(t + 62.6, door_id, "open")
        antwerp(t + 67.3, door_id, "close")
    # Corridors, forecourt and gate have their own traffic.
    t = 8.0
    while t < LENGTH - 20:
        camera_id, zone, who = rng.choice([("C-05", "corridor", "person"), ("C-11", "corridor", "person"),
                                           ("C-14", "corridor", "person"), ("C-21", "lift lobby", "person"),
                                           ("C-02", "lift lobby", "person"), ("C-09", "forecourt", "person"),
                                           ("C-10", "gate", "vehicle"), ("C-13", "lift lobby", "person"),
                                           ("C-30", "canteen", "person"), ("C-73", "forecourt", "vehicle")])
        motion(t, camera_id, rng.uniform(4, 12), zone, who)
        t += rng.uniform(6, 15)
    for t, card in ((372, "88-1037"), (1012, "88-1025")):  # the vehicle gate, inwards
        door(t, "D-090", "Access granted", "R-090", card)
        door(t + 2.4, "D-090", "Door opened")
        door(t + 16.8, "D-090", "Door closed")
        motion(t - 4, "C-10", 20, "gate", "vehicle")


# The four stories ---------------------------------------------------------------------------------------------

def story_server_room():
    """S1: two people on one grant into the server room, then root logs in at the console of a host there."""
    walk(91, "P-1042", "D-230")
    motion(95.5, "C-26", 16, "lobby")
    camera(97.4, "C-26", "object", object="person", count=2, zone="lobby", confidence=0.88)
    door(118.2, "D-231", "Access granted", "R-231", "88-1042")
    door(119.4, "D-231", "Door opened")
    camera(121.1, "C-27", "motion_start", zone="entrance", confidence=0.94)
    camera(121.6, "C-27", "line_crossed", object="person", count=2, zone="entrance", confidence=0.93)
    door(126.9, "D-231", "Door closed")
    camera(129.0, "C-27", "object", object="person", count=2, zone="row 1", confidence=0.9)
    camera(171.5, "C-27", "motion_end", zone="row 1")
    camera(283.0, "C-27", "motion_start", zone="row 2", confidence=0.91)
    syslog(309.4, "hv-07", "login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure", 2214)
    syslog(318.2, "hv-07", "login", "pam_unix(login:session): session opened for user root(uid=0) by LOGIN(uid=0)", 2214)
    syslog(318.3, "hv-07", "systemd-logind", "New session 61 of user root.", 871)
    syslog(318.4, "hv-07", "login", "ROOT LOGIN  on '/dev/tty1'", 2214)
    syslog(347.0, "hv-07", "sudo",
           "    root : TTY=tty1 ; PWD=/root ; USER=root ; COMMAND=/usr/bin/virsh dumpxml db-1", None)
    camera(402.0, "C-27", "motion_end", zone="row 2")
    door(428.0, "D-231", "Request to exit")
    door(428.8, "D-231", "Door opened")
    door(434.1, "D-231", "Door closed")
    syslog(512.0, "hv-07", "login", "pam_unix(login:session): session closed for user root", 2214)


def story_dock():
    """S2: the camera of the loading yard is covered, 40 s later the side door of the dock is forced, then motion."""
    QUIET_CAMERAS["C-08"] = (24, 421)
    motion(14.5, "C-08", 6, "yard")
    camera(24.0, "C-08", "covered", zone="yard", confidence=0.97)
    door(64.3, "D-004", "Door forced open")
    door(64.4, "D-004", "Door opened")
    camera(71.2, "C-03", "motion_start", zone="dock", confidence=0.92)
    camera(73.0, "C-03", "object", object="person", count=1, zone="dock", confidence=0.89)
    camera(104.0, "C-03", "motion_end", zone="dock")
    door(151.8, "D-004", "Door closed")
    # The guard goes to see, and takes the cover off.
    walk(386, "P-1009", "D-011")
    camera(391.0, "C-03", "motion_start", zone="dock", confidence=0.95)
    camera(391.8, "C-03", "object", object="person", count=1, zone="dock", confidence=0.96)
    camera(421.0, "C-08", "restored", zone="yard")
    camera(438.0, "C-03", "motion_end", zone="dock")


def alert(t, src, sport, dst, dport, signature_id, signature, category, severity):
    eve(t, "alert", src, sport, dst, dport,
        alert={"action": "allowed", "gid": 1, "signature_id": signature_id, "rev": 2, "signature": signature,
               "category": category, "severity": severity},
        flow={"pkts_toserver": rng.randint(1, 4), "pkts_toclient": rng.randint(0, 2),
              "bytes_toserver": rng.randint(60, 240), "bytes_toclient": rng.randint(0, 120),
              "start": at(t - 0.2).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+0100"})


def story_scan():
    """S3: the owner of fin-03 leaves; one address scans many; then an exploit against fin-03."""
    walk(12, "P-1033", "D-001", out=True)
    scanner = "10.20.9.87"
    targets = ["10.20.3.11", "10.20.3.12", "10.20.3.13", "10.20.3.21", "10.20.3.31", "10.20.3.41", "10.20.4.11",
               "10.20.4.12", "10.20.4.21", "10.20.4.31", "10.20.2.42", "10.20.2.52", "10.20.2.61", "10.20.2.63",
               "10.20.2.64"]
    t = 452.0
    for round_number in range(2):
        for target in targets:
            port = (445, 3389)[round_number]
            alert(t, scanner, rng.randint(40000, 60000), target, port, 9100001 + round_number,
                  ("WF SCAN Connections to SMB on many hosts", "WF SCAN Connections to RDP on many hosts")[round_number],
                  "Attempted Information Leak", 3)
            t += rng.uniform(0.8, 2.6)
    alert(566.2, scanner, 51532, "10.20.3.13", 445, 9200417, "WF EXPLOIT SMB transaction overflow attempt",
          "Attempted Administrator Privilege Gain", 1)
    alert(567.9, scanner, 51534, "10.20.3.13", 445, 9200417, "WF EXPLOIT SMB transaction overflow attempt",
          "Attempted Administrator Privilege Gain", 1)
    alert(603.5, "10.20.3.13", 49811, "203.0.113.77", 443, 9300052, "WF C2 Beacon to an address without a name",
          "A Network Trojan was detected", 1)


def story_two_sites():
    """S4: one badge at HQ's main entrance, nine minutes later in Antwerp, 71 km away."""
    walk(152, "P-1035", "D-001")
    antwerp(692, "A-01", "grant", "A-01-R", "88-1035")
    antwerp(693.2, "A-01", "open")
    camera(694.6, "C-71", "motion_start", zone="reception", confidence=0.9)
    camera(695.3, "C-71", "object", object="person", count=1, zone="reception", confidence=0.92)
    antwerp(698.4, "A-01", "close")
    camera(706.0, "C-71", "motion_end", zone="reception")


# Small alarms ---------------------------------------------------------------------------------------------------

def small_alarms():
    # A door is held open while the optics lab is cleaned.
    door(176.0, "D-204", "Access granted", "R-204", "88-1014")
    door(177.2, "D-204", "Door opened")
    motion(174.0, "C-22", 9)
    door(222.2, "D-204", "Door held open")
    door(266.4, "D-204", "Door closed")
    # A consultant's badge has expired; he tries twice.
    motion(224.0, "C-06", 18)
    door(229.3, "D-002", "Access denied", "R-002", "88-1117", "Card expired")
    door(236.8, "D-002", "Access denied", "R-002", "88-1117", "Card expired")
    # One address guesses passwords at the VPN host.
    t, pid = 255.0, 31840
    for user in ("admin", "root", "test", "oracle", "postgres", "ubuntu", "root", "admin", "git", "root"):
        known = user in ("root", "git")
        if not known:
            syslog(t, "vpn-1", "sshd", f"Invalid user {user} from 198.51.100.23 port {40000 + pid % 1000}", pid)
        syslog(t + 1, "vpn-1", "sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
               "rhost=198.51.100.23" + (f"  user={user}" if known else ""), pid)
        syslog(t + 3, "vpn-1", "sshd", f"Failed password for {'' if known else 'invalid user '}{user} from 198.51.100.23 "
               f"port {40000 + pid % 1000} ssh2", pid)
        t, pid = t + rng.uniform(4.5, 7.5), pid + rng.randint(2, 9)
    # A camera loses focus for a while; a reader drops off the bus; a stranger's card; a card outside its hours.
    camera(468.0, "C-15", "blurred", confidence=0.83)
    camera(537.0, "C-15", "restored")
    door(743.0, "D-249", "Reader offline", "R-249")
    door(771.5, "D-249", "Reader online", "R-249")
    door(805.2, "D-090", "Access denied", "R-090", "71-0033", "Unknown card")
    antwerp(330.5, "A-04", "deny", "A-04-R", "88-1102", "Outside schedule")
    # After the stories: the workshop's door is held while waste goes out.
    door(902.0, "D-013", "Access granted", "R-013", "88-1013")
    door(903.1, "D-013", "Door opened")
    door(948.1, "D-013", "Door held open")
    door(989.7, "D-013", "Door closed")


# Networks and hosts ---------------------------------------------------------------------------------------------

DESKS = ["10.20.3.41", "10.20.4.11", "10.20.4.12", "10.20.4.21", "10.20.5.11", "10.20.5.12", "10.20.8.11", "10.20.8.12",
         "10.20.8.21", "10.20.8.22", "10.20.3.61", "10.30.4.12"]
SERVERS = {"10.20.2.64": 445, "10.20.2.62": 22, "10.20.2.61": 993, "10.20.2.41": 5432, "10.20.2.33": 9102}
NAMES = ["updates.example.org", "time.example.net", "mail.example.com", "packages.example.org", "weather.example.net",
         "cdn.example.com", "news.example.org", "maps.example.net", "video.example.com", "git.hq.example",
         "files.hq.example", "intranet.hq.example"]


def network_life():
    t = 0.4
    while t < LENGTH - 1:
        src = rng.choice(DESKS)
        name = rng.choice(NAMES)
        answer = f"{rng.choice(['192.0.2', '198.51.100', '203.0.113'])}.{rng.randint(100, 199)}"
        if name.endswith(".hq.example"):
            answer = rng.choice(list(SERVERS))
        what = rng.random()
        if what < 0.40:
            number, sport = rng.randrange(65536), rng.randint(32768, 60999)
            eve(t, "dns", src, sport, "10.20.2.51", 53, "UDP",
                dns={"type": "query", "id": number, "rrname": name, "rrtype": "A", "tx_id": 0, "opcode": 0})
            eve(t + rng.uniform(0.002, 0.03), "dns", src, sport, "10.20.2.51", 53, "UDP",
                dns={"version": 2, "type": "answer", "id": number, "flags": "8180", "qr": True, "rd": True, "ra": True,
                     "opcode": 0, "rrname": name, "rrtype": "A", "rcode": "NOERROR",
                     "answers": [{"rrname": name, "rrtype": "A", "ttl": 300, "rdata": answer}]})
        elif what < 0.58:
            eve(t, "tls", src, rng.randint(32768, 60999), answer, 443,
                tls={"sni": name, "version": "TLS 1.3", "session_resumed": rng.random() < 0.2})
        elif what < 0.68:
            eve(t, "http", src, rng.randint(32768, 60999), answer, 80, tx_id=0,
                http={"hostname": name, "url": rng.choice(["/", "/status", "/index.json", "/list?page=2"]),
                      "http_user_agent": rng.choice(["curl/7.88.1", "Debian APT-HTTP/1.3 (2.6.1)", "Mozilla/5.0"]),
                      "http_content_type": "application/json", "http_method": "GET", "protocol": "HTTP/1.1",
                      "status": rng.choice([200, 200, 200, 304, 404]), "length": rng.randint(120, 40000)})
        else:
            dst, port = rng.choice(list(SERVERS.items()))
            sent = rng.randint(6, 400)
            eve(t, "flow", src, rng.randint(32768, 60999), dst, port,
                flow={"pkts_toserver": sent, "pkts_toclient": sent + rng.randint(-3, 40), "bytes_toserver": sent * 92,
                      "bytes_toclient": sent * rng.randint(80, 900),
                      "start": at(t - rng.uniform(1, 50)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+0100",
                      "end": at(t - 0.2).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+0100", "age": rng.randint(1, 50),
                      "state": "closed", "reason": "timeout", "alerted": False}, app_proto="failed")
        t += rng.expovariate(1 / 0.85)
    alert(711.0, "10.20.5.12", 44120, "192.0.2.140", 443, 9400008, "WF POLICY Session with TLS 1.0",
          "Not Suspicious Traffic", 3)


def host_life():
    for host, offset in (("hv-07", 1.2), ("hv-02", 1.4), ("db-2", 1.1), ("files-1", 2.0), ("ad-2", 1.7)):
        for minute in range(0, LENGTH, 300):  # cron at 22:30, 22:35…
            t = minute + 120 + offset
            if t >= LENGTH:
                continue
            pid = rng.randint(4000, 30000)
            syslog(t, host, "CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", pid)
            syslog(t + 0.1, host, "CRON", "(root) CMD (/usr/lib/sysstat/sa1 1 1)", pid + 1)
            syslog(t + 0.6, host, "CRON", "pam_unix(cron:session): session closed for user root", pid)
    # The backup host visits the others every five minutes.
    number = 410
    for visit in range(33, LENGTH - 30, 95):
        host = ("hv-02", "db-2", "hv-04", "files-1", "mail-1")[visit // 95 % 5] if visit > 33 else "hv-07"
        pid, port = rng.randint(4000, 30000), rng.randint(36000, 60000)
        t = visit + rng.uniform(0, 9)
        syslog(t, host, "sshd", f"Accepted publickey for backup from 10.20.2.33 port {port} ssh2: "
               "ED25519 SHA256:3qkq0tGxVwJb1n0nZ6b8m4rYfX0yJ2u7s1aT5cVd9eE", pid)
        syslog(t + 0.1, host, "sshd", "pam_unix(sshd:session): session opened for user backup(uid=998) by (uid=0)", pid)
        syslog(t + 0.2, host, "systemd-logind", f"New session {number} of user backup.", 871)
        syslog(t + 14, host, "sshd", f"Disconnected from user backup 10.20.2.33 port {port}", pid)
        syslog(t + 14.1, host, "sshd", "pam_unix(sshd:session): session closed for user backup", pid)
        eve(t + 14.3, "ssh", "10.20.2.33", port, {"hv-07": "10.20.2.17", "hv-02": "10.20.2.12", "db-2": "10.20.2.42",
            "hv-04": "10.20.2.14", "files-1": "10.20.2.64", "mail-1": "10.20.2.61"}[host], 22,
            ssh={"client": {"proto_version": "2.0", "software_version": "OpenSSH_9.2p1"},
                 "server": {"proto_version": "2.0", "software_version": "OpenSSH_9.2p1"}})
        number += 1
    # An engineer on call looks at a host.
    syslog(611.0, "ci-1", "sshd", "Accepted publickey for abrennan from 10.20.4.21 port 52210 ssh2: "
           "ED25519 SHA256:8c2pHn0bqVxJrGf1t5u7w9y1A3C5E7G9I1K3M5O7Q9s", 18211)
    syslog(611.1, "ci-1", "sshd", "pam_unix(sshd:session): session opened for user abrennan(uid=1005) by (uid=0)", 18211)
    for t, command in ((634.0, "/usr/bin/systemctl status builderd"), (655.0, "/usr/bin/journalctl -u builderd -n 50"),
                       (702.0, "/usr/bin/systemctl restart builderd")):
        syslog(t, "ci-1", "sudo", f"abrennan : TTY=pts/0 ; PWD=/home/abrennan ; USER=root ; COMMAND={command}")
        syslog(t + 0.1, "ci-1", "sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by abrennan(uid=1005)")
        syslog(t + 0.9, "ci-1", "sudo", "pam_unix(sudo:session): session closed for user root")
    syslog(771.0, "ci-1", "sshd", "pam_unix(sshd:session): session closed for user abrennan", 18211)


AGENTS = """v: 1
name: evening
start: 2026-03-12T22:28:00+01:00
length_s: 1200
site: ../../site
agents:
  - {name: acs-1, kind: access, sources: [{kind: mapped, file: acs-1/events.csv, rec: doors-hq.rec, options: {map: door-controller.yaml}}]}
  - {name: acs-ant, kind: access, sources: [{kind: mapped, file: acs-ant/events.jsonl, rec: doors-antwerp.rec, options: {map: door-controller-antwerp.yaml}}]}
  - {name: cam-gw-1, kind: camera, sources: [{kind: mapped, file: cam-gw-1/events.jsonl, rec: cameras.rec, options: {map: camera-gateway.yaml}}]}
  - {name: net-1, kind: network, sources: [{kind: suricata, file: net-1/eve.json, rec: eve.rec}]}
  - {name: host-hv-07, kind: host, sources: [{kind: authlog, file: hv-07/auth.log, rec: auth-hv-07.rec, options: {tz: Europe/Amsterdam}}]}
  - {name: host-1, kind: host, sources: [{kind: authlog, file: host-1/auth.log, rec: auth-servers.rec, options: {tz: Europe/Amsterdam}}]}
"""


def main():
    put("doors-hq", 0, "Timestamp;Controller;Door;Reader;Event;Card;Holder;Detail")
    story_dock()  # first: the camera that it covers sees nothing afterwards
    story_server_room()
    story_scan()
    story_two_sites()
    small_alarms()
    ordinary_people()
    network_life()
    host_life()
    folder = HERE / "evening"
    folder.mkdir(exist_ok=True)
    for name, rows in lines.items():
        rows = sorted((r for r in rows if r[0] < LENGTH), key=lambda r: r[0])
        (folder / f"{name}.rec").write_text("".join(f"+{t:.3f}\t{text}\n" for t, text in rows), encoding="utf-8")
        print(name, len(rows))
    (folder / "recording.yaml").write_text(AGENTS)


if __name__ == "__main__":
    main()
