#!/usr/bin/env bash
# The packages' services, hardened as they are, under a systemd that really runs: a Debian of its own is booted by
# systemd-nspawn without a network, engine and all agents are installed, enrolled, checked, started, killed, hung, upgraded and purged.
#   tests/packages_services.sh ROOT     ROOT: a Debian with systemd, what the packages depend on, and the packages in
#                                       /packages and, of a later version, /packages/next (tests/packages.sh makes all that)
set -euo pipefail
root=$1
agents=(access camera network host)
fault() { printf 'packages: services: %s\n' "$*" >&2; exit 1; }
step() { printf 'packages: services: %s\n' "$*"; }
command -v systemd-nspawn >/dev/null || fault "needs systemd-nspawn: apt-get install systemd-container"
work=$(mktemp -d)
container='' leader=''
# The machine's tail when something fails: what the services said is in there.
ended() {
  local status=$?
  if [ $status -ne 0 ] && [ -n "$leader" ]; then
    inside journalctl --no-pager -o cat -n 40 -u 'watchfloor*' -u 'wf-agent*' >&2 || true
  fi
  if [ -n "$container" ]; then
    kill "$container" 2>/dev/null || true  # an orderly power-off
    until_true 40 gone "$container" || kill -KILL "$leader" "$container" 2>/dev/null || true
    wait 2>/dev/null || true
  fi
  rm -rf "$work"
  exit $status
}
trap ended EXIT
until_true() { # seconds, command…
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.2 <> <(:) || true; done
}
gone() { ! kill -0 "$1" 2>/dev/null; }
inside() { nsenter --target "$leader" --all /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }

# --- the machine ---
options=(--boot --quiet --register=no --private-network --link-journal=no --resolv-conf=off --timezone=off --console=pipe)
# Where systemd does not run, nobody gives out scopes: the machine's groups are made below our own.
[ -d /run/systemd/system ] || options+=(--keep-unit)
# One hierarchy of control groups, as Debian boots, whatever this machine has.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --directory="$root" --machine="watchfloor-$$" "${options[@]}" </dev/null >"$work/console" 2>&1 &
container=$!
find_leader() {
  local status
  for status in /proc/[0-9]*/status; do
    if grep -qE "^PPid:\s$container\$" "$status" 2>/dev/null && grep -qE '^NSpid:.*\s1$' "$status" 2>/dev/null; then
      leader=${status//[!0-9]/}
      return 0
    fi
  done
  gone "$container"
}
until_true 60 find_leader || true
[ -n "$leader" ] || fault "the machine does not start: $(tail -5 "$work/console")"
booted() { case "$(inside systemctl is-system-running 2>/dev/null)" in running|degraded) true ;; *) false ;; esac; }
until_true 120 booted || fault "systemd does not come up: $(tail -5 "$work/console")"
step "systemd $(inside systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p') is up"

apt() {
  inside apt-get -q -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >"$work/apt.log" 2>&1 ||
    { tail -20 "$work/apt.log" >&2; fault "apt-get $*"; }
}
of() { local folder=$1; shift; local n; for n in "$@"; do (cd "$root" && echo ./packages/"$folder${n}"_*.deb); done; }
property() { inside systemctl show -P "$2" "$1"; }
is() { [ "$(property "$1" "$2")" = "$3" ]; }
restarted() { [ "$(property "$1" NRestarts)" -gt "$2" ] && is "$1" SubState running; }
as_engine() { inside setpriv --reuid watchfloor --regid watchfloor --clear-groups --inh-caps=-all "$@"; }
stored() { as_engine watchfloor query events --data /var/lib/watchfloor --where "$1" --json 2>/dev/null | wc -l; }
has() { [ "$(stored "$1")" -ge "$2" ]; }
arrive() { until_true 60 has "$1" "$2" || fault "$3: $(stored "$1") of $2 events are stored"; }
paged() { inside journalctl --quiet --no-pager -o cat -t page | grep -qx "$1"; }
names=(watchfloor); for agent in "${agents[@]}"; do names+=("wf-agent-$agent"); done
services=("${names[@]}" watchfloor-watch)

