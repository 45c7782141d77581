# SPDX-License-Identifier: MPL-2.0
"""Where things are: the project's products and the programs that Debian's packages bring."""

import os
from pathlib import Path

root = Path(__file__).resolve().parents[3]
build = Path(os.environ.get("CHAINLOAD_BUILD", root / "build"))

hook_library = build / "hooks/chainload/libdhcp_chainload.so"
chainloadctl = build / "hooks/chainload/ctl/chainloadctl"
firmware_image = build / "firmware/undionly.kpxe"
returning_image = build / "firmware/undionly.kkpxe"
wire_program = build / "tests/lab/wire/wire"
probe_kernel = build / "tests/lab/probe/probe.bin"
kea_short_config = root / "kea-configs/chainload-short.json"
boot_script = root / "tests/lab/www/real_boot_script.php"

kernel = build / "tools/kernel/vmlinuz"
kernel_modules = build / "tools/kernel/modules"
atftpd = build / "tools/atftpd/usr/sbin/atftpd"
dhcpd = build / "tools/isc-dhcp-server/usr/sbin/dhcpd"
dhcrelay = build / "tools/isc-dhcp-relay/usr/sbin/dhcrelay"
dhclient = build / "tools/isc-dhcp-client/sbin/dhclient"
dhcpcd = build / "tools/dhcpcd-base/usr/sbin/dhcpcd"
ltsp = build / "tools/ltsp/usr/share/ltsp/ltsp"
lighttpd = build / "tools/lighttpd/usr/sbin/lighttpd"
lighttpd_modules = build / "tools/lighttpd/usr/lib/lighttpd"
installer = (build / "tools/debian-installer-12-netboot-amd64"
             / "usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
memtest = build / "tools/memtest86+/boot/memtest86+x64.bin"
busybox = Path("/bin/busybox")
peers = Path(os.environ.get("CHAINLOAD_PEERS", "/usr/lib/ipxe"))  # packaged iPXE in all its shapes
peer_undionly = peers / "undionly.kpxe"
roms = peers / "qemu"
newer_peers = build / "tools/ipxe-trixie/usr/lib/ipxe"
ovmf_code = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
ovmf_variables = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
aavmf_code = Path("/usr/share/AAVMF/AAVMF_CODE.fd")
aavmf_variables = Path("/usr/share/AAVMF/AAVMF_VARS.fd")
grub_mkimage = Path("/usr/bin/grub-mkimage")
pxelinux = Path("/usr/lib/PXELINUX/pxelinux.0")
syslinux_modules = Path("/usr/lib/syslinux/modules/bios")


class Missing(Exception):
    """A part the lab needs is not there. The text says which and what to run."""


def need(path: Path) -> Path:
    if not path.exists():
        made_by_build = path.is_relative_to(build) and not path.is_relative_to(build / "tools")
        how = "scripts/test or scripts/demo builds it" if made_by_build else "run scripts/install-deps"
        raise Missing(f"{path} is missing; {how}")
    return path
