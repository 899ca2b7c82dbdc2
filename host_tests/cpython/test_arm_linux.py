"""How MicroPython for 32-bit ARM is fetched: what is there is used, what fails leaves nothing."""

import os

import arm_linux
import firmware_sources
import pytest


def place(monkeypatch, tmp_path):
    monkeypatch.setattr(arm_linux, "CACHE", str(tmp_path / "arm"))
    monkeypatch.setattr(arm_linux, "PROGRAM", str(tmp_path / "arm" / "micropython"))


def test_a_program_that_is_there_is_not_fetched_again(monkeypatch, tmp_path):
    place(monkeypatch, tmp_path)
    monkeypatch.setattr(arm_linux, "run", lambda *words: pytest.fail("runs %r" % (words,)))
    os.makedirs(arm_linux.CACHE)
    with open(arm_linux.PROGRAM, "w") as f:
        f.write("#!/bin/sh\n")
    os.chmod(arm_linux.PROGRAM, 0o755)
    assert arm_linux.program() == arm_linux.PROGRAM


def test_without_debian_s_keys_it_says_how_to_get_them(monkeypatch, tmp_path):
    place(monkeypatch, tmp_path)
    monkeypatch.setattr(arm_linux, "KEYRING", str(tmp_path / "none"))
    with pytest.raises(arm_linux.Missing, match="apt install debian-archive-keyring"):
        arm_linux.program()


def test_what_does_not_run_is_not_taken_for_a_program_the_next_time(monkeypatch, tmp_path):
    place(monkeypatch, tmp_path)
    monkeypatch.setattr(arm_linux, "KEYRING", __file__)
    said = []

    def run(words, complaint, cwd=None):
        said.append(words)
        if words[-1] == "print(1)":
            raise arm_linux.Missing(complaint)
        if words[:2] == ["dpkg-deb", "-x"]:
            os.makedirs(os.path.join(words[3], "usr", "bin"), exist_ok=True)
            with open(os.path.join(words[3], "usr", "bin", "qemu-arm"), "w"):
                pass
        elif "download" in words:
            with open(os.path.join(cwd, words[-1] + ".deb"), "w"):
                pass
        return "amd64\n"

    for module in (arm_linux, firmware_sources):
        monkeypatch.setattr(module, "run", run)
    for _ in range(2):
        del said[:]
        with pytest.raises(arm_linux.Missing, match="does not run an ARM program"):
            arm_linux.program()
        downloads = [words for words in said if "download" in words]
        assert [words[-1] for words in downloads] == [arm_linux.PACKAGES[-1], "qemu-user"]
        assert "APT::Architecture=armhf" in downloads[0]
        assert "APT::Architecture=amd64" in downloads[1]
    assert not os.path.exists(arm_linux.PROGRAM)


def test_apt_looks_at_this_machine_s_packages_unless_another_one_is_named(tmp_path):
    words = " ".join(firmware_sources.apt_get(str(tmp_path)))
    assert "Architecture" not in words and "/dev/null" not in words
    words = " ".join(firmware_sources.apt_get(str(tmp_path), None, "armhf"))
    assert "APT::Architectures=armhf" in words and "Dir::State::status=/dev/null" in words
