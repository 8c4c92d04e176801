# Files of the appliance in the system: units, rules, user, settings. Sourced, not run.
# shellcheck shell=bash
#
# Units go to /usr/local/lib: changes by `systemctl edit` lie in /etc, win, and survive an upgrade.
#
# In the folder of CONFIG others write, the live page too. Root, who runs this, opens nothing there that might be a
# link or a pipe, and makes nothing there but a new config.yaml. Everywhere else only root writes.

SHIPPED=/opt/smart-selfie/shipped # what setup.sh last put where, to tell what somebody edited
CONFIG=/etc/smart-selfie/config.yaml
UNITS=/usr/local/lib/systemd/system

# destinations FOLDER: each file of FOLDER/systemd and where it belongs, one pair a line.
destinations() {
    local folder=$1/systemd file
    for file in "$folder"/*.service "$folder"/*.timer "$folder"/*.path; do
        echo "$file $UNITS/$(basename "$file")"
    done
    for file in smart-selfie-.service.d/sandbox.conf smart-selfie-stick@.service.d/stick.conf; do
        echo "$folder/$file $UNITS/$file"
    done
    for file in rescue steady stick; do
        echo "$folder/$file /usr/local/lib/smart-selfie/$file"
    done
    echo "$folder/sysusers.conf /usr/local/lib/sysusers.d/smart-selfie.conf"
    echo "$folder/tmpfiles.conf /usr/local/lib/tmpfiles.d/smart-selfie.conf"
    echo "$folder/60-smart-selfie.rules /usr/local/lib/udev/rules.d/60-smart-selfie.rules"
    echo "$folder/watchdog.conf /usr/local/lib/systemd/system.conf.d/smart-selfie.conf"
    echo "$folder/journal.conf /usr/local/lib/systemd/journald.conf.d/smart-selfie.conf"
    for file in web mqtt sync hooks; do
        file=smart-selfie-$file.service.d/sandbox.conf
        [ ! -e "$folder/$file" ] || echo "$folder/$file $UNITS/$file" # a version to go back to may have none
    done
    if [ -d "$1/terminal" ]; then # completion and the manual page; a version to go back to may have none
        echo "$1/terminal/smart-selfie.bash /usr/local/share/bash-completion/completions/smart-selfie"
        echo "$1/terminal/_smart-selfie /usr/local/share/zsh/site-functions/_smart-selfie"
        echo "$1/terminal/smart-selfie.1 /usr/local/share/man/man1/smart-selfie.1"
    fi
}

install_system() {
    step "Installing units, rules and the user smart-selfie"
    local source target
    while read -r source target; do
        put "$source" "$target"
    done < <(destinations "$1/share")
    retire "$1/share"
    systemd-sysusers /usr/local/lib/sysusers.d/smart-selfie.conf
    systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/smart-selfie.conf
    systemctl daemon-reload
    systemctl try-restart systemd-journald.service
    if systemctl --quiet is-active systemd-udevd.service; then
        udevadm control --reload
        udevadm trigger --subsystem-match=gpio --subsystem-match=dma_heap --subsystem-match=media \
            --subsystem-match=misc --action=change --settle
    fi
    systemctl --quiet enable smart-selfie.service smart-selfie-early-light.service
}

# put SOURCE TARGET: install a file whole; one that somebody edited is kept beside it. Not for CONFIG.
put() {
    local source=$1 target=$2
    cmp --silent "$source" "$target" && cmp --silent "$source" "$SHIPPED$target" && return
    if edited "$target" && ! cmp --silent "$source" "$target"; then
        place "$target" "$target.edited"
        note "$target was edited: your version is kept as $target.edited (systemctl edit is the place for changes)"
    fi
    place "$source" "$target"
    place "$source" "$SHIPPED$target"
}

# retire [FOLDER]: take away what setup.sh has put into the system and FOLDER no longer has; all without FOLDER.
retire() {
    local shipped target stays=""
    [ $# = 0 ] || stays=$(destinations "$1" | cut -d' ' -f2)
    while read -r shipped; do
        target=${shipped#"$SHIPPED"}
        if [ "$target" = "$CONFIG" ] || grep --quiet --line-regexp --fixed-strings "$target" <<<"$stays"; then
            continue
        fi
        ! edited "$target" || place "$target" "$target.edited"
        rm -f "$target" "$shipped"
        case $(dirname "$target") in
            *smart-selfie*) remove_if_empty "$(dirname "$target")" ;;
        esac
    done < <(find "$SHIPPED" -type f)
}

# edited TARGET: whether it is there and not what setup.sh last put there.
edited() { [ -e "$1" ] && ! same "$1" "$SHIPPED$1"; }

# same FILE OTHER: whether FILE has the contents of OTHER.
same() { take "$1" 2>/dev/null | cmp --silent - "$2"; }

# take FILE: its contents. A link is not followed, a pipe not waited for, and nothing read without end.
take() { dd if="$1" iflag=nofollow,nonblock bs=64K count=64 status=none; }

# place SOURCE TARGET: a copy by rename, durable, never half there. Not for CONFIG.
place() {
    local mode=644
    [ ! -x "$1" ] || mode=755
    mkdir -p "$(dirname "$2")"
    command install --mode="$mode" "$1" "$2.part"
    sync "$2.part"
    mv -fT "$2.part" "$2"
}

# check_config RELEASE: before anything is changed. A copy is checked, which nobody can exchange for a link or a pipe.
check_config() {
    local folder copy file checked=0
    folder=$(dirname "$CONFIG")
    only_files
    if ! edited "$CONFIG" && [ ! -e "${CONFIG%.yaml}.override.yaml" ]; then
        return
    fi
    copy=$(mktemp -d)
    for file in "$CONFIG" "${CONFIG%.yaml}.override.yaml"; do
        [ ! -e "$file" ] || take "$file" >"$copy/$(basename "$file")" || checked=1
    done
    [ "$checked" != 0 ] || "$1/bin/smart-selfie" check "$copy/$(basename "$CONFIG")" 2>&1 | sed "s|$copy|$folder|g" ||
        checked=1
    rm -rf "$copy"
    [ "$checked" = 0 ] ||
        fail "This version cannot use your $CONFIG" "Correct it as told above, then run setup.sh again"
}

# Anything but files beside CONFIG is an accident, or an attempt to make root open something else.
only_files() {
    local folder odd
    folder=$(dirname "$CONFIG")
    [ -d "$folder" ] || return 0
    # Programs of the owner lie in hooks.d; root opens nothing there either.
    odd=$(find "$folder/" -mindepth 1 -path "$folder/hooks.d" -type d -prune -o ! -type f -print -quit)
    [ -z "$odd" ] || fail "$(printf %q "$odd") is not a regular file" \
        "Only files may be in $folder, no links and no folders: move it elsewhere, then run setup.sh again"
}

install_config() {
    local default=$1/share/config.yaml
    take_away "$CONFIG.default" # of earlier versions
    if edited "$CONFIG" && ! same "$CONFIG" "$default"; then
        note "$CONFIG is yours and stays; all settings of this version are in $PREFIX/current/share/config.yaml"
        return
    fi
    same "$CONFIG" "$default" || write_config "$default"
    cmp --silent "$default" "$SHIPPED$CONFIG" || place "$default" "$SHIPPED$CONFIG"
}

# write_config SOURCE: as place, in a folder where others write. The part must lie beside its target to be renamed;
# it is opened by O_EXCL, which follows no link, and a rename puts itself in the place of a link or fails at a folder.
write_config() {
    local part=$CONFIG.part
    mkdir -p "$(dirname "$CONFIG")"
    { rm -f "$part" && (umask 022 && dd if="$1" of="$part" conv=excl,fsync status=none) &&
        mv -fT "$part" "$CONFIG"; } ||
        fail "$CONFIG cannot be written" "See above; something else may be writing in $(dirname "$CONFIG")"
}

# take_away FILE...: from where others write; what cannot be removed (a folder of that name) stays, and is told.
take_away() { rm -f "$@" || note "The above stays; remove it by hand"; }

# tell_desktop RELEASE: the udev rule keeps a desktop's file manager off a stick called SELFIES, and no other.
tell_desktop() {
    local label
    [ "$(systemctl get-default 2>/dev/null)" = graphical.target ] || return 0
    label=$("$1/bin/smart-selfie" export --print-label --config "$CONFIG") || return 0
    [ "$label" != SELFIES ] || return 0
    note "This system has a desktop, which mounts a stick called $label before the appliance can: nothing would be"
    note "copied. Call the stick SELFIES (export.label), or switch the desktop off: sudo systemctl set-default multi-user"
}

# start_and_wait SECONDS: start it anew; whether it became ready.
start_and_wait() {
    # Known to systemd, as it has been enabled: a new budget of starts.
    systemctl reset-failed smart-selfie.service || return
    systemctl restart --no-block smart-selfie.service || return
    # where they are used, the same version of them
    local unit
    for unit in web mqtt sync hooks; do
        unit=smart-selfie-$unit.service
        [ ! -e "$UNITS/$unit" ] || systemctl try-restart --no-block "$unit" || return
    done
    local end=$((SECONDS + $1))
    while [ "$SECONDS" -lt "$end" ]; do
        sleep 1
        systemctl --quiet is-active smart-selfie.service && return 0
        ! systemctl --quiet is-failed smart-selfie.service || return 1
    done
    return 1
}

doctor() { "$PREFIX/current/bin/smart-selfie" doctor --config "$CONFIG"; }

uninstall_system() {
    local unit
    if [ -e "$UNITS/smart-selfie.service" ]; then
        systemctl --quiet disable --now smart-selfie.service smart-selfie-early-light.service
        for unit in web mqtt sync hooks; do
            unit=smart-selfie-$unit.service
            [ ! -e "$UNITS/$unit" ] || systemctl --quiet disable --now "$unit"
        done
        systemctl stop 'smart-selfie-*'
    fi
    if edited "$CONFIG"; then
        note "$CONFIG is yours and stays"
    else
        take_away "$CONFIG"
    fi
    take_away "$CONFIG.default"
    [ ! -d "$SHIPPED" ] || retire
    take_away /usr/local/bin/smart-selfie /var/lib/smart-selfie/rescue-reboots /var/lib/smart-selfie/early-light \
        /var/lib/smart-selfie/last-good-config-*.yaml
    rm -rf /var/cache/smart-selfie-web # the page's thumbnails
    systemctl daemon-reload
    systemctl try-restart systemd-journald.service
    ! systemctl --quiet is-active systemd-udevd.service || udevadm control --reload
}
