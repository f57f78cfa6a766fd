"""What is said of how a sheet was read: msgids, which a page fills and translates."""

from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.words import N_

LONGEST = 80

ABOVE_ONE = N_("Row %(first)s stands above the table and was left out: “%(text)s”.")
ABOVE_MANY = N_("Rows %(first)s to %(last)s stand above the table and were left out: “%(text)s”.")
BELOW_ONE = N_("Row %(first)s stands below the table and was left out: “%(text)s”.")
BELOW_MANY = N_("Rows %(first)s to %(last)s stand below the table and were left out: “%(text)s”.")
NAMES_OF_SEVERAL = N_("The names of the columns are put together from rows %(first)s to %(last)s.")
NO_NAMES = N_("No row names the columns; they are called after the letters of the sheet.")
UNNAMED = N_("Columns without a name are called after their letters: %(letters)s.")
NUMBERED = N_("Row %(first)s only numbers the columns and was left out.")
EMPTY_ROWS = N_("Empty rows between others were left out: %(number)s.")
EMPTY_COLUMNS = N_("Empty columns were left out: %(letters)s.")
FILLED = N_("Merged cells hold their value once; it was repeated in the rows they cover: %(number)s cells.")
TOTAL = N_("Row %(first)s looks like a total. Take it out of the file, or whoever adds up a column counts twice.")
CALCULATED = N_("Formulas were not calculated anew; the values that were saved are taken.")
UNCALCULATED = N_(
    "Formulas without a saved value are empty here: %(number)s. Open the workbook in a spreadsheet program, save it, and "
    "upload it again."
)
MACROS = N_("The macros of the workbook were not read.")
LINKS = N_("Links to other workbooks were not followed; the values that were saved are taken.")
FORGIVEN = N_("Cells with an error of a formula are empty here: %(number)s.")


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know; ``sentence`` is a msgid, ``values`` fill it."""

    sentence: str
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {"sentence": self.sentence, "values": self.values}


def about_rows(one: str, many: str, first: int, last: int, text: str) -> Note:
    """Return a note about some rows, counted from 1, with what the first of them says."""
    shown = " ".join(text.split())[:LONGEST]
    return Note(one, {"first": first, "text": shown}) if first == last else Note(
        many, {"first": first, "last": last, "text": shown}
    )  # fmt: skip
