#!/bin/sh
# Runs a command where a changed program can do no harm, though it is root: in a namespace of processes of its own, which
# end with it, and of mounts, where all files are read-only but those below WRITABLE and those of a /tmp that is made here.
# usage: contained.sh WRITABLE COMMAND [WORD…]
set -eu
export WRITABLE="$1"
shift
mkdir -p "$WRITABLE"
TEMPORARY=$(mktemp --directory --tmpdir=/tmp mutants-XXXXXX)
export TEMPORARY
trap 'rm -rf --one-file-system "$TEMPORARY"' EXIT
chmod 1777 "$TEMPORARY"

# The shell stays the first process: it reaps what lost its parent.
unshare --mount --pid --fork --kill-child --mount-proc sh -euc '
  mount --bind "$WRITABLE" "$WRITABLE"
  mount --bind "$TEMPORARY" /tmp
  mount -t tmpfs tmpfs /run
  findmnt --raw --noheadings --output TARGET | while read -r target; do
    case "$target" in
      /proc* | /sys* | /dev* | /run* | /tmp* | "$WRITABLE"*) ;;
      *) mount -o remount,bind,ro "$target" 2>/dev/null || : ;;
    esac
  done
  status=0
  TMPDIR=/tmp "$@" || status=$?
  exit "$status"
' sh "$@"