# --- installed, enrolled, started ---
# shellcheck disable=SC2046
apt install --no-install-recommends $(of "" "${names[@]}")
for name in "${services[@]}"; do
  is "$name" ActiveState inactive || fault "$name was started before anybody configured it"
  is "$name" UnitFileState disabled || fault "$name was enabled before anybody configured it"
done
sed -i 's|^#listen:.*|listen: tcp://127.0.0.1:7710|; s|^#seats:.*|seats: tcp://127.0.0.1:7711|' "$root/etc/watchfloor/watchfloor.yaml"
inside systemctl enable --quiet --now watchfloor || fault "the engine does not start"
# The watch calls by a program that says so in the journal.
as_engine watchfloor user add tower --role watch --data /var/lib/watchfloor --engine tcp://127.0.0.1:7711 >"$work/tower" 2>/dev/null
install -m 600 -D "$work/tower" "$root/etc/credstore/watchfloor-watch.token"
printf '#!/bin/sh\nlogger -t page "$WATCHFLOOR_KIND $WATCHFLOOR_TROUBLE"\n' >"$root/usr/local/bin/page"
chmod 755 "$root/usr/local/bin/page"
sed -i 's|^#WATCH_OPTIONS=.*|WATCH_OPTIONS=--run /usr/local/bin/page --dead-after 2s|' "$root/etc/watchfloor/watch.conf"
inside systemctl enable --quiet --now watchfloor-watch || fault "the watch does not start"
# What the agents read belongs to root and a group, as where it comes from.
install -d -m 750 -g "$(inside getent group adm | cut -d: -f3)" "$root"/var/log/{suricata,acs,gateway}
eve=$root/var/log/suricata/eve.json doors=$root/var/log/acs/events.csv cameras=$root/var/log/gateway/events.jsonl
for file in "$eve" "$doors" "$cameras"; do install -m 640 -g 4 /dev/null "$file"; done
echo 'Timestamp;Controller;Door;Reader;Event;Card;Holder;Detail' >"$doors"
cp "$root/usr/share/doc/wf-agent-access/examples/door-controller.yaml" "$root/etc/watchfloor/agents/door.yaml"
cp "$root/usr/share/doc/wf-agent-camera/examples/camera-gateway.yaml" "$root/etc/watchfloor/agents/camera-map.yaml"
sources() { sed -i "s|^#sources:.*|sources: [$2]|" "$root/etc/watchfloor/agents/$1.yaml"; }
sources network '"suricata:/var/log/suricata/eve.json"'
sources access '"mapped:/var/log/acs/events.csv,map=/etc/watchfloor/agents/door.yaml"'
sources camera '"mapped:/var/log/gateway/events.jsonl,map=/etc/watchfloor/agents/camera-map.yaml"'
sources host '"journal:"'
for agent in "${agents[@]}"; do
  as_engine watchfloor agent invite --data /var/lib/watchfloor --kinds "$agent" --name "$agent-1" --engine tcp://127.0.0.1:7710 >"$work/invite" 2>/dev/null
  install -m 600 -D "$work/invite" "$root/etc/credstore/wf-agent-$agent.invite"
  inside "wf-agent-$agent-check" >"$work/check" 2>&1 || { cat "$work/check" >&2; fault "wf-agent-$agent-check is not content before the start"; }
  grep -q '^ok   engine .* it knows this invitation' "$work/check" || fault "wf-agent-$agent-check does not try the engine"
  inside systemctl enable --quiet --now "wf-agent-$agent" || fault "wf-agent-$agent does not start"
done
for name in "${services[@]}"; do is "$name" SubState running || fault "$name does not run"; done

