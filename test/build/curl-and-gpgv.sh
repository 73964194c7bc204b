#!/bin/sh
# Reads a whole view with curl, gpgv and sha256sum only.   curl-and-gpgv.sh URL VIEW FOLDER
set -eu
url=$1 view=$2 folder=$3
mkdir -p "$folder"
cd "$folder"

curl -fsS -o keyring.gpg "$url/keyring.gpg"
curl -fsS -o index.sjson "$url/$view/streams/v1/index.sjson"
gpgv --quiet --keyring ./keyring.gpg index.sjson

grep -o '"path": "[^"]*"' index.sjson | cut -d'"' -f4 | while read -r path; do
	curl -fsS -o document.sjson "$url/$view/$path"
	gpgv --quiet --keyring ./keyring.gpg document.sjson
	# One item: its path, then its sha256, as sorted keys have it.
	grep -oE '"(path|sha256)": "[^"]*"' document.sjson | cut -d'"' -f4 | paste - - | sort -u >items
	[ "$(wc -l <items)" -ge 4 ]
	while read -r item sha256; do
		mkdir -p "$(dirname "$item")"
		curl -fsS -o "$item" "$url/$view/$item"
		echo "$sha256  $item" | sha256sum --check --quiet
	done <items
done
