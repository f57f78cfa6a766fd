"""How large a workbook may be, packed and unpacked, and the sentences for what is not taken."""

from rivulus.kernel.words import N_

XLSX, ODS = "xlsx", "ods"
WORKBOOKS = frozenset({XLSX, ODS})

LARGEST_BYTES = 200 * 1024**2
LARGEST_UNPACKED = 2 * 1024**3
MOST_RATIO = 200  # sheets pack ten to fifty times smaller; what packs better than this was made to do harm
UNSUSPICIOUS_BYTES = 16 * 1024**2  # small enough unpacked, whatever its ratio
MOST_PARTS = 5_000
MOST_SHEETS = 200
MOST_CELLS = 10_000_000  # of one sheet, empty ones between others counted
INLINE_BYTES = 1024**2
"""A workbook is ten to fifty times larger unpacked: what is larger than this is left to the worker."""

TOO_LARGE = N_("The workbook is larger than %(most)s MB. Save the sheet as CSV and upload that.")
TOO_MANY_CELLS = N_("The sheet has more than %(most)s cells. Save it as CSV and upload that: a CSV file may be larger.")
BOMB = N_("The workbook unpacks to far more than it should; it is not opened.")
BROKEN = N_("The workbook is broken. Open it in a spreadsheet program, save it as XLSX and upload it again.")
LOCKED = N_("The workbook is protected with a password. Save it without the password and upload it again.")
BINARY = N_("The file is a binary workbook (XLSB). Save it as XLSX or CSV and upload it again.")
OLD = N_("The file is a workbook of an old format (XLS). Save it as XLSX or CSV and upload it again.")
DECLARED = N_("The workbook declares entities of XML, as no spreadsheet program does; it is not opened.")
NO_TABLE = N_("No sheet of the workbook holds a table.")
NO_SHEET = N_("The workbook has no sheet called “%(name)s”.")
MANY_SHEETS = N_("The workbook has more than %(most)s sheets. Save the one that is meant as CSV and upload that.")
"""Sentences of what is not opened; each says what to do."""


def is_workbook(form: str) -> bool:
    """Tell whether a format is one of workbooks."""
    return form in WORKBOOKS
