#!/bin/sh
# Installs what each folder with a package-lock.json says, exactly that, in the folder's node_modules.
# usage: harness/npm.sh [FOLDER…]     (default: every such folder under reports/ and harness/)
#
# Nothing to do takes no time: node_modules keeps a copy of the lock file it was made from. Where npm's registry
# cannot be reached it says so and succeeds: `support.npm` then skips the tests that need it, with the same words.
# No package's own install script is run.
set -eu

cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(find reports harness -name node_modules -prune -o -name package-lock.json -printf '%h\n' | sort)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for folder; do
	made_from=$folder/node_modules/.made-from.json
	cmp -s "$folder/package-lock.json" "$made_from" && continue
	command -v npm >/dev/null || {
		echo "npm: not here, so $folder goes without its packages; install by hand: apt-get install nodejs npm" >&2
		continue
	}
	echo "npm: installing the packages of $folder"
	if (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retry-mintimeout=2000) >"$log" 2>&1; then
		cp "$folder/package-lock.json" "$made_from"
	elif grep -qE 'E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|SOCKETTIMEDOUT|NOTCACHED)\b' "$log"; then
		rm -rf "$folder/node_modules"
		echo "npm: the registry cannot be reached, so $folder goes without its packages" >&2
	else
		rm -rf "$folder/node_modules"
		grep -E '^npm (error|ERR!)' "$log" >&2 || tail -n 5 "$log" >&2
		echo "npm: npm ci failed in $folder" >&2
		exit 2
	fi
done
