#!/bin/bash
# The plain sequence that our way of building is measured against: unpack to ext4, then for each kernel, one after the
# other, an overlay on disk, apt-get update and apt-get install.   plain.sh BASE FOLDER PACKAGE…
set -euo pipefail
base=$1 folder=$2
shift 2
image=$folder/image
mkdir -p "$folder/out" "$image"

truncate -s 4G "$folder/image.ext4"
mke2fs -q -t ext4 "$folder/image.ext4"
mount -o loop "$folder/image.ext4" "$image"
unsquashfs -no-progress -quiet -force -dest "$image" "$base"

for package in "$@"; do
	place=$folder/$package
	root=$place/root
	mkdir -p "$place/upper" "$place/work" "$root"
	mount -t overlay -o "lowerdir=$image,upperdir=$place/upper,workdir=$place/work" overlay "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs sysfs "$root/sys"
	mount --bind /dev "$root/dev"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	# What this machine's own apt was told, as both ways need it.
	cp "$folder/apt.conf" "$root/etc/apt/apt.conf.d/99machine"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"

	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	chroot "$root" apt-get -q update
	chroot "$root" apt-get -q -y install busybox zstd "$package"
	cp "$root"/boot/vmlinuz-* "$root"/boot/initrd.img-* "$folder/out/"
	umount "$root/dev" "$root/sys" "$root/proc" "$root"
	rm -rf "$place"
done
umount "$image"
rm "$folder/image.ext4"
