"""`make deploy`: copy the packages and a board's pins onto the board with mpremote.

What goes over is first laid out in .cache/deploy/BOARD as it shall stand on the board: compiled
for its instruction set, or with MPY=0 as source. It is copied beside what is there and takes its
place at the end, so an interrupted deployment leaves the old one, and the next finishes it.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys

import bundle
import mcus
import mpy_build
from firmware_sources import Missing

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SWAP = os.path.join("tools", "deploy_swap.py")


def boards():
    """The names of the boards that are known here."""
    place = os.path.join(ROOT, "boards")
    names = os.listdir(place) if os.path.isdir(place) else []
    return sorted(name for name in names if os.path.exists(os.path.join(place, name, "board.py")))


def stage_of(board):
    """Where the board's files are laid out, relative to the root of the tree."""
    return os.path.join(".cache", "deploy", board)


def lay_out(board, is_compiled):
    """Build the folder `new` that the commands copy from, and the mark of a whole copy."""
    stage = os.path.join(ROOT, stage_of(board))
    new = os.path.join(stage, "new")
    shutil.rmtree(stage, ignore_errors=True)
    if is_compiled:
        mpy_build.build(new, mcus.march_of(board))
    else:
        for place in bundle.places():
            path = os.path.join(new, *place.split("/")) + ".py"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy(bundle.path_of(place), path)
    shutil.copy(os.path.join(ROOT, "boards", board, "board.py"), new)
    with open(os.path.join(stage, "complete"), "w"):
        pass


def commands(board, port):
    """The mpremote command lines, each a list of words, to be run at the root of the tree."""
    mpremote = [sys.executable, "-m", "mpremote", "connect", port or "auto"]
    stage = stage_of(board)
    return [
        mpremote + ["run", SWAP],
        mpremote + ["fs", "cp", "-r", os.path.join(stage, "new"), ":"],
        mpremote + ["fs", "cp", os.path.join(stage, "complete"), ":new/complete"],
        mpremote + ["run", SWAP],
    ]


def complaint(board, port, mpy):
    """What is wrong with the request, in one line, or None."""
    if mpy not in ("0", "1"):
        return "MPY=%s: 1 copies compiled packages, 0 their source" % mpy
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
    parser.add_argument("--mpy", default="1", help="1 = compiled (the default), 0 = source")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, run nothing")
    args = parser.parse_args()
    wrong = complaint(args.board, "" if args.dry_run else args.port, args.mpy)
    if wrong is not None:
        sys.exit("deploy: " + wrong)
    if not args.dry_run:
        try:
            lay_out(args.board, args.mpy == "1")
        except (Missing, OSError) as e:
            sys.exit("deploy: %s" % e)
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
