"""How a firmware is built, as far as that shows without building one."""

import os
import struct
import subprocess
import sys

import firmware_sources
import mcus
import pace
import pytest
import test_board

import firmware


def run(*words, **environment):
    """Run tools/firmware.py -> (status, stdout, stderr)."""
    script = os.path.join(mcus.ROOT, "tools", "firmware.py")
    got = subprocess.run(
        [sys.executable, script, *words],
        env=dict(os.environ, **environment),
        capture_output=True,
        text=True,
    )
    return got.returncode, got.stdout, got.stderr


def test_every_program_that_writes_what_is_frozen_asks_for_a_new_build():
    tools = os.path.join(mcus.ROOT, "tools")
    with open(os.path.join(tools, "bundle.py")) as f:
        imported = [line.split()[1] + ".py" for line in f if line.startswith(("from", "import"))]
    own = {"bundle.py"} | {name for name in imported if name in os.listdir(tools)}
    assert own == {"bundle.py", "bundle_fold.py", "bundle_names.py", "firmware_sources.py"}
    assert own <= set(firmware.BUILDERS)


def test_a_uf2_has_the_image_in_blocks_of_256_bytes_from_the_start_of_flash():
    image = bytes(range(256)) * 2 + b"end"
    made = firmware.uf2(image)
    assert len(made) == 3 * 512
    for number in range(3):
        block = made[number * 512 : (number + 1) * 512]
        fields = struct.unpack_from("<8I", block)
        assert fields[:2] == (0x0A324655, 0x9E5D5157)
        assert fields[2] == 0x2000  # the family is named
        assert fields[3:7] == (0x10000000 + 256 * number, 256, number, 3)
        assert fields[7] == 0xE48BFF56  # RP2040
        assert block[-4:] == struct.pack("<I", 0x0AB16F30)
        want = image[number * 256 : (number + 1) * 256].ljust(256, b"\0")
        assert block[32 : 32 + 256] == want


def test_no_board_and_an_unknown_one_are_one_line_with_those_that_can_be_built():
    known = "BOARD is one of: " + ", ".join(mcus.boards("rp2040"))
    assert run() == (1, "", "firmware: %s\n" % known)
    assert run("--board", "toaster") == (1, "", "firmware: no board 'toaster'; %s\n" % known)


def test_a_board_without_an_rp2040_is_one_line_that_says_what_to_do():
    status, out, err = run("--board", "waveshare_esp32_s3_eth")
    assert (status, out) == (1, "")
    assert err.startswith("firmware: waveshare_esp32_s3_eth has no RP2040")
    assert "make deploy BOARD=waveshare_esp32_s3_eth" in err and err.count("\n") == 1


def test_a_missing_program_is_named_with_the_way_to_get_it():
    with pytest.raises(firmware_sources.Missing) as caught:
        firmware_sources.run(["no-such-program"], "no compiler: apt install gcc-arm-none-eabi")
    assert str(caught.value) == (
        "no compiler: apt install gcc-arm-none-eabi (there is no no-such-program here)"
    )


def test_the_reason_of_a_program_that_fails_is_its_error_line():
    words = [sys.executable, "-c", "print('E: no network'); print('later'); raise SystemExit(3)"]
    with pytest.raises(firmware_sources.Missing, match="no list .*E: no network"):
        firmware_sources.run(words, "no list")


def test_sources_that_are_not_as_expected_are_not_built(tmp_path):
    for name in firmware_sources.MENDED:
        path = tmp_path.joinpath(*name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("something else\n")
    with pytest.raises(firmware_sources.Missing, match="not as expected"):
        firmware_sources._mend(str(tmp_path))


def test_frozen_native_code_lies_at_multiples_of_four(tmp_path):
    tool = tmp_path / "tools" / "mpy-tool.py"
    tool.parent.mkdir()
    for wide in (2, 4):
        lines = ['more += " __attribute__ ((aligned (%d)))"\n' % n for n in (4, wide)]
        tool.write_text("".join(lines))
        firmware_sources._align(str(tmp_path))
        assert tool.read_text() == lines[0] * 2
    tool.write_text("something else\n")
    with pytest.raises(firmware_sources.Missing, match="not as expected"):
        firmware_sources._align(str(tmp_path))


def test_the_mirror_is_that_of_the_system_or_the_public_one():
    choose = firmware_sources.choose_mirror
    assert choose("deb http://ftp.example.org/debian/ bookworm main\n") == (
        "http://ftp.example.org/debian"
    )
    docker = "deb [arch=amd64] https://download.example.com/linux/debian bookworm stable\n"
    security = "URIs: http://deb.example.org/debian-security\n"
    assert choose(docker + security) == firmware_sources.MIRROR
    assert choose(docker + "URIs: https://mirror.example.org/debian\n") == (
        "https://mirror.example.org/debian"
    )
    assert firmware_sources.mirror().startswith("http")


def test_board_tests_without_a_firmware_fail_in_one_line(monkeypatch, capsys):
    def build(*_):
        raise firmware_sources.Missing("no cross compiler: apt install gcc-arm-none-eabi")

    monkeypatch.setattr(firmware, "build", build)
    with pytest.raises(SystemExit) as caught:
        test_board.main()
    assert caught.value.code == (
        "test-board: nothing could be tested: no cross compiler: apt install gcc-arm-none-eabi"
    )
    assert capsys.readouterr().out == "0 passed, 1 failed, 0 skipped\n"


class Clock:
    """An emulator and a real clock, both in the test's hand."""

    def __init__(self, monkeypatch):
        self.ns = 0
        self.real_s = 100.0
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.real_s)


def test_emulated_time_waits_for_real_time_and_catches_up_a_little(monkeypatch):
    clock = Clock(monkeypatch)
    follows = pace.Pace(clock)
    clock.ns = 5_000_000
    assert round(follows.lead_ms(), 6) == 5
    clock.real_s += 0.055
    assert round(follows.lead_ms(), 6) == -50
    clock.real_s += 10  # a long time of work: all but LAG_MS of it is forgiven
    assert follows.lead_ms() == -pace.LAG_MS
    clock.ns += 250_000_000
    assert round(follows.lead_ms(), 6) == 250 - pace.LAG_MS
