"""The pack's organisations: ``organisations.csv``."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.identity.actions.organisations import About, keep_organisations
from rivulus.identity.rules import check_organisation
from rivulus.identity.terms import OrganisationKind
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = "organisations.csv"
COLUMNS = (
    "code", "name_ro", "name_en", "name_hu", "kind", "siruta", "homepage", "email", "is_city", "source_url",
)  # fmt: skip


def load(*, by: "Person | None", folder: Path) -> tuple[str, ...]:
    """Take in the organisations of a pack, all or none, and return the codes of those that were new or different.

    A pack without the file changes nothing. Raises Refused, naming the line, where something is wrong.
    """
    file = folder / FILE
    if not file.exists():
        return ()
    rows = read(file.read_text(encoding="utf-8"))
    cities = [row["code"] for row in rows if row["is_city"] == "true"]
    if len(cities) != 1:
        raise Refused(N_("%(file)s: exactly one organisation is the city."), file=FILE)
    return keep_organisations(by=by, city=cities[0], about={row["code"]: _about(row) for row in rows})


def read(text: str) -> list[dict[str, str]]:
    """Return the rows of the table; raises Refused, naming the line, where something is wrong."""
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise Refused(N_("%(file)s: the columns are %(columns)s."), file=FILE, columns=", ".join(COLUMNS))
    rows = []
    for row in reader:
        _check(row, line=reader.line_num)
        rows.append({name: value.strip() for name, value in row.items()})
    codes = [row["code"] for row in rows]
    if len(codes) != len(set(codes)):
        raise Refused(N_("%(file)s: a code stands there twice."), file=FILE)
    return rows


def _check(row: dict[str, str], *, line: int) -> None:
    kinds = set(OrganisationKind)
    try:
        if None in row or None in row.values():
            raise Refused(N_("not as many cells as columns"))
        check_organisation(code=row["code"], name=row["name_ro"])
        if row["kind"] not in kinds:
            raise Refused(N_("the kind is one of %(kinds)s"), kinds=", ".join(sorted(kinds)))
        if row["siruta"] and not row["siruta"].isdecimal():
            raise Refused(N_("a SIRUTA code is a number"))
    except Refused as refused:
        raise Refused(N_("%(file)s, line %(line)s: %(why)s"), file=FILE, line=line, why=str(refused)) from refused


def _about(row: dict[str, str]) -> About:
    return About(
        name_ro=row["name_ro"],
        name_en=row["name_en"],
        name_hu=row["name_hu"],
        kind=OrganisationKind(row["kind"]),
        siruta=int(row["siruta"]) if row["siruta"] else None,
        homepage=row["homepage"],
        email=row["email"],
    )
