# Runs Postgres for as long as the process at the other end of standard input lives, however that one ends: the system
# closes its end. Needs a process group of its own.
#
#   starting (temporary folder, initdb) → running → stopping (input has ended, or Postgres has) → nothing is left
#
#   supervise.sh <folder for temporary ones> <folder of the binaries> <data folder, or empty> <server option>…

# Who ends everybody, such as a terminal that closes, ends the process that we serve, and that is what counts.
trap '' HUP INT PIPE TERM
# The shell gives its jobs in the background no standard input.
exec 3<&0 </dev/null

temporary=$(mktemp -d "$1/order-pipeline-postgres-XXXXXX") || exit
native=$2
folder=${3:-$temporary}
shift 3

start() {
  [ -w "$folder" ] && [ -x "$folder" ] || { echo 'data folder is out of reach' >&2; return; }
  # Whoever may not follow the path to the binaries stands in their folder nevertheless.
  [ -x "$native/bin/postgres" ] || { cp -R . "$temporary/native" && native=$temporary/native; } || return

  # An initdb that was killed half-way leaves no cluster.
  if [ ! -e "$folder/cluster" ]; then
    rm -rf "$folder/new"
    # What is gone with the process need not be on disk.
    "$native/bin/initdb" -D "$folder/new" --username=superuser --auth=trust --encoding=UTF8 \
      --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions \
      ${no_sync:+--no-sync} >/dev/null 3<&- && mv "$folder/new" "$folder/cluster" || return
  fi

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
