#!/bin/sh
# Installs what the stages named need on this machine, and nothing where it is there already.
#   host-tools.sh [--list] STAGE…      a stage, "all" for every stage, "tests" for what the test suite needs beside
# --list prints the packages that are missing, one a line, and installs none.
set -eu

list=no
if [ "${1:-}" = --list ]; then
	list=yes
	shift
fi

# program:package, the package being named as Debian and Ubuntu name it
tools_of() {
	case "$1" in
	fetch) echo "mmdebstrap:mmdebstrap mksquashfs:squashfs-tools mount:mount gpgv:gpgv unshare:util-linux tar:tar xz:xz-utils" ;;
	upgrade | prepare | extract) echo "mksquashfs:squashfs-tools mount:mount gpgv:gpgv unshare:util-linux" ;;
	boot-test) echo "qemu-system-x86_64:qemu-system-x86" ;;
	tests) echo "gpgv:gpgv gpg:gpg openssl:openssl setcap:libcap2-bin curl:curl file:file dpkg-deb:dpkg apt-ftparchive:apt-utils tmux:tmux mke2fs:e2fsprogs" ;;
	peers) echo "python3:python3 gpgv:gpgv" ;;
	all) for stage in fetch prepare boot-test; do tools_of "$stage"; done ;;
	*)
		echo "host-tools.sh: no such stage: $1 (fetch upgrade prepare extract boot-test all tests peers)" >&2
		exit 2
		;;
	esac
}

for stage in "$@"; do tools_of "$stage" >/dev/null; done

missing=
for stage in "$@"; do
	for pair in $(tools_of "$stage"); do
		package=${pair#*:}
		case " $missing " in *" $package "*) continue ;; esac
		command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing $package"
	done
	if [ "$stage" = fetch ] || [ "$stage" = all ]; then
		# The keys that mmdebstrap checks the archive with.
		[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
	fi
	if [ "$stage" = peers ]; then
		# Debian keeps what a new venv starts with in a package of its own.
		python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
	fi
done

if [ "$list" = yes ]; then
	for package in $missing; do echo "$package"; done
	exit 0
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "host-tools.sh: only root can install:$missing" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "host-tools.sh: this machine has no apt-get; please install:$missing" >&2
	exit 1
fi

# Several stages may come here at once, and an earlier run may have been killed in the middle of an installation.
exec 9>/var/lock/maas-mirror-host-tools.lock
flock 9
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get --quiet update
# shellcheck disable=SC2086 # a list of packages
apt-get --quiet --assume-yes --no-install-recommends -o DPkg::Lock::Timeout=300 install $missing
