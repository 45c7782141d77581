# SPDX-License-Identifier: MPL-2.0
"""What the two stages of a boot ask with, for raw clients: as a PXE ROM does, and as our firmware does."""

rom = [(57, b"\x05\xc0"), (93, b"\0\0"), (94, b"\x01\x02\x01"), (60, b"PXEClient:Arch:00000:UNDI:002001"),
       (55, bytes([1, 3, 43, 60, 66, 67, 97, 128, 129, 130, 175]))]
gpxe = [(57, b"\x05\xc0"), (93, b"\0\0"), (94, b"\x01\x02\x01"), (60, b"PXEClient:Arch:00000:UNDI:002001"),
        (77, b"gPXE"), (55, bytes([1, 3, 6, 7, 12, 15, 17, 43, 60, 66, 67, 175, 203])),
        (175, bytes.fromhex("b105018086100e180101230101220101eb03010001"))]
