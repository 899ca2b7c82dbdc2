"""What is frozen into the firmware of this board: the protocol, the drivers and the pins."""

metadata(description="ARP for the Silicognition RP2040-Shim with PoE-FeatherWing", version="0.1.0")

package("arp", base_path="../../firmware")
package("eth", base_path="../../firmware")
module("board.py")
