# How setup.sh talks. Sourced, not run.
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

# Two at once would each see half of what the other does. The lock goes with the process, however it ends.
only_one_setup() {
    exec 9>"${SMART_SELFIE_MACHINE:-}/run/lock/smart-selfie-setup.lock"
    flock --nonblock 9 || fail "Another setup.sh is at work" "Wait for it to end"
}
