#!/usr/bin/env bash
# setup_race.sh FOLDER TRIES: what setup.sh does with the settings, run TRIES times as root in FOLDER, while the
# user 5001, who may write beside them as the live page may, puts links and other files in the way.
# Prints how often it finished and was refused. The caller looks at FOLDER/lib/stick, which is root's.
set -euo pipefail
folder=$(realpath "$1") tries=$2
cd "$(dirname "$(realpath "$0")")/../.."
mkdir -p "$folder/etc" "$folder/share" "$folder/lib" "$folder/shipped$folder/etc" "$folder/release/bin" \
    "$folder/release/share"
chmod 755 "$folder"
chgrp 5002 "$folder/etc"
chmod 2775 "$folder/etc" # as systemd/tmpfiles.conf makes it
cp config.yaml "$folder/release/share/"
cp config.yaml "$folder/shipped$folder/etc/"
cp systemd/stick "$folder/lib/stick"
printf '#!/bin/sh\nexit 0\n' >"$folder/release/bin/smart-selfie" # whatever he writes is good
chmod 755 "$folder/release/bin/smart-selfie"
cp tests/attack/setup_race_attacker.py "$folder/"
setpriv --reuid=5001 --regid=5002 --clear-groups /usr/bin/python3 "$folder/setup_race_attacker.py" \
    "$folder/etc" "$folder/release/share/config.yaml" "$folder/lib" &
attacker=$!
trap 'kill $attacker 2>/dev/null || true' EXIT
finished=0 refused=0
for ((try = 0; try < tries; try++)); do
    if (
        # shellcheck source=scripts/setup/say.sh
        . scripts/setup/say.sh
        # shellcheck source=scripts/setup/release.sh
        . scripts/setup/release.sh
        # shellcheck source=scripts/setup/system.sh
        . scripts/setup/system.sh
        # shellcheck disable=SC2034  # of the scripts
        CONFIG=$folder/etc/config.yaml SHIPPED=$folder/shipped PREFIX=$folder/prefix
        check_config "$folder/release"
        install_config "$folder/release"
    ) >/dev/null 2>&1; then
        finished=$((finished + 1))
    else
        refused=$((refused + 1))
    fi
done
kill -0 $attacker # to the end
echo "setup.sh against links: $finished finished, $refused refused"
