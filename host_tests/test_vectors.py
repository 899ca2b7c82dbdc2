"""The shared frames with their expected answers and cache, for both ways of learning."""

import json

import frames as f
from intact import intact

from arp import PENDING, PERMANENT, STATIC, Engine
from arp.const import ATF_PUBL

HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
START = 2**30 - 3000


def _vectors():
    with open(HERE + "/vectors/open.jsonl") as lines:
        return [json.loads(line) for line in lines if '"rx"' in line]


def _prepare(pre, learn):
    probing = [words.split(" ")[1] for words in pre if words.startswith("probing")]
    own = [probing[0] + "/24"] if probing else [f.OWN_NET]
    engine = Engine(
        f.OWN_MAC, own, gateway=f.GATEWAY, learn=learn, probe=bool(probing), hold_slots=0, seed=3
    )
    now = START
    f.polled(engine, now)
    if not probing:
        now = START + 2500  # both announcements are out
        f.polled(engine, now % 2**30)
    for words in pre:
        word = words.split(" ")
        if word[0] == "query":
            assert engine.query(word[1], now % 2**30) == PENDING
            assert len(f.polled(engine, now % 2**30)) == 1
        elif word[0] == "dyn":
            engine.query(word[1], now % 2**30)
            f.polled(engine, now % 2**30)
            f.receive(engine, f.reply(word[2], word[1]), now % 2**30)
        elif word[0] == "static":
            engine.set(word[1], word[2], kind=STATIC)
        elif word[0] == "perm":
            engine.set(word[1], word[2], kind=PERMANENT)
        elif word[0] == "publ":
            engine.set(word[1], word[2], flags=ATF_PUBL)
        elif words == "conflict at t=0":
            assert f.receive(engine, f.request(f.B_MAC, f.OWN_IP, f.GATEWAY), now % 2**30)
        elif words.startswith("t="):
            now += 1000 * int(words[2:])
        elif word[0] != "probing":
            raise AssertionError("what is %r?" % words)
    return engine, now % 2**30


def _run(vector, learn):
    name = "%s, learn=%s" % (vector["id"], learn)
    engine, now = _prepare(vector["pre"], learn)
    sent = []
    for text in vector["rx"]:
        answer = f.receive(engine, bytes.fromhex(text), now)
        if answer:
            sent.append(answer)
    sent += f.polled(engine, now)
    assert [frame.hex() for frame in sent] == vector["tx"], name
    cache = vector["cache_rfc826"] if learn == "rfc826" else vector["cache"]
    for ip in cache:
        expected = f.OWN_MAC if cache[ip] == "OWN" else cache[ip]
        found = engine.ask(ip)
        if ip == f.OWN_IP and expected is None:
            assert f.ip(ip) not in engine.ips, name
        else:
            assert found == (None if expected is None else f.mac(expected)), (name, ip, found)
    intact(engine._cache)


def test_every_shared_vector_holds_for_cautious_learning():
    vectors = _vectors()
    assert len(vectors) == 39
    for vector in vectors:
        _run(vector, "cautious")


def test_every_shared_vector_holds_for_rfc826_learning():
    for vector in _vectors():
        _run(vector, "rfc826")


def test_a_candidate_that_another_host_has_is_rejected():
    for vector in _vectors():
        if vector["id"] == "probe_conflict_reply":
            engine, now = _prepare(vector["pre"], "cautious")
            f.receive(engine, bytes.fromhex(vector["rx"][0]), now)
            assert engine.ips == []
            assert "lost" in f.events(engine)
