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

# No way to it, a proxy that lets nobody through, or a certificate that this machine does not trust.
unreachable='\b(E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|NETUNREACH|HOSTUNREACH|SOCKETTIMEDOUT|NOTCACHED|PROTO|407|50[0-9])|ERR_SOCKET_TIMEOUT|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_[A-Z_]+|CERT_[A-Z_]+)\b'
# Whom the machine trusts, node trusts, too: there may be a proxy with a certificate of its own.
[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -r /etc/ssl/certs/ca-certificates.crt ] ||
	export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

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
	elif grep -qE "$unreachable" "$log"; then
		rm -rf "$folder/node_modules"
		echo "npm: the registry cannot be reached, so $folder goes without its packages: $(grep -oE "$unreachable" "$log" | head -n 1)" >&2
	else
		rm -rf "$folder/node_modules"
		grep -E '^npm (error|ERR!)' "$log" >&2 || tail -n 5 "$log" >&2
		echo "npm: npm ci failed in $folder" >&2
		exit 2
	fi
done
