#!/bin/sh
# Lists the kernels in the packages in apt's cache before any of them is installed: lines of a sha256 and a path.
# Runs in an unmodified base image, so that no package can have changed dpkg-deb and tar.
#   packaged-kernels.sh FOLDER
set -eu
nothing=$(printf '' | sha256sum)

# Prints a package's file in /boot, or another file that will be copied there; fails if it has none. /boot comes first in
# a package, so nothing after the file is unpacked.
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
	# Kernels with other names, such as vmlinux; meta packages have none.
	for file in $(dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's,^\./boot/\(vmlinu[xz]-[^/]*\)$,\1,p'); do
		has "$package" "$file" || :
	done
done

# Debian's packages since 7.0: a script copies their kernels to /boot.
for package in "$1"/linux-binary-*.deb; do
	[ -f "$package" ] || continue
	release=$(dpkg-deb --field "$package" Package | sed 's/^linux-binary-\(unsigned-\)\?//')
	for kind in vmlinuz vmlinux; do has "$package" "$kind-$release" "usr/lib/modules/$release/$kind" || :; done
done
