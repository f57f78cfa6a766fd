"""In which encoding a text is that does not say so: by the letters of Romanian and Hungarian that come out. Pure.

Needs nothing but the standard library: the process that opens foreign files imports it.
"""

import codecs
from collections.abc import Iterable

UTF8 = "utf-8"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What Windows, DOS and old Unix in this part of the world wrote; the likelier first.
CANDIDATES = ("cp1250", "cp852", "iso8859-2", "iso8859-16", "cp1252")
KNOWN = frozenset({UTF8, "utf-8-sig", "utf-16", "iso8859-1", *CANDIDATES})
EXPECTED = frozenset("ăâîșțşţĂÂÎȘȚŞŢáéíóöőúüűÁÉÍÓÖŐÚÜŰ–„”“’«»°²³±§€…")


def guess_encoding(sample: bytes, *, is_whole: bool = False) -> str:
    """Return the encoding of a text of which this is the beginning, or with ``is_whole`` all of it."""
    for mark, encoding in MARKS:
        if sample.startswith(mark):
            return encoding
    if is_utf8(sample, is_whole=is_whole) or _is_mostly_utf8(sample):
        return UTF8
    return max(CANDIDATES, key=lambda encoding: (score(sample, encoding), -CANDIDATES.index(encoding)))


def _is_mostly_utf8(sample: bytes) -> bool:
    """Some lines of a file that was put together from several may be in another encoding; they are named later."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    return len(lines) > 1 and 2 * len(find_unreadable(lines, UTF8)) <= len(lines)


def is_utf8(sample: bytes, *, is_whole: bool = False) -> bool:
    """Say whether bytes are UTF-8; a letter that breaks off at the end of a sample is no fault."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(sample, final=is_whole)
    except UnicodeDecodeError:
        return False
    return True


def score(sample: bytes, encoding: str) -> int:
    """Return how likely the letters are that bytes beyond ASCII become: expected ones count, strange ones count more."""
    text = sample.decode(encoding, errors="replace")
    return sum(_weight(sign) for sign in text if ord(sign) > 127)


def _weight(sign: str) -> int:
    if sign in EXPECTED:
        return 2
    return -1 if sign.isalpha() else -4


def find_unreadable(lines: Iterable[bytes], encoding: str) -> list[int]:
    """Return the numbers, from 0, of the pieces that are not in this encoding."""
    found = []
    for number, line in enumerate(lines):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            found.append(number)
    return found
