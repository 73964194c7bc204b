#!/bin/sh
# Runs a command where a changed program can do no harm, though it is root: in a namespace of processes of its own, which
# end with it, and of mounts, where all files are read-only but those below WRITABLE and those of a TMPDIR that is made
# here and removed at the end.
# Of two at once in the same place, the second ends with a message.
# usage: contained.sh WRITABLE COMMAND [WORD…]
set -eu
WRITABLE=$(realpath "$1")
shift
exec 9>"$WRITABLE/.lock"
flock --nonblock 9 || { echo "another run works in $WRITABLE" >&2; exit 1; }
TMPDIR=$(mktemp --directory --tmpdir mutants-XXXXXX)
export WRITABLE TMPDIR
trap 'rm -rf --one-file-system "$TMPDIR"' EXIT
chmod 755 "$TMPDIR"

# The shell stays the first process: it reaps what lost its parent.
unshare --mount --propagation slave --pid --fork --kill-child --mount-proc sh -euc '
  mount --bind "$WRITABLE" "$WRITABLE"
  mount --bind "$TMPDIR" "$TMPDIR"
  mount -t tmpfs tmpfs /run
  findmnt --raw --noheadings --output TARGET | while read -r target; do
    case "$target" in
      /proc* | /sys* | /dev* | /run* | "$TMPDIR" | "$WRITABLE") ;;
      *) mount -o remount,bind,ro "$target" 2>/dev/null || : ;; # gone since, or not one that can be
    esac
  done
  status=0
  "$@" || status=$?
  exit "$status"
' sh "$@"
