"""Sets up what `make run` or `make test` needs, once: virtual environment, pins, Qt's libraries.

Standard library only: this runs before anything is installed. Every step first looks whether it
has anything to do, and a stamp in `.stamps/` (keyed on the lock file, the project file and
the Python version) makes a second run quick. Debian packages are installed by apt where this
person may (root, or sudo that asks nothing); else they are named and the set-up stops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMPS = ROOT / ".stamps"
LOCKS = {
    "run": ROOT / "packaging" / "requirements.lock",
    "test": ROOT / "packaging" / "requirements-test.lock",
}
PROBE = Path(__file__).with_name("probe_qt.py")
OLDEST_PYTHON = (3, 11)

# Measured on a bare Debian 12: what PySide6-Essentials loads and does not bring along.
QT_LIBRARIES = (
    "libglib2.0-0",
    "libgl1",
    "libegl1",
    "libfontconfig1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libgssapi-krb5-2",
)
QT_WINDOW_LIBRARIES = (
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-shm0",
    "libxcb-sync1",
    "libxcb-xfixes0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
)
FONTS = ("fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji")
TEST_TOOLS = {
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "xdotool": "xdotool",
    "dbus-daemon": "dbus",
    "dbus-launch": "dbus-x11",
    "gnome-keyring-daemon": "gnome-keyring",
}


class SetupError(Exception):
    """The set-up cannot go on; the text says what a person can do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up for `run` or `test`; 0 when all stands, 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purpose", choices=sorted(LOCKS))
    purpose = parser.parse_args(arguments).purpose
    try:
        prepare(purpose)
    except SetupError as error:
        print(f"\nset-up stopped: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(purpose: str) -> None:
    """Bring this checkout to where `purpose` can start; does nothing when the stamp stands."""
    if is_prepared(purpose):
        return
    STAMPS.mkdir(exist_ok=True)
    ensure_venv()
    install_pins(purpose)
    report = ensure_qt(needs_window=purpose == "test" or bool(os.environ.get("DISPLAY")))
    if purpose == "test":
        ensure_test_tools(report)
    elif report["scripts_without_font"]:
        warn_of_fonts(report["scripts_without_font"])
    write_stamps(purpose, report)
    say("set-up is complete")


# Stamps ---------------------------------------------------------------------------------------


def is_prepared(purpose: str) -> bool:
    """Whether a stamp of this state stands; what tests need holds all that running needs."""
    if not (VENV / "bin" / "sms-desk").exists() or not VENV.joinpath("bin", "python").exists():
        return False
    purposes = {"run": ("run", "test"), "test": ("test",)}[purpose]
    return any((STAMPS / f"{name}-{state_key(name)}").exists() for name in purposes)


def state_key(purpose: str) -> str:
    """A short name for all that the set-up depends on: lock, project, Python, these scripts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shape = {name: project[name] for name in ("build-system", "project")}
    told = [str(ROOT), venv_python_version(), json.dumps(shape, sort_keys=True, default=str)]
    digest = hashlib.sha256("\0".join(told).encode())
    for path in (LOCKS[purpose], Path(__file__), PROBE):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def venv_python_version() -> str:
    """The version that `.venv` was made with, without starting it; empty where there is none."""
    config = VENV / "pyvenv.cfg"
    if not config.exists():
        return ""
    lines = (line.partition("=") for line in config.read_text().splitlines())
    values = {name.strip(): value.strip() for name, _, value in lines}
    return values.get("version") or values.get("version_info", "")


def write_stamps(purpose: str, report: dict[str, list[str]]) -> None:
    """Leave this state's stamp alone of its purpose, and whether a real window can open."""
    for old in STAMPS.glob(f"{purpose}-*"):
        old.unlink()
    window = STAMPS / "window"
    if report["window_errors"]:
        window.unlink(missing_ok=True)
    else:
        window.touch()
    (STAMPS / f"{purpose}-{state_key(purpose)}").touch()


# The virtual environment ----------------------------------------------------------------------


def ensure_venv() -> None:
    """Make `.venv`, or make it again where its Python is gone or too old."""
    if is_venv_sound():
        return
    if VENV.exists():
        say("the virtual environment is not usable: making it again")
        shutil.rmtree(VENV)
    if not has_ensurepip():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        name = f"python{version}-venv" if sys.executable.startswith("/usr/bin/") else "python3-venv"
        install_packages(["python3-venv", name], "this Python cannot make virtual environments")
    say("making the virtual environment .venv")
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)]).returncode != 0:
        raise SetupError("the virtual environment could not be made; the reason is above")


def is_venv_sound() -> bool:
    """Whether `.venv` holds a Python that starts, is new enough and has pip."""
    python = VENV / "bin" / "python"
    code = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    if not python.exists():
        return False
    return subprocess.run([python, "-c", code], capture_output=True).returncode == 0


