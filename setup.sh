#!/usr/bin/env bash
# Install the smart selfie appliance on a Raspberry Pi: sudo ./setup.sh
# Running it again is safe; it does what is left to do. Photos and an edited configuration are never touched.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")"
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh
# shellcheck source=scripts/setup/machine.sh
. scripts/setup/machine.sh
# shellcheck source=scripts/setup/release.sh
. scripts/setup/release.sh
# shellcheck source=scripts/setup/system.sh
. scripts/setup/system.sh
# shellcheck source=scripts/setup/archive.sh
. scripts/setup/archive.sh

usage() {
    cat <<'TEXT'
sudo ./setup.sh                 install, or repair
sudo ./setup.sh --upgrade       install this version; the one before comes back if it does not become ready
sudo ./setup.sh --upgrade FILE  the same with a release archive, which is checked before anything is touched
sudo ./setup.sh --offline DIR   take the Python packages from a folder made by scripts/make-bundle
sudo ./setup.sh --uninstall     remove the appliance; photos stay
TEXT
}

READY_SECONDS=180

main() {
    local task=install archive=""
    while [ $# -gt 0 ]; do
        case $1 in
            --upgrade) # installing over an older version is an upgrade
                task=install
                case ${2:-} in
                    "" | -*) ;;
                    *)
                        archive=$2
                        shift
                        ;;
                esac
                ;;
            --uninstall) task=uninstall ;;
            --offline)
                [ -d "${2:-}" ] || wrong "--offline needs a folder made by scripts/make-bundle"
                SMART_SELFIE_BUNDLE=$(realpath "$2")
                export SMART_SELFIE_BUNDLE
                shift
                ;;
            -h | --help)
                usage
                exit 0
                ;;
            *) wrong "There is no option $1" ;;
        esac
        shift
    done
    [ "$(id -u)" = 0 ] || fail "This needs root" "Run: sudo ./setup.sh"
    only_one_setup
    [ -z "$archive" ] || upgrade_from "$archive"
    "$task"
}

install() {
    check_machine
    apt_packages
    check_camera
    local before
    before=$(current_release)
    make_release
    check_config "$RELEASE"
    install_system "$RELEASE"
    install_config "$RELEASE"
    tell_desktop "$RELEASE"
    switch_to "$RELEASE"
    step "Starting the appliance"
    if start_and_wait "$READY_SECONDS"; then
        remove_old_releases "$before"
        doctor || note "It runs; the table above says what could be better"
        echo
        echo "Installed and running. Photos are in /var/lib/smart-selfie/photos"
        return
    fi
    if [ -n "$before" ] && [ "$before" != "$RELEASE" ]; then
        step "This version does not become ready: going back to $(basename "$before")"
        switch_to "$before"
        install_system "$before"
        install_config "$before"
        local back="it does not start either"
        ! start_and_wait "$READY_SECONDS" || back="it is running again"
        rm -rf "$RELEASE"
        fail "The new version did not become ready within $READY_SECONDS s; the version before is back, and $back" \
            "What it said: journalctl -u smart-selfie -b"
    fi
    # Left running, it would use up its starts and reboot the machine while its owner works on it.
    systemctl stop smart-selfie.service
    doctor || note "The table above says what is wrong"
    fail "Installed, but the camera does not deliver pictures" \
        "Follow the table above, then run: sudo systemctl start smart-selfie"
}

uninstall() {
    step "Removing the appliance"
    uninstall_system
    rm -rf "$PREFIX"
    echo "Removed. Photos stay in /var/lib/smart-selfie/photos, settings in /etc/smart-selfie"
}

main "$@"
