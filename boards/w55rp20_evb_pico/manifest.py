"""What is frozen into the firmware of this board: the protocol, the drivers and the pins."""

metadata(description="ARP for the WIZnet W55RP20-EVB-Pico (W5500 in the package)", version="0.1.0")

package("arp", base_path="../../firmware")
package("eth", base_path="../../firmware")
module("board.py")
