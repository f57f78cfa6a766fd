"""Workbooks for tests: real ones, made by XlsxWriter, and ODS written by hand."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter

ODS_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(**sheets: Callable[[Any, Any], None] | list[list[Any]]) -> bytes:
    """A workbook of the sheets given: rows, or what is done with the sheet and the workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            if callable(content):
                content(sheet, book)
            else:
                fill(sheet, content)
    return made.getvalue()


def fill(sheet: Any, rows: list[list[Any]], top: int = 0, left: int = 0) -> None:
    """Write rows; None is left empty, texts are never formulas."""
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(top + at, left + place, cell)
            elif cell is not None:
                sheet.write(top + at, left + place, cell)


def without(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = source.read(entry)
            target.writestr(entry.filename, change(part) if entry.filename == name else part)
    return made.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same archive with more parts."""
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return made.getvalue()


def ods(rows: str, *, manifest: str = "", name: str = "Foaie1") -> bytes:
    """An OpenDocument workbook of one sheet, its rows as XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {ODS_SPACES} {CALC}><office:body><office:spreadsheet>'
            f'<table:table table:name="{name}">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return made.getvalue()


def ods_row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def ods_text(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods_value(kind: str, value: str, name: str = "value") -> str:
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{value}"><text:p>x</text:p></table:table-cell>'
