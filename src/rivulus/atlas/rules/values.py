"""Values of attributes: reading them from whatever a file, a form or a program gives, and showing them. Pure."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping

from rivulus.atlas.terms import AttributeType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, fold

LONGEST_TEXT = 4000
LARGEST = 2**53  # beyond it, JSON's numbers are no longer whole ones everywhere
YES = frozenset({"true", "yes", "da", "igen", "1", "t", "y", "adevarat", "x"})
NO = frozenset({"false", "no", "nu", "nem", "0", "f", "n", "fals"})
GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?")
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
COMPACT = re.compile(r"\d{8}")

SENTENCES: Mapping[AttributeType, str] = {
    AttributeType.STRING: N_("%(name)s: the text is longer than 4000 signs, or holds signs that cannot be kept."),
    AttributeType.INTEGER: N_("%(name)s: “%(value)s” is not a whole number."),
    AttributeType.NUMBER: N_("%(name)s: “%(value)s” is not a number."),
    AttributeType.BOOLEAN: N_("%(name)s: “%(value)s” is neither yes nor no."),
    AttributeType.DATE: N_("%(name)s: “%(value)s” is not a date."),
}


def to_text(value: object) -> str:
    """Return a text; raises ValueError where it is too long or cannot be kept."""
    text = value.strip() if isinstance(value, str) else show(value)
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise ValueError
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError from None
    return text


def to_number(value: object) -> float | int:
    """Return a number, whole where it is written so; a text may have a decimal comma, and dots between thousands."""
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError
        return value
    if not isinstance(value, str):
        raise ValueError
    text = value.strip().replace("\u2212", "-")
    if GROUPED.fullmatch(text) and ("," in text or text.count(".") != 1):
        text = re.sub(r"[ \u00a0\u202f.]", "", text)
    if not NUMBER.fullmatch(text) or len(text) > 40:
        raise ValueError
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError
    return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else number


def to_integer(value: object) -> int:
    """Return a whole number."""
    number = to_number(value)
    if number != int(number) or abs(number) > LARGEST:
        raise ValueError
    return int(number)


def to_boolean(value: object) -> bool:
    """Return yes or no, said in one of the three languages, or as 1 and 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    word = fold(value.strip()) if isinstance(value, str) else ""
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError


def to_date(value: object) -> str:
    """Return a date as ISO 8601; a text may also be day.month.year, and a moment gives its day."""
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if not isinstance(value, str):
        raise ValueError
    text = value.strip()
    turned = DAY_FIRST.fullmatch(text)
    if turned:
        return dt.date(int(turned[3]), int(turned[2]), int(turned[1])).isoformat()
    if COMPACT.fullmatch(text):
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    if not re.match(r"\d{4}-\d{2}-\d{2}(?:$|[T ])", text):
        raise ValueError
    return dt.date.fromisoformat(text[:10]).isoformat()


COERCIONS: Mapping[AttributeType, Callable[[object], object]] = {
    AttributeType.STRING: to_text,
    AttributeType.INTEGER: to_integer,
    AttributeType.NUMBER: to_number,
    AttributeType.BOOLEAN: to_boolean,
    AttributeType.DATE: to_date,
}


def check_range(name: str, value: object, minimum: object, maximum: object) -> None:
    """Refuse a value below the smallest or above the largest."""
    if minimum is not None and value < minimum:  # type: ignore[operator]
        raise Refused(N_("%(name)s: %(value)s is below %(limit)s."), name=name, value=show(value), limit=show(minimum))
    if maximum is not None and value > maximum:  # type: ignore[operator]
        raise Refused(N_("%(name)s: %(value)s is above %(limit)s."), name=name, value=show(value), limit=show(maximum))


def show(value: object) -> str:
    """Return a value as text, the same in every language."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < LARGEST else repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def word_of(text: str) -> str:
    """Return small letters, digits and underscores made of a text."""
    return re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")
