"""The commands that the virtual board takes on stdin, and their answers.

One line, one answer. `query` and `send` may take seconds: each has a task of its own, so answers
may come in another order; "cmd" says which command they belong to.
"""

import asyncio

from json_lines import counters, ip_text, mac_text

import arp

KINDS = {"temp": "TEMPORARY", "static": "STATIC", "permanent": "PERMANENT"}


class BadCommand(Exception):
    """A line that is no command; the text says what is missing."""


class Commands:
    """Answers on `out` what `service` says. `report()` gives the further fields of `stats`."""

    def __init__(self, service, out, report, on_quit):
        self._service = service
        self._out = out
        self._report = report
        self._on_quit = on_quit
        self.running = 0  # tasks that have not answered yet

    def take(self, line, is_whole=True):
        """Obey one line. Never raises: what is wrong with it becomes its answer."""
        words = line.split()
        if not words:
            return
        if not is_whole:
            self._error(line[:40] + "...", BadCommand("the line is too long"))
        elif words[0] in ("query", "send"):
            self.running += 1
            asyncio.create_task(self._later(line, words))
        else:
            try:
                self._out.answer("reply", *self._now(line, words))
            except Exception as e:
                self._error(line, e)
            if words == ["quit"]:
                self._on_quit()

    def _now(self, line, words):
        """(reply, command, further fields…) of a command that is answered at once."""
        name, rest = words[0], words[1:]
        if name == "stats" and not rest:
            return [counters(self._service.stats), line] + self._report()
        if name == "quit" and not rest:
            return True, line
        if name == "ask" and len(rest) == 1:
            return mac_text(self._service.ask(rest[0])), line
        if name == "ips" and rest:
            self._set_ips(rest)
            return rest, line
        if name == "arp" and rest:
            return self._arp(rest), line
        raise BadCommand(
            "commands: query IP, ask IP, send IP HEX, ips A/L [B/L...], stats, quit, arp -an, "
            "arp IP, arp -s IP MAC [temp|permanent] [pub], arp -d IP"
        )

    def _set_ips(self, words):
        for word in words:
            if "/" not in word:
                raise BadCommand("ips: %r is not of the form a.b.c.d/len" % word)
        self._service.set_ips(words)

    def _arp(self, words):
        """As arp(8)."""
        option, rest = words[0], words[1:]
        if option in ("-an", "-a") and not rest:
            return self._service.table()
        if option == "-d" and len(rest) == 1:
            return self._service.delete(rest[0])
        if option == "-s" and len(rest) >= 2:
            return self._set(rest[0], rest[1], rest[2:])
        if option[0] != "-" and not rest:
            return self._line_of(option)
        raise BadCommand("arp -an | arp IP | arp -s IP MAC [temp|permanent] [pub] | arp -d IP")

    def _set(self, ip, mac, words):
        flags = 0
        kind = "static"
        for word in words:
            if word == "pub":
                flags = arp.ATF_PUBL
            elif word in KINDS:
                kind = word
            else:
                raise BadCommand("arp -s: %r is none of temp, static, permanent, pub" % word)
        self._service.set(ip, mac, flags=flags, kind=getattr(arp, KINDS[kind]))
        return True

    def _line_of(self, ip):
        """The line of one address in the table, or None."""
        entry = self._service.get(ip)
        if entry is not None:
            for line in self._service.table().split("\n"):
                if "(%s)" % ip_text(entry.ip) in line:
                    return line
        return None

    async def _later(self, line, words):
        """A command that may take its time."""
        try:
            if words[0] == "query" and len(words) == 2:
                reply = mac_text(await self._service.query(words[1]))
            elif words[0] == "send" and len(words) == 3:
                packet = _packet(words[2])
                await self._service.send(words[1], packet)
                reply = len(packet)
            else:
                raise BadCommand("query IP | send IP HEX")
            self._out.answer("reply", reply, line)
        except Exception as e:
            self._error(line, e)
        finally:
            self.running -= 1

    def _error(self, line, error):
        text = str(error)
        if isinstance(error, OSError) and len(error.args) > 1:
            text = str(error.args[1])
        self._out.answer("error", type(error).__name__, line, ("message", text))


def _packet(text):
    """Bytes from hex digits."""
    try:
        if len(text) % 2 == 0:
            return bytes([int(text[i : i + 2], 16) for i in range(0, len(text), 2)])
    except ValueError:
        pass
    raise BadCommand("send: %s... is not pairs of hex digits" % text[:20])
