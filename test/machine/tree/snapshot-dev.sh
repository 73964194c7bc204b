#!/bin/sh
# Runs a program with a /dev as a container's is: made when it was started, before there was any loop device. To be run
# in a mount namespace of its own.
#   snapshot-dev.sh FOLDER NODE:TYPE:MAJOR:MINOR… -- PROGRAM…
set -eu
dev=$1
shift
mount -t tmpfs -o mode=0755 dev "$dev"
while [ "$1" != -- ]; do
	# shellcheck disable=SC2046 # four words
	mknod -m 666 "$dev/${1%%:*}" $(echo "${1#*:}" | tr : ' ')
	shift
done
shift
mount --move "$dev" /dev
exec "$@"
