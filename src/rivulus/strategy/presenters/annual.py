"""The printed report of an evaluation, made of its snapshot and nothing else, and the task that makes it.

The same snapshot in the same language gives the same bytes: the only date in the file is the snapshot's own.
"""

import datetime as dt
import json
import re
from pathlib import Path

from django.tasks import task
from django.utils import translation

from rivulus.strategy.actions import annual as actions
from rivulus.strategy.presenters.annual_data import report_data
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.rules.evaluations import Snapshot, canonical
from rivulus.ui.printing import fonts
from rivulus.ui.printing.fonts import FontsMissingError
from rivulus.ui.printing.typesetting import TypesettingError, typeset

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "strategy" / "report"
PAGE_COUNT = re.compile(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)|/Count (\d+)[^>]*?/Type\s*/Pages\b")


def build_pdf(content: Snapshot, *, language: str) -> bytes:
    """Return the report in a language; raise TypesettingError or FontsMissingError when it cannot be made."""
    with translation.override(language):
        data = report_data(content)
    files = {str(file.relative_to(FOLDER)): file.read_bytes() for file in sorted(FOLDER.rglob("*.typ"))}
    files["main.typ"] = files.pop("annual.typ")
    files["data.json"] = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    files["snapshot.json"] = canonical(content)
    day = dt.date.fromisoformat(content["evaluation"]["at"])
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    return typeset(files, fonts=fonts.fonts_folder(), timestamp=int(noon.timestamp()))


@task
def make_report(file_id: int) -> None:
    """Make a report that was asked for; doing it twice writes the same bytes."""
    row = queries.get_report_file(file_id)
    try:
        pdf = build_pdf(row.evaluation.content, language=row.language)
    except (TypesettingError, FontsMissingError) as failed:
        actions.fail_report(by=None, file_id=file_id, error=str(failed))
        return
    actions.keep_report(by=None, file_id=file_id, pdf=pdf, pages=count_pages(pdf))


def count_pages(pdf: bytes) -> int:
    """Return the number of pages: the root of the page tree counts them all."""
    return max((int(one or other) for one, other in PAGE_COUNT.findall(pdf)), default=0)
