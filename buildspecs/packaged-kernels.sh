#!/bin/sh
# Says which kernels the packages in apt's cache have, before any of them is installed: lines of a sha256 and a path.
# It runs in an untouched base image, whose dpkg-deb and tar no package has changed.
#   packaged-kernels.sh FOLDER
set -eu
nothing=$(printf '' | sha256sum)
for package in "$1"/linux-image-*.deb "$1"/linux-signed-image-*.deb; do
	[ -f "$package" ] || continue
	name=${package##*/}
	name=${name%%_*}
	release=${name#linux-image-}
	case "$name" in
	linux-signed-image-*) release=${name#linux-signed-image-} files="vmlinuz-$release.efi.signed vmlinux-$release.signed" ;;
	*) release=${release#unsigned-} files="vmlinuz-$release vmlinux-$release" ;;
	esac
	case "$release" in [0-9]*) ;; *) continue ;; esac # the way to a kernel, and none itself
	for file in $files; do
		# /boot comes first in a package: nothing behind it is unpacked.
		digest=$(dpkg-deb --fsys-tarfile "$package" 2>/dev/null | tar -xO --occurrence=1 "./boot/$file" 2>/dev/null | sha256sum)
		[ "$digest" = "$nothing" ] && continue
		echo "${digest%% *} /boot/$file"
		break
	done
done
