#!/usr/bin/env bash
# The Debian packages.
#   tests/packages.sh BUILD              makes them of a build directory and looks at what is in them
#   tests/packages.sh --install BUILD [DIR]
#                                        and installs, runs, upgrades, removes and purges them in a Debian of its own,
#                                        made in DIR by debootstrap (kept there for the next time); then boots it to run
#                                        the services (packages_services.sh); needs root
set -euo pipefail
cd "$(dirname "$0")/.."
install=0
if [ "${1:-}" = --install ]; then install=1; shift; fi
build=$(cd "$1" && pwd)
agents=(access camera network host)
fault() { printf 'packages: %s\n' "$*" >&2; exit 1; }
step() { printf 'packages: %s\n' "$*"; }

for tool in cpack dpkg-deb dpkg-shlibdeps; do
  command -v $tool >/dev/null || { step "no $tool here: not tested"; exit 0; }
done
work=$(mktemp -d)
chroot_dir=
ended() {
  local status=$?
  if [ -n "$chroot_dir" ]; then
    for pid in $(jobs -p); do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    umount "$chroot_dir/dev" 2>/dev/null || true
    umount "$chroot_dir/proc" 2>/dev/null || true
  fi
  rm -rf "$work"
  exit $status
}
trap ended EXIT

make_packages() { # version, folder; empty version: the project's
  mkdir -p "$2"
  (cd "$build" && cpack --config CPackConfig.cmake ${1:+-D CPACK_PACKAGE_VERSION="$1"} -B "$2") >"$work/cpack.log" 2>&1 ||
    { cat "$work/cpack.log" >&2; fault "cpack fails"; }
  rm -rf "$2/_CPack_Packages"
}
make_packages "" "$work/now"

