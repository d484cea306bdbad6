#!/bin/sh
# Opens the desk on the demo workspace; with no screen, plays the tour into tour/.
set -eu
cd "$(dirname "$0")/../.."
desk=.venv/bin/sms-desk

# Compiled once, so that no start compiles again (a start without this takes twice as long).
.venv/bin/python -m compileall -q sms_desk || true

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    exec "$desk" demo
fi

echo "There is no screen: playing the tour of the window into tour/."
if [ -e .stamps/window ] && command -v xvfb-run >/dev/null && command -v xauth >/dev/null; then
    exec xvfb-run -a -s "-screen 0 1280x800x24" env QT_QPA_PLATFORM=xcb "$desk" tour --out tour
fi
QT_QPA_PLATFORM=offscreen exec "$desk" tour --out tour
