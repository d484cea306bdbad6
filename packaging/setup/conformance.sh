#!/bin/sh
# Runs the contract tests that talk to Prism, a mock server fed with the provider's own description.
# Prism comes by npm into .stamps/prism; npm itself is never installed from here.
set -eu
cd "$(dirname "$0")/../.."
prism=.stamps/prism
version=5.14.2

if ! command -v npm >/dev/null; then
    echo "make conformance needs npm on the PATH to fetch Prism, and there is none: nothing was checked." >&2
    exit 1
fi
if [ ! -e "$prism/installed-$version" ]; then
    echo "set-up: installing Prism $version into $prism"
    mkdir -p "$prism"
    npm install --prefix "$prism" --no-audit --no-fund --no-save --loglevel=error \
        "@stoplight/prism-cli@$version" </dev/null
    touch "$prism/installed-$version"
fi
SMS_DESK_PRISM="$(pwd)/$prism/node_modules/.bin/prism" \
    exec .venv/bin/pytest tests/contract -m prism -rs </dev/null
