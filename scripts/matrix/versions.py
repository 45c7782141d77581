# SPDX-License-Identifier: MPL-2.0
"""The versions of Kea, and the Debian that has each."""

from dataclasses import dataclass

# What the build and the tests need, one line for each use; Debian's names, the same in every suite.
PACKAGES = """g++ meson ninja-build pkgconf nasm kea-dev libboost-dev liblog4cplus-dev libgtest-dev
    nlohmann-json3-dev libcli11-dev libssl-dev
    python3 python3-pytest python3-pytest-xdist python3-scapy kea-dhcp4-server kea-dhcp6-server kea-ctrl-agent
    iproute2 tcpdump
    curl socat openssl
    qemu-system-x86 ipxe-qemu ipxe ovmf grub-pc-bin busybox-static
    nginx php-fpm tftpd-hpa dnsmasq-base""".split()


@dataclass(frozen=True)
class Version:
    kea: str
    suite: str = ""  # of Debian; empty: this machine's own
    script: str = ""  # debootstrap's, where it has none of the suite's name
    more_packages: tuple = ()
    apt_options: tuple = ()

    @property
    def packages(self):
        return [*PACKAGES, *self.more_packages]


VERSIONS = [
    Version("2.2"),
    Version("2.6", "trixie"),
    # forky's lists may be older than they say they are good for. Kea 3.0's headers include those of OpenSSL and of the
    # database clients, and kea-dev does not depend on them.
    Version("3.0", "forky", "sid", ("libssl-dev", "libmariadb-dev", "libpq-dev"),
            ("Acquire::Check-Valid-Until=false",)),
]
