"""How numbers, money, shares and dates are written in Romanian, English and Hungarian."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date as babel_date
from babel.dates import format_skeleton

type Number = int | float | Decimal

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
MOST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Writing:
    """How one language writes numbers."""

    group: str
    decimal: str
    digits_before_grouping: int
    percent: str
    money: str
    locale: str


WRITINGS: Mapping[str, Writing] = {
    "ro": Writing(".", ",", 4, f"{{}}{NO_BREAK_SPACE}%", f"{{amount}}{NO_BREAK_SPACE}{{sign}}", "ro"),
    "en": Writing(",", ".", 4, "{}%", "{sign}{amount}", "en_GB"),
    # Hungarian orthography (AkH. 288) groups only from five digits on.
    "hu": Writing(NO_BREAK_SPACE, ",", 5, "{}%", f"{{amount}}{NO_BREAK_SPACE}{{sign}}", "hu"),
}
SIGNS: Mapping[str, str] = {"EUR": "€", "RON": "lei"}
# A word cannot stand before the figure without a space, whatever the language.
AFTER_THE_FIGURE = f"{{amount}}{NO_BREAK_SPACE}{{sign}}"


def writing_of(language: str) -> Writing:
    """The writing of a language code such as "ro" or "en-gb"; Romanian for anything else."""
    return WRITINGS.get(language.lower().split("-")[0], WRITINGS["ro"])


def format_number(value: Number, *, language: str, decimals: int | None = None) -> str:
    """Round half up; without `decimals` at most two, and no closing zeros."""
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError(f"{value} is no number that can be written.")
    rounded = amount.quantize(Decimal(1).scaleb(-(MOST_DECIMALS if decimals is None else decimals)), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    writing = writing_of(language)
    text = _grouped(whole, writing) + (writing.decimal + fraction if fraction else "")
    return MINUS + text if rounded < 0 else text


def _grouped(digits: str, writing: Writing) -> str:
    if len(digits) < writing.digits_before_grouping:
        return digits
    return f"{int(digits):,}".replace(",", writing.group)


def parse_number(text: str, *, language: str) -> Decimal:
    """Read a number as people write it; ValueError when the groups or signs do not fit the language."""
    writing = writing_of(language)
    spaceless = re.sub(r"(?<=\d)[\u0020\u00a0\u2009\u202f](?=\d{3}(?!\d))", "", text.strip())
    group = "" if writing.group == NO_BREAK_SPACE else re.escape(writing.group)
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+" if group else r"\d+"
    found = re.fullmatch(rf"([-{MINUS}]?)({whole})(?:{re.escape(writing.decimal)}(\d+))?", spaceless, re.ASCII)
    if found is None:
        raise ValueError(f"“{text}” is not a number as this language writes it.")
    sign, digits, fraction = found.groups()
    plain = digits.replace(writing.group, "")
    return Decimal(f"{'-' if sign else ''}{plain}.{fraction or 0}")


def format_percent(value: Number, *, language: str, decimals: int | None = None) -> str:
    """`value` runs from 0 to 100."""
    return writing_of(language).percent.format(format_number(value, language=language, decimals=decimals))


def format_money(amount: Number, *, language: str, currency: str = "EUR", decimals: int = 0) -> str:
    """The amount in whole units of the currency, not in cents."""
    sign = SIGNS.get(currency, currency)
    pattern = writing_of(language).money if len(sign) == 1 else AFTER_THE_FIGURE
    exact = Decimal(str(amount))
    figure = format_number(abs(exact), language=language, decimals=decimals)
    text = pattern.format(amount=figure, sign=sign)
    return MINUS + text if exact < 0 and re.search("[1-9]", figure) else text


def format_date(day: date, *, language: str) -> str:
    """The day in full: 21 noiembrie 2026."""
    return str(babel_date(day, format="long", locale=writing_of(language).locale))


def format_month(day: date, *, language: str) -> str:
    """Month and year: noiembrie 2026."""
    return str(format_skeleton("yMMMM", day, locale=writing_of(language).locale))
