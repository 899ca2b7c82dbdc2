"""`make deploy`: copy the packages and a board's pins onto the board, as source, with mpremote.

What goes over is first laid out in .cache/deploy/BOARD as it shall stand on the board, without
what the desk's interpreters leave between the sources. mpremote sends only files that differ.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGES = ("arp", "eth")
# Modules are loaded when a name is first used: naming these two shows one that is broken.
PROOF = "import arp, board; arp.Arp; arp.Engine; print('on the board: arp, eth, board')"


def boards():
    """The names of the boards that are known here."""
    place = os.path.join(ROOT, "boards")
    names = os.listdir(place) if os.path.isdir(place) else []
    return sorted(name for name in names if os.path.exists(os.path.join(place, name, "board.py")))


def stage_of(board):
    """Where the board's files are laid out, relative to the root of the tree."""
    return os.path.join(".cache", "deploy", board)


def lay_out(board):
    """Build the folder that the commands copy from."""
    stage = os.path.join(ROOT, stage_of(board))
    shutil.rmtree(stage, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    for package in PACKAGES:
        source = os.path.join(ROOT, "firmware", package)
        shutil.copytree(source, os.path.join(stage, "lib", package), ignore=unwanted)
    shutil.copy(os.path.join(ROOT, "boards", board, "board.py"), stage)


def commands(board, port):
    """The mpremote command lines, each a list of words, to be run at the root of the tree."""
    mpremote = [sys.executable, "-m", "mpremote", "connect", port or "auto"]
    stage = stage_of(board)
    return [
        mpremote + ["fs", "cp", "-r", os.path.join(stage, "lib"), ":"],
        mpremote + ["fs", "cp", os.path.join(stage, "board.py"), ":board.py"],
        mpremote + ["exec", PROOF],
    ]


def complaint(board, port, mpy):
    """What is wrong with the request, in one line, or None."""
    if mpy not in ("", "0"):
        return "MPY=%s is not supported yet: the packages are copied as source (MPY=0)" % mpy
    known = "BOARD is one of: " + ", ".join(boards())
    if not board:
        return "which board? make deploy BOARD=...; " + known
    if board not in boards():
        return "no board %r; %s" % (board, known)
    if port.startswith("/") and not os.path.exists(port):
        return "no device %s; is the board plugged in?" % port
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--board", default="", help="a folder of boards/")
    parser.add_argument("--port", default="", help="serial port; without it the first USB board")
    parser.add_argument("--mpy", default="0", help="1 = compiled; only 0, source, is supported")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, run nothing")
    args = parser.parse_args()
    wrong = complaint(args.board, "" if args.dry_run else args.port, args.mpy)
    if wrong is not None:
        sys.exit("deploy: " + wrong)
    if not args.dry_run:
        lay_out(args.board)
    for words in commands(args.board, args.port):
        print(shlex.join(words))
        sys.stdout.flush()
        if not args.dry_run:
            got = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL)
            if got.returncode != 0:
                where = args.port or "any USB port (name one: PORT=...)"
                sys.exit("deploy: mpremote could not do that with a board on " + where)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("deploy: interrupted; run it again to finish the copy")
