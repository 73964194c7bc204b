#!/bin/sh
# User data of a boot test: cloud-init runs it last of all in the booted image, so reaching it means that the system is
# up, found its metadata service and ran what MAAS would have sent. The nonce is put in for every boot.
{
	root=$(findmnt --noheadings --output FSTYPE /)
	modules=$([ -d "/lib/modules/$(uname -r)/kernel" ] && echo present || echo missing)
	echo "maas-mirror-boot @NONCE@ kernel=$(uname -r) root=$root modules=$modules"
} >/dev/console 2>&1
poweroff
