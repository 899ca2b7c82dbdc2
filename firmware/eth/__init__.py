"""Raw-Ethernet devices ("NICs"): W5500, ENC28J60, PacketSocket, and Tap, which watches another.

A NIC is any object with these, and nothing else is asked of it:

    mac              its own address, 6 bytes
    mtu              payload bytes of a frame, 1500
    recv_into(buf)   one waiting frame into buf -> its length; 0 = nothing; never blocks, never
                     raises for what the network did
    send(buf, n)     the first n bytes of buf as one frame, padded with zeros to 60; OSError when
                     refused
    link()           True while there is a carrier
    wait()           awaitable: returns when there may be something to receive, after about a
                     second in any case, and always lets other tasks run once; one task may wait
    active(flag)     False stops sending and receiving, True starts it again
    close()          gives back what the NIC holds; it is of no use afterwards

and, where it makes sense,

    stats              integer attributes and names()
    promiscuous(flag)  True passes every frame on the wire
    arp_only(flag)     True: frames that are not ARP may be dropped, and chips drop them cheaply;
                       an ARP frame longer than buf is cut to it, and not dropped for its length
    next_event()       the name of a counter of stats that moved and was not told yet, or None
    signal()           an asyncio.ThreadSafeFlag to wait for in wait()'s place, or None: not now.
                       Waiting for it lets other tasks run, as good as always. It has no time-out:
                       who uses it calls look_again() once a second. Whatever function is set as
                       its `first` MicroPython's event loop calls, once, between two tasks, before
                       it wakes the one that waits; other loops do not, and just wake it
    look_again()       wakes who waits for it, and has the next recv_into() ask the chip

A NIC is active and usable once constructed. Frames start with the destination address and end
before the FCS, so they are 14 to 1514 bytes long. Hand in the same buffer object each time: the
chip drivers keep views of the last one, and allocate only when it changes. They give a frame's
room in the chip back at the next recv_into(), so that an answer need not wait for that. Nothing in
here imports the arp package. Pins and buses are handed in; eth.wiring makes them for a board.py.
"""
