"""The benchmark's frames are the same bytes on every machine, and its figures have their names."""

import hashlib
import json

import bench
import bench_frames

SHA256 = {
    "invalid": "b6f217e87cc446c7",
    "short": "7f222479089cc1ea",
    "valid": "eb545ebb4bce162b",
    "request": "1c8d1a969220dc12",
    "replies": "d71604a4455eef25",
    "mixed": "d0e86a469e1c4acd",
    "mixed_rx": "28c2c72302b4727c",
    "queries": "f46b6ae68b24e0b7",
    "answered": "dc5da91d73e569d2",
    "hits_8.setup": "ebe8f4ab785e46b2",
    "hits_8": "f2988cf77334a705",
    "hits_32.setup": "dfd479e7f327fdf4",
    "hits_32": "c9e6fa3f5c9fddfb",
    "hits_64.setup": "4971c0989b3e83d0",
    "hits_64": "31e98eef7a2fe6d7",
    "hits_128.setup": "21658797569a9152",
    "hits_128": "f36dba082368885e",
    "hits_256.setup": "8995826ed26d0b3f",
    "hits_256": "3ba9f2f5d2c7ae51",
    "hits_1024.setup": "82c6b8f3da06cc8a",
    "hits_1024": "be89fdf31f2ffe32",
    "flood": "54647cf7bcd3cf75",
}
ROWS = ["answered", "hits_8", "queries"]
SCALE = ["--capacities", "8", "64"]


def test_the_workloads_are_the_same_bytes_everywhere():
    found = {}
    for name, records in bench_frames.rows():
        found[name] = hashlib.sha256(bench_frames.packed(records)).hexdigest()[:16]
    assert found == SHA256


def test_every_row_is_measured_and_setups_are_not_rows():
    assert set(bench_frames.names()) == {name for name in SHA256 if "setup" not in name}


def test_a_short_run_tells_every_figure_of_each_row_on_both_interpreters(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "MICROPYTHON_LIMIT", 1024)
    monkeypatch.setattr(bench, "CPYTHON_LIMIT", 1024)
    path = tmp_path / "figures.json"
    bench.main(["--json", str(path), "--rounds", "1", "--rows"] + ROWS + SCALE)
    with open(path) as f:
        result = json.load(f)
    assert set(result) == {"machine", "runtime", "rows", "cpython", "scale"}
    for rows in (result["rows"], result["cpython"]):
        assert list(rows) == ROWS
        for figures in rows.values():
            assert {"ns", "floor_ns", "bytecode_ns", "alloc", "replies"} <= set(figures)
            assert figures["ns"] > 0 and figures["floor_ns"] > 0 and figures["bytecode_ns"] > 0
        assert [rows[row]["replies"] for row in rows] == [1024, 0, 0]
    for figures in result["rows"].values():
        assert figures["alloc"] == 0 and figures.get("alloc_32bit", 0) == 0
    assert result["rows"]["answered"]["bytecode_alloc"] > 0
    assert [row["capacity"] for row in result["scale"]] == [8, 64]
    for row in result["scale"]:
        assert min(row["lookup_ns"].values()) > 0 and row["tick_ns"] > 0 and row["evict_ns"] > 0
    assert result["scale"][1]["heap"] > result["scale"][0]["heap"]
