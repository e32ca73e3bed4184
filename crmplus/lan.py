"""Which names this machine has in its network: ``python -m crmplus.lan``.

Knows no Django: ``bin/run`` asks before the settings are there.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import sys


def outward_address() -> str:
    """The IPv4 address that this machine reaches others from, "" without a network.

    Connecting a datagram socket sends nothing; it only asks the routing table.
    192.0.2.1 belongs to nobody (RFC 5737).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
        return address


def named_addresses(name: str) -> list[str]:
    """The IPv4 addresses that the machine's own name stands for."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]


def lan_names() -> list[str]:
    """IPv4 addresses, best first, then the machine's name."""
    name = socket.gethostname().lower()
    addresses = [
        address
        for address in dict.fromkeys([outward_address(), *named_addresses(name)])
        if address and not ipaddress.ip_address(address).is_loopback
    ]
    usable = re.fullmatch(r"[a-z0-9.-]+", name) and name != "localhost"
    return [*addresses, *([name] if usable else [])]


if __name__ == "__main__":
    sys.stdout.write("\n".join([*lan_names(), ""]))
