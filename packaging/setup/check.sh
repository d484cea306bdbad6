#!/bin/sh
# Lint, types, import contracts and the tests; all of them run, and one failure fails all.
# LINT_ONLY=1 leaves the tests out. WORKERS: processes for the tests.
set -u
cd "$(dirname "$0")/../.."
bin=.venv/bin
failed=""
# The tests start the program a hundred times: it is compiled once, whatever the shell asks for.
unset PYTHONDONTWRITEBYTECODE

# In memory, where there is room: thousands of small files and databases, and none is to last.
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${free:-0}" -gt 4000000 ]; then
    export TMPDIR=/dev/shm
fi

check() {
    echo "== $*"
    name=$1
    shift
    "$bin/$name" "$@" </dev/null || failed="$failed $name"
}

# The types are looked through beside the tests: a minute in which one core would do nothing.
types=$(mktemp)
"$bin/mypy" </dev/null >"$types" 2>&1 &
mypy=$!
trap 'kill "$mypy" 2>/dev/null; rm -f "$types"' EXIT
trap 'exit 130' INT TERM

check ruff check .
check ruff format --check --quiet .
check lint-imports --no-logo

if [ -z "${LINT_ONLY:-}" ]; then
    if [ -n "$failed" ]; then
        echo "== failed so far:$failed; the tests run all the same"
    fi
    # A file's tests share a process: what the file makes once for all of them is made once. In the
    # order of collection, so that the last ones, tests/unit, are short.
    check pytest -n "${WORKERS:-3}" --dist loadfile --no-loadscope-reorder --benchmark-disable -rs
fi

echo "== mypy"
wait "$mypy" || failed="$failed mypy"
cat "$types"

if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
