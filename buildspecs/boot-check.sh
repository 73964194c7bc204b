#!/bin/sh
# User data of a boot test. cloud-init runs it last in the booted image, so its output proves that the system is up, has
# found its metadata service and ran what MAAS would have sent. Each boot has its own nonce. Kernel and systemd write to
# the same console and may break up a line, so the line is printed several times; only a complete line counts.
root=$(findmnt --noheadings --output FSTYPE /)
modules=$([ -d "/lib/modules/$(uname -r)/kernel" ] && echo present || echo missing)
dmesg --console-level 1 2>/dev/null
for time in 1 2 3 4 5; do
	echo
	echo "maas-mirror-boot @NONCE@ kernel=$(uname -r) root=$root modules=$modules end"
	sleep 1
done >/dev/console 2>&1
poweroff
