# Runs Postgres for as long as the process at the other end of standard input lives, however that one ends: the system
# closes its end. Needs a process group of its own.
#
#   starting (temporary folder, initdb) → running → stopping (input has ended, or Postgres has) → nothing is left
#
#   supervise.sh <folder for temporary ones> <folder of the binaries> <template> <data folder, or empty> <server option>…
#
# Stands in the folder of the binaries. The template is an archive of a new cluster, which the first one to need it makes.

# Who ends everybody, such as a terminal that closes, ends the process that we serve, and that is what counts.
trap '' HUP INT PIPE TERM
# The shell gives its jobs in the background no standard input.
exec 3<&0 </dev/null

temporary=$(mktemp -d "$1/order-pipeline-postgres-XXXXXX") || exit
native=$2
template=$3
folder=${4:-$temporary}
shift 4

# Makes a new cluster: initdb takes twenty times as long as a copy of what it made before.
make_cluster() {
  rm -rf "$1" && mkdir -m 700 "$1" || return
  if tar -xf "$template" -C "$1"; then
    # What is gone with the process need not be on disk.
    [ "$no_sync" ] || "$native/bin/initdb" --sync-only -D "$1"
    return
  fi 2>/dev/null >&2 3<&-

  rm -rf "$1"
  "$native/bin/initdb" -D "$1" --username=superuser --auth=trust --encoding=UTF8 \
    --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions \
    ${no_sync:+--no-sync} >/dev/null 3<&- || return
  # Whole or not at all, since others may be reading. Whoever may not write here does without.
  { tar -cf "$template.$$" -C "$1" . && mv "$template.$$" "$template" || rm -f "$template.$$"; } 2>/dev/null 3<&-
  return 0
}

start() {
  [ -w "$folder" ] && [ -x "$folder" ] || { echo 'data folder is out of reach' >&2; return; }
  # Whoever may not follow the path to the binaries stands in their folder nevertheless.
  [ -x "$native/bin/postgres" ] || { cp -R . "$temporary/native" && native=$temporary/native; } || return

  # One that was made half-way only is made anew.
  [ -e "$folder/cluster" ] || { make_cluster "$folder/new" && mv "$folder/new" "$folder/cluster"; } || return

  "$native/bin/postgres" -D "$folder/cluster" "$@" 3<&- &
  postgres=$!
  {
    read -r _ <&3
    # Fast, immediate, by force. More than once: what is only starting does not listen yet.
    for signal in INT INT INT INT INT QUIT KILL; do kill -$signal $postgres; sleep 1; done
  } 2>/dev/null &
  wait $postgres
  kill -KILL $!
}

[ "$folder" = "$temporary" ] && no_sync=yes
start "$@"
rm -rf "$temporary"
# What is left of the group: a sleep at most, and this shell.
kill -KILL 0
