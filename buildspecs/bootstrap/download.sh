#!/bin/sh
# Downloads all packages of a tree to be, as a hook of mmdebstrap's variant "custom": nothing is unpacked, and no script of
# a package runs where the network is. Copies the archive's InRelease (or Release) files, as apt has verified them.
#   download.sh LISTS RELEASE ARCHITECTURE PACKAGES TREE
set -eu
lists=$1 release=$2 architecture=$3 packages=$4 tree=$5
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
archives=$tree/var/cache/apt/archives
status=$tree/tmp/status
set -f # patterns of apt are none of the shell

# In the two steps and by the same patterns as mmdebstrap's variant "minbase", which finds all it wants here later. What
# apt chooses in the second one depends on what the first one has installed.
of="?or(?archive(^$release\$),?codename(^$release\$)),?architecture($architecture)"
download() {
	apt-get --quiet --assume-yes --download-only -o "Dir::State::status=$status" install "$@"
}
: >"$status"
download "?narrow($of,?essential)"
# By the signed lists: what is in the packages is not looked at here.
downloaded=$(find "$archives" -name '*.deb' -printf '%f\n' | sed 's/_\([^_]*\)_[^_]*$/=\1/; s/%3a/:/g')
# shellcheck disable=SC2086 # a list of words
apt-cache show $downloaded >"$status.shown"
sed 's/^Package: /Status: install ok installed\n&/' "$status.shown" >"$status"
# shellcheck disable=SC2086 # a list of words
download $packages "?narrow($of,?and(?priority(required),?not(?essential)))"

find "$tree/var/lib/apt/lists" '(' -name '*_InRelease' -o -name '*_Release' -o -name '*_Release.gpg' ')' -exec cp {} "$lists" ';'
# What follows has no network, and need not know how this one is reached.
rm "$status" "$status.shown" "$tree/etc/apt/apt.conf.d/99mmdebstrap"
