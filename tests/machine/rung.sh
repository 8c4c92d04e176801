# Words that the rungs with a machine have in common. Sourced, not run; the caller stands in the root of the tree.
# shellcheck shell=bash
rung=$(basename "$0")
cache=$PWD/.cache/machine
mkdir -p "$cache"
PATH=$PATH:/usr/sbin:/sbin

cannot() {
    echo "$rung: cannot run here: $1"
    exit 77
}

need() { # need container|kernel|PROGRAM:PACKAGE...: as root, on a machine like the one that is tested
    local what pair pairs=() packages=()
    [ "$(id -u)" = 0 ] || cannot "it needs root"
    [ "$(uname -m)" = x86_64 ] || cannot "its wheels and its kernel are for x86_64"
    for what in "$@"; do
        case $what in
            container) pairs+=(mmdebstrap:mmdebstrap systemd-nspawn:systemd-container patch:patch) ;;
            kernel) pairs+=(gcc:gcc make:make flex:flex bison:bison bc:bc xz:xz-utils) ;;
            *) pairs+=("$what") ;;
        esac
    done
    for pair in "${pairs[@]}"; do packages+=("${pair#*:}"); done
    for pair in "${pairs[@]}"; do
        command -v "${pair%:*}" >/dev/null || cannot "no ${pair%:*}; on Debian: apt install ${packages[*]}"
    done
}

prepare() { # prepare root|kernel...
    local told status=0
    told=$(mktemp)
    tests/machine/prepare "$cache" "$@" | tee "$told" || status=$?
    told=$(tail -1 "$told"; rm "$told")
    case $status in
        0) ;;
        70) exit 1 ;; # what is ours is wrong
        *) cannot "$told" ;;
    esac
}

new_machine() { # a fresh one, started as a container: $machine. The caller removes it
    machine=$(mktemp -d "$cache/run.XXXX")
    tests/machine/furnish "$cache" "$machine" || cannot "no machine can be made; are overlay mounts permitted?"
    tests/machine/nspawn start "$machine"
}

remove_machine() {
    tests/machine/nspawn stop "$machine"
    ! mountpoint --quiet "$machine/root" || umount "$machine/root"
    rm -rf --one-file-system "$machine"
}
