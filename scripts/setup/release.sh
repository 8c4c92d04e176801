# A release: one version of the appliance with all its Python packages in one folder. Sourced, not run.
# shellcheck shell=bash
#
#   /opt/smart-selfie/releases/VERSION-HASH/   a virtual environment, share/ with units and default settings
#   /opt/smart-selfie/current                  a link to the one in force
#
# A release is made beside the others and becomes current by a rename, so that there is always a whole one.

PREFIX=${SMART_SELFIE_MACHINE:-}/opt/smart-selfie
RELEASE="" # set by make_release

# Prints nothing if there is none.
current_release() { [ ! -e "$PREFIX/current" ] || readlink --canonicalize-existing "$PREFIX/current"; }

# The version, and a hash of everything that is installed.
release_name() {
    local version hash
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' appliance/__init__.py)
    hash=$(find appliance models locks systemd config.yaml pyproject.toml -type f -not -path '*/__pycache__/*' \
        -not -path 'models/training/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-8)
    echo "$version-$hash"
}

make_release() {
    RELEASE=$PREFIX/releases/$(release_name)
    if [ -e "$RELEASE/complete" ]; then
        note "$(basename "$RELEASE") is installed already"
        verify_packages # what lies beside it may have changed since
        return
    fi
    step "Installing the Python packages of $(basename "$RELEASE"); this takes some minutes"
    mkdir -p "$PREFIX/releases"
    rm -rf "$RELEASE" # what a power cut left of an earlier try
    trap discard_release EXIT
    python3 -m venv --system-site-packages "$RELEASE"
    install_packages
    verify_packages
    mkdir -p "$RELEASE/share"
    cp -R systemd terminal "$RELEASE/share/"
    cp config.yaml appliance/hw/early_light.py "$RELEASE/share/"
    sync -f "$RELEASE" # before it is called complete, not only after
    touch "$RELEASE/complete"
    sync -f "$RELEASE"
    trap - EXIT
}

discard_release() {
    rm -rf "$RELEASE"
    remove_if_empty "$PREFIX/releases"
    remove_if_empty "$PREFIX"
}

remove_if_empty() { [ ! -d "$1" ] || [ -n "$(ls --almost-all "$1")" ] || rmdir "$1"; }

install_packages() {
    local work lock=locks/py311.txt source=() hint="Check the network and run setup.sh again"
    work=$(mktemp -d)
    ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))' || lock=locks/py313.txt
    if [ -n "${SMART_SELFIE_BUNDLE:-}" ]; then
        source=(--no-index --find-links "$SMART_SELFIE_BUNDLE")
        hint="A wheel is missing or damaged in $SMART_SELFIE_BUNDLE: make it anew with scripts/make-bundle"
    fi
    # numpy stays apt's: simplejpeg and picamera2 were compiled against it.
    awk '/^[a-z]/ { numpy = /^numpy==/ } !numpy' "$lock" >"$work/lock.txt"
    if ! {
        "$RELEASE/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "${source[@]}" \
            --no-deps --require-hashes --only-binary :all: -r "$work/lock.txt" &&
            scripts/build-wheel python3 "$work" &&
            "$RELEASE/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index "$work"/*.whl
    }; then
        rm -rf "$work"
        fail "The Python packages could not be installed" "$hint. What was installed before still runs"
    fi
    rm -rf "$work"
}

# Find out now what would fail at the first photo.
verify_packages() {
    local told
    told=$("$RELEASE/bin/python" - 2>&1 <<'PYTHON'
import sys
import numpy
if not numpy.__file__.startswith("/usr/lib/python3/"):
    sys.exit(f"numpy {numpy.__version__} in force is {numpy.__file__}, not apt's")
import cv2, ai_edge_litert.interpreter, gpiozero, lgpio, PIL, pydantic, yaml
import aiomqtt, segno, starlette, uvicorn, websockets
print(f"numpy {numpy.__version__} of apt, OpenCV {cv2.__version__}")
PYTHON
    ) || fail "The packages do not fit together: ${told##*$'\n'}" \
        "Another numpy may lie in /usr/local: sudo pip uninstall --break-system-packages numpy"
    note "$told"
    [ -n "$NOT_A_PI" ] || told=$("$RELEASE/bin/python" -c 'import picamera2' 2>&1) ||
        fail "picamera2 cannot be loaded: ${told##*$'\n'}" "Try: sudo apt full-upgrade"
    "$RELEASE/bin/smart-selfie" check config.yaml >/dev/null ||
        fail "The appliance does not run on this machine" "Please report it, with the message above"
}

switch_to() {
    ln -sfn "$1" "$PREFIX/current.new"
    mv -fT "$PREFIX/current.new" "$PREFIX/current"
    ln -sfn "$PREFIX/current/bin/smart-selfie" /usr/local/bin/smart-selfie
    sync -f "$PREFIX"
}

# Keep the previous version, to return to by hand; remove older ones.
remove_old_releases() {
    local keep=$1 folder
    for folder in "$PREFIX"/releases/*/; do
        folder=${folder%/}
        [ "$folder" = "$RELEASE" ] || [ "$folder" = "$keep" ] || rm -rf "$folder"
    done
}
