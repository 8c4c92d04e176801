# Words for what is done to a machine in a container, and for what must come of it. Sourced, not run; the caller has
# set `machine`.
# shellcheck shell=bash
photos=$machine/root/var/lib/smart-selfie/photos

on() { ./nspawn run "$machine" "$@"; }
active() { [ "$(on systemctl is-active "$1")" = active ]; }
property() { on systemctl show --property="$1" --value smart-selfie.service; }
count() { find "$photos" -name 'selfie-*.jpg' | wc -l; }
photos_are() { [ "$(count)" -ge "$1" ]; }
good() { echo "ok: $*"; }
bad() {
    echo "NOT ok: $*"
    on journalctl --no-pager --lines=60 || tail -60 "$machine/console"
    exit 1
}
until_true() { # until_true SECONDS WHAT COMMAND...
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || bad "$what"
        sleep 1
    done
    good "$what"
}
