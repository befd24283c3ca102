"""Damage done to a valid file: to its bytes, its lines, its cells and its columns."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random

SIZE_LIMIT_BYTES = 60_000  # small files, so that many pass in a second
SEPARATORS = (b"\t", b",", b";", b" ", b"  ", b"|", b": ", b"\t\t")
LINE_ENDS = (b"\n", b"\r\n", b"\r", b"\n\n", b"\x0b", b"\x85", b" \n", b",\n", b"\t\n")
NUMBERS = (
    b"nan", b"-nan(ind)", b"inf", b"-inf", b"1e400", b"-1e400", b"1e308", b"1e-320", b"5e-324",
    b"1e39", b"1,5", b"1.5.2", b"0x10", b"1_000", b"1e", b"--1", b"+1", b"-0", b"0", b"1", b"-1",
    b"360", b"9999", b"-9999", b"1e10", b"999999999999", b"9" * 400, b"9" * 5000, b"True",
    b"1.#QNAN", b"n/a", b"", b" ", b'"1"', b'"', b"'", b"eight", b"1d5", b"1 2", "١".encode(),
    b"12:30:00", b"2001-99-99", b"1e-5", b".", b"-", b"1%", b"0.0000001", b"1e18", b"2147483648",
)  # fmt: skip
BYTES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe4", b"\x1a", b"\x1b[31m", b"\r", b"\n", b"\t", b'"',
    b"PK\x03\x04", b"PAR1", b"\x00" * 64, "\u2028".encode(), "\u202e".encode(), b"\x0c",
)  # fmt: skip
HOSTILE = (
    b"=1+1", b"=cmd|' /C calc'!A0", b"+1", b"-1+1", b"@SUM(A1)", b"\t=1", b"a;=1+1", "\uff1d1".encode(),
    b"<script>alert(1)</script>", b'"><img src=x onerror=alert(1)>', b"{{7*7}}", b"{0.__class__}",
    b"$(touch x)", b"`touch x`", b"../../etc/passwd", b"/etc/passwd", b"..", b".", b"~", b"%00", b"a\\b",
    b"$x^2$", b"'; DROP TABLE", b"&amp;", b"]]>", b"x" * 300, b"a/" * 300,
)  # fmt: skip


def mutated(
    random: Random, content: bytes, others: Sequence[bytes], words: Sequence[bytes]
) -> bytes:
    """`content` with one to a few kinds of damage; `others` are files to splice from, `words` the
    format's own keywords.
    """
    tokens = random.choice([NUMBERS, NUMBERS, words or NUMBERS, BYTES, HOSTILE])
    for _ in range(random.choice([1, 1, 1, 2, 2, 3, 5, 12])):
        damage = random.choice(DAMAGES)
        content = damage(random, content, others, tokens)[:SIZE_LIMIT_BYTES]
    return content


def mutated_archive(random: Random, content: bytes, words: Sequence[bytes]) -> bytes:
    """A ZIP archive with damaged members and intact checksums, so that its reader looks at them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {
                name: archive.open(name).read(SIZE_LIMIT_BYTES) for name in archive.namelist()
            }
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error):
        return content
    if not members:
        return content
    name = random.choice(list(members))
    inner = members.pop(name)
    if random.random() < 0.3:
        name = mutated(random, name.encode(), list(members.values()) or [inner], words).decode(
            "utf-8", errors="replace"
        )
    else:
        inner = mutated(random, inner, list(members.values()) or [inner], words)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, data in {**members, name[:200] or "x": inner}.items():
            archive.writestr(zipfile.ZipInfo(member), data)
    return buffer.getvalue()


