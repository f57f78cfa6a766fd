"""The few shapes and measures that all charts are drawn with."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from rivulus.ui.drawing.terms import Figure

PATTERNS = 6
# Mean width of a letter of Atkinson Hyperlegible Next, as a share of its size.
LETTER_WIDTH = 0.53


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper of one drawing: a narrow one for telephones, a wide one for the rest."""

    name: str
    key: str
    width: int
    size: int
    language: str

    @property
    def row(self) -> float:
        """Height of a line of words."""
        return self.size * 1.3

    @property
    def is_narrow(self) -> bool:
        """Whether this is the paper for telephones."""
        return self.name == "narrow"


def sheets(key: str, language: str) -> tuple[Sheet, Sheet]:
    """The narrow and the wide paper for one chart."""
    return Sheet("narrow", key, 340, 15, language), Sheet("wide", key, 720, 16, language)


def tag(name: str, *children: str, **attributes: object) -> SafeString:
    """An element; `class_` is class, `stroke_width` is stroke-width, None leaves an attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return mark_safe(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return plain(value)


def plain(words: object) -> SafeString:
    """Words escaped whatever they claim to be, so that equal charts always give equal pictures."""
    return escape(str.__str__(str(words)))


def join(parts: Iterable[str]) -> SafeString:
    """Parts in a row; whatever is not marked as safe is escaped."""
    return mark_safe("".join(conditional_escape(part) for part in parts))


def group(*children: str, tone: str | None = None, class_: str | None = None) -> SafeString:
    """Parts that share a tone."""
    names = " ".join(filter(None, (f"tone-{tone}" if tone else "", class_ or "")))
    return tag("g", *children, class_=names or None)


def rect(x: float, y: float, width: float, height: float, class_: str, **more: object) -> SafeString:
    """A rectangle that is never narrower than nothing."""
    return tag(
        "rect",
        x=float(x),
        y=float(y),
        width=float(max(width, 0)),
        height=float(height),
        class_=class_,
        **more,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str, **more: object) -> SafeString:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_, **more)


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start", **more: object) -> SafeString:
    """Words at a place."""
    return tag("text", plain(words), x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor, **more)


def polygon(points: Sequence[tuple[float, float]], class_: str) -> SafeString:
    """A closed shape through the points."""
    return tag("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)


def wrapped(words: str, width: float, size: float, most: int = 3) -> list[str]:
    """Words broken into lines that fit `width`; what does not fit ends in an ellipsis."""
    letters = max(int(width / (size * LETTER_WIDTH)), 6)
    return textwrap.wrap(words, letters, max_lines=most, placeholder="…", break_long_words=True) or [""]


def width_of(words: str, size: float) -> float:
    """About how wide the words will be."""
    return len(words) * size * LETTER_WIDTH


def filled(sheet: Sheet, x: float, y: float, width: float, height: float, index: int) -> SafeString:
    """A bar in the tone of its group, with the pattern of its series on top."""
    bar = rect(x, y, width, height, "fill")
    if index % PATTERNS == 0:
        return bar
    pattern = f"url(#{sheet.key}-{sheet.name}-p{index % PATTERNS})"
    return join((bar, rect(x, y, width, height, "hatch", fill=pattern)))


def patterns(sheet: Sheet) -> SafeString:
    """The patterns that tell series apart without colour."""
    marks = {
        1: tag("path", d="M-2 2 2 -2 M0 8 8 0 M6 10 10 6", class_="pattern"),
        2: tag("circle", cx=4, cy=4, r=1.7, class_="pattern-dot"),
        3: tag("path", d="M0 4H8", class_="pattern"),
        4: tag("path", d="M4 0V8", class_="pattern"),
        5: tag("path", d="M0 0 8 8 M8 0 0 8", class_="pattern"),
    }
    return tag(
        "defs",
        *(
            tag("pattern", mark, id=f"{sheet.key}-{sheet.name}-p{index}", width=8, height=8,
                patternUnits="userSpaceOnUse")
            for index, mark in marks.items()
        ),
    )  # fmt: skip


def picture(sheet: Sheet, height: float, chart: Figure, *children: str, has_patterns: bool = False) -> SafeString:
    """The whole drawing, named and described for those who do not see it."""
    ids = f"{sheet.key}-{sheet.name}-title", f"{sheet.key}-{sheet.name}-desc"
    return tag(
        "svg",
        tag("title", plain(chart.title), id=ids[0]),
        tag("desc", plain(chart.description), id=ids[1]),
        patterns(sheet) if has_patterns else "",
        *children,
        class_=f"chart-svg chart-{sheet.name}",
        viewBox=f"0 0 {sheet.width} {math.ceil(height)}",
        role="img",
        aria_labelledby=" ".join(ids),
        font_size=sheet.size,
    )


def legend(sheet: Sheet, entries: Sequence[tuple[SafeString, str]], top: float) -> tuple[SafeString, float]:
    """Rows of sign and words from `top` on; gives the drawing and the height it took."""
    parts: list[SafeString] = []
    x, y = 0.0, top
    for sign, words in entries:
        needed = 30 + width_of(words, sheet.size) + 16
        if x and x + needed > sheet.width:
            x, y = 0.0, y + sheet.row
        place = tag("g", sign, text(28, sheet.size * 0.85, words), transform=f"translate({x:.1f} {y:.1f})")
        parts.append(place)
        x += needed
    return join(parts), (y - top + sheet.row + 6) if entries else 0.0


def ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round numbers that reach from at or below `low` to at or above `high`."""
    size = max(abs(low), abs(high))
    # A reach too small for the figures it stands on cannot be cut into steps.
    reach = high - low if high - low > max(size * 1e-6, 1e-9) else max(size, 1.0)
    rough = reach / max(wanted, 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]
