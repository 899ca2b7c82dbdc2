"""`make size` weighs every file, knows which of them a default board loads, and adds them up."""

import json

import pytest
import size
import wasm_setup


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("size") / "size.json"
    size.main(["--json", str(path)])
    with open(path) as f:
        return json.load(f)


def test_every_module_is_weighed_for_every_architecture(result):
    assert set(result["rows"]) == {"armv6m", "armv7emsp", "xtensawin", "rv32imc", "x64"}
    for sizes in result["rows"].values():
        files = size.bundle.Bundler.of_firmware().files()
        assert set(sizes) == {place + ".mpy" for place in files}
        assert min(sizes.values()) > 0


def test_a_default_board_loads_no_optional_part(result):
    board = size.loaded()
    assert {"arp/__init__.mpy", "arp/engine.mpy", "arp/service.mpy", "eth/w5500.mpy"} <= board
    optional = ["group", "linklocal", "trailers", "manual", "sentences", "profiles"]
    optional += ["const", "stats_names"]
    assert not board & {"arp/%s.mpy" % name for name in optional}
    assert not board & {"eth/enc28j60.mpy", "eth/packet.mpy", "eth/tap.mpy"}
    assert board - size.loaded(", hold_slots=0") == {"arp/hold.mpy"}


def test_the_boards_total_is_the_sum_of_its_files(result):
    board = size.loaded()
    assert board <= set(result["rows"]["armv6m"])
    sizes = result["rows"]["armv6m"]
    assert result["board"]["armv6m"] == sum(sizes[path] for path in board)


def test_the_heap_of_each_step_adds_up(result):
    if wasm_setup.fetch() is not None:
        pytest.skip("no WebAssembly build")
    heap = dict(result["heap"])
    assert heap.pop("together") == sum(heap.values())
    assert min(heap.values()) > 1000
