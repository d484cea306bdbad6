#!/bin/sh
# Lint, types, import contracts and then the tests; all of them run, and one failure fails all.
# LINT_ONLY=1 leaves the tests out. WORKERS: processes for the tests.
set -u
cd "$(dirname "$0")/../.."
bin=.venv/bin
failed=""
# The tests start the program a hundred times: it is compiled once, whatever the shell asks for.
unset PYTHONDONTWRITEBYTECODE

check() {
    echo "== $*"
    name=$1
    shift
    "$bin/$name" "$@" </dev/null || failed="$failed $name"
}

check ruff check .
check ruff format --check --quiet .
check mypy
check lint-imports --no-logo

if [ -z "${LINT_ONLY:-}" ]; then
    if [ -n "$failed" ]; then
        echo "== failed so far:$failed; the tests run all the same"
    fi
    echo "== pytest"
    # A file's tests share a process: what the file makes once for all of them is made once. In the
    # order of collection, so that the last ones, tests/unit, are short.
    "$bin/pytest" -n "${WORKERS:-2}" --dist loadfile --no-loadscope-reorder --benchmark-disable \
        -rs </dev/null ||
        failed="$failed pytest"
fi

if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
