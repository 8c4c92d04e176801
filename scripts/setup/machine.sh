# Requirements of setup.sh on the machine, and the packages it takes from apt. Sourced, not run.
# shellcheck shell=bash
#
# SMART_SELFIE_NOT_A_PI=1 is for tests in a container or a virtual machine: no board, another processor, and
# picamera2 from elsewhere, as Debian has none. Everything else is as on a Pi.

# SMART_SELFIE_MACHINE is for tests too: the folder that the machine's own files are looked for in.

NEEDED_MB=900 # apt packages, the virtual environment, and the version before until the new one runs
NOT_A_PI=${SMART_SELFIE_NOT_A_PI:-}
MACHINE=${SMART_SELFIE_MACHINE:-}

check_machine() {
    step "Checking this machine"
    check_system
    [ -n "$NOT_A_PI" ] || check_board
    check_space
    [ -d "$MACHINE/run/systemd/system" ] || fail "systemd does not run here" "The appliance is a systemd service"
}

elsewhere() {
    fail "$1" "On a laptop, scripts/demo shows the appliance without installing anything"
}

check_system() {
    local ID="" VERSION_CODENAME=""
    # shellcheck source=/dev/null
    . "$MACHINE/etc/os-release"
    case $ID:$VERSION_CODENAME in
        debian:bookworm | debian:trixie) ;;
        raspbian:*) elsewhere "This is a 32-bit Raspberry Pi OS; the appliance needs the 64-bit one" ;;
        *) elsewhere "This is ${ID:-an unknown system} ${VERSION_CODENAME:-}, not Raspberry Pi OS Bookworm or Trixie" ;;
    esac
}

check_board() {
    local model="" file=$MACHINE/proc/device-tree/model
    [ ! -r "$file" ] || model=$(tr -d '\0' <"$file")
    case $model in
        "Raspberry Pi "*) note "$model" ;;
        *) elsewhere "This is not a Raspberry Pi${model:+ but a $model}" ;;
    esac
    # A 64-bit kernel with 32-bit programs is what many an older card has: the programs decide.
    [ "$(dpkg --print-architecture)" = arm64 ] ||
        elsewhere "The system on this card is 32-bit; flash Raspberry Pi OS Lite (64-bit)"
}

check_space() {
    local free
    free=$(df --output=avail --block-size=1M "$MACHINE/opt" | tail -1)
    [ "$free" -ge "$NEEDED_MB" ] ||
        fail "${free// /} MB are free on the card, $NEEDED_MB MB are needed" "Use a larger card, or free some space"
}

# The same names in Bookworm and in Trixie.
apt_packages() {
    # numpy and picamera2 belong together: they come from the same archive, and pip replaces neither.
    local wanted=(python3 python3-venv python3-numpy util-linux dosfstools exfatprogs)
    [ -n "$NOT_A_PI" ] || wanted+=(python3-picamera2 python3-lgpio)
    apt_install "${wanted[@]}"
}

# apt_install PACKAGE...: install those that are missing.
apt_install() {
    local missing=() package there
    # shellcheck disable=SC2016  # the words are dpkg's
    there=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n')
    for package; do
        grep --quiet --line-regexp "$package installed" <<<"$there" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    step "Installing ${missing[*]}"
    [ -z "${SMART_SELFIE_BUNDLE:-}" ] ||
        fail "apt packages are missing: ${missing[*]}" "Install them once with a network, then --offline will do"
    apt-get --quiet --quiet -o APT::Update::Error-Mode=any update ||
        fail "apt cannot reach its archive" "Check the network; nothing was changed"
    DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet install --yes --no-install-recommends "${missing[@]}" ||
        fail "apt could not install ${missing[*]}" "See its messages above; then run setup.sh again"
}

# Checked before anything is installed, which takes minutes. A webcam has a name of its own in by-id; the Pi's own
# /dev/video* are there without any camera.
check_camera() {
    local seen webcams=("$MACHINE"/dev/v4l/by-id/usb-*)
    [ -z "$NOT_A_PI" ] || return 0
    ! systemctl --quiet is-active smart-selfie.service || return 0 # it has the camera
    [ ! -e "${webcams[0]}" ] || return 0
    seen=$(python3 -c 'from picamera2 import Picamera2
print(*(camera["Model"] for camera in Picamera2.global_camera_info()))' 2>&1) ||
        fail "picamera2 cannot be loaded: ${seen##*$'\n'}" \
            "Try: sudo apt full-upgrade. A numpy of pip's would be in the way: sudo pip uninstall --break-system-packages numpy"
    seen=${seen##*$'\n'}
    [ -n "$seen" ] ||
        fail "No camera is seen" "Power off, look at both ends of its cable (docs/build-it.md), then run setup.sh again"
    note "camera: $seen"
    # The AI Camera gets its firmware at each start, from a package that Raspberry Pi OS Lite does not have.
    case " $seen " in
        *" imx500 "*)
            apt_install imx500-all
            note "If the camera does not deliver pictures at first: sudo reboot, once"
            ;;
    esac
}
