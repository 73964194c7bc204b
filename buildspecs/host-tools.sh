#!/bin/sh
# Installs the tools that stages need on this machine, if they are missing.
#   host-tools.sh [--list] STAGE…      a stage, "all" for every stage, "tests" for additional tools of the test suite
# --list prints the missing packages, one per line, and installs none.
# MIRROR_ARCHITECTURE is a space-separated list of the architectures to build for (dpkg names); default: the machine's own.
set -eu

list=no
if [ "${1:-}" = --list ]; then
	list=yes
	shift
fi

# Without dpkg nothing can be installed, but --list still works.
own=$(dpkg --print-architecture 2>/dev/null || uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/; s/ppc64le/ppc64el/')
architectures=${MIRROR_ARCHITECTURE:-$own}

# "debian 12", "ubuntu 24.04"; empty without an os-release file.
system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || system=

# apt if available, otherwise dnf: CodeBuild's image for arm64 is Amazon Linux. That has the tools for upgrade, prepare and
# extract. fetch, boot-test and bootloaders run on the x86 image, because Amazon Linux has no mmdebstrap and no emulators.
dnf=no
if ! command -v apt-get >/dev/null 2>&1 && command -v dnf >/dev/null 2>&1; then dnf=yes; fi

# program:package or file path:package, with the package name on Debian and Ubuntu; `|` separates alternatives
tools_of() {
	case "$1" in
	fetch) echo "mmdebstrap:mmdebstrap $image_tools tar:tar xz:xz-utils $(interpreters)" ;;
	upgrade | prepare | extract) echo "$image_tools $(interpreters)" ;;
	boot-test) for architecture in $architectures; do emulator_of "$architecture"; done ;;
	bootloaders) echo "apt-get:apt unshare:util-linux setpriv:util-linux perl:perl-base gpgv:gpgv dpkg-deb:dpkg tar:tar xz:xz-utils grub-mkimage:grub-common" ;;
	tests)
		tools_of bootloaders
		echo "gpg:gpg gpg-agent:gpg-agent openssl:openssl ssh-keygen:openssh-client setcap:libcap2-bin curl:curl file:file apt-ftparchive:apt-utils tmux:tmux strace:strace mke2fs:e2fsprogs cpio:cpio depmod:kmod zstd:zstd getcap:libcap2-bin inotifywait:inotify-tools ip:iproute2"
		# For one build for another architecture.
		interpreter_of arm64
		emulator_of arm64
		;;
	peers) echo "python3:python3 gpgv:gpgv" ;;
	all) for stage in fetch prepare boot-test bootloaders; do tools_of "$stage"; done ;;
	*)
		echo "host-tools.sh: no such stage: $1 (fetch upgrade prepare extract boot-test bootloaders all tests peers)" >&2
		exit 2
		;;
	esac
}

image_tools="mksquashfs:squashfs-tools getfattr:attr mount:mount losetup:mount gpgv:gpgv unshare:util-linux setpriv:util-linux prlimit:util-linux perl:perl-base setsid:util-linux pivot_root:util-linux"

interpreters() {
	for architecture in $architectures; do interpreter_of "$architecture"; done
}

# Runs single programs of another architecture, and is registered with the kernel. Since QEMU 10 without -static.
interpreter_of() {
	case "$own/$1" in "$1/$1" | amd64/i386) return ;; esac
	case "$1" in
	amd64) cpu=x86_64 ;;
	arm64) cpu=aarch64 ;;
	armhf) cpu=arm ;;
	ppc64el) cpu=ppc64le ;;
	i386 | riscv64 | s390x) cpu=$1 ;;
	*) unknown_architecture "$1" ;;
	esac
	echo "qemu-$cpu-static|qemu-$cpu:qemu-user-static|qemu-user-binfmt"
}

# Emulates a whole machine. Its dependencies include the firmware (qemu-system-data, seabios), except for arm64.
# Debian 12 has s390x and riscv64 in qemu-system-misc; Ubuntu and newer Debian releases have separate packages.
emulator_of() {
	case "$1" in
	amd64) echo "qemu-system-x86_64:qemu-system-x86" ;;
	i386) echo "qemu-system-i386:qemu-system-x86" ;;
	arm64) echo "qemu-system-aarch64:qemu-system-arm /usr/share/qemu-efi-aarch64/QEMU_EFI.fd:qemu-efi-aarch64" ;;
	armhf) echo "qemu-system-arm:qemu-system-arm" ;;
	ppc64el) echo "qemu-system-ppc64:qemu-system-ppc" ;;
	s390x) echo "qemu-system-s390x:qemu-system-s390x|qemu-system-misc" ;;
	riscv64) echo "qemu-system-riscv64:qemu-system-riscv|qemu-system-misc" ;;
	*) unknown_architecture "$1" ;;
	esac
}

unknown_architecture() {
	echo "host-tools.sh: no such architecture: $1 (amd64 arm64 armhf ppc64el s390x riscv64 i386)" >&2
	exit 2
}

