# Messages of setup.sh. Sourced, not run.
# shellcheck shell=bash

step() { echo "==> $*"; }

note() { echo "    $*"; }

# fail WHAT HINT: the work failed.
fail() {
    echo "setup.sh: $1. ${2:-}" >&2
    exit 1
}

# wrong WHAT: bad usage.
wrong() {
    echo "setup.sh: $1." >&2
    usage >&2
    exit 2
}

# Two runs at once would see each other's half-finished work. The lock ends with the process. It is in a folder where
# only root writes, and not in /run/lock, where anybody could replace it by a link or take it.
only_one_setup() {
    local mask
    mask=$(umask)
    umask 077
    exec 9>"${SMART_SELFIE_MACHINE:-}/run/smart-selfie-setup.lock"
    umask "$mask"
    flock --nonblock 9 || fail "Another setup.sh is at work" "Wait for it to end"
}
