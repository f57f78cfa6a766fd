"""The typeface of printed reports: one TrueType file for each weight, merged from the web fonts that npm brings.

A browser takes Latin and Latin Extended from two files; a PDF wants one, or "ș" would come from another font than "s".
The merged files are kept in the data folder under the digest of what they were made from.
"""

import hashlib
import io
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FAMILY = "Atkinson Hyperlegible Next"
WEIGHTS = (400, 600)
SUBSETS = ("latin", "latin-ext")
# What typst itself brings for the few signs that the typeface lacks (‰ ≥ µ →).
FALLBACK = "DejaVu Sans Mono"
# The fallback's own alphabets and signs that may stand in names and notes.
FALLBACK_RANGES = ((0x0370, 0x03FF), (0x0400, 0x045F))
FALLBACK_SIGNS = "‰≤≥µ→←↑↓✓□×≈≠′″₂"
REPLACEMENT = "□"


class FontsMissingError(Exception):
    """The web fonts are not installed, so that no report can be printed."""


def fonts_folder() -> Path:
    """Return the folder with the merged files, made when it is not there yet."""
    sources = [_source(subset, weight) for weight in WEIGHTS for subset in SUBSETS]
    missing = [file.name for file in sources if not file.is_file()]
    if missing:
        raise FontsMissingError(f"Web fonts are missing: {', '.join(missing)}.")
    key = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in sources)).hexdigest()[:16]
    folder = Path(settings.HOME) / "fonts" / key
    folder.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        target = folder / f"{weight}.ttf"
        if not target.exists():
            _write(target, merge([_source(subset, weight).read_bytes() for subset in SUBSETS]))
    return folder


def merge(fonts: list[bytes]) -> bytes:
    """Return one TrueType font with the glyphs of all; the same bytes for the same fonts."""
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont

    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, content in enumerate(fonts):
            font = TTFont(io.BytesIO(content), recalcTimestamp=False)
            font.flavor = None
            parts.append(str(Path(folder) / f"{number}.ttf"))
            font.save(parts[-1])
        merged = Merger().merge(parts)
    merged.recalcTimestamp = False
    # The merger writes the present time; the fonts' own keeps the bytes the same on every machine.
    merged["head"].created = merged["head"].modified = TTFont(io.BytesIO(fonts[0]))["head"].created
    out = io.BytesIO()
    merged.save(out)
    return out.getvalue()


def printable(text: str) -> str:
    """Return the text with an empty square for every sign that no font of the report has."""
    known = _known_signs(Path(settings.HOME))
    return "".join(sign if ord(sign) in known or sign == "\n" else REPLACEMENT for sign in text)


@lru_cache(maxsize=2)
def _known_signs(home: Path) -> frozenset[int]:
    """Return the signs, looked up once for each data folder: a report asks for every word that it prints."""
    from fontTools.ttLib import TTFont

    own = set(TTFont(fonts_folder() / f"{WEIGHTS[0]}.ttf").getBestCmap())
    alphabets = {code for first, last in FALLBACK_RANGES for code in range(first, last + 1) if chr(code).isalpha()}
    return frozenset(own | alphabets | {ord(sign) for sign in FALLBACK_SIGNS})


def _source(subset: str, weight: int) -> Path:
    fonts = Path(settings.BASE_DIR) / "node_modules" / "@fontsource" / "atkinson-hyperlegible-next" / "files"
    return fonts / f"atkinson-hyperlegible-next-{subset}-{weight}-normal.woff2"


def _write(target: Path, content: bytes) -> None:
    """Several processes may make the file at once; each puts a whole one in its place."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    Path(name).replace(target)
