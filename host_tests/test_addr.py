"""Addresses as text and bytes; whoever writes a wrong one is told which argument it was."""

from arp.addr import ip_bytes, ip_text, mac_bytes, mac_text, net_bytes, unicast_mac_bytes


def _error(function, *args):
    try:
        function(*args)
    except (ValueError, TypeError) as error:
        return str(error)
    raise AssertionError("%r was accepted" % (args,))


def test_text_and_any_buffer_are_accepted():
    assert ip_bytes("192.168.1.10") == b"\xc0\xa8\x01\x0a"
    assert ip_bytes(bytearray(b"\x01\x02\x03\x04")) == b"\x01\x02\x03\x04"
    assert ip_bytes(memoryview(b"\x01\x02\x03\x04")) == b"\x01\x02\x03\x04"
    assert mac_bytes("02:0a:FF:00:1:2") == b"\x02\x0a\xff\x00\x01\x02"
    assert mac_bytes(b"abcdef") == b"abcdef"
    assert net_bytes("10.0.0.0/6") == (b"\x0a\x00\x00\x00", 6)


def test_text_comes_back_as_it_is_written():
    assert ip_text(b"\xc0\xa8\x01\x0a") == "192.168.1.10"
    assert mac_text(b"\x02\x0a\xff\x00\x01\x02") == "02:0a:ff:00:01:02"


def test_a_wrong_address_is_named_with_its_argument():
    for text in (
        "",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "a.b.c.d",
        "1..2.3",
        "1.2.3.-4",
        " 1.2.3.4",
    ):
        assert _error(ip_bytes, text, "gateway").startswith("gateway: ")
    for text in (
        "",
        "02:00:00:00:00",
        "02:00:00:00:00:00:00",
        "g0:00:00:00:00:00",
        "020000000000",
    ):
        assert _error(mac_bytes, text, "mac").startswith("mac: ")
    assert "4 bytes" in _error(ip_bytes, b"12345")
    assert "6 bytes" in _error(mac_bytes, b"12345")
    assert "4 bytes" in _error(ip_bytes, 7)
    assert "4 bytes" in _error(ip_bytes, None)


def test_an_own_address_must_be_a_host_and_its_prefix_a_number_from_1_to_32():
    for text in ("0.0.0.0/24", "127.0.0.1/8", "224.0.0.1/24", "255.255.255.255/8", "240.0.0.1/4"):
        assert "cannot be the address of a host" in _error(net_bytes, text)
    for text in ("10.0.0.1/0", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/x", "10.0.0.1/-1"):
        assert "prefix length" in _error(net_bytes, text)


def test_a_host_has_no_group_address_and_no_zero_address():
    for text in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"):
        assert "MAC address of a host" in _error(unicast_mac_bytes, text)
