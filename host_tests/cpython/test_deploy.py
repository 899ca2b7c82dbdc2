"""`make deploy` runs exactly these command lines and explains what is wrong in one line."""

import os
import subprocess
import sys

import deploy

BOARD = "w5500_evb_pico"
OTHER = "pico_w5500_module"  # a deployment of BOARD may be on its way beside this


def run(*words):
    """Run tools/deploy.py -> (status, stdout, stderr)."""
    script = os.path.join(deploy.ROOT, "tools", "deploy.py")
    got = subprocess.run([sys.executable, script] + list(words), capture_output=True, text=True)
    return got.returncode, got.stdout, got.stderr


def test_a_dry_run_prints_the_exact_command_lines():
    status, out, err = run("--dry-run", "--board", BOARD, "--port", "/dev/ttyACM0")
    connect = os.path.normpath(sys.executable) + " -m mpremote connect /dev/ttyACM0 "
    assert out.splitlines() == [
        connect + "run tools/deploy_swap.py",
        connect + "fs cp -r .cache/deploy/w5500_evb_pico/new :",
        connect + "fs cp .cache/deploy/w5500_evb_pico/complete :new/complete",
        connect + "run tools/deploy_swap.py",
    ]
    assert (status, err) == (0, "")


def test_without_a_port_mpremote_chooses():
    assert deploy.commands(BOARD, "")[0][3:5] == ["connect", "auto"]


def test_the_layout_holds_both_packages_and_the_board_without_caches():
    for is_compiled, ending in ((False, ".py"), (True, ".mpy")):
        deploy.lay_out(OTHER, is_compiled)
        stage = os.path.join(deploy.ROOT, deploy.stage_of(OTHER))
        assert sorted(os.listdir(stage)) == ["complete", "new"]
        assert sorted(os.listdir(os.path.join(stage, "new"))) == ["arp", "board.py", "eth"]
        wanted = deploy.bundle.places()
        if is_compiled:
            wanted = list(deploy.bundle.Bundler.of_firmware().files())
        got = [
            package + "/" + name
            for package in ("arp", "eth")
            for name in sorted(os.listdir(os.path.join(stage, "new", package)))
        ]
        assert got == [place + ending for place in wanted]


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


def test_mpy_is_1_or_0():
    status, _, err = run("--board", BOARD, "--mpy", "yes")
    assert status == 1
    assert err == "deploy: MPY=yes: 1 copies compiled packages, 0 their source\n"
