"""Facts about uploaded workbooks: where the table stands, what its cells say, what is refused and what one does then."""

import datetime as dt
import io
import math
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.catalog.feeds.uploads import receiving, working
from rivulus.catalog.feeds.uploads.loading import loaded
from rivulus.catalog.feeds.uploads.workbooks import opening, packing
from rivulus.catalog.feeds.uploads.workbooks import reading as workbooks
from rivulus.catalog.models import Dataset, Upload
from rivulus.catalog.queries.places import scratch_folder, uploads_folder
from rivulus.catalog.rules.guessing import Reading, reading_from
from rivulus.catalog.rules.workbooks import sizes
from rivulus.catalog.tests import workbooks as made
from rivulus.catalog.tests.conftest import as_person
from rivulus.catalog.tests.tabled import make_dataset
from rivulus.catalog.tests.test_uploads import publish, take_up
from rivulus.identity.models import Organisation, Person
from rivulus.kernel.errors import Refused

PARKS: list[list[Any]] = [
    ["Denumire", "Suprafață (mp)", "Deschis"],
    ["Parcul Central", 12345.5, True],
    ["Grădina", 77, False],
]


@pytest.fixture(autouse=True)
def _opened_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process for each workbook takes a second; tests about the process itself, and hostile files, do."""
    if not request.node.get_closest_marker("own_process"):
        monkeypatch.setattr(workbooks, "_run", lambda job, folder, progress: opening.do(job, progress))


@pytest.fixture
def parks(media: Path, university: Organisation) -> Dataset:
    return make_dataset("parcuri", table="", organisation=university)


def notes(upload: Upload) -> list[str]:
    return [
        one["sentence"] % one["values"] if one["values"] else one["sentence"]
        for one in upload.reading["found"]["notes"]
    ]


def headings(upload: Upload) -> list[str]:
    return [field["rivulus:heading"] for field in upload.schema["fields"]]


def rows(upload: Upload) -> list[tuple[Any, ...]]:
    """What the sheet says, as texts."""
    with loaded(receiving.file_of(upload.file), reading_from(upload.reading)) as found:
        return found.connection.execute("SELECT * FROM raw").fetchall()


@pytest.mark.own_process
def test_a_workbook_of_a_town_hall_is_understood_and_published(client: Client, parks: Dataset, flavia: Person) -> None:
    def situation(sheet: Any, book: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.merge_range("B2:F2", "Situația parcurilor la 1 ianuarie 2026")
        made.fill(sheet, [["Nr. crt.", "Denumire", "Suprafață (mp)", "Deschis", "Data"]], 3, 1)
        made.fill(sheet, [[1, "Parcul Central", 12345.5, True], [2, "Grădina", 77, False]], 4, 1)
        sheet.write_datetime(4, 5, dt.datetime.fromisoformat("2020-03-15"), day)
        sheet.write_datetime(5, 5, dt.datetime.fromisoformat("2021-12-01"), day)
        made.fill(sheet, [["Sursa: Direcția de spații verzi"]], 7, 1)

    upload = take_up(parks, made.xlsx(Citire=[["Despre acest fișier"]], Parcuri=situation), flavia)
    assert (upload.state, upload.rows, upload.fault_count) == ("checked", 2, 0), upload.sentence
    assert [(one["name"], one["rows"]) for one in upload.reading["found"]["sheets"]] == [("Citire", 0), ("Parcuri", 2)]
    assert notes(upload) == [
        "Row 2 stands above the table and was left out: “Situația parcurilor la 1 ianuarie 2026”.",
        "Row 8 stands below the table and was left out: “Sursa: Direcția de spații verzi”.",
    ]
    assert publish(upload).state == "published"
    assert client.get("/catalog/api/parcuri").json()["rows"] == [
        {"nr_crt": 1, "denumire": "Parcul Central", "suprafata_mp": 12345.5, "deschis": True, "data": "2020-03-15"},
        {"nr_crt": 2, "denumire": "Grădina", "suprafata_mp": 77.0, "deschis": False, "data": "2021-12-01"},
    ]
    assert not list(scratch_folder().glob("reading-*")) and not list(scratch_folder().glob("recoded/.writing*"))


def test_names_in_two_rows_are_put_together_with_merged_cells_and_without(parks: Dataset) -> None:
    def merged(sheet: Any, _book: Any) -> None:
        sheet.merge_range("A1:D1", "Populația pe localități")
        sheet.merge_range("A2:A3", "Localitate")
        sheet.merge_range("B2:D2", "Populație")
        made.fill(
            sheet,
            [[None, "Masculin", "Feminin", "Total"], [0, 1, 2, "3=1+2"], ["Baia Mare", 5, 6, 11], ["Recea", 1, 2, 3]],
            2,
        )

    def centred(sheet: Any, _book: Any) -> None:
        rows_ = [
            ["Localitate", "Populație"],
            [None, "Masculin", "Feminin", "Total"],
            ["Baia Mare", 5, 6, 11],
            ["Recea", 1, 2, 3],
        ]
        made.fill(sheet, rows_)

    wanted = ["Localitate", "Populație: Masculin", "Populație: Feminin", "Populație: Total"]
    upload = take_up(parks, made.xlsx(a=merged))
    assert headings(upload) == wanted and upload.rows == 2
    assert notes(upload)[1:] == [
        "The names of the columns are put together from rows 2 to 3.",
        "Row 4 only numbers the columns and was left out.",
    ]
    upload = take_up(parks, made.xlsx(a=centred))
    assert headings(upload) == wanted and upload.rows == 2


def test_years_may_name_columns_and_columns_without_a_name_are_called_by_their_letters(parks: Dataset) -> None:
    upload = take_up(
        parks,
        made.xlsx(a=[["Oraș", 2024, None, 2025, None], ["Baia Mare", 1, "x", 2, None], ["Sighet", 3, "y", 4, None]]),
    )
    assert headings(upload) == ["Oraș", "2024", "C", "2025"] and upload.rows == 2
    assert notes(upload) == ["Columns without a name are called after their letters: C."]
    upload = take_up(parks, made.xlsx(a=[[1, 2.5], [3, 4.5]]))
    assert headings(upload) == ["A", "B"] and upload.rows == 2 and "No row names" in notes(upload)[0]


def test_empty_rows_and_columns_are_left_out_and_said_and_cells_keep_their_address(parks: Dataset) -> None:
    def sheet_of(sheet: Any, _book: Any) -> None:
        made.fill(sheet, [["cod", None, "n"], ["a", None, 1], [], ["b", None, "mulți"], ["c", None, 3]], 2, 1)
        made.fill(sheet, [[f"d{n}", None, n] for n in range(60)], 7, 1)

    upload = take_up(parks, made.xlsx(a=sheet_of))
    assert headings(upload) == ["cod", "n"] and upload.rows == 63
    assert notes(upload) == ["Empty columns were left out: C.", "Empty rows between others were left out: 1."]
    fault = upload.faults[0]
    assert (fault["line"], fault["column"], fault["found"], fault["cell"]) == (6, "n", "mulți", "D6")


def test_a_cell_with_an_error_is_a_fault_with_its_address_or_empty_when_somebody_says_so(
    client: Client, parks: Dataset, flavia: Person
) -> None:
    def sheet_of(sheet: Any, _book: Any) -> None:
        made.fill(sheet, [["loc", "rata"], ["a", 1.5], ["b"], ["c"], ["d", 2]])
        sheet.write_formula("B3", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B4", "=NA()", None, "#N/A")
        sheet.write_formula("B5", "=1+1", None, 2)

    upload = take_up(parks, made.xlsx(a=sheet_of), flavia)
    assert [(one["cell"], one["column"], one["found"]) for one in upload.faults] == [
        ("B3", "rata", "#DIV/0!"),
        ("B4", "rata", "#N/A"),
    ]
    assert upload.fault_count == 2 and "Formulas were not calculated anew" in notes(upload)[0]
    page = as_person(flavia).get(f"/en/catalog/uploads/{upload.pk}/").content.decode()
    assert "B3" in page and "The cell shows an error of its formula" in page and "The sheet “a”" in page
    said = {"wish": "reading", "sheet": "a", "heading": "1", "forgives": "on"}
    assert as_person(flavia).post(f"/catalog/uploads/{upload.pk}/change/", said).status_code == 302
    upload.refresh_from_db()
    assert (upload.state, upload.fault_count) == ("checked", 0) and "errors" not in str(upload.faults)
    assert "Cells with an error of a formula are empty here: 2." in notes(upload)
    publish(upload)
    assert [row["rata"] for row in client.get("/catalog/api/parcuri").json()["rows"]] == [1.5, None, None, 2.0]


def test_another_sheet_or_another_row_of_names_is_chosen_on_the_page(parks: Dataset, flavia: Person) -> None:
    def hidden(sheet: Any, _book: Any) -> None:
        made.fill(sheet, [["cheie", "v"], ["x", 1]])
        sheet.hide()

    def current(sheet: Any, _book: Any) -> None:
        made.fill(sheet, [["loc", "n"], ["a", 1]])
        sheet.activate()

    book = made.xlsx(Ascuns=hidden, Anul_2024=current, Anul_2025=[["x", "y"], ["loc", "n"], ["b", "2"], ["c", "3"]])
    client = as_person(flavia)
    client.post("/catalog/uploads/", {"dataset": "parcuri", "file": SimpleUploadedFile("situație.xlsx", book)})
    upload = Upload.objects.get()
    assert upload.reading["found"]["sheet"] == "Anul_2024"
    page = client.get(f"/en/catalog/uploads/{upload.pk}/").content.decode()
    assert "Anul_2025: 3 rows" in page and "Ascuns: 1 row, hidden" in page and "selected>Anul_2024: 1 row" in page
    change = f"/catalog/uploads/{upload.pk}/change/"
    client.post(change, {"wish": "reading", "sheet": "Anul_2025", "heading": "2"})
    upload.refresh_from_db()
    assert headings(upload) == ["loc", "n"] and rows(upload) == [("b", "2"), ("c", "3")]
    assert client.post(change, {"wish": "reading", "sheet": "Anul_2026", "heading": ""}).status_code == 422
    assert client.post(change, {"wish": "reading", "sheet": "Anul_2025", "heading": "-1"}).status_code == 422
    client.post(
        change, {"wish": "reading", "sheet": "Anul_2024", "heading": "2"}
    )  # the row was said of the other sheet
    upload.refresh_from_db()
    assert headings(upload) == ["loc", "n"] and upload.rows == 1
    client.post(change, {"wish": "reading", "sheet": "Anul_2025", "heading": "0"})
    upload.refresh_from_db()
    assert headings(upload) == ["A", "B"] and upload.rows == 4


def test_merged_cells_are_repeated_in_their_rows_and_a_total_is_pointed_out(parks: Dataset) -> None:
    def sheet_of(sheet: Any, _book: Any) -> None:
        made.fill(
            sheet,
            [
                ["Județ", "Oraș", "n"],
                [None, "Baia Mare", 1],
                [None, "Sighet", 2],
                ["Cluj", "Dej", 3],
                ["Total", None, 6],
            ],
        )
        sheet.merge_range("A2:A3", "Maramureș")

    upload = take_up(parks, made.xlsx(a=sheet_of))
    assert [row[0] for row in rows(upload)] == ["Maramureș", "Maramureș", "Cluj", "Total"]
    assert notes(upload) == [
        "Merged cells hold their value once; it was repeated in the rows they cover: 1 cells.",
        "Row 5 looks like a total. Take it out of the file, or whoever adds up a column counts twice.",
    ]


def test_days_and_moments_of_one_column_are_moments_and_durations_are_hours(parks: Dataset) -> None:
    def sheet_of(sheet: Any, book: Any) -> None:
        moment, span = book.add_format({"num_format": "dd.mm.yyyy hh:mm"}), book.add_format({"num_format": "[h]:mm"})
        made.fill(sheet, [["când", "durata", "cod"], [], [], []])
        for at, (when, hours) in enumerate(
            [(dt.datetime.fromisoformat("2026-03-15T08:30"), 1.5), (dt.datetime.fromisoformat("2026-03-16"), 0.25)], 1
        ):
            sheet.write_datetime(at, 0, when, moment)
            sheet.write_number(at, 1, hours, span)
            sheet.write_string(at, 2, "0722")

    upload = take_up(parks, made.xlsx(a=sheet_of))
    assert [field["type"] for field in upload.schema["fields"]] == ["datetime", "string", "string"]
    assert rows(upload) == [("2026-03-15T08:30:00", "36:00:00", "0722"), ("2026-03-16T00:00:00", "06:00:00", "0722")]


def test_years_counted_from_1904_are_the_same_years(parks: Dataset) -> None:
    made_ = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(made_, {"in_memory": True, "date_1904": True}) as book:
        sheet = book.add_worksheet()
        made.fill(sheet, [["zi", "n"], [None, 1]])
        sheet.write_datetime(
            1, 0, dt.datetime.fromisoformat("2026-03-15"), book.add_format({"num_format": "yyyy-mm-dd"})
        )
    assert rows(take_up(parks, made_.getvalue())) == [("2026-03-15", "1")]


def test_an_open_document_is_read_as_well(parks: Dataset) -> None:
    table = "".join([
        made.ods_row(made.ods_text("Situație")),
        made.ods_row('<table:table-cell table:number-columns-repeated="16384"/>', times=2),
        made.ods_row(*map(made.ods_text, ("loc", "n", "zi", "ora", "da"))),
        made.ods_row(made.ods_text("Băiuț"), made.ods_value("float", "12.5"), made.ods_value("date", "2026-03-15", "date-value"),
                     made.ods_value("time", "PT36H30M05S", "time-value"), made.ods_value("boolean", "true", "boolean-value")),
        made.ods_row(made.ods_text("Recea"), '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
                     'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'),
        made.ods_row('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_000),
    ])  # fmt: skip
    upload = take_up(parks, made.ods(table))
    assert upload.state == "checked", upload.sentence
    assert rows(upload) == [("Băiuț", "12.5", "2026-03-15", "36:30:05", "true"), ("Recea", None, None, None, None)]
    assert [(one["cell"], one["found"]) for one in upload.faults] == [("B6", "#DIV/0!")]
    assert "Row 1 stands above" in notes(upload)[0]


def test_personal_numbers_of_a_workbook_stop_it_too(parks: Dataset) -> None:
    from rivulus.catalog.tests.test_rules_uploads import cnp

    upload = take_up(parks, made.xlsx(a=[["cod", "x"], [int(cnp()), 1], [int(cnp("290010101020")), 2]]))
    assert {(one["column"], one["kind"]) for one in upload.findings} == {("cod", "cnp")}


def test_formulas_without_a_saved_value_macros_and_links_are_told(parks: Dataset) -> None:
    book = made.xlsx(a=[["loc", "n"], ["a", 1], ["b", 2]])
    book = made.without(
        book,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<c r="B3"><v>2</v></c>', b'<c r="B3"><f>1+1</f></c>'),
    )
    book = made.with_parts(book, {"xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": b"<x/>"})
    upload = take_up(parks, book)
    assert rows(upload) == [("a", "1"), ("b", None)]
    said = " ".join(notes(upload))
    assert (
        "Formulas without a saved value are empty here: 1." in said and "macros" in said and "other workbooks" in said
    )


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14, allow_nan=False).map(lambda number: float(f"{number:.15g}")),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=20),
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_stands_in_a_sheet_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[Any, Any]]
) -> None:
    file = tmp_path_factory.mktemp("book") / "a.xlsx"
    file.write_bytes(
        made.xlsx(a=[["nume", "valoare", "rând"], *[[*cells, f"r{at}"] for at, cells in enumerate(table)]])
    )
    job = {"path": str(file), "form": "xlsx", "folder": str(file.parent), "heading": 1}
    opening.do(job, lambda _percent: None)
    import pyarrow.parquet as pq

    read = pq.read_table(file.parent / "rows.parquet").to_pylist()
    assert [row["row"] for row in read] == list(range(2, len(table) + 2))
    kept = [name for name in read[0] if name not in ("row",)]
    for row, cells in zip(read, table, strict=True):
        for name, cell in zip(kept, cells, strict=False):
            text = row[name]
            if cell is None or cell == "":
                assert text is None
            elif isinstance(cell, bool):
                assert text == str(cell).lower()
            elif isinstance(cell, str):
                assert text == cell
            else:
                assert math.isclose(float(text or "nan"), cell, rel_tol=1e-14) and "e+" not in str(text)


# What is not opened.


def entry_claiming(data: bytes, size: int) -> bytes:
    """An archive whose list says that its first sheet is smaller than it is."""
    changed = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    for at in range(len(changed) - 4):
        if changed[at : at + 4] == struct.pack("<L", real) and changed[at - 8 : at - 4] != b"PK\x05\x06":
            changed[at : at + 4] = struct.pack("<L", size)
    return bytes(changed)


def large_sheet() -> bytes:
    return made.without(
        made.xlsx(a=[["a"]]), "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 3_000_000 + b"</row></sheetData>"),
    )  # fmt: skip


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 22 + struct.pack("<H", 9) + b"\0" * 16 + struct.pack("<L", 0)


def old(name: str) -> bytes:
    return OLE.ljust(512, b"\0") + b"\0" * 128 + name.encode("utf-16-le").ljust(128, b"\0") + b"\0" * 4096


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (old("Workbook"), "Save it as XLSX or CSV"),
        (old("EncryptedPackage"), "Save it without the password"),
        (old("WordDocument"), "an old file of Office"),
        (made.ods("", manifest="<manifest:encryption-data/>"), "Save it without the password"),
        (made.with_parts(made.xlsx(a=[["a"]]), {"xl/workbook.bin": b"x"}), "Save it as XLSX or CSV"),
        (made.with_parts(b"", {"word/document.xml": b"x"}), "a ZIP archive"),
        (large_sheet(), "far more than it should"),
        (made.xlsx(a=PARKS)[:-30], "broken"),
        (made.with_parts(made.xlsx(a=PARKS), {f"xl/media/{n}.png": b"" for n in range(5001)}), "far more than it should"),
    ],
    ids=["xls", "password", "doc", "password-ods", "xlsb", "docx", "bomb", "cut", "parts"],
)  # fmt: skip
def test_what_cannot_be_opened_gets_a_sentence_that_says_what_to_do(media: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        receiving.receive(SimpleUploadedFile("a.xlsx", data))
    assert not list(uploads_folder().glob("*"))


def test_a_list_of_parts_that_would_fill_the_memory_is_not_read(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGEST_DIRECTORY", 100)
    with pytest.raises(Refused, match="far more"):
        receiving.receive(SimpleUploadedFile("a.xlsx", made.xlsx(a=PARKS)))
    monkeypatch.setattr(sizes, "LARGEST_BYTES", 1000)
    with pytest.raises(Refused, match="larger than 0 MB"):
        receiving.receive(SimpleUploadedFile("a.xlsx", made.xlsx(a=PARKS)))


@pytest.mark.own_process
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (entry_claiming(made.xlsx(a=PARKS * 50), 900), "broken"),
        (made.without(made.xlsx(a=PARKS), "xl/workbook.xml", lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml), "entities"),
        (made.without(made.xlsx(a=PARKS), "xl/workbook.xml",
                      lambda xml: b"<!--" + b" " * (packing.CHUNK - 11) + b"--><!DOCTYPE x [<!ENTI" + xml), "entities"),
        (made.without(made.xlsx(a=PARKS), "xl/worksheets/sheet1.xml", lambda xml: xml[:-200]), "broken"),
        (made.xlsx(a=lambda sheet, book: (sheet.write("A1", 1), sheet.write("XFD1048576", 1))), "stopped|cells"),
        (made.ods(made.ods_row('<table:table-cell office:value-type="float" office:value="1" '
                               'table:number-columns-repeated="16384"/>', times=1_048_576)), "stopped|cells|broken"),
        (made.xlsx(a=[[]]), "No sheet of the workbook holds a table"),
    ],
    ids=["lies", "entities", "seam", "cut", "wide", "wide-ods", "empty"],
)  # fmt: skip
def test_a_hostile_workbook_fails_with_a_sentence_and_leaves_nothing(
    parks: Dataset, data: bytes, sentence: str
) -> None:
    import re

    upload = take_up(parks, data)
    assert upload.state == "failed" and re.search(sentence, upload.sentence), upload.sentence
    assert not list(scratch_folder().glob("reading-*")) and not list(scratch_folder().glob("recoded/*"))


def test_more_cells_than_the_limit_are_refused_with_the_limit(parks: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MOST_CELLS", 8)
    upload = take_up(parks, made.xlsx(a=PARKS))
    assert upload.state == "failed" and upload.values == {"most": "8"} and "Save it as CSV" in upload.sentence


def test_a_workbook_of_a_megabyte_is_left_to_the_worker_which_says_how_far_it_is(
    parks: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "INLINE_BYTES", 100)
    queued: list[int] = []
    monkeypatch.setattr(type(working.work), "enqueue", lambda _task, pk: queued.append(pk))
    upload = take_up(parks, made.xlsx(a=PARKS))
    assert upload.state == "received" and queued == [upload.pk]
    told: list[int] = []
    monkeypatch.setattr(working.actions, "note_progress", lambda by, upload, percent: told.append(percent))
    working.work.call(upload.pk)
    assert told == sorted(told) and len(told) > 2 and told[-1] == 50


def test_the_process_that_opens_workbooks_knows_no_secret_and_does_not_meet_django(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import subprocess
    import sys

    monkeypatch.setenv("RIVULUS_SECRET_KEY", "s3cret")
    given_ = workbooks._environment(Path("/x"))
    assert not [name for name in given_ if name.startswith(("RIVULUS", "DATABASE", "DJANGO"))]
    asked = "import sys; import rivulus.catalog.feeds.uploads.workbooks.sheets, rivulus.catalog.feeds.uploads.workbooks.opening"
    told = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('django' in sys.modules, 'psycopg' in sys.modules)"],
        env=given_, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["False", "False"]


def test_a_reading_of_a_workbook_is_kept_as_it_was() -> None:
    reading = Reading("ods", sheet="Două", heading=3, forgives=True)
    assert reading_from(reading.as_json()) == reading
