"""For the manifest of any board's own build: include this file, or require() these packages."""

metadata(
    description="ARP, and raw Ethernet through W5500 and ENC28J60", version="0.1.0", license="MIT"
)

package("arp")
package("eth")
