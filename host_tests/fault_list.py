"""Every fault that the models can have: how it begins and ends, and which counter tells of it.

A fault is (name, begin, end, counters, most); `begin` and `end` take a FaultBoard. `counters` are
those of the driver for W5500 and ENC28J60: the name of the one that must be exactly 1, "" where it
needs none because it does not depend on what failed, None where there is no such fault. `most`
requests may be lost, of the 20 to 35 that reach the chip meanwhile, or of a flood of 400.
"""


def _miso(value):
    def begin(board):
        board.bus.miso = value

    def end(board):
        board.bus.miso = None

    return begin, end


def nothing(board):
    """The end of a fault that is over as soon as it has begun."""


def _once(begin):
    return begin, nothing


def _place(board, w5500_at, enc28j60_at):
    if board.kind == "enc28j60":
        return enc28j60_at
    at = w5500_at if board.with_int else w5500_at - 4  # without INT nothing is cleared first
    return at + 6 if board.nic._is_sending else at  # TX_FSR is read too


def _flip_read(w5500_at, enc28j60_at, bit):
    """Of the n-th byte that is on the bus after the next request has arrived."""

    def begin(board):
        board.put()
        board.bus.flip_read(_place(board, w5500_at, enc28j60_at), bit)

    return begin, nothing


def _flip_write(w5500_at, enc28j60_at, bit):
    def begin(board):
        board.put()
        board.bus.flip_write(_place(board, w5500_at, enc28j60_at), bit)

    return begin, nothing


def _reset(board):
    board.put()
    board.bus.reset_after(30)


def _brown_out(board):
    board.chip.brown_out()


def _set(name, value, rest):
    def begin(board):
        setattr(board.chip, name, value)

    def end(board):
        setattr(board.chip, name, rest)

    return begin, end


def _stall_one(board):
    board.chip.stall_tx = 1


def _lose_edge(board):
    board.bus.lose_edges = 1


def _hold_int(level):
    def begin(board):
        board.bus.hold_int(level)

    def end(board):
        board.bus.hold_int(None)

    return begin, end


def _flood(board):
    for _ in range(400):
        board.put()


def _spoil(method, value):
    def begin(board):
        for _ in range(3):
            board.put()
        getattr(board.chip, method)(value)

    return begin, nothing


def _five_at_once(board):
    for _ in range(5):
        board.put()


def _unplug(board):
    board.cable.has_link = False


def _unplug_before_the_answer(board):
    board.put()
    board.cable.has_link = False


def _plug(board):
    board.cable.has_link = True


def _slow(board):
    board.spi.init(baudrate=290_000 if board.kind == "w5500" else 4_000_000)
    board.chip.revision = 4  # of the ENC28J60: erratum 1 is one of the older ones


def _fast(board):
    board.spi.init(baudrate=24_000_000)
    board.chip.revision = 6


def _late_collision(board):
    board.chip.late_collisions = 1
    board.put()


def _abort(board):
    board.chip.abort_tx = 1
    board.put()


# After a request a W5500 is asked with INT: 4 bytes Sn_IR, 5 RX_RSR, then the frame: 3 header,
# 2 size, 60; its answer: 3 header, 60, 5 TX_WR, 4 SEND; 5 RX_RD, 4 RECV. An ENC28J60: 2 EPKTCNT,
# then 1 opcode, 6 header, 60 frame, 4 FCS; its answer: 2 opcode and control, 42 frame, 2 TXRTS;
# 2 ECON1, 2 EIR; 2 bank, 4 ERXRDPT, 2 PKTDEC, 2 EWRPT, 2 bank.
# (name, (begin, end), (counter of W5500, of ENC28J60), most)
_TABLE = (
    ("MISO stuck at 0x00", _miso(0x00), ("chip_lost", "chip_lost"), 35),
    ("MISO stuck at 0xff", _miso(0xFF), ("chip_lost", "chip_lost"), 35),
    ("bit flipped while a size is read", _flip_read(12, 5, 5), ("rx_desync", "rx_desync"), 0),
    ("bit flipped while a frame is read", _flip_read(52, 50, 3), ("", ""), 1),
    ("bit flipped in a read pointer", _flip_write(150, 128, 1), ("rx_desync", ""), 0),
    ("bit flipped while a frame is written", _flip_write(101, 92, 2), ("", ""), 1),
    ("chip reset in mid-operation", _once(_reset), ("reopened", "reopened"), 12),
    ("brown-out", _once(_brown_out), ("reopened", "reopened"), 12),
    ("command or PHY not ready", _set("busy_stuck", True, False), ("chip_lost", "phy_stuck"), 35),
    ("SENDOK or TXIF lost", _set("lose_done", 1, 0), ("", ""), 0),
    ("a transmission never ends", _once(_stall_one), ("tx_stuck", "tx_stuck"), 2),
    ("interrupt lost", _once(_lose_edge), ("missed_edge", "missed_edge"), 0),
    ("INT stuck low", _hold_int(0), ("int_stuck", "int_stuck"), 0),
    ("INT stuck high", _hold_int(1), ("missed_edge", "missed_edge"), 0),
    ("receive memory full", _once(_flood), ("rx_full", "rx_full"), 310),
    ("corrupt length", _spoil("spoil_size", 0x0FFF), ("rx_drained", "rx_drained"), 3),
    ("corrupt next pointer", _spoil("spoil_next", 0x1234), (None, "rx_drained"), 3),
    ("five frames, one interrupt", _once(_five_at_once), ("", ""), 0),
    ("link down and up", (_unplug, _plug), ("link_down", "link_down"), 0),
    (
        "cable out during a transmission",
        (_unplug_before_the_answer, _plug),
        ("link_down", "link_down"),
        1,
    ),
    ("SPI too slow", (_slow, _fast), ("", "chip_lost"), 35),
    ("late collision (erratum 13)", _once(_late_collision), (None, "tx_retried"), 0),
    ("transmission aborted (erratum 12)", _once(_abort), (None, "tx_failed"), 1),
)
FAULTS = tuple([(name,) + pair + (counters, most) for name, pair, counters, most in _TABLE])


def _count(name):
    return lambda board: board.bus.counts[name]


def _chip(name):
    return lambda board: getattr(board.chip, name)


# What the models say that happened: the fault, and how it is seen that it did.
HAPPENED = {
    "MISO stuck at 0x00": _count("miso"),
    "MISO stuck at 0xff": _count("miso"),
    "bit flipped while a size is read": _count("flip_read"),
    "bit flipped while a frame is read": _count("flip_read"),
    "bit flipped in a read pointer": _count("flip_write"),
    "bit flipped while a frame is written": _count("flip_write"),
    "chip reset in mid-operation": _count("reset"),
    "SENDOK or TXIF lost": _chip("done_lost"),
    "a transmission never ends": lambda board: 1 - board.chip.stall_tx,
    "interrupt lost": _count("lost_edge"),
    "INT stuck low": _count("int_stuck"),
    "INT stuck high": _count("int_stuck"),
    "receive memory full": _chip("dropped_full"),
    "link down and up": _chip("rx_cut"),
    "cable out during a transmission": _chip("tx_cut"),
    "late collision (erratum 13)": lambda board: 1 - board.chip.late_collisions,
    "transmission aborted (erratum 12)": lambda board: 1 - board.chip.abort_tx,
    "SPI too slow": lambda board: (
        board.chip.slow_writes if board.kind == "w5500" else board.chip.slow_accesses
    ),
}