# Whether one of these programs, or this file, exists.
have() {
	for program in $(echo "$1" | tr '|' ' '); do
		case "$program" in /*) if [ -e "$program" ]; then return 0; fi ;; esac
		if command -v "$program" >/dev/null 2>&1; then return 0; fi
	done
	return 1
}

own_sources=no # use all sources of the machine until packages are installed

# The first of these packages that the machine's apt has; if it has none, the one for its release, since a new machine has
# no package lists yet.
known() {
	if [ "$dnf" = yes ]; then
		named_by_dnf "${1##*|}"
		return
	fi
	case "$1" in *\|*) ;; *) echo "$1" && return ;; esac
	for package in $(echo "$1" | tr '|' ' '); do
		if by_apt apt-cache show "$package" >/dev/null 2>&1; then
			echo "$package"
			return
		fi
	done
	named_by_release "$1"
}

# Names that differ between releases. All others are the same in Debian 12 and 13 and in Ubuntu 22.04 and 24.04.
named_by_release() {
	case "$1 $system" in
	qemu-user-*" debian 1"[12] | qemu-user-*" ubuntu 2"[0-4].*) echo qemu-user-static ;;
	qemu-user-*) echo qemu-user-binfmt ;;
	qemu-system-*" debian 1"[12] | qemu-system-riscv*" ubuntu 2"[0-4].*) echo qemu-system-misc ;;
	*) echo "${1%%|*}" ;;
	esac
}

named_by_dnf() {
	case "$1" in
	mount) echo util-linux ;;
	gpgv) echo gnupg2 ;;
	xz-utils) echo xz ;;
	perl-base) echo perl-interpreter ;;
	*) echo "$1" ;;
	esac
}

missing_packages() {
	missing=
	for stage in "$@"; do
		for pair in $(tools_of "$stage"); do
			have "${pair%%:*}" && continue
			package=$(known "${pair#*:}")
			case " $missing " in *" $package "*) continue ;; esac
			missing="$missing $package"
		done
		if [ "$stage" = fetch ] || [ "$stage" = all ]; then
			# The keys with which mmdebstrap verifies the archive. On Ubuntu it uses keyrings/, which has newer ones.
			[ "${system%% *}" = ubuntu ] || [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
		fi
		if [ "$stage" = peers ]; then
			# Debian has ensurepip, which new venvs need, in a separate package.
			python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
		fi
	done
	echo "$missing"
}

# Creates a folder of links to the distribution's own source files. Third parties' are left out: their keys expire, and
# then apt fails as a whole (aws-codebuild-docker-images#419). Returns false if none are found under the usual names.
link_own_sources() {
	eval "$(apt-config shell sourcelist Dir::Etc::sourcelist/f sourceparts Dir::Etc::sourceparts/d)"
	distribution=${system%% *}
	if has_entries "$sourcelist"; then ln -s "$sourcelist" "$links/sources.list"; fi
	for file in "$sourceparts$distribution.list" "$sourceparts$distribution.sources"; do
		if has_entries "$file"; then ln -s "$file" "$links/"; fi
	done
	[ -n "$(ls "$links")" ]
}

has_entries() {
	grep -Eqs '^[[:blank:]]*(deb[[:blank:]]|URIs:)' "$1"
}

# Runs an apt program with the distribution's own sources or with all. The lists of other sources are kept.
by_apt() {
	program=$1
	shift
	if [ "$own_sources" = yes ]; then
		set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$links" -o APT::Get::List-Cleanup=false "$@"
	fi
	"$program" "$@"
}

# `set -e` has no effect in here.
install_by_apt() {
	# If a file has several sources, one that fails does not block packages from the others.
	by_apt apt-get --quiet update || echo "host-tools.sh: warning: apt cannot read all sources of this machine" >&2
	packages= unknown=no
	for package in $(missing_packages "$@"); do # the updated lists may have changed the choice between alternatives
		if ! by_apt apt-cache show "$package" >/dev/null 2>&1; then
			echo "host-tools.sh: no package $package in the sources of this machine" >&2
			[ "$own_sources" = yes ] && return 1
			case "$package" in
			# Without an emulator the boot test fails with its own message; other stages still work.
			qemu-system-* | qemu-efi-*) continue ;;
			esac
			unknown=yes # apt reports it as well
		fi
		packages="$packages $package"
	done
	if [ "$unknown ${system%% *}" = "yes ubuntu" ]; then
		echo "host-tools.sh: some of these packages are in Ubuntu's universe component; enable it: add-apt-repository universe" >&2
	fi
	[ -n "$packages" ] || return 0
	# shellcheck disable=SC2086 # a list of packages
	by_apt apt-get --quiet --assume-yes --no-install-recommends -o DPkg::Lock::Timeout=300 install $packages
}

for architecture in $architectures; do emulator_of "$architecture" >/dev/null; done
for stage in "$@"; do tools_of "$stage" >/dev/null; done
missing=$(missing_packages "$@")

if [ "$list" = yes ]; then
	for package in $missing; do echo "$package"; done
	exit 0
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "host-tools.sh: must be run as root to install:$missing" >&2
	exit 1
fi
if [ "$dnf" = yes ]; then
	# gnupg2 replaces Amazon Linux's gnupg2-minimal, whose gpgv is a dangling link (amazon-linux-2023#414).
	# Third parties' repositories are left out here, too: one that cannot be read would abort the installation.
	amazons=
	if [ "${system%% *}" = amzn ]; then amazons='--disablerepo=* --enablerepo=amazonlinux'; fi
	set -f # the asterisk is for dnf
	# shellcheck disable=SC2086 # lists of words
	exec dnf $amazons --quiet --assumeyes --setopt=install_weak_deps=False --allowerasing install $missing
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "host-tools.sh: found neither apt-get nor dnf; install these packages yourself:$missing" >&2
	exit 1
fi

# Several stages may run this at once, and an earlier run may have been killed during an installation.
exec 9>/var/lock/maas-mirror-host-tools.lock
flock 9
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 # on Ubuntu, needrestart would restart services
dpkg --configure -a

links=$(mktemp -d)
trap 'rm -rf "$links"' EXIT
trap 'exit 1' HUP INT TERM
if link_own_sources; then
	own_sources=yes
	install_by_apt "$@" && exit 0
	echo "host-tools.sh: packages are missing from the distribution's own sources; trying all sources of this machine" >&2
fi
own_sources=no
install_by_apt "$@"
