"""A private network to play in: run a command in its own namespace and make interfaces there.

    tools/lab.py COMMAND...      run COMMAND inside, with loopback up

Nothing made here outlives the command: the kernel removes a namespace with its last process. Root
gets a network namespace, an ordinary user one inside a user namespace of their own, where the
system allows that.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

INSIDE = "ARP_LAB"  # set in the environment of everything that runs inside
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find_program(name):
    """Where the system program `name` is, or None; /usr/sbin counts even when PATH lacks it."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":" + SEARCH)


def prefix():
    """The command words that put what follows them into a new network namespace."""
    unshare = find_program("unshare") or "unshare"
    if os.geteuid() == 0:
        return [unshare, "--net"]
    return [unshare, "--user", "--map-root-user", "--net"]


def why_not(command=("-c", "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)")):
    """None when a namespace can be had here, else the reason in one line.

    A namespace without the rights in it is no use, so a Python tries something inside: a packet
    socket, or `command`.
    """
    if is_inside():
        return None
    if not sys.platform.startswith("linux"):
        return "network namespaces are a feature of Linux"
    try:
        got = subprocess.run(
            prefix() + [sys.executable] + list(command),
            env=dict(os.environ, **{INSIDE: "1"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError as e:
        return "unshare: " + (e.strerror or str(e))
    if got.returncode == 0:
        return None
    lines = got.stderr.strip().splitlines()
    return lines[-1] if lines else "unshare ended with status %d" % got.returncode


def why_no_cable():
    """As `why_not`, and a cable can be made too; takes a second."""
    return why_not((os.path.abspath(__file__), "--try-cable"))


def is_inside():
    """True in a process that already runs in a namespace made here."""
    return os.environ.get(INSIDE) == "1"


def enter(argv):
    """Replace this process by argv inside a new namespace.

    Call `why_not` first; does not return.
    """
    words = prefix() + [sys.executable, os.path.abspath(__file__)] + argv
    sys.stdout.flush()
    os.execvpe(words[0], words, dict(os.environ, **{INSIDE: "1"}))


def quiet():
    """Loopback up, and no IPv6: its neighbor discovery would talk into every trace."""
    for which in ("all", "default"):
        try:
            with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % which, "w") as f:
                f.write("1")
        except OSError:
            pass  # no IPv6 here, or /proc is read-only: then the trace shows more than ARP
    set_flags, is_up = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP of <linux/sockios.h>, <linux/if.h>
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, set_flags, struct.pack("16sH14x", b"lo", is_up))


class Lab:
    """The interfaces of the namespace that this process is in. Use it only inside."""

    def __init__(self):
        from pyroute2 import IPRoute

        self.route = IPRoute()

    def close(self):
        self.route.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def index(self, name):
        """The kernel's number of the interface `name`."""
        return socket.if_nametoindex(name)

    def pair(self, board, kernel, address):
        """A cable from `board`, with a deaf kernel behind it, to `kernel`, which has `address`."""
        self.route.link("add", ifname=board, kind="veth", peer={"ifname": kernel})
        # Without NOARP the kernel would answer the board's requests at the board's end too.
        noarp = 0x80
        self.route.link("set", index=self.index(board), flags=noarp, mask=noarp)
        ip, length = address.split("/")
        self.route.addr("add", index=self.index(kernel), address=ip, prefixlen=int(length))
        for name in (board, kernel):
            self.route.link("set", index=self.index(name), state="up")

    def remove(self, name):
        """Delete an interface, and with it the other end of its cable."""
        self.route.link("del", index=self.index(name))

    def mac(self, name):
        """The interface's MAC as text."""
        return self.route.get_links(self.index(name))[0].get_attr("IFLA_ADDRESS")

    def neighbor(self, name, ip):
        """The row of `ip` in the kernel's neighbor table: (state, MAC text or None), or None."""
        from pyroute2.netlink.rtnl import ndmsg

        for row in self.route.get_neighbours(family=socket.AF_INET, ifindex=self.index(name)):
            if row.get_attr("NDA_DST") == ip:
                names = [word for word, bit in ndmsg.states.items() if bit & row["state"]]
                return (names[0].upper() if names else "NONE"), row.get_attr("NDA_LLADDR")
        return None

    def forget(self, name, ip):
        """Delete `ip` from the kernel's neighbor table, where it is there."""
        if self.neighbor(name, ip) is not None:
            self.route.neigh("del", dst=ip, ifindex=self.index(name))


def main(argv):
    if not argv:
        sys.stderr.write(__doc__)
        return 1
    if not is_inside():
        reason = why_not()
        if reason is not None:
            sys.stderr.write("lab: no network namespace here: %s\n" % reason)
            return 1
        enter(argv)
    if argv == ["--try-cable"]:
        with Lab() as lab:
            lab.pair("board0", "kernel0", "10.77.0.1/24")
        return 0
    quiet()
    try:
        return os.execvp(argv[0], argv)
    except OSError as e:
        sys.stderr.write("lab: %s: %s\n" % (argv[0], e.strerror))
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        sys.stderr.write("lab: %s\n" % error)
        sys.exit(1)