# --- the hardening holds, as the kernel says ---
for name in "${services[@]}"; do
  pid=$(property "$name" MainPID)
  status=$(inside cat "/proc/$pid/status")
  grep -qE '^Uid:\s[1-9]' <<<"$status" || fault "$name runs as root"
  grep -qE '^CapEff:\s0+$' <<<"$status" && grep -qE '^CapBnd:\s0+$' <<<"$status" || fault "$name has capabilities"
  grep -qE '^NoNewPrivs:\s1' <<<"$status" || fault "$name may gain privileges"
  grep -qE '^Seccomp:\s2' <<<"$status" || fault "$name may make any system call"
  mounts=$(inside cat "/proc/$pid/mountinfo")
  awk '$5 == "/" && $6 ~ /^ro/ {found = 1} END {exit !found}' <<<"$mounts" || fault "$name may write to the whole file system"
  awk '$5 == "/home" && $6 ~ /^ro/ {found = 1} END {exit !found}' <<<"$mounts" || fault "$name sees /home"
  awk '$5 == "/tmp" {found = 1} END {exit !found}' <<<"$mounts" || fault "$name shares /tmp"
  [ "$(property "$name" MemoryMax)" -gt 0 ] || fault "$name may take all memory"
  exposed=$(inside systemd-analyze security --no-pager "$name" | grep -oE 'exposure level for [^ ]+ [0-9.]+' | grep -oE '[0-9.]+$')
  step "$name: user, capabilities, system calls and mounts are held; exposure $exposed"
done

# --- events of all of them ---
alert() { printf '{"timestamp":"2026-02-25T06:13:20.000000+0000","flow_id":%d,"event_type":"alert","src_ip":"192.0.2.1","src_port":4711,"dest_ip":"198.51.100.7","dest_port":22,"proto":"TCP","alert":{"signature":"TEST","signature_id":1,"severity":2,"category":"Misc"}}\n' "$1" >>"$eve"; }
alerts='event_type=alert' denied='kind=access.denied' moved='kind=camera.motion' logged='message~packages-test'
for i in 1 2 3; do alert $i; done
echo '2026-02-25 07:13:20.120;acs-1;D-017;R-017;Access denied;88-2140;M. Novak;Outside schedule' >>"$doors"
echo '{"time": "2026-02-25T07:13:20.300+01:00", "camera": "C-27", "event": "motion_start"}' >>"$cameras"
inside logger -t sshd 'Accepted publickey for packages-test from 192.0.2.1 port 4711 ssh2: ED25519 SHA256:x'
arrive "$alerts" 3 "the network agent"
arrive "$denied" 1 "the access agent"
arrive "$moved" 1 "the camera agent"
arrive "$logged" 1 "the host agent"
step "events of all four agents are stored"

# --- checked, as the service sees things ---
chmod 600 "$eve"  # root still reads it
inside wf-agent-network-check >"$work/check" 2>&1 && fault "wf-agent-network-check is content with a source that the service may not read"
grep -q '^FAIL source .*Permission denied' "$work/check" || fault "wf-agent-network-check does not say what is wrong: $(cat "$work/check")"
chmod 640 "$eve"
for agent in "${agents[@]}"; do
  inside "wf-agent-$agent-check" >"$work/check" 2>&1 || { cat "$work/check" >&2; fault "wf-agent-$agent-check is not content with an agent that runs"; }
  grep -q "^ok   engine .* it admits this agent as $agent-1" "$work/check" || fault "wf-agent-$agent-check does not ask the engine"
done
[ "$(stat -c %a "$root/var/lib/private/wf-agent-network")" = 700 ] || fault "the check opened the agent's state to others"
step "each agent's check passes as its service, and names what that may not read"

# --- read anew ---
said() { [ "$(inside journalctl --quiet --no-pager -o cat -u watchfloor | grep -c "$1")" -ge "$2" ]; }
anew='configuration, rules and site were read anew' pid=$(property watchfloor MainPID)
inside systemctl reload watchfloor || fault "the engine cannot be told to read its configuration anew"
until_true 30 said "$anew" 1 || fault "the engine does not say that it has read its configuration anew"
cp "$root/etc/watchfloor/watchfloor.yaml" "$work/good.yaml"
echo 'listen: [this is no address' >>"$root/etc/watchfloor/watchfloor.yaml"
inside systemctl reload watchfloor || fault "the engine ends of a configuration that it cannot read"
until_true 30 said 'the old configuration stays' 1 || fault "the engine does not refuse a broken configuration"
cp "$work/good.yaml" "$root/etc/watchfloor/watchfloor.yaml"
inside systemctl reload watchfloor
until_true 30 said "$anew" 2 || fault "the engine does not take the mended configuration"
[ "$(property watchfloor MainPID)" = "$pid" ] || fault "reading anew started another engine"
step "systemctl reload reads the configuration anew, and a broken one changes nothing"