# --- what is in them ---
look() { # package, conffiles…
  local package=$1; shift
  local deb; deb=$(echo "$work"/now/"${package}"_*.deb)
  [ -f "$deb" ] || fault "there is no package $package"
  local field; for field in Version Maintainer Description Depends Architecture; do
    [ -n "$(dpkg-deb -f "$deb" $field)" ] || fault "$package has no $field"
  done
  [ "$(dpkg-deb -f "$deb" Package)" = "$package" ] || fault "$deb is called $(dpkg-deb -f "$deb" Package)"
  dpkg-deb -f "$deb" Depends | grep -q 'libc6 ' || fault "$package: dependencies on libraries are missing"
  rm -rf "$work/x"; dpkg-deb -R "$deb" "$work/x"
  local files; files=$(cd "$work/x" && find . -type f -not -path './DEBIAN/*')
  local file; for file in "./usr/bin/$package" "./usr/share/doc/$package/copyright" "./usr/share/doc/$package/changelog.gz" "./usr/share/doc/$package/README.md"; do
    grep -qx "$file" <<<"$files" || fault "$package: $file is missing"
  done
  ! grep -vE '^\./(usr|etc)/' <<<"$files" || fault "$package: files outside /usr and /etc"
  ! grep -E '/local/|\.py$' <<<"$files" || fault "$package: files that do not belong there"
  for file in "$@"; do
    grep -qx "$file" "$work/x/DEBIAN/conffiles" || fault "$package: $file is no conffile"
    grep -qx ".$file" <<<"$files" || fault "$package: $file is missing"
  done
  [ "$(grep -c '^\./etc/' <<<"$files")" = $# ] || fault "$package: files in /etc that are no conffiles"
  local script; for script in postinst prerm postrm; do
    [ -x "$work/x/DEBIAN/$script" ] || fault "$package: $script is missing"
    sh -n "$work/x/DEBIAN/$script" || fault "$package: $script is no shell script"
    ! grep -q '@[A-Z_]*@' "$work/x/DEBIAN/$script" || fault "$package: $script was not filled in"
  done
  # State and secrets go at purge, nowhere else.
  ! grep -nE 'rm -r' "$work/x/DEBIAN/postinst" "$work/x/DEBIAN/prerm" || fault "$package: removes before purge"
  "$work/x/usr/bin/$package" --version | grep -qx "$package $(dpkg-deb -f "$deb" Version)" || fault "$package: program and package say different versions"
  local unit; for unit in "$work"/x/usr/lib/systemd/system/*.service; do
    grep -q "^ExecStart=/usr/bin/$package " "$unit" || fault "$package: $(basename "$unit") does not start /usr/bin/$package"
    if command -v systemd-analyze >/dev/null; then
      sed "s#=/usr/bin/#=$work/x/usr/bin/#" "$unit" >"$work/$(basename "$unit")"
      systemd-analyze verify --man=no "$work/$(basename "$unit")" >"$work/verify" 2>&1 || { cat "$work/verify" >&2; fault "$package: $(basename "$unit") is not in order"; }
      # Of 100, where 100 is no protection at all.
      systemd-analyze security --offline=yes --threshold=20 "$work/$(basename "$unit")" >/dev/null 2>&1 ||
        fault "$package: $(basename "$unit") is exposed more than 2.0: systemd-analyze security"
    fi
  done
}
look watchfloor /etc/watchfloor/watchfloor.yaml /etc/watchfloor/watch.conf
[ -d "$work/x/usr/share/watchfloor/rules" ] || fault "watchfloor: the rules are missing"
"$work/x/usr/bin/watchfloor" rules check "$work/x/usr/share/watchfloor/rules" >/dev/null || fault "watchfloor: its rules are not in order"
"$work/x/usr/bin/watchfloor" plans check "$work/x/usr/share/watchfloor/plans" --rules "$work/x/usr/share/watchfloor/rules" >/dev/null ||
  fault "watchfloor: its response plans are not in order"
for agent in "${agents[@]}"; do
  look "wf-agent-$agent" "/etc/watchfloor/agents/$agent.yaml"
  sh -n "$work/x/usr/bin/wf-agent-$agent-check" && [ -x "$work/x/usr/bin/wf-agent-$agent-check" ] || fault "wf-agent-$agent-check is no program"
  # The sample says nothing to read, and is a configuration once its '#' are gone.
  sed "s/^#\([a-z]\)/\1/; s/^#  - /  - /" "$work/x/etc/watchfloor/agents/$agent.yaml" >"$work/sample.yaml"
  said=$("$work/x/usr/bin/wf-agent-$agent" --check --config "$work/sample.yaml" --state "$work/state" 2>&1 || true)
  ! grep -E 'unknown key|no YAML|must be' <<<"$said" || fault "wf-agent-$agent: its sample configuration is none"
done
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error "$work"/now/*.deb >"$work/lintian" 2>&1 || { cat "$work/lintian" >&2; fault "lintian finds errors"; }
fi
step "contents, control fields, scripts, units and sample configurations are in order"
[ $install -eq 1 ] || exit 0

# --- installed for real ---
[ "$(id -u)" -eq 0 ] || fault "needs root for a Debian of its own"
command -v debootstrap >/dev/null || fault "needs debootstrap: apt-get install debootstrap"
# The packages depend on this release's libraries.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=${2:-/var/tmp/watchfloor-$suite}
if [ ! -x "$root/usr/bin/apt-get" ]; then
  step "makes a Debian ($suite) in $root"
  debootstrap --variant=minbase "$suite" "$root" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; fault "debootstrap fails"; }
fi
chroot_dir=$root
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
mountpoint -q "$root/proc" || mount --bind /proc "$root/proc"
in_it() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
apt() { in_it apt-get -q -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >"$work/apt.log" 2>&1 || { tail -20 "$work/apt.log" >&2; fault "apt-get $*"; }; }
until_true() { # seconds, command…
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.2 <> <(:) || true; done
}
apt update
names=(watchfloor); for agent in "${agents[@]}"; do names+=("wf-agent-$agent"); done
in_it dpkg --purge "${names[@]}" >/dev/null 2>&1 || true
# What a run that failed half-way had put beside the packages' own files.
rm -rf "$root/etc/watchfloor" "$root"/etc/credstore/wf-agent-*.invite
rm -rf "$root/packages"; mkdir -p "$root/packages/next"
cp "$work"/now/*.deb "$root/packages/"
make_packages 99.0 "$work/next"
cp "$work"/next/*.deb "$root/packages/next/"
of() { local folder=$1; shift; local n; for n in "$@"; do (cd "$root" && echo ./packages/$folder${n}_*.deb); done; }

step "installs"
# shellcheck disable=SC2046
apt install --no-install-recommends $(of "" "${names[@]}")
grep -q 'is not configured yet' "$work/apt.log" || fault "nobody is told what to do after the installation"
[ ! -e "$root/etc/systemd/system/multi-user.target.wants" ] || [ -z "$(ls "$root/etc/systemd/system/multi-user.target.wants" | grep -E 'watchfloor|wf-agent' || true)" ] ||
  fault "a service was enabled that nobody configured"
in_it getent passwd watchfloor >/dev/null || fault "the engine's user was not made"
[ "$(stat -c %a "$root/etc/watchfloor/watchfloor.yaml")" = 640 ] || fault "the engine's settings may be read by all"
for agent in "${agents[@]}"; do in_it "wf-agent-$agent" --version >/dev/null || fault "wf-agent-$agent does not start"; done
echo '2026-02-25T06:13:20.000000+00:00 h sshd[1]: Accepted publickey for root from 192.0.2.1 port 4711 ssh2: ED25519 SHA256:x' >"$root/auth.log"
in_it wf-agent-host --source authlog:/auth.log --once --print 2>/dev/null | grep -q root || fault "wf-agent-host cannot read"

step "runs engine and agent from where they are installed"
port=$((20000 + RANDOM % 20000))
data=/var/lib/watchfloor
state=/var/lib/wf-agent-network
install -d -m 700 -o "$(stat -c %u "$root$data" 2>/dev/null || in_it id -u watchfloor)" "$root$data"
as_engine() { in_it setpriv --reuid watchfloor --regid watchfloor --clear-groups --inh-caps=-all "$@"; }
as_engine watchfloor agent invite --data $data --kinds network --name net-1 --engine tcp://127.0.0.1:$port >"$work/invite" 2>/dev/null
install -m 600 -D "$work/invite" "$root/etc/credstore/wf-agent-network.invite"
sed -i "s|^#sources:|sources: [\"suricata:/eve.json\"]|" "$root/etc/watchfloor/agents/network.yaml"
sed -i "s|^#listen:.*|listen: tcp://127.0.0.1:$port|" "$root/etc/watchfloor/watchfloor.yaml"
: >"$root/eve.json"
line() { printf '{"timestamp":"2026-02-25T06:13:20.000000+0000","flow_id":%d,"event_type":"alert","src_ip":"192.0.2.1","src_port":4711,"dest_ip":"198.51.100.7","dest_port":22,"proto":"TCP","alert":{"signature":"TEST","signature_id":1,"severity":2,"category":"Misc"}}\n' "$1" >>"$root/eve.json"; }
pid_of() { # of a program in there
  local exe; for exe in /proc/[0-9]*/exe; do [ "$(readlink "$exe" 2>/dev/null)" = "$root/usr/bin/$1" ] && basename "$(dirname "$exe")"; done; true
}
start() { # program, arguments…
  if [ "$1" = watchfloor ]; then as_engine "$@" >>"$work/$1.log" 2>&1 & else in_it "$@" >>"$work/$1.log" 2>&1 & fi
  until_true 20 test -n "$(pid_of "$1")" || until_true 20 eval '[ -n "$(pid_of '"$1"')" ]' || fault "$1 does not start: $(cat "$work/$1.log")"
}
stop() { local pid; pid=$(pid_of "$1"); [ -z "$pid" ] || kill "$pid"; until_true 30 eval '[ -z "$(pid_of '"$1"')" ]' || fault "$1 does not end"; }
engine() { start watchfloor serve --data $data --config /etc/watchfloor/watchfloor.yaml; }
agent() { start wf-agent-network --config /etc/watchfloor/agents/network.yaml --state $state --invite /etc/credstore/wf-agent-network.invite; }
stored() { as_engine watchfloor query events --data $data --where "event_type=alert" --json 2>/dev/null | wc -l; }
has() { [ "$(stored)" -ge "$1" ]; }
engine; agent
for i in 1 2 3; do line $i; done
until_true 60 has 3 || fault "events do not arrive: $(cat "$work"/*.log)"

step "upgrades, with events that wait in the spool"
stop watchfloor
spooled() { cat "$root$state"/spool/*.seg | wc -c; }
before=$(spooled)
for i in 4 5 6 7; do line $i; done
# Read on, and spooled: what is in the file is gone, only the spool has it.
until_true 30 eval '[ "$(spooled)" -gt "$before" ]' || fault "the agent does not spool"
stop wf-agent-network
: >"$root/eve.json"
identity=$(sha256sum <"$root$state/identity.json")
# shellcheck disable=SC2046
apt install --no-install-recommends $(of next/ "${names[@]}")
[ "$(in_it dpkg-query -W -f '${Version}' wf-agent-network)" = 99.0 ] || fault "the upgrade did not happen"
[ "$(sha256sum <"$root$state/identity.json")" = "$identity" ] || fault "the upgrade changed the agent's keys"
grep -q '^sources:' "$root/etc/watchfloor/agents/network.yaml" || fault "the upgrade changed the configuration"
engine; agent
until_true 60 has 7 || fault "events that were spooled before the upgrade did not arrive: $(stored) of 7; $(cat "$work"/*.log)"
[ "$(stored)" = 7 ] || fault "stored $(stored) events of 7"
as_engine watchfloor verify --data $data >/dev/null || fault "watchfloor verify finds gaps after the upgrade"
stop wf-agent-network; stop watchfloor

step "removes, and installs again"
apt remove "${names[@]}"
[ ! -e "$root/usr/bin/wf-agent-network" ] || fault "the program stays after it was removed"
for kept in "$state/identity.json" "$state/spool" "$data" /etc/watchfloor/agents/network.yaml /etc/credstore/wf-agent-network.invite; do
  [ -e "$root$kept" ] || fault "$kept went with the program; that is purge's business"
done
# shellcheck disable=SC2046
apt install --no-install-recommends $(of next/ "${names[@]}")
engine; agent
line 8
until_true 60 has 8 || fault "after a remove and an installation the agent does not go on"
stop wf-agent-network; stop watchfloor

step "purges"
apt purge "${names[@]}"
for gone in "$state" "$data" /etc/watchfloor /etc/credstore/wf-agent-network.invite; do
  [ ! -e "$root$gone" ] || fault "$gone stays after purge: $(cd "$root$gone" && find . | tr '\n' ' ')"
done
step "whole: installed, run, upgraded with a full spool, removed and purged on Debian $suite"

# --- as services ---
apt install --no-install-recommends systemd systemd-sysv dbus
umount "$root/dev" "$root/proc"
tests/packages_services.sh "$root"
