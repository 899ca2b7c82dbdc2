"""`make deploy` runs exactly these command lines and explains what is wrong in one line."""

import os
import subprocess
import sys

import deploy

BOARD = "w5500_evb_pico"


def run(*words):
    """Run tools/deploy.py -> (status, stdout, stderr)."""
    script = os.path.join(deploy.ROOT, "tools", "deploy.py")
    got = subprocess.run([sys.executable, script] + list(words), capture_output=True, text=True)
    return got.returncode, got.stdout, got.stderr


def test_a_dry_run_prints_the_exact_command_lines():
    status, out, err = run("--dry-run", "--board", BOARD, "--port", "/dev/ttyACM0")
    connect = os.path.normpath(sys.executable) + " -m mpremote connect /dev/ttyACM0 "
    assert out.splitlines() == [
        connect + "fs cp -r .cache/deploy/w5500_evb_pico/lib :",
        connect + "fs cp .cache/deploy/w5500_evb_pico/board.py :board.py",
        connect + "exec 'import arp, board; arp.Arp; arp.Engine; "
        """print('"'"'on the board: arp, eth, board'"'"')'""",
    ]
    assert (status, err) == (0, "")


def test_without_a_port_mpremote_chooses():
    assert deploy.commands(BOARD, "")[0][3:5] == ["connect", "auto"]


def test_the_layout_holds_both_packages_and_the_board_without_caches():
    deploy.lay_out(BOARD)
    stage = os.path.join(deploy.ROOT, deploy.stage_of(BOARD))
    assert sorted(os.listdir(stage)) == ["board.py", "lib"]
    assert sorted(os.listdir(os.path.join(stage, "lib"))) == ["arp", "eth"]
    for package in ("arp", "eth"):
        source = os.path.join(deploy.ROOT, "firmware", package)
        wanted = sorted(name for name in os.listdir(source) if name.endswith(".py"))
        assert sorted(os.listdir(os.path.join(stage, "lib", package))) == wanted


def test_every_board_can_be_deployed():
    assert deploy.boards() == sorted(os.listdir(os.path.join(deploy.ROOT, "boards")))
    assert "pico_w5500_module" in deploy.boards()


def test_an_unknown_board_is_one_line_with_the_known_ones():
    status, out, err = run("--board", "toaster")
    assert (status, out) == (1, "")
    known = ", ".join(deploy.boards())
    assert err == "deploy: no board 'toaster'; BOARD is one of: %s\n" % known


def test_no_board_is_one_line():
    status, _, err = run()
    assert status == 1
    assert err.startswith("deploy: which board? make deploy BOARD=...; BOARD is one of: ")


def test_a_missing_device_is_one_line():
    status, out, err = run("--board", BOARD, "--port", "/dev/no-such-port")
    assert (status, out) == (1, "")
    assert err == "deploy: no device /dev/no-such-port; is the board plugged in?\n"


def test_compiled_packages_are_refused_clearly():
    status, _, err = run("--board", BOARD, "--mpy", "1")
    assert status == 1
    assert err == "deploy: MPY=1 is not supported yet: the packages are copied as source (MPY=0)\n"
