"""What is frozen into the firmware of this board: the protocol, the drivers and the pins."""

metadata(description="ARP for the Raspberry Pi Pico 2 with an ENC28J60 module", version="0.1.0")

package("arp", base_path="../../firmware")
package("eth", base_path="../../firmware")
module("board.py")