def has_ensurepip() -> bool:
    """Whether `python -m venv` will work: Debian ships venv without ensurepip."""
    code = "import ensurepip, venv; ensurepip.version()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def install_pins(purpose: str) -> None:
    """Install the lock's pins, by hash, and then the project itself in place."""
    say(f"installing the pinned packages of {LOCKS[purpose].relative_to(ROOT)}")
    pins = ("--require-hashes", "--no-deps", "-r", str(LOCKS[purpose]))
    if pip_install(*pins) != 0:
        say("that failed; trying once more, as networks do fail")
        if pip_install(*pins) != 0:
            raise SetupError("pip could not install the pinned packages; its words are above")
    if pip_install("--no-deps", "--no-build-isolation", "--editable", str(ROOT)) != 0:
        raise SetupError("pip could not install the project itself; its words are above")


def pip_install(*arguments: str) -> int:
    """`pip install` in `.venv`, quietly; the exit code."""
    quiet = ("-qq", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *quiet, *arguments]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode


# Qt's system libraries and fonts --------------------------------------------------------------


def ensure_qt(*, needs_window: bool) -> dict[str, list[str]]:
    """Load Qt for real; install what it misses. Raises SetupError when Qt still does not load."""
    report = probe_qt()
    wanted = [*(QT_LIBRARIES if report["errors"] else ())]
    if report["errors"] or report["window_errors"]:
        wanted += QT_WINDOW_LIBRARIES
    if not wanted:
        return report
    why = (report["errors"] + report["window_errors"])[0]
    if report["errors"] or needs_window or apt_prefix() is not None:
        install_packages(wanted, f"Qt does not load: {why}")
        report = probe_qt()
    else:
        say(f"a real window cannot open ({why}); {' '.join(wanted)} would help. Going on without.")
    if report["errors"] or (needs_window and report["window_errors"]):
        raise SetupError(f"Qt does not load: {(report['errors'] + report['window_errors'])[0]}")
    return report


def probe_qt() -> dict[str, list[str]]:
    """What `probe_qt.py` finds, in a process of its own: Qt aborts where libraries are missing."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=false"}
    command = [str(VENV / "bin" / "python"), str(PROBE)]
    found = subprocess.run(command, capture_output=True, text=True, env=environment)
    if found.returncode == 0:
        report: dict[str, list[str]] = json.loads(found.stdout.splitlines()[-1])
        return report
    lines = found.stderr.strip().splitlines() or [f"the probe ended with {found.returncode}"]
    return {"errors": [lines[-1]], "window_errors": [], "scripts_without_font": []}


def warn_of_fonts(scripts: Iterable[str]) -> None:
    """Say which scripts will show as boxes; nothing stops for that."""
    say(
        f"warning: no font for {', '.join(scripts)}: such text shows as boxes. "
        f"On Debian: apt install {' '.join(FONTS)}"
    )


# What only the tests need ---------------------------------------------------------------------


def ensure_test_tools(report: dict[str, list[str]]) -> None:
    """Xvfb, a bus, a keyring, fonts and PostgreSQL: what is missing is installed or named."""
    missing = missing_test_tools()
    packages = [*missing.values(), *(FONTS if report["scripts_without_font"] else ())]
    if not packages:
        return
    whys = [*missing, *(f"a font for {s}" for s in report["scripts_without_font"])]
    install_packages(packages, f"the tests need {', '.join(whys)}")
    if still := missing_test_tools():
        raise SetupError(f"still missing after the installation: {', '.join(still)}")


def missing_test_tools() -> dict[str, str]:
    """Programs that the tests start and this machine lacks, each with its Debian package."""
    missing = {tool: name for tool, name in TEST_TOOLS.items() if not shutil.which(tool)}
    if not shutil.which("initdb") and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing["PostgreSQL's initdb"] = "postgresql"
    return missing


# apt ------------------------------------------------------------------------------------------


def install_packages(packages: Iterable[str], why: str) -> None:
    """Install Debian packages without a question, or name them and stop."""
    names = list(dict.fromkeys(packages))
    prefix = apt_prefix()
    if prefix is None:
        raise SetupError(
            f"{why}. Please install, then call make again:\n    sudo apt install {' '.join(names)}\n"
            "(on other systems: the packages that hold the same libraries and programs)"
        )
    say(f"{why}: installing {' '.join(names)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    apt += ["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"]
    install = [*apt, "install", "--no-install-recommends", "--no-upgrade", *names]
    STAMPS.mkdir(exist_ok=True)
    log = STAMPS / "apt.log"
    if run_logged(install, log) != 0:
        run_logged([*apt, "update"], log)  # a bare machine has no package lists, or old ones
        if run_logged(install, log) != 0:
            raise SetupError(f"apt-get could not install {' '.join(names)}:\n{tail(log)}")


def apt_prefix() -> list[str] | None:
    """The words before `apt-get`, or None where it is not there or this person may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asks_nothing = subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL
    )
    return ["sudo", "-n"] if asks_nothing.returncode == 0 else None


# Small helpers --------------------------------------------------------------------------------


def run_logged(command: Sequence[str], log: Path) -> int:
    """Run a talkative command, its words into `log`; the exit code."""
    with log.open("ab") as out:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def say(text: str) -> None:
    """One line to the person who waits."""
    print(f"set-up: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
