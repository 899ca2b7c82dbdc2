"""Make .venv what tools/requirements.txt asks for; instant when it already is.

The stamp is written last and names everything the environment depends on, so an interrupted,
moved, damaged or outdated one is built anew by the next call. The lock lets two `make` calls share
one set-up. This file must still be understood by old interpreters, so that they can say that they
are too old.
"""

import os
import subprocess
import sys

OLDEST = (3, 10)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "stamp")
REQUIREMENTS = os.path.join(ROOT, "tools", "requirements.txt")


def stop(text):
    """End with one clear line."""
    sys.stderr.write("set-up: " + text + "\n")
    raise SystemExit(1)


def wanted_stamp():
    """Everything that makes an existing environment the right one."""
    with open(REQUIREMENTS) as f:
        return "%s\n%s\n%s\n%s" % (sys.version, sys.base_prefix, VENV, f.read())


def is_ready():
    """True when the environment stands complete."""
    try:
        with open(STAMP) as f:
            stamp = f.read()
    except OSError:
        return False
    programs = ("python", "micropython", "pytest", "ruff")
    present = all(os.access(os.path.join(VENV, "bin", name), os.X_OK) for name in programs)
    return present and stamp == wanted_stamp()


def check_interpreter():
    """Stop when this Python cannot carry the environment."""
    if sys.version_info < OLDEST:
        stop(
            "%s is Python %d.%d, but %d.%d or newer is needed; name another: make PYTHON=..."
            % ((sys.executable,) + tuple(sys.version_info[:2]) + OLDEST)
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "%s has no venv; install it (Debian: apt install python3-venv) or name another "
            "Python: make PYTHON=..." % sys.executable
        )


def build():
    """Build the environment from nothing."""
    import shutil

    print("set-up: .venv with %s (once, about a minute)" % sys.executable)
    sys.stdout.flush()
    shutil.rmtree(VENV, ignore_errors=True)
    python = os.path.join(VENV, "bin", "python")
    steps = (
        [sys.executable, "-m", "venv", VENV],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS],
    )
    for step in steps:
        status = subprocess.call(step, stdin=subprocess.DEVNULL)
        if status != 0:
            stop("failed with status %d: %s" % (status, " ".join(step)))
    with open(STAMP, "w") as f:
        f.write(wanted_stamp())
    print("set-up: done")
    sys.stdout.flush()


def main():
    check_interpreter()
    if is_ready():
        return
    import fcntl

    try:
        os.makedirs(os.path.join(ROOT, ".cache"), exist_ok=True)
        with open(os.path.join(ROOT, ".cache", "setup.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_ready():
                build()
    except OSError as e:
        stop("%s: %s" % (e.filename or ROOT, e.strerror))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("interrupted; the next call starts it anew")
