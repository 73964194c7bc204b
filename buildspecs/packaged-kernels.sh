#!/bin/sh
# Says which kernels the packages in apt's cache have, before any of them is installed: lines of a sha256 and a path.
# It runs in an untouched base image, whose dpkg-deb and tar no package has changed.
#   packaged-kernels.sh FOLDER
set -eu
nothing=$(printf '' | sha256sum)

# Whether a package has a file in /boot, or another one that gets there; says so. /boot comes first in a package: nothing
# behind the file is unpacked.
has() {
	digest=$(dpkg-deb --fsys-tarfile "$1" 2>/dev/null | tar -xO --occurrence=1 "./${3:-boot/$2}" 2>/dev/null | sha256sum)
	[ "$digest" != "$nothing" ] && echo "${digest%% *} /boot/$2"
}

for package in "$1"/linux-image-*.deb "$1"/linux-signed-image-*.deb; do
	[ -f "$package" ] || continue
	name=${package##*/}
	name=${name%%_*}
	case "$name" in
	linux-signed-image-*) file=vmlinuz-${name#linux-signed-image-}.efi.signed ;;
	linux-image-unsigned-*) file=vmlinuz-${name#linux-image-unsigned-} ;;
	*) file=vmlinuz-${name#linux-image-} ;;
	esac
	has "$package" "$file" && continue
	# Of other architectures, of other names, and those that only lead to a kernel: they have none.
	for file in $(dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's,^\./boot/\(vmlinu[xz]-[^/]*\)$,\1,p'); do
		has "$package" "$file" || :
	done
done

# Debian's since 7.0: a script copies them to /boot.
for package in "$1"/linux-binary-*.deb; do
	[ -f "$package" ] || continue
	release=$(dpkg-deb --field "$package" Package | sed 's/^linux-binary-\(unsigned-\)\?//')
	for kind in vmlinuz vmlinux; do has "$package" "$kind-$release" "usr/lib/modules/$release/$kind" || :; done
done
