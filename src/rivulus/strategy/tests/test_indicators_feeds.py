"""Files of values: what spreadsheets write, and what somebody wrote to do harm."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.strategy.feeds.indicator_values import MAX_LINES, parse_decimal, read_sheet
from rivulus.strategy.rules.sheets import FAULTS_SHOWN, Sheet

HEADER = "indicator;place;year;value;text;source\n"


def read(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Sheet:
    return read_sheet((header + "\n".join(lines)).encode(encoding))


def values(sheet: Sheet) -> list[Decimal | None]:
    assert sheet.faults == ()
    return [line.entry.value for line in sheet.lines]


def sentence(sheet: Sheet) -> str:
    assert sheet.lines == ()
    return sheet.faults[0].sentence % sheet.faults[0].values


def test_a_plain_file_is_read() -> None:
    sheet = read("E-15;baia_mare;2026;1,3;;Raport", "E-02;baia_mare;2026;;Mobilă;Raport")
    first, second = (line.entry for line in sheet.lines)
    assert (first.indicator, first.place, first.year, first.value) == (
        "E-15",
        "baia_mare",
        2026,
        Decimal("1.3"),
    )
    assert (second.value, second.text, second.source) == (None, "Mobilă", "Raport")
    assert (sheet.encoding, sheet.delimiter, sheet.decimal) == ("UTF-8", ";", ",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_found_out(encoding: str, delimiter: str, end: str) -> None:
    names = delimiter.join(("Indicator", "Localitate", "An", "Valoare", "Răspuns", "Sursă", "altceva"))
    line = delimiter.join(("E-15", "baia_mare", "2026", "7", "", "Primăria", "x"))
    sheet = read_sheet(f"{names}{end}{line}{end}{end}".encode(encoding))
    assert values(sheet) == [Decimal(7)]
    assert sheet.lines[0].entry.source == "Primăria"
    assert (sheet.delimiter, sheet.encoding) == (
        delimiter,
        "Windows-1250" if encoding == "cp1250" else "UTF-8",
    )


def test_letters_with_a_cedilla_become_those_with_a_comma() -> None:
    sheet = read("E-15;baia_mare;2026;1;;Primăria orașului".replace("ș", "ş"), encoding="cp1250")
    assert sheet.lines[0].entry.source == "Primăria orașului"


@pytest.mark.parametrize(
    ("cells", "decimal", "expected"),
    [
        (("1,5", "2"), ",", ["1.5", "2"]),
        (("1.5", "2"), ".", ["1.5", "2"]),
        (("1.234,5", "1.234"), ",", ["1234.5", "1234"]),
        (("1,234.5", "1,234"), ".", ["1234.5", "1234"]),
        (("1.234.567",), ",", ["1234567"]),
        (("1 234,5", "\u22122"), ",", ["1234.5", "-2"]),
        (("0,123", "-0,5"), ",", ["0.123", "-0.5"]),
        (("1234.567",), ".", ["1234.567"]),
        (("5.257,0",), ",", ["5257.0"]),
        (("\u00a012\u00a0345",), ",", ["12345"]),
    ],
)
def test_the_decimal_sign_is_found_out(cells: tuple[str, ...], decimal: str, expected: list[str]) -> None:
    sheet = read(*(f"E-{n:02};baia_mare;2026;{cell};;x" for n, cell in enumerate(cells)))
    assert values(sheet) == [Decimal(number) for number in expected]
    assert sheet.decimal == decimal


def test_a_number_that_could_be_read_in_two_ways_is_said_to_be_so() -> None:
    sheet = read("E-15;baia_mare;2026;1.234;;x")
    assert (values(sheet), sheet.ambiguous) == ([Decimal(1234)], "1.234")
    header = HEADER.replace(";", ",")
    sheet = read("E-15,baia_mare,2026,1.234,,x", header=header)
    assert (values(sheet), sheet.ambiguous) == ([Decimal("1.234")], "1.234")


def test_commas_and_points_for_decimals_in_one_file_are_refused() -> None:
    sheet = read("E-15;baia_mare;2026;1,5;;x", "E-16;baia_mare;2026;1.5;;x")
    assert any(fault.line == 3 and fault.column == "value" for fault in sheet.faults)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"PK\x03\x04" + b"\x00" * 50, "spreadsheet"),
        (b"\xd0\xcf\x11\xe0abc", "old spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (HEADER.encode() + b"E-15;baia_mare;2026;1\x00;;x", "null bytes"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MiB"),
        (b"\xff\x81\x88\x90", "cannot be read"),
        (b"one,two,three\n1,2,3\n", "must name the columns"),
        (b"<html><body>sign in</body></html>", "must name the columns"),
        (b"\n\n\n;;;\n", "must name the columns"),
        (HEADER.encode(), "No line"),
        (HEADER.encode() + b"E-15;baia_mare;2026;;;\n", "No line"),
    ],
)
def test_a_file_that_is_something_else_is_named_in_a_sentence(content: bytes, words: str) -> None:
    assert words in sentence(read_sheet(content))


def test_too_many_lines_are_refused_without_reading_on() -> None:
    sheet = read_sheet(HEADER.encode() + b"E-15;baia_mare;2026;1;;x\n" * 70_000)
    assert [fault.line for fault in sheet.faults] == [MAX_LINES + 2]


def test_huge_cells_and_open_quotation_marks_are_named_with_their_line() -> None:
    huge = read("E-15;baia_mare;2026;1;;" + "x" * 200_000, "E-16;baia_mare;2026;1;;x")
    assert [(fault.line, fault.column) for fault in huge.faults] == [(2, "")]
    long = read("E-15;baia_mare;2026;1;;" + "x" * 600, "E-16;baia_mare;2026;1;;x")
    assert [(fault.line, fault.column) for fault in long.faults] == [(2, "source")]
    quote = read("E-15;baia_mare;2026;1;;x", 'E-16;baia_mare;2026;1;;"never closed', "E-17;baia_mare;2026;1;;x")
    assert quote.fault_count == 1 and quote.faults[0].line >= 3


def test_each_fault_names_its_line_and_column_and_how_to_mend_it() -> None:
    sheet = read("E-15;baia_mare;26;abc;;x", ";baia_mare;2026;1;;x", "E-15;;2026;12 %;;x", "E-15;baia_mare;;1E5;;x")
    found = {(fault.line, fault.column) for fault in sheet.faults}
    assert found == {
        (2, "year"),
        (2, "value"),
        (3, "indicator"),
        (4, "place"),
        (4, "value"),
        (5, "year"),
        (5, "value"),
    }
    assert all(fault.mend for fault in sheet.faults)


def test_lines_keep_their_numbers_across_empty_lines_breaks_in_cells_and_a_hint() -> None:
    sheet = read_sheet(b"sep=;\r\n" + HEADER.encode() + b'\nE-15;baia_mare;2026;1;;"a\nb"\nE-16;baia_mare;2026;2;;x\n')
    assert [line.line for line in sheet.lines] == [4, 6]


def test_only_the_first_faults_are_kept_and_all_are_counted() -> None:
    sheet = read(*(f"E-15;baia_mare;{n};x;;x" for n in range(300)))
    assert (len(sheet.faults), sheet.fault_count) == (FAULTS_SHOWN, 600)


def test_lines_without_a_value_are_counted_and_passed_over() -> None:
    sheet = read("E-15;baia_mare;2026;1;;x", "E-16;baia_mare;2026;;;", ";;;;;")
    assert (len(sheet.lines), sheet.blank) == (1, 1)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_sheet(content: bytes) -> None:
    sheet = read_sheet(content)
    assert sheet.lines or sheet.faults


@given(st.binary(max_size=300))
def test_any_bytes_after_a_right_first_line_give_a_sheet(content: bytes) -> None:
    sheet = read_sheet(HEADER.encode() + content)
    assert sheet.lines or sheet.faults


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=8), st.sampled_from(",."))
def test_numbers_written_with_two_decimals_come_back(numbers: list[Decimal], decimal: str) -> None:
    written = [f"{number:.2f}".replace(".", decimal) for number in numbers]
    lines = [f"E-{n};baia_mare;2026;{cell};;x" for n, cell in enumerate(written)]
    assert values(read(*lines)) == numbers


@given(st.decimals(0, 10**11, places=3), st.sampled_from(",."))
def test_grouped_numbers_come_back(number: Decimal, decimal: str) -> None:
    written = f"{number:,.3f}"
    if decimal == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert parse_decimal(written, decimal) == number
