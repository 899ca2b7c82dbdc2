"""The properties of props.py and the walk of walk.py, driven by hypothesis.

Every run tries the same examples; EXAMPLES=n tries n of each, and new ones each time. A failure
prints the smallest sequence of steps that shows it.
"""

import os
import tempfile

import props
import walk
from hypothesis import HealthCheck, configuration, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

EXAMPLES = os.environ.get("EXAMPLES")
# Nothing is kept between runs, and nothing is written into the tree.
configuration.set_hypothesis_home_dir(os.path.join(tempfile.gettempdir(), "arp-hypothesis"))
PROFILE = settings(
    max_examples=int(EXAMPLES or 60),
    stateful_step_count=60,
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

byte = st.integers(0, 255)
ips = st.binary(min_size=4, max_size=4)
macs = st.binary(min_size=6, max_size=6)
host_macs = st.binary(min_size=5, max_size=5).map(lambda tail: b"\x06" + tail)
opers = st.integers(1, 2)


@PROFILE
@given(opers, macs, ips, macs, ips)
def test_W6_what_is_built_checks_and_reads_back(oper, sha, spa, tha, tpa):
    props.what_is_built_checks_and_reads_back(oper, sha, spa, tha, tpa)


@PROFILE
@given(st.booleans(), host_macs, st.binary(max_size=60), st.integers(0, 99))
def test_V1_V2_any_bytes_are_counted_once_and_never_raise(is_arp, sha, rest, length):
    if is_arp:
        rest = b"\xff" * 6 + sha + bytes([8, 6, 0, 1, 8, 0, 6, 4, 0]) + rest
    props.any_bytes_are_counted_once_and_never_raise(rest, length)


@PROFILE
@given(st.integers(12, 21), byte)
def test_V16_V30_a_wrong_header_changes_nothing(place, value):
    props.a_wrong_header_changes_nothing(place, value)


@PROFILE
@given(st.integers(0, 2**30 - 1), st.integers(0, 2**29))
def test_A5_ticks_add_and_differ_alike(tick, ms):
    props.ticks_add_and_differ_alike(tick, ms)


@PROFILE
@given(ips, macs)
def test_addresses_survive_their_text(ip, mac):
    props.addresses_survive_their_text(ip, mac)


@PROFILE
@given(opers, ips, ips)
def test_V22_own_frames_coming_back_do_nothing(oper, spa, tpa):
    props.own_frames_coming_back_do_nothing(oper, spa, tpa)


@PROFILE
@given(opers, host_macs, ips, st.integers(0, 2))
def test_D0_V8_a_foreign_claim_always_surfaces(oper, sha, tpa, policy):
    props.a_foreign_claim_always_surfaces(oper, sha, tpa, policy)


@PROFILE
@given(st.integers(0, 7), st.integers(1, 4000), st.integers(0, 3000), st.integers(0, 40_000))
def test_Q6_Q8_a_resolution_asks_and_ends_on_time(retries, timeout_ms, delay_ms, answer_ms):
    props.a_resolution_asks_and_ends_on_time(retries, timeout_ms, delay_ms, answer_ms)


@PROFILE
@given(st.lists(st.integers(0, 2**24 - 1), max_size=64))
def test_row_50_V18_two_slots_never_share_an_address(numbers):
    props.two_slots_never_share_an_address(numbers)


@PROFILE
@given(st.lists(st.integers(0, 2500), max_size=60))
def test_V19_diagnostics_come_once_a_second(gaps):
    props.diagnostics_come_once_a_second(gaps)


destination = st.integers(0, len(walk.DESTINATIONS) - 1)
host = st.integers(0, len(walk.HOSTS) - 1)
mac = st.integers(0, len(walk.MACS) - 1)
sender = st.integers(0, len(walk.SENDERS) - 1)
spa = st.integers(0, len(walk.HOSTS) + 5)
time = st.sampled_from((0, 1, 299, 500, 999, 1000, 1001, 2999, 4000, 20_000)) | st.integers(
    0, 9000
)


class Walking(RuleBasedStateMachine):
    """Fuzz plan (iv): any sequence of calls and frames breaks no invariant of the walk."""

    @initialize(number=st.integers(0, 2**27), seed=st.integers(0, 2**16))
    def begin(self, number, seed):
        self.walk = walk.Walk(number, seed)

    @rule(which=destination)
    def query(self, which):
        self.walk.query(which)

    @rule(which=destination)
    def ask(self, which):
        self.walk.ask(which)

    @rule(which=destination)
    def lookup(self, which):
        self.walk.lookup(which)

    @rule(which=host, mac=mac, kind=st.integers(0, 2), flags=st.integers(0, 1))
    def set(self, which, mac, kind, flags):
        self.walk.set(which, mac, kind, flags)

    @rule(which=host)
    def delete(self, which):
        self.walk.delete(which)

    @rule()
    def flush(self):
        self.walk.flush()

    @rule(which=st.integers(0, 34))
    def advise(self, which):
        self.walk.advise(which)

    @rule(which=st.integers(0, len(walk.LISTS) - 1))
    def set_ips(self, which):
        self.walk.set_ips(which)

    @rule(which=destination, size=st.integers(0, 49))
    def hold(self, which, size):
        self.walk.hold(which, size)

    @rule(ms=time)
    def wait(self, ms):
        self.walk.wait(ms)

    @rule(ms=st.integers(0, 5000))
    def sleep(self, ms):
        self.walk.sleep(ms)

    @rule(sender=sender, who=spa, to=st.integers(0, 11), oper=opers, place=st.integers(0, 2))
    def receive(self, sender, who, to, oper, place):
        self.walk.receive(sender, who, to, oper, place)

    @rule(sender=mac, who=spa, to=st.integers(0, 11), place=st.integers(0, 41), value=byte)
    def receive_mutated(self, sender, who, to, place, value):
        self.walk.receive(sender, who, to, 0, place, value)

    @rule(which=st.integers(0, 3), mac=mac)
    def answer(self, which, mac):
        self.walk.answer(which, mac)

    @rule(frame=st.binary(max_size=64))
    def receive_random(self, frame):
        self.walk.take_in(frame)


Walking.TestCase.settings = PROFILE
test_V24_C1_C3_Q8_any_sequence_of_steps_breaks_no_invariant = Walking.TestCase
