#!/bin/sh
# Downloads all packages for a new tree, as a hook of mmdebstrap's variant "custom": nothing is unpacked, so no package
# script runs with network access. Copies the archive's InRelease (or Release) files, as verified by apt.
#   download.sh LISTS RELEASE ARCHITECTURE PACKAGES TREE
set -eu
lists=$1 release=$2 architecture=$3 packages=$4 tree=$5
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
archives=$tree/var/cache/apt/archives
status=$tree/tmp/status
set -f # the shell must not expand apt patterns

# Uses the two steps and the patterns of mmdebstrap's variant "minbase", which later finds all its packages here. The
# result of apt's second step depends on the packages installed by the first.
of="?or(?archive(^$release\$),?codename(^$release\$)),?architecture($architecture)"
download() {
	apt-get --quiet --assume-yes --download-only -o "Dir::State::status=$status" install "$@"
}
: >"$status"
download "?narrow($of,?essential)"
# From the signed lists; the packages themselves are not read here.
downloaded=$(find "$archives" -name '*.deb' -printf '%f\n' | sed 's/_\([^_]*\)_[^_]*$/=\1/; s/%3a/:/g')
# shellcheck disable=SC2086 # a list of words
apt-cache show $downloaded >"$status.shown"
sed 's/^Package: /Status: install ok installed\n&/' "$status.shown" >"$status"
# shellcheck disable=SC2086 # a list of words
download $packages "?narrow($of,?and(?priority(required),?not(?essential)))"

find "$tree/var/lib/apt/lists" '(' -name '*_InRelease' -o -name '*_Release' -o -name '*_Release.gpg' ')' -exec cp {} "$lists" ';'
# The second run has no network and must not see these network settings.
rm "$status" "$status.shown" "$tree/etc/apt/apt.conf.d/99mmdebstrap"
# It writes the sources as the image is to have them: these name a keyring of this machine.
find "$tree/etc/apt/sources.list.d" -type f -delete
