#!/bin/sh
# Writes packaging/requirements.lock (to run) and requirements-test.lock (to test; holds the first)
# from pyproject.toml and build.in: exact versions with the hashes of all their files, and no
# address, so that any mirror serves. Takes some minutes.
set -eu
cd "$(dirname "$0")/../.."
tools=.stamps/lock-tools

if [ ! -x "$tools/bin/pip-compile" ]; then
    "${PYTHON:-python3}" -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check pip-tools==7.6.2
fi

compile() {
    out=$1
    shift
    "$tools/bin/pip-compile" --quiet --allow-unsafe --strip-extras --generate-hashes \
        --no-header --no-annotate \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --output-file "$out" "$@" pyproject.toml packaging/build.in
}

compile packaging/requirements.lock
compile packaging/requirements-test.lock --extra test --constraint packaging/requirements.lock
if grep -n '://' packaging/*.lock; then
    echo "a lock file holds an address" >&2
    exit 1
fi
