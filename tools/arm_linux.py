"""A MicroPython with 32 bits and viper for Thumb-2: Debian's own for ARM, run by QEMU's user mode.

Both come through apt into .cache/arm, without being root and with nothing installed. The code of
a Cortex-M4 or M7 runs on it: what is compiled for armv7emsp, in .mpy files as a board gets them.
"""

import os
import shutil
import sys

from firmware_sources import KEYRING, ROOT, SUITE, Missing, apt_get, mirror, run, unpack

CACHE = os.path.join(ROOT, ".cache", "arm")
PROGRAM = os.path.join(CACHE, "micropython")
MARCH = "armv7emsp"
MACHINE = "armhf"
EMULATOR = ["qemu-user"]  # linked statically
PACKAGES = ["micropython", "libc6", "libffi8", "libgcc-s1"]
PACKAGES += ["libmbedcrypto16", "libmbedtls21", "libmbedx509-7"]
_SCRIPT = """#!/bin/sh
here=$(dirname "$0")
exec "$here/qemu-arm" -L "$here/root" "$here/root/usr/bin/micropython" "$@"
"""


def program():
    """The command that runs it; fetches it first. Missing: it is not to be had here, and why."""
    if not os.access(PROGRAM, os.X_OK):
        _fetch()
    return PROGRAM


def _fetch():
    if not os.path.exists(KEYRING):
        raise Missing("no keys of Debian's archive: apt install debian-archive-keyring")
    shutil.rmtree(CACHE, ignore_errors=True)
    here = run(["dpkg", "--print-architecture"], "no Debian's packages without dpkg").strip()
    print("arm_linux: fetching Debian's MicroPython for ARM and QEMU, 75 MB")
    sys.stdout.flush()
    root = os.path.join(CACHE, "root")
    _unpack(MACHINE, PACKAGES, root)
    whole = os.path.join(CACHE, "qemu")
    _unpack(here, EMULATOR, whole)
    os.rename(os.path.join(whole, "usr", "bin", "qemu-arm"), os.path.join(CACHE, "qemu-arm"))
    shutil.rmtree(whole)  # 450 MB, for other machines
    if not os.path.lexists(os.path.join(root, "lib")):
        os.symlink("usr/lib", os.path.join(root, "lib"))
    with open(PROGRAM + ".new", "w", encoding="utf-8") as f:
        f.write(_SCRIPT)
    os.chmod(PROGRAM + ".new", 0o755)
    run([PROGRAM + ".new", "-c", "print(1)"], "QEMU does not run an ARM program here")
    os.rename(PROGRAM + ".new", PROGRAM)


def _unpack(machine, packages, target):
    place = os.path.join(CACHE, "apt-" + machine)
    os.makedirs(place)
    sources = os.path.join(place, "sources.list")
    with open(sources, "w", encoding="utf-8") as f:
        f.write("deb [arch=%s signed-by=%s] %s %s main\n" % (machine, KEYRING, mirror(), SUITE))
    apt = apt_get(place, sources, machine)
    complaint = "cannot fetch %s for %s from %s" % (packages[0], machine, mirror())
    unpack(apt, packages, place, target, complaint)
    shutil.rmtree(place)


if __name__ == "__main__":
    try:
        print(program())
    except (Missing, OSError) as e:
        sys.exit("arm_linux: %s" % e)
