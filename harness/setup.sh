#!/bin/sh
# Installs the Debian packages that a task needs and this machine lacks.
# usage: harness/setup.sh TASK…     (run, test, coverage, format, bench, deb, live, report,
# npm, screenshots)
#
# One dpkg-query when nothing is missing. Without root and sudo, or when apt-get
# fails, it says in one line what to install. Test-only packages that Debian does
# not give here are left out, and the tests that need them say so.
set -eu

packages_of() {
	case $1 in
	run) echo libc6-dev libyaml-dev libxxhash-dev libedit2 ;;
	test) echo libcmocka-dev python3-pytest python3-pytest-xdist python3-yaml python3-jsonschema python3-clang python3-lxml python3-markdown-it pkg-config mandoc git patch clang libclang-rt-14-dev \
		valgrind libc6-dbg libfaketime zsh locales util-linux qemu-user gcc-s390x-linux-gnu \
		libc6-dev-s390x-cross gcc-i686-linux-gnu libc6-dev-i386-cross
		packages_of report ;;
	coverage) echo gcovr lcov ;;
	format) echo clang-format ;;
	bench) echo spin ;;
	deb) echo build-essential debhelper lintian ;;
	report) echo chromium fonts-dejavu-core && packages_of npm ;;
	screenshots) echo pngquant ;;
	npm) # a nodejs from elsewhere has npm in it
		command -v npm >/dev/null || echo nodejs npm ;;
	live) echo corosync corosync-vqsim libfaketime libvotequorum-dev iproute2 ;;
	*) echo "setup: no task named $1" >&2; exit 2 ;;
	esac
}

wanted=
for task; do
	wanted="$wanted $(packages_of "$task")"
done

missing=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
	awk -v wanted="$wanted" '$2 == "installed" { have[$1] = 1 }
		END { n = split(wanted, w, " "); for (i = 1; i <= n; i++) if (!have[w[i]]) print w[i] }')
[ -n "$missing" ] || exit 0
missing=$(echo $missing)

fail() {
	echo "setup: $1; install by hand: apt-get install $missing" >&2
	exit 2
}

root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || fail "not root, and there is no sudo"
	root="sudo -n"
fi

install() {
	$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		-o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "setup: installing $missing"
install $missing && exit 0
# The lists may be old, or were never fetched.
if ! $root apt-get update -q >"$log" 2>&1; then
	tail -n 3 "$log" >&2
	fail "apt-get update failed"
fi
install $missing && exit 0
# One by one: what tests can do without is left out, and they say so.
needed=" $(packages_of run) libcmocka-dev python3-pytest python3-pytest-xdist python3-yaml patch "
for package in $missing; do
	install "$package" && continue
	case $needed in *" $package "*)
		grep -E '^(E|W):' "$log" >&2 || tail -n 3 "$log" >&2
		fail "apt-get install $package failed" ;;
	esac
	echo "setup: not to be had: $package" >&2
done
