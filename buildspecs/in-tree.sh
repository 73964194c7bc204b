#!/bin/sh
# Runs a program with a tree as its root, without access to anything else on this machine. Foreign package scripts run
# this way, as root. Start it in separate namespaces (lib/machine/tree/chroot.ts).
#   in-tree.sh SEAL [--beside FILE] TREE PROGRAM [ARGUMENT…]      SEAL is the argument of seal.pl
# With --beside, runs a program of this machine, with the tree at /tree: a new tree has no programs. FILE is a program
# outside /usr, of which /brought is an executable copy; FILE is '' for none.
set -eu
seal=$1
shift
beside=no
bring=
if [ "$1" = --beside ]; then
	beside=yes
	bring=$2
	shift 2
fi
tree=$1
shift
sealing=$(cat "${0%/*}/seal.pl")

# A new root, on a folder that every machine has and that contains no tree. It has only the tree and, read-only, this
# machine's programs. Root can escape from a chroot (CAP_SYS_CHROOT cannot be dropped before chroot), but only to this
# root and not to the builder's files.
mount -t tmpfs -o mode=0755,nosuid,nodev,size=1m walls /sys
cd /sys
mkdir tree machine proc dev
[ -z "$bring" ] || install -m 0755 "$bring" brought
: >dev/null # an empty file: perl opens it, and it is bind-mounted over files to hide them
for folder in usr bin sbin lib lib64; do
	[ -d "/$folder" ] || continue
	mkdir "$folder"
	mount --bind -o ro,nosuid,nodev "/$folder" "$folder"
done
mount --rbind "$tree" tree
# Read-only, because root can write to core_pattern, sysrq-trigger and others without any capability.
mount -t proc -o ro,nosuid,nodev,noexec proc proc
pivot_root . machine
cd /
umount --lazy machine
mount --bind proc tree/proc
if [ "$beside" = yes ]; then
	# Files that apt and Perl need outside the tree. No user _apt: nothing is downloaded here, and its id may differ there.
	mkdir -p tmp etc/apt/apt.conf.d
	mount --rbind tree/dev dev
	echo root:x:0:0:root:/root:/bin/sh >etc/passwd
	echo root:x:0: >etc/group
fi

# The capabilities of root in a Docker container, which suffice to install packages, without device nodes (which give
# access to this machine's disks) and without network. No inheritable ones, as in older Docker versions: root would
# regain them with the next exec. A new session, because the program could inject input into our terminal.
kept=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+setfcap,+audit_write,+sys_chroot
[ "$beside" = yes ] || set -- chroot tree "$@"
exec perl -e "$sealing" "$seal" setsid setpriv --inh-caps=-all "--bounding-set=-all,$kept" "$@"
