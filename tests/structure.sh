#!/usr/bin/env bash
# What link targets cannot see: who includes whom, where foreign headers may appear, names that explain nothing.
set -u
cd "$(dirname "$0")/.."
bad=0
fault() { printf 'structure: %s\n' "$1"; [ -n "${2:-}" ] && printf '%s\n' "$2" | sed 's/^/  /'; bad=1; }
deny() { # what, pattern, paths…
  local what=$1 pattern=$2; shift 2
  local hits; hits=$(grep -rnE --include='*.hpp' --include='*.cpp' "$pattern" "$@" 2>/dev/null)
  [ -z "$hits" ] || fault "$what" "$hits"
}
deny "agents include the console" '#include "console/' agents
deny "fusion knows a thread, socket, file or clock" '#include <(thread|mutex|fstream|chrono|zmq|sys/socket|random)' console/fusion/*.cpp console/fusion/*.hpp
deny "the backtest knows a window, a seat or the link" '#include "console/(link|seat|ui|shell|cli)' console/backtest
deny "ui knows ZeroMQ, Protobuf, GLFW, GL, OpenAL, SQLite or the engine" '#include .*(zmq|pb\.h|GLFW|GL/|AL/|sqlite|console/(engine|link|store|fusion|seat|shell|sound))' console/ui
hits=$(grep -nE '#include "console/ui/' console/ui/draw/*.?pp | grep -v '"console/ui/draw/')
[ -z "$hits" ] || fault "what draws knows what is drawn" "$hits"
hits=$(grep -nE '#include "agents/kit/(link|outputs|mapped|agent)' agents/kit/{spool,read,shed}/*.?pp)
[ -z "$hits" ] || fault "spool, readers and shedding know the link, outputs or the agent" "$hits"
deny "the sound device knows the ui" '#include "console/(ui|shell|seat|engine|cli)' console/sound
deny "the model knows more than the standard library and proto" '#include "console/(site|link|store|fusion|engine|seat|ui|shell)' console/model
hits=$(grep -rlE --include='*.hpp' '#include .*(zmq\.h|\.pb\.h)' proto agents console 2>/dev/null)
[ -z "$hits" ] || fault "zmq or generated headers in a header" "$hits"
hits=$(git ls-files | grep -iE '(^|/)(utils?|helpers?|common|misc)(/|\.)')
[ -z "$hits" ] || fault "names that explain nothing" "$hits"
hits=$(grep -rLE --include='*.hpp' '#pragma once' proto agents console tests 2>/dev/null)
[ -z "$hits" ] || fault "headers without #pragma once" "$hits"
hits=$(grep -rnE --include='*.cpp' --include='*.hpp' 'sleep_for|usleep\(|[^a-z_]sleep\(' tests 2>/dev/null)
[ -z "$hits" ] || fault "sleeps in tests" "$hits"
hits=$(git ls-files '*.cpp' '*.hpp' | xargs -r wc -l | awk '$2!="total" && $1>700 {print $1" lines "$2}')
[ -z "$hits" ] || fault "files that no longer fit in the head (over 700 lines)" "$hits"
[ $bad -eq 0 ] && echo "structure: whole"
exit $bad
