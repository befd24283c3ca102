"""The parameter section of a C3D file, made to follow the standard.

Where a group names a parameter twice, the package `c3d` raises KeyError; other readers take the first.
"""

import struct

BLOCK_BYTES = 512
BIG_ENDIAN = 86  # the processor type of SGI, MIPS


def with_single_parameters(content: bytes) -> bytes | None:
    """The file with the second of two equal names changed; None where no name stands twice.

    Raises:
        struct.error, IndexError: the section ends in the middle of a parameter.
    """
    start = (content[0] - 1) * BLOCK_BYTES
    n_blocks, processor = content[start + 2], content[start + 3]
    number = ">h" if processor == BIG_ENDIAN else "<h"
    position, end = start + 4, start + n_blocks * BLOCK_BYTES
    names: set[tuple[int, bytes]] = set()
    changed = bytearray(content)
    while position < end:
        n_letters, group = struct.unpack_from("bb", content, position)
        if n_letters == 0 or group == 0:
            break
        letters = slice(position + 2, position + 2 + abs(n_letters))
        (offset,) = struct.unpack_from(number, content, letters.stop)
        key = (group, content[letters].upper())
        if group > 0 and key in names:
            changed[letters] = (f"{len(names):x}".encode() + content[letters])[: abs(n_letters)]
        names.add((group, bytes(changed[letters]).upper()))
        if offset <= 0:
            break
        position = letters.stop + offset
    return bytes(changed) if changed != content else None
