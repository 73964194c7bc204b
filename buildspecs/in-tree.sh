#!/bin/sh
# Runs a program with a tree as its root, where nothing else is left of this machine that it could reach or harm: other
# people's package scripts run so, as root. To be started in namespaces of its own (lib/machine/tree/chroot.ts).
#   in-tree.sh SEAL [--beside] TREE PROGRAM [ARGUMENT…]      SEAL says what seal.pl is to do
# With --beside it is a program of this machine, and the tree is /tree: a tree may have no programs yet.
set -eu
seal=$1
shift
beside=no
if [ "$1" = --beside ]; then
	beside=yes
	shift
fi
tree=$1
shift
sealing=$(cat "${0%/*}/seal.pl")

# A root of our own, on a folder that every machine has and no tree lies in. Besides the tree it holds programs of this
# machine, read-only. Whoever finds a way out of the chroot, and root does (CAP_SYS_CHROOT has to stay: what enters a
# chroot cannot drop it on its way), stands here, and not before the builder's files.
mount -t tmpfs -o mode=0755,nosuid,nodev,size=1m walls /sys
cd /sys
mkdir tree machine proc dev
: >dev/null # an empty file: perl opens it, and it hides others
for folder in usr bin sbin lib lib64; do
	[ -d "/$folder" ] || continue
	mkdir "$folder"
	mount --bind -o ro,nosuid,nodev "/$folder" "$folder"
done
mount --rbind "$tree" tree
# Read-only, since root may write to core_pattern, sysrq-trigger and the like without any capability.
mount -t proc -o ro,nosuid,nodev,noexec proc proc
pivot_root . machine
cd /
umount --lazy machine
mount --bind proc tree/proc
if [ "$beside" = yes ]; then
	# What apt and Perl look for outside the tree. No user _apt: nothing is fetched here, and it may have another id there.
	mkdir -p tmp etc/apt/apt.conf.d
	mount --rbind tree/dev dev
	echo root:x:0:0:root:/root:/bin/sh >etc/passwd
	echo root:x:0: >etc/group
fi

# What Docker leaves to the root of a container, in which packages install every day, but no device nodes (whoever makes
# one reads this machine's disks) and nothing of the network. Nothing to inherit either, as older Dockers give it: root
# would get that back with the next program. A session of its own, for it could type into our terminal.
kept=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+setfcap,+audit_write,+sys_chroot
[ "$beside" = yes ] || set -- chroot tree "$@"
exec perl -e "$sealing" "$seal" setsid setpriv --inh-caps=-all "--bounding-set=-all,$kept" "$@"
