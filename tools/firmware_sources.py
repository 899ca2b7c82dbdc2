"""Fetch what a firmware is built from, through apt and into .cache/firmware, without being root.

MicroPython, the Pico SDK and TinyUSB come from Debian's source and source-code packages, the cross
compiler from the packages of the system this runs on, unless it is installed. Nothing is installed
and no file of the system is touched: apt works on lists and a cache of its own.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache", "firmware")
TREE = os.path.join(CACHE, "micropython")
TOOLCHAIN = os.path.join(CACHE, "toolchain")
SUITE = "trixie"  # the oldest Debian whose MicroPython the code supports
MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
COMPILER = "arm-none-eabi-gcc"
COMPILER_PACKAGES = ["gcc-arm-none-eabi", "binutils-arm-none-eabi", "libnewlib-arm-none-eabi"]
COMPILER_PACKAGES += ["libnewlib-dev", "libstdc++-arm-none-eabi-dev"]
LIMIT_S = 900  # for one download

# Debian leaves out mbedtls, and so there is no TLS, cryptolib or SHA-1: nothing here needs it.
MENDED = {
    "ports/rp2/CMakeLists.txt": (
        ("set(MICROPY_SSL_MBEDTLS ON)", "set(MICROPY_SSL_MBEDTLS OFF)"),
        ("    mbedtls/mbedtls_port.c\n", ""),
        ("target_link_libraries(${MICROPY_TARGET} micropy_lib_mbedtls)\n", ""),
    ),
    "ports/rp2/mpconfigport.h": (
        (r"(#define MICROPY_SSL_MBEDTLS +)\(1\)", r"\1(0)"),
        (r"(#define MICROPY_PY_HASHLIB_SHA1 +)\(1\)", r"\1(0)"),
        (r"(#define MICROPY_PY_CRYPTOLIB +)\(1\)", r"\1(0)"),
    ),
}


class Missing(Exception):
    """What a build needs is not to be had here; the text says what, and how to get it."""


def say(text):
    print("firmware: " + text)
    sys.stdout.flush()


def fetch():
    """Have the sources and a compiler -> (folder of MicroPython, folder of the compiler or "")."""
    os.makedirs(CACHE, exist_ok=True)
    if not os.path.exists(os.path.join(TREE, "complete")):
        _fetch_sources()
    _align(TREE)
    return TREE, _compiler()


def version():
    """Of the MicroPython that is there."""
    with open(os.path.join(TREE, "complete")) as f:
        return f.read()


def cmake():
    """The command of cmake; without one it comes from PyPI."""
    found = shutil.which("cmake")
    if found:
        return found
    place = os.path.join(CACHE, "cmake")
    program = os.path.join(place, "cmake", "data", "bin", "cmake")
    if not os.access(program, os.X_OK):
        say("fetching cmake from PyPI")
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        run(pip + ["--target", place, "cmake"], "no cmake: apt install cmake")
    return program


def run(words, complaint, cwd=None):
    """Run a command; its last words go with the complaint when it fails."""
    try:
        got = subprocess.run(
            words,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT_S,
        )
    except FileNotFoundError:
        raise Missing("%s (there is no %s here)" % (complaint, words[0])) from None
    except subprocess.TimeoutExpired:
        raise Missing("%s (%s took longer than %d s)" % (complaint, words[0], LIMIT_S)) from None
    if got.returncode != 0:
        lines = [line for line in got.stdout.splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("E:")] or lines or ["no word of why"]
        raise Missing("%s (%s: %s)" % (complaint, words[0], told[-1]))
    return got.stdout


def mirror():
    """The Debian mirror that this system uses, else the public one."""
    names = ["/etc/apt/sources.list"] + sorted(glob.glob("/etc/apt/sources.list.d/*"))
    lines = []
    for name in names:
        try:
            with open(name, encoding="utf-8") as f:
                lines += [line for line in f if not line.lstrip().startswith("#")]
        except OSError:
            continue
    return choose_mirror("".join(lines))


def choose_mirror(text):
    """The first address of a whole Debian in lists of sources; others also end in /debian."""
    found = re.search(r"https?://[^/\s]+/debian/?(?=\s|$)", text)
    return found.group().rstrip("/") if found else MIRROR


def apt_get(place, sources=None, machine=None):
    """The words of an apt-get that keeps everything in `place`.

    sources: a list of its own; machine: Debian's name of another one than this.
    """
    for folder in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(place, folder), exist_ok=True)
    options = {
        "Dir::State::Lists": os.path.join(place, "lists"),
        "Dir::Cache": os.path.join(place, "cache"),
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    if sources is not None:
        options["Dir::Etc::sourcelist"] = sources
        options["Dir::Etc::sourceparts"] = "/dev/null"
    if machine is not None:
        options["APT::Architecture"] = options["APT::Architectures"] = machine
        options["Dir::State::status"] = "/dev/null"  # what is installed is another machine's
    words = ["apt-get", "-q"]
    for name, value in options.items():
        words += ["-o", "%s=%s" % (name, value)]
    return words


def unpack(apt, packages, place, target, complaint):
    """Download packages into `place` by apt_get() words and lay out their files in `target`."""
    run(apt + ["update"], complaint)
    run(apt + ["download"] + packages, complaint, place)
    for package in glob.glob(os.path.join(place, "*.deb")):
        run(["dpkg-deb", "-x", package, target], complaint)


def _fetch_sources():
    """Unpack MicroPython, and in its lib/ Pico SDK and TinyUSB; the mark of the end is last."""
    if not os.path.exists(KEYRING):
        raise Missing("no keys of Debian's archive: apt install debian-archive-keyring")
    place = os.path.join(CACHE, "source")
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    sources = os.path.join(place, "sources.list")
    with open(sources, "w", encoding="utf-8") as f:
        for kind in ("deb", "deb-src"):
            f.write("%s [signed-by=%s] %s %s main\n" % (kind, KEYRING, mirror(), SUITE))
    apt = apt_get(place, sources)
    complaint = "cannot fetch the sources from %s, Debian %s" % (mirror(), SUITE)
    say("fetching Debian's list of packages from " + mirror())
    run(apt + ["update"], complaint)
    say("fetching MicroPython, Pico SDK and TinyUSB")
    run(apt + ["source", "--download-only", "micropython"], complaint, place)
    run(apt + ["download", "pico-sdk-source", "tinyusb-source"], complaint, place)
    shutil.rmtree(TREE, ignore_errors=True)
    unpacked = os.path.join(place, "unpacked")
    (archive,) = glob.glob(os.path.join(place, "micropython_*.orig.tar.*"))
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked)
    (top,) = os.listdir(unpacked)
    tree = os.path.join(unpacked, top)
    for name in ("pico-sdk", "tinyusb"):
        (package,) = glob.glob(os.path.join(place, name + "-source_*.deb"))
        run(["dpkg-deb", "-x", package, os.path.join(place, name)], "cannot unpack " + package)
        target = os.path.join(tree, "lib", name)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(os.path.join(place, name, "usr", "src", name), target)
    _mend(tree)
    version = re.search(r"micropython_([0-9.]+)", os.path.basename(archive)).group(1)
    with open(os.path.join(tree, "complete"), "w") as f:
        f.write(version)
    os.rename(tree, TREE)
    shutil.rmtree(place)


def _mend(tree):
    for name, changes in MENDED.items():
        path = os.path.join(tree, *name.split("/"))
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for old, new in changes:
            pattern = old if old.startswith("(") else re.escape(old)
            text, count = re.subn(pattern, new, text)
            if count != 1:
                raise Missing("MicroPython's %s is not as expected: %r" % (name, old))
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def _align(tree):
    """Let frozen native code lie at multiples of 4, as mpy-cross takes for granted on armv6m.

    Its own mpy-tool.py says 2: a function's check of its number of arguments then reads nonsense.
    """
    path = os.path.join(tree, "tools", "mpy-tool.py")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if '" __attribute__ ((aligned (2)))"' in text:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("__attribute__ ((aligned (2)))", "__attribute__ ((aligned (4)))"))
    elif text.count('" __attribute__ ((aligned (4)))"') != 2:
        raise Missing("MicroPython's tools/mpy-tool.py is not as expected: alignment")


def _is_whole(program):
    """True for a compiler that also finds the C library's linking options."""
    try:
        words = [program, "-mcpu=cortex-m0plus", "-mthumb", "-print-file-name=nosys.specs"]
        got = subprocess.run(words, capture_output=True, text=True)
    except OSError:
        return False
    return got.returncode == 0 and os.path.isabs(got.stdout.strip())


