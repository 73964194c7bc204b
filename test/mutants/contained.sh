#!/bin/sh
# Runs a command where a changed program can do no harm, though it is root: in a namespace of processes of its own, which
# end with it, and of mounts, where all files are read-only but those below WRITABLE, and two folders that are the command's
# own and are removed at the end: the temporary folders, and a layer on FIXTURES that hides what is written there.
# Of two at once in the same place, the second ends with a message.
# usage: contained.sh WRITABLE FIXTURES COMMAND [WORD…]
set -eu
WRITABLE=$(realpath "$1")
FIXTURES=$(realpath "$2")
shift 2
exec 8>"$WRITABLE/.lock"
flock --nonblock 8 || { echo "another run works in $WRITABLE" >&2; exit 1; }
OWN=$(mktemp --directory --tmpdir mutants-XXXXXX)
export WRITABLE FIXTURES OWN
trap 'rm -rf --one-file-system "$OWN"' EXIT
mkdir "$OWN/tmp" "$OWN/var-tmp" "$OWN/upper" "$OWN/work"
chmod 1777 "$OWN/tmp" "$OWN/var-tmp"
chmod 755 "$OWN"

# The shell stays the first process: it reaps what lost its parent.
unshare --mount --propagation slave --pid --fork --kill-child --mount-proc sh -euc '
  mount -t overlay overlay -o "lowerdir=$FIXTURES,upperdir=$OWN/upper,workdir=$OWN/work" "$FIXTURES"
  mount -t tmpfs tmpfs /run
  root=$PWD
  number=0
  # The last three may be below /tmp.
  for kept in "$OWN" "$root" "$WRITABLE" "$FIXTURES"; do
    mkdir "/run/$number"
    mount --rbind "$kept" "/run/$number"
    number=$((number + 1))
  done
  mount --bind /run/0/tmp /tmp
  mount --bind /run/0/var-tmp /var/tmp
  number=1
  for kept in "$root" "$WRITABLE" "$FIXTURES"; do
    mkdir -p "$kept"
    mount --rbind "/run/$number" "$kept"
    number=$((number + 1))
  done
  findmnt --raw --noheadings --output TARGET | while read -r target; do
    case "$target" in
      /proc* | /sys* | /dev* | /run* | /tmp | /var/tmp | "$FIXTURES" | "$WRITABLE") ;;
      *) mount -o remount,bind,ro "$target" 2>/dev/null || : ;; # gone since, or not one that can be
    esac
  done
  cd "$root"
  export TMPDIR=/tmp
  status=0
  "$@" || status=$?
  exit "$status"
' sh "$@"