# --- killed ---
kill_it() { # service
  local before; before=$(property "$1" NRestarts)
  inside systemctl kill --signal=KILL "$1"
  until_true 60 restarted "$1" "$before" || fault "$1 is not started again after it was killed"
}
kill_it wf-agent-network; alert 4; arrive "$alerts" 4 "after the agent was killed"
kill_it watchfloor; alert 5; arrive "$alerts" 5 "after the engine was killed"
step "what was killed is back, and goes on"

# --- hung ---
# With a shorter patience than the unit's, or this would take minutes.

inside mkdir -p /run/systemd/system/wf-agent-network.service.d
inside sh -c 'printf "[Service]\nWatchdogSec=4\nTimeoutAbortSec=2\n" >/run/systemd/system/wf-agent-network.service.d/patience.conf'
inside systemctl daemon-reload
inside systemctl restart wf-agent-network || fault "wf-agent-network does not start again"
before=$(property wf-agent-network NRestarts)
inside systemctl kill --signal=STOP wf-agent-network
until_true 60 restarted wf-agent-network "$before" || fault "an agent that hangs is not started anew"
alert 6; arrive "$alerts" 6 "after the agent hung"
inside rm -r /run/systemd/system/wf-agent-network.service.d
inside systemctl daemon-reload
step "an agent that hangs is started anew by the watchdog"

# --- upgraded while it runs, with events that wait in the spool ---
inside systemctl stop watchfloor
until_true 60 paged "alarm dead" || fault "the watch calls nobody when the engine has stopped"
spooled() { cat "$root"/var/lib/private/wf-agent-network/spool/*.seg | wc -c; }
more_spooled() { [ "$(spooled)" -gt "$before" ]; }
before=$(spooled)
for i in 7 8 9 10; do alert $i; done
until_true 60 more_spooled || fault "the agent does not spool"
inside systemctl stop wf-agent-network
: >"$eve"  # only the spool has them now
inside systemctl start wf-agent-network
identity=$(sha256sum <"$root/var/lib/private/wf-agent-network/identity.json")
pid=$(property wf-agent-network MainPID)
# shellcheck disable=SC2046
apt install --no-install-recommends $(of next/ "${names[@]}")
until_true 30 is wf-agent-network SubState running || fault "the agent does not run after the upgrade"
[ "$(property wf-agent-network MainPID)" != "$pid" ] || fault "the old agent runs on after the upgrade"
is watchfloor ActiveState inactive || fault "the upgrade started an engine that was stopped"
[ "$(sha256sum <"$root/var/lib/private/wf-agent-network/identity.json")" = "$identity" ] || fault "the upgrade changed the agent's keys"
inside systemctl start watchfloor || fault "the new engine does not start"
alert 11
arrive "$alerts" 11 "what waited in the spool during the upgrade"
[ "$(stored "$alerts")" = 11 ] || fault "events were stored twice: $(stored "$alerts") of 11"
as_engine watchfloor verify --data /var/lib/watchfloor >"$work/verify" 2>&1 || { cat "$work/verify" >&2; fault "watchfloor verify is not content after the upgrade"; }
for name in "${services[@]}"; do is "$name" SubState running || fault "$name does not run after the upgrade"; done
step "upgraded while they ran: nothing is lost or stored twice"

# --- purged ---
apt purge "${names[@]}"
for name in "${services[@]}"; do
  ! is "$name" ActiveState active || fault "$name runs on after the purge"
  ! inside test -e "/etc/systemd/system/multi-user.target.wants/$name.service" || fault "$name stays enabled after the purge"
  ! inside test -e "/var/lib/$name" || fault "/var/lib/$name stays after the purge"
  ! inside test -e "/var/lib/private/$name" || fault "/var/lib/private/$name stays after the purge"
done
step "whole: all services ran hardened, were killed, hung, upgraded and purged"