def _insert(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(tokens) + content[at:]


def _overwrite(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(tokens) + content[at + random.choice([1, 4, 30]) :]


def _delete(random: Random, content: bytes, *_: object) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + content[at + random.choice([1, 1, 5, 50, 500]) :]


def _truncate(random: Random, content: bytes, *_: object) -> bytes:
    return content[: random.randint(0, len(content))]


def _flip(random: Random, content: bytes, *_: object) -> bytes:
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def _integer(random: Random, content: bytes, *_: object) -> bytes:
    """What a binary format may take for a length."""
    at, size = random.randint(0, len(content)), random.choice([1, 2, 4, 8])
    value = random.choice([0, 1, 127, 255, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**64 - 1])
    return content[:at] + (value % 256**size).to_bytes(size, "little") + content[at + size :]


def _repeat(random: Random, content: bytes, *_: object) -> bytes:
    at = random.randint(0, len(content))
    size = random.choice([1, 20, 300])
    return (
        content[:at] + content[at : at + size] * random.choice([2, 10, 100]) + content[at + size :]
    )


def _splice(random: Random, content: bytes, others: Sequence[bytes], *_: object) -> bytes:
    other = random.choice(others)
    here, there = random.randint(0, len(content)), random.randint(0, len(other))
    return content[:here] + other[there:]


def _encode(random: Random, content: bytes, *_: object) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(random.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"]))


def _line_ends(random: Random, content: bytes, *_: object) -> bytes:
    return content.replace(b"\n", random.choice(LINE_ENDS))


def _separators(random: Random, content: bytes, *_: object) -> bytes:
    return content.replace(_separator(content), random.choice(SEPARATORS))


def _decimal_commas(random: Random, content: bytes, *_: object) -> bytes:
    return re.sub(rb"(\d)\.(\d)", rb"\1,\2", content)


def _lines(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """Drop, double, swap or add lines."""
    lines = content.split(b"\n")
    i, j = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            del lines[i : i + random.choice([1, 1, 5])]
        case 1:
            lines[i:i] = [lines[i]] * random.choice([1, 2, 40])
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case 3:
            lines.insert(i, random.choice(random.choice(others).split(b"\n")))
        case 4:
            lines.insert(i, random.choice(tokens))
    return b"\n".join(lines)


def _cells(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """Replace, empty, drop, double or swap cells of a line."""
    lines = content.split(b"\n")
    at, separator = random.randrange(len(lines)), _separator(content)
    cells = lines[at].split(separator)
    _change_cells(random, cells, tokens)
    lines[at] = separator.join(cells)
    return b"\n".join(lines)


def _columns(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """The same change in every line of a table."""
    lines, separator = content.split(b"\n"), _separator(content)
    rows = [line.split(separator) for line in lines]
    width = max(map(len, rows))
    seed, first = random.random(), random.randrange(len(rows))
    for row in rows[first:]:
        if len(row) == width:
            _change_cells(Random(seed), row, tokens)
    return b"\n".join(separator.join(row) for row in rows)


def _change_cells(random: Random, cells: list[bytes], tokens: Sequence[bytes]) -> None:
    i, j = random.randrange(len(cells)), random.randrange(len(cells))
    match random.randrange(6):
        case 0 | 1:
            cells[i] = random.choice(tokens)
        case 2:
            del cells[i]
        case 3:
            cells.insert(j, cells[i])
        case 4:
            cells[i], cells[j] = cells[j], cells[i]
        case 5:
            cells[i] = cells[i] + random.choice(tokens)


def _number(random: Random, content: bytes, *_: object) -> bytes:
    """One of the numbers that stand in the text becomes another."""
    return _exchanged(random, content, rb"\d+", lambda _: random.choice(NUMBERS))


def _word(
    random: Random, content: bytes, others: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """One of the words, a key perhaps, becomes another."""

    def drawn(words: Sequence[re.Match]) -> bytes:
        return random.choice([*tokens, random.choice(words).group()])

    return _exchanged(random, content, rb"[A-Za-z_]+", drawn)


def _exchanged(
    random: Random, content: bytes, pattern: bytes, drawn: Callable[[Sequence[re.Match]], bytes]
) -> bytes:
    """One match of `pattern` gives way to what `drawn` makes of all of them."""
    matches = list(re.finditer(pattern, content))
    if not matches:
        return content
    place = random.choice(matches)
    return content[: place.start()] + drawn(matches) + content[place.end() :]


def _separator(content: bytes) -> bytes:
    """The separator that stands most often in the text."""
    return max((b"\t", b",", b";", b" "), key=content.count)


DAMAGES: tuple[Callable[..., bytes], ...] = (
    _insert, _insert, _overwrite, _delete, _truncate, _flip, _integer, _repeat, _splice, _encode,
    _line_ends, _separators, _decimal_commas, _lines, _lines, _cells, _cells, _cells, _columns,
    _columns, _number, _number, _word, _word,
)  # fmt: skip
