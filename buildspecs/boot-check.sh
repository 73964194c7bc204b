#!/bin/sh
# User data of a boot test: cloud-init runs it last of all in the booted image, so reaching it means that the system is
# up, found its metadata service and ran what MAAS would have sent. The nonce is put in for every boot. Kernel and systemd
# write to the same console and may cut a line in two, so it is said more than once; only a whole line counts.
root=$(findmnt --noheadings --output FSTYPE /)
modules=$([ -d "/lib/modules/$(uname -r)/kernel" ] && echo present || echo missing)
dmesg --console-level 1 2>/dev/null
for time in 1 2 3 4 5; do
	echo
	echo "maas-mirror-boot @NONCE@ kernel=$(uname -r) root=$root modules=$modules end"
	sleep 1
done >/dev/console 2>&1
poweroff
