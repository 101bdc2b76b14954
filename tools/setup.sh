#!/bin/sh
# Prepare this machine: system libraries Qt and the tests need, then the locked Python environment.
# Arguments name further system packages (the tests need strace). Installs only what is missing;
# asks for sudo only when it has to install something as a plain user.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="python3 python3-venv libegl1 libgl1 libopengl0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4
libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-randr0 libxcb-xinerama0 libxcb-xkb1
libdbus-1-3 libfontconfig1 libglib2.0-0 ca-certificates $*"

missing() {
    for package in $PACKAGES; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
        # Debian 13 and Ubuntu 24.04 carry some of them under a t64 name.
        dpkg-query -W -f '${Status}' "${package}t64" 2>/dev/null | grep -q 'ok installed' && continue
        [ "$package" = python3-venv ] && python3 -c 'import ensurepip, venv' 2>/dev/null && continue
        [ "$package" = python3 ] && command -v python3 >/dev/null && continue
        echo "$package"
    done
}

if command -v dpkg-query >/dev/null; then
    wanted=$(missing | tr '\n' ' ')
    if [ -n "$wanted" ]; then
        echo "安装系统组件: $wanted"
        root=""
        [ "$(id -u)" -eq 0 ] || root="sudo"
        $root apt-get update -q
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive $root apt-get install -q -y --no-install-recommends $wanted
    fi
fi

if ! cmp -s requirements.lock .venv/requirements.installed 2>/dev/null; then
    echo "准备 Python 环境 .venv"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    cp requirements.lock .venv/requirements.installed
fi
