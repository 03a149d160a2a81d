# To be sourced at the top of the project: installs what the console is driven and measured with.

install() {
    echo "console: installing $*" >&2
    local as_root=() apt
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
    if ! "${apt[@]}" install --yes --no-install-recommends "$@" >/dev/null 2>&1; then
        "${apt[@]}" update >&2
        "${apt[@]}" install --yes --no-install-recommends "$@" >&2
    fi
}

# Each argument is COMMAND=PACKAGE.
install_missing() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
}

# Sees to it that "$python" has the module $1, by the requirements in $2.
python_with() {
    local venv=Benchmarks/.data/console-venv
    python="$venv/bin/python"
    if ! "$python" -c "import $1" 2>/dev/null; then
        echo "console: installing $1 into $venv" >&2
        python3 -c 'import ensurepip' 2>/dev/null || install python3-venv
        python3 -m venv "$venv"
        "$python" -m pip install --quiet --requirement "$2"
    fi
}
