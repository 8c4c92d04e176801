# What the appliance puts into the system: units, rules, user, settings. Sourced, not run.
# shellcheck shell=bash
#
# Units go to /usr/local/lib: changes by `systemctl edit` lie in /etc, win, and survive an upgrade.

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
    echo "$folder/smart-selfie-web.service.d/sandbox.conf $UNITS/smart-selfie-web.service.d/sandbox.conf"
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

# put SOURCE TARGET: install a file whole; one that somebody edited is kept beside it.
put() {
    local source=$1 target=$2
    cmp --silent "$source" "$target" && cmp --silent "$source" "$SHIPPED$target" && return
    if edited "$target" && ! cmp --silent "$source" "$target"; then
        cp --preserve "$target" "$target.edited"
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
        ! edited "$target" || cp --preserve "$target" "$target.edited"
        rm -f "$target" "$shipped"
        case $(dirname "$target") in
            *smart-selfie*) remove_if_empty "$(dirname "$target")" ;;
        esac
    done < <(find "$SHIPPED" -type f)
}

# edited TARGET: whether it is there and not what setup.sh last put there.
edited() { [ -e "$1" ] && ! cmp --silent "$1" "$SHIPPED$1"; }

# place SOURCE TARGET: a copy by rename, durable, never half there.
place() {
    local mode=644
    [ ! -x "$1" ] || mode=755
    mkdir -p "$(dirname "$2")"
    command install --mode="$mode" "$1" "$2.part"
    sync "$2.part"
    mv -f "$2.part" "$2"
}

# check_config RELEASE: before anything is changed.
check_config() {
    { ! edited "$CONFIG" && [ ! -e "${CONFIG%.yaml}.override.yaml" ]; } ||
        "$1/bin/smart-selfie" check "$CONFIG" ||
        fail "This version cannot use your $CONFIG" "Correct it as told above, then run setup.sh again"
}

install_config() {
    local default=$1/share/config.yaml
    if edited "$CONFIG"; then
        note "$CONFIG is yours and stays; all settings of this version are in $CONFIG.default"
        place "$default" "$CONFIG.default"
    else
        put "$default" "$CONFIG"
    fi
}

# start_and_wait SECONDS: start it anew; whether it became ready.
start_and_wait() {
    # Known to systemd, as it has been enabled: a new budget of starts.
    systemctl reset-failed smart-selfie.service || return
    systemctl restart --no-block smart-selfie.service || return
    # where the page is used, the same version of it
    systemctl try-restart --no-block smart-selfie-web.service || return
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
    if [ -e "$UNITS/smart-selfie.service" ]; then
        systemctl --quiet disable --now smart-selfie.service smart-selfie-early-light.service
        [ ! -e "$UNITS/smart-selfie-web.service" ] || systemctl --quiet disable --now smart-selfie-web.service
        systemctl stop 'smart-selfie-*'
    fi
    if edited "$CONFIG"; then
        note "$CONFIG is yours and stays"
    else
        rm -f "$CONFIG"
    fi
    rm -f "$CONFIG.default"
    [ ! -d "$SHIPPED" ] || retire
    rm -f /usr/local/bin/smart-selfie /var/lib/smart-selfie/rescue-reboots /var/lib/smart-selfie/early-light \
        /var/lib/smart-selfie/last-good-config-*.yaml
    rm -rf /var/cache/smart-selfie-web # the page's thumbnails
    systemctl daemon-reload
    systemctl try-restart systemd-journald.service
    ! systemctl --quiet is-active systemd-udevd.service || udevadm control --reload
}
