"""Reading a file of indicator values as spreadsheets write it; pure, and patient with files that are something else."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rivulus.kernel.words import N_, fold
from rivulus.strategy.rules.indicator_values import LARGEST_FILE_BYTES, Entry
from rivulus.strategy.rules.sheets import COLUMNS, FAULTS_SHOWN, LineFault, Sheet, SheetLine

MAX_LINES = 5_000
MAX_CELL = 500
REQUIRED = ("indicator", "place", "year", "value")
# What a column may be called, without accents and in small letters.
NAMES = {
    "indicator": ("indicator", "cod", "code", "mutato", "kod"),
    "place": ("place", "loc", "localitate", "oras", "hely", "telepules"),
    "year": ("year", "an", "anul", "ev"),
    "value": ("value", "valoare", "ertek"),
    "text": ("text", "raspuns", "szoveg"),
    "source": ("source", "sursa", "forras"),
}
SPACES = " \u00a0\u2009\u202f"
MINUSES = "-\u2212\u2013"
# Romanian letters with a cedilla are what Windows-1250 has; the language writes them with a comma.
COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")
KNOWN_FILES = (
    (b"PK\x03\x04", N_("This is a spreadsheet or a compressed file, not CSV.")),
    (b"\xd0\xcf\x11\xe0", N_("This is an old spreadsheet file, not CSV.")),
    (b"%PDF", N_("This is a PDF file, not CSV.")),
)
SAVE_AS_CSV = N_("Open it in a spreadsheet program and save it as “CSV UTF-8”.")


@dataclass(slots=True)
class _Row:
    """The cells of a line, by column."""

    line: int
    cells: dict[str, str]


def read_sheet(content: bytes) -> Sheet:
    """Read a file; whatever is wrong comes back as faults, never as an exception."""
    broken = _find_foreign(content)
    if broken is not None:
        return _refused(broken)
    text, encoding = _decode(content)
    if text is None:
        return _refused(
            LineFault(0, "", N_("The signs of this file cannot be read."), N_("Save it again as “CSV UTF-8”."))
        )
    skipped, text = _skip_hint(text)
    delimiter = _find_delimiter(text)
    header = _header(text, delimiter)
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        return _refused(_missing_columns(missing))
    rows, faults = _rows(text, delimiter, header, skipped)
    return _read(rows, faults, encoding, delimiter)


def _refused(fault: LineFault) -> Sheet:
    return Sheet(faults=(fault,), fault_count=1)


def _find_foreign(content: bytes) -> LineFault | None:
    if len(content) > LARGEST_FILE_BYTES:
        sentence = N_("The file is larger than %(megabytes)s MiB.")
        mend = N_("Split it into several files.")
        return LineFault(0, "", sentence, mend, {"megabytes": LARGEST_FILE_BYTES // 1024 // 1024})
    if not content.strip():
        return LineFault(0, "", N_("The file is empty."), N_("Begin with the template."))
    for beginning, sentence in KNOWN_FILES:
        if content.startswith(beginning):
            return LineFault(0, "", sentence, SAVE_AS_CSV)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return LineFault(0, "", N_("The file is written in UTF-16."), N_("Save it again as “CSV UTF-8”."))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        return LineFault(line, "", N_("The file holds null bytes, so it is not a text."), SAVE_AS_CSV)
    return None


def _decode(content: bytes) -> tuple[str | None, str]:
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1250").translate(COMMA_BELOW), "Windows-1250"
    except UnicodeDecodeError:
        return None, ""


def _skip_hint(text: str) -> tuple[int, str]:
    """Leave out the first line ``sep=;`` that spreadsheet programs write for one another."""
    found = re.match(r'"?sep=.?"?[ \t]*(\r\n|\n|\r)', text, re.IGNORECASE)
    return (1, text[found.end() :]) if found else (0, text)


def _find_delimiter(text: str) -> str:
    """Return the sign that splits the first line into the most columns we know."""
    return max(";,\t", key=lambda sign: len(_header(text, sign)))


def _header(text: str, delimiter: str) -> dict[str, int]:
    """Return where each known column stands."""
    first = re.split(r"[\r\n]", text, maxsplit=1)[0][: MAX_CELL * 20]
    names = [fold(cell.strip().strip('"')) for cell in first.split(delimiter)]
    places: dict[str, int] = {}
    for column in COLUMNS:
        found = next((place for place, name in enumerate(names) if name in NAMES[column]), None)
        if found is not None:
            places[column] = found
    return places


def _missing_columns(missing: Sequence[str]) -> LineFault:
    sentence = N_("The first line must name the columns; these are missing: %(names)s.")
    mend = N_("Begin with the template, and keep its first line.")
    return LineFault(1, missing[0], sentence, mend, {"names": ", ".join(missing)})


def _rows(text: str, delimiter: str, header: dict[str, int], skipped: int) -> tuple[list[_Row], list[LineFault]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    faults: list[LineFault] = []
    try:
        next(reader, [])
        line = reader.line_num + 1 + skipped
        for cells in reader:
            if len(rows) >= MAX_LINES:
                faults.append(_too_many(line))
                break
            if any(cell.strip() for cell in cells):
                _take(_Row(line, {}), cells, header, rows, faults)
            line = reader.line_num + 1 + skipped
    except csv.Error:
        line = max(reader.line_num, 1) + skipped
        sentence = N_("From here on the file cannot be split into cells.")
        faults.append(LineFault(line, "", sentence, N_("Look for a quotation mark that is opened but never closed.")))
    return rows, faults


def _too_many(line: int) -> LineFault:
    sentence = N_("The file is too long. Lines read at most: %(lines)s; what follows was left out.")
    return LineFault(line, "", sentence, N_("Split it into several files."), {"lines": MAX_LINES})


def _take(row: _Row, cells: Sequence[str], header: dict[str, int], rows: list[_Row], faults: list[LineFault]) -> None:
    """Keep the known cells of a line; a line that is too short has the rest empty."""
    row.cells = {name: cells[place].strip() if place < len(cells) else "" for name, place in header.items()}
    for name, cell in row.cells.items():
        if len(cell) > MAX_CELL:
            sentence = N_("The cell is too long: its number of characters is %(length)s, and may be %(longest)s.")
            values: dict[str, object] = {"length": len(cell), "longest": MAX_CELL}
            faults.append(LineFault(row.line, name, sentence, N_("Shorten the text."), values))
            return
    rows.append(row)


def _read(rows: list[_Row], faults: list[LineFault], encoding: str, delimiter: str) -> Sheet:
    filled = [row for row in rows if row.cells["value"] or row.cells.get("text")]
    decimal, ambiguous, mixed = _find_decimal(filled, delimiter)
    if mixed is not None:
        faults.append(mixed)
    lines = []
    for row in filled:
        entry = _entry(row, decimal, faults)
        if entry is not None:
            lines.append(SheetLine(row.line, entry))
    if not lines and not faults:
        sentence = N_("No line of the file has a value.")
        faults.append(LineFault(1, "value", sentence, N_("Fill in the column of values and upload it again.")))
    faults.sort(key=lambda fault: (bool(fault.column), fault.line))
    return Sheet(
        lines=tuple(lines),
        faults=tuple(faults[:FAULTS_SHOWN]),
        fault_count=len(faults),
        blank=len(rows) - len(filled),
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        ambiguous=ambiguous,
    )


def _find_decimal(rows: Iterable[_Row], delimiter: str) -> tuple[str, str, LineFault | None]:
    """Return the decimal sign, a number that could be read either way, and a fault when the file mixes both."""
    said: dict[str, _Row] = {}
    ambiguous = ""
    for row in rows:
        cell = row.cells["value"]
        sign = _decimal_of(cell)
        if sign:
            said.setdefault(sign, row)
        elif re.fullmatch(rf"[{MINUSES}]?\d{{1,3}}[.,]\d{{3}}", cell, re.ASCII):
            ambiguous = ambiguous or cell
    if len(said) == 2:
        later = max(said.values(), key=lambda row: row.line)
        sentence = N_("The file writes decimals with a comma on some lines and with a point on others.")
        fault = LineFault(later.line, "value", sentence, N_("Write all numbers in the same way."))
        return _decimal_of(later.cells["value"]), ambiguous, fault
    if said:
        return next(iter(said)), "", None
    # Where a semicolon parts the cells, the comma is usually left for the decimals.
    return "." if delimiter == "," else ",", ambiguous, None


def _decimal_of(cell: str) -> str:
    """Return the sign that can only be the decimal one in this cell, or nothing where it could be either."""
    plain = cell.strip(MINUSES + SPACES)
    if not re.fullmatch(rf"[\d{SPACES}.,]*", plain, re.ASCII):
        return ""
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        return max(",.", key=plain.rfind)
    if commas > 1 or points > 1:
        return "." if commas else ","
    found = re.fullmatch(rf"([\d{SPACES}]*)([.,])(\d*)", plain, re.ASCII)
    if found is None:
        return ""
    whole, sign, fraction = found.groups()
    digits = re.sub(rf"[{SPACES}]", "", whole)
    # Groups of thousands have one to three digits before the sign, no leading nought, and three after it.
    could_group = len(fraction) == 3 and len(digits) <= 3 and digits not in {"", "0"} and digits == whole
    return "" if could_group and not digits.startswith("0") else sign


def _entry(row: _Row, decimal: str, faults: list[LineFault]) -> Entry | None:
    before = len(faults)
    year = _year(row, faults)
    value = _value(row, decimal, faults)
    for name in ("indicator", "place"):
        if not row.cells[name]:
            faults.append(LineFault(row.line, name, N_("The cell is empty."), N_("Write the code.")))
    if len(faults) > before or year is None:
        return None
    cells = row.cells
    return Entry(cells["indicator"], cells["place"], year, value, cells.get("text", ""), cells.get("source", ""))


def _year(row: _Row, faults: list[LineFault]) -> int | None:
    cell = row.cells["year"]
    if re.fullmatch(r"\d{4}", cell, re.ASCII):
        return int(cell)
    sentence = N_("“%(cell)s” is not a year.") if cell else N_("The year is missing.")
    values: dict[str, object] = {"cell": shorten(cell)} if cell else {}
    faults.append(LineFault(row.line, "year", sentence, N_("Write four digits, such as 2026."), values))
    return None


def _value(row: _Row, decimal: str, faults: list[LineFault]) -> Decimal | None:
    cell = row.cells["value"]
    if not cell:
        return None
    try:
        return parse_decimal(cell, decimal)
    except ValueError:
        sentence = N_("“%(cell)s” is not a number.")
        mend = N_("Write digits only, without a unit; words go into the column of texts.")
        faults.append(LineFault(row.line, "value", sentence, mend, {"cell": shorten(cell)}))
        return None


def parse_decimal(cell: str, decimal: str) -> Decimal:
    """Read a number with that decimal sign; the other sign and spaces may part its thousands."""
    group = re.escape("," if decimal == "." else ".")
    found = re.fullmatch(
        rf"([{MINUSES}]?)(\d{{1,3}}(?:[{SPACES}{group}]\d{{3}})+|\d+)(?:{re.escape(decimal)}(\d+))?",
        cell.strip(),
        re.ASCII,
    )
    if found is None:
        raise ValueError(cell)
    sign, whole, fraction = found.groups()
    digits = re.sub(r"\D", "", whole)
    return Decimal(f"{'-' if sign else ''}{digits}.{fraction or 0}")


def shorten(cell: str) -> str:
    """Return the beginning of a cell, to be quoted in a sentence."""
    return cell if len(cell) <= 40 else cell[:39] + "…"