def _compiler():
    """The folder with the cross compiler, "" when it is on PATH."""
    if _is_whole(COMPILER):
        return ""
    folder = os.path.join(TOOLCHAIN, "usr", "bin")
    if not os.path.exists(os.path.join(TOOLCHAIN, "complete")):
        _fetch_compiler()
    if not _is_whole(os.path.join(folder, COMPILER)):
        packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
        raise Missing("the cross compiler does not run here: apt install " + packages)
    return folder


def _fetch_compiler():
    packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
    complaint = "no cross compiler: apt install " + packages
    place = os.path.join(CACHE, "compiler")
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(TOOLCHAIN, ignore_errors=True)
    apt = apt_get(place)
    say("fetching the cross compiler, 100 MB (apt install gcc-arm-none-eabi would do as well)")
    unpack(apt, COMPILER_PACKAGES, place, TOOLCHAIN, complaint)
    # Debian's compiler looks for the C library at absolute paths, then beside itself: here.
    library = os.path.join(TOOLCHAIN, "usr", "lib", "arm-none-eabi")
    os.symlink("newlib", os.path.join(library, "lib"))
    os.symlink("../../include/newlib", os.path.join(library, "include"))
    with open(os.path.join(TOOLCHAIN, "complete"), "w"):
        pass
    shutil.rmtree(place)
