# A release archive in place of the sources: checked first, then unpacked and run. Sourced, not run.
# shellcheck shell=bash

SIGNERS=${SMART_SELFIE_MACHINE:-}/etc/smart-selfie-signers # of ssh-keygen: a name and a public key each line
MOST_ARCHIVE_MB=1000

# upgrade_from FILE: let the setup.sh in the archive FILE do the rest, once FILE is known to be whole and right.
# Nothing is touched before.
upgrade_from() {
    local file work inner
    file=$(realpath -e "$1" 2>/dev/null) || fail "$1 is not there" "Name a release archive: setup.sh --upgrade FILE"
    [ -f "$file" ] || fail "$1 is not a file" "Name a release archive: setup.sh --upgrade FILE"
    [ "$(stat --format=%s "$file")" -le $((MOST_ARCHIVE_MB * 1000000)) ] ||
        fail "$1 is larger than $MOST_ARCHIVE_MB MB" "This is no release archive of the appliance"
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/smart-selfie.XXXXXX")
    # A copy of root's own: what is checked is what is used, whoever may write beside FILE.
    local name
    for name in "$(basename "$file")" SHA256SUMS SHA256SUMS.sig; do
        [ ! -e "$(dirname "$file")/$name" ] || cp "$(dirname "$file")/$name" "$work/$name"
    done
    check_sums "$work" "$(basename "$file")"
    tar --extract --gzip --no-same-owner --file "$work/$(basename "$file")" --directory "$work" 2>/dev/null ||
        forget "$work" "$1 cannot be unpacked" "Fetch it again; a part may be missing"
    inner=$(find "$work" -mindepth 2 -maxdepth 2 -name setup.sh -type f)
    [ -f "$inner" ] || forget "$work" "$1 holds no setup.sh" "This is no release archive of the appliance"
    note "$(basename "$file") is whole"
    local status=0
    exec 9>&- # it takes the lock itself
    "$inner" --upgrade --offline "$(dirname "$inner")/wheels" || status=$?
    rm -rf "$work"
    exit "$status"
}

# check_sums FOLDER NAME: whether FOLDER/NAME is what the signed list says.
check_sums() {
    local folder=$1 name=$2 told
    [ -f "$folder/SHA256SUMS" ] ||
        forget "$folder" "SHA256SUMS is missing beside $name" "Fetch it from where the archive came from"
    if [ -e "$SIGNERS" ]; then
        [ -f "$folder/SHA256SUMS.sig" ] ||
            forget "$folder" "SHA256SUMS.sig is missing beside $name" "$SIGNERS asks for signed releases"
        told=$(ssh-keygen -Y find-principals -f "$SIGNERS" -s "$folder/SHA256SUMS.sig" 2>/dev/null | head -n 1) ||
            told=""
        { [ -n "$told" ] && ssh-keygen -q -Y verify -f "$SIGNERS" -I "$told" -n smart-selfie \
            -s "$folder/SHA256SUMS.sig" <"$folder/SHA256SUMS" >/dev/null 2>&1; } ||
            forget "$folder" "The release is not signed by anybody in $SIGNERS" "Do not install it; ask who made it"
        note "signed by $told"
    else
        note "not looked at who signed it: there is no $SIGNERS"
    fi
    (cd "$folder" && grep --fixed-strings --line-regexp "$(sha256sum "$name")" SHA256SUMS >/dev/null) ||
        forget "$folder" "$name is not what SHA256SUMS says" "Fetch it again; it is damaged, or not the same release"
}

# forget FOLDER WHAT HINT: fail, and leave nothing behind.
forget() {
    rm -rf "$1"
    fail "$2" "$3"
}
