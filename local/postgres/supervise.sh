# Runs Postgres until standard input ends. The operating system closes it when the process at its other end exits, even if that
# process is terminated with SIGKILL. Must run in its own process group, with the folder of the binaries as its working
# directory.
#
#   starting (temporary folder, initdb) → running → stopping (input or Postgres has ended) → nothing is left
#
#   supervise.sh <parent of temporary folders> <folder of the binaries> <template> <data folder, or empty> <server option>…
#
# The template is an archive of a new cluster. The first start creates it.

# Signals to all processes, such as those of a closing terminal, also end the process at the other end. Its end stops Postgres.
trap '' HUP INT PIPE TERM
# Background jobs get no standard input from the shell, so it is duplicated.
exec 3<&0 </dev/null

temporary=$(mktemp -d "$1/order-pipeline-postgres-XXXXXX") || exit
native=$2
template=$3
folder=${4:-$temporary}
shift 4

# Creates a cluster from the template if there is one: initdb takes twenty times as long.
make_cluster() {
  rm -rf "$1" && mkdir -m 700 "$1" || return
  if tar -xf "$template" -C "$1"; then
    # Temporary data need not be synced to disk.
    [ "$no_sync" ] || "$native/bin/initdb" --sync-only -D "$1"
    return
  fi 2>/dev/null >&2 3<&-

  rm -rf "$1"
  "$native/bin/initdb" -D "$1" --username=superuser --auth=trust --encoding=UTF8 \
    --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions \
    ${no_sync:+--no-sync} >/dev/null 3<&- || return
  # Writes the template atomically, since other starts may be reading it. A failure to write it is ignored.
  { tar -cf "$template.$$" -C "$1" . && mv "$template.$$" "$template" || rm -f "$template.$$"; } 2>/dev/null 3<&-
  return 0
}

start() {
  [ -w "$folder" ] && [ -x "$folder" ] || { echo 'data folder is not accessible' >&2; return; }
  # If the user cannot enter the path to the binaries, they are copied from the working directory.
  [ -x "$native/bin/postgres" ] || { cp -R . "$temporary/native" && native=$temporary/native; } || return

  # The cluster is created under another name first, so an interrupted start leaves no incomplete one.
  [ -e "$folder/cluster" ] || { make_cluster "$folder/new" && mv "$folder/new" "$folder/cluster"; } || return

  "$native/bin/postgres" -D "$folder/cluster" "$@" 3<&- &
  postgres=$!
  {
    read -r _ <&3
    # Fast shutdown, immediate shutdown, kill. INT is repeated because a starting server ignores it.
    for signal in INT INT INT INT INT QUIT KILL; do kill -$signal $postgres; sleep 1; done
  } 2>/dev/null &
  wait $postgres
  kill -KILL $!
}

[ "$folder" = "$temporary" ] && no_sync=yes
start "$@"
rm -rf "$temporary"
# Ends the rest of the group: this shell and possibly a sleep.
kill -KILL 0
