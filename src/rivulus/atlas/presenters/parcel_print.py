"""What plans say of a place, as a PDF: the same words as the page."""

import datetime as dt
import json
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext

from rivulus.atlas.presenters.plans import LimitRow, ReportWords, ZoneRow, report_words
from rivulus.atlas.queries.parcels import Report
from rivulus.kernel.clock import CITY_ZONE
from rivulus.ui.presenters import date_text
from rivulus.ui.printing import fonts
from rivulus.ui.printing.typesetting import typeset

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "atlas" / "print" / "parcel.typ"
LIMIT_S = 20


def build_pdf(report: Report, *, title: str, language: str, made_at: dt.datetime) -> bytes:
    """Return the PDF; raise TypesettingError or FontsMissingError when it cannot be made."""
    with translation.override(language):
        data = _data(report_words(report), report.day, title, language, made_at)
    text = fonts.printable(json.dumps(data, ensure_ascii=False, sort_keys=True))
    files = {"main.typ": TEMPLATE.read_bytes(), "data.json": text.encode()}
    return typeset(files, fonts=fonts.fonts_folder(), timestamp=int(made_at.timestamp()), limit_s=LIMIT_S)


def _data(words: ReportWords, day: dt.date, title: str, language: str, made_at: dt.datetime) -> dict[str, object]:
    lead = gettext("As of %(day)s.") % {"day": date_text(day)}
    if words.area:
        lead += " " + gettext("Area by its outline: %(area)s.") % {"area": words.area}
    made = gettext("Made by Rivulus on %(day)s.") % {"day": date_text(made_at.astimezone(CITY_ZONE).date())}
    uncovered = gettext("No plan kept here covers %(share)s of it.") % {"share": words.uncovered}
    return {
        "title": title,
        "lang": language,
        "day": [day.year, day.month, day.day],
        "fonts": [fonts.FAMILY, fonts.FALLBACK],
        "warning": _warning() if words.is_illustrative else "",
        "zones": [{"title": _zone_title(zone), "facts": _zone_facts(zone)} for zone in words.zones],
        "uncovered": uncovered if words.uncovered and words.zones else "",
        "limits": [_limit(limit) for limit in words.limits],
        "coming": [f"{name}: {date_text(start)}" for name, _, start in words.coming],
        "papers": [name for name, _ in words.documents],
        "words": {
            "lead": lead,
            "made": made,
            "page": gettext("Page"),
            "zones": gettext("What may be built"),
            "no_zone": gettext("No plan kept here covers this place"),
            "limits": gettext("What limits building here"),
            "no_limit": gettext("None of the layers kept here limits building at this place."),
            "limit_heads": [gettext("What"), gettext("Where"), gettext("What it means")],
            "coming": gettext("Approved, and to come:"),
            "papers": gettext("Papers"),
            "binding": gettext(
                "This page informs. Only a certificate of urbanism, given by the town hall, binds (Law 50/1991)."
            ),
        },
    }


def _warning() -> str:
    return gettext("Some of these layers are schematic or made up. Nothing here says what may really be built.")


def _zone_title(zone: ZoneRow) -> str:
    named = f"{zone.code}: {zone.title}" if zone.title else zone.code
    share = gettext("%(share)s of the parcel") % {"share": zone.share}
    return f"{named} ({share})" if zone.share else named


def _zone_facts(zone: ZoneRow) -> list[tuple[str, str]]:
    nothing = gettext("not stated")
    pot = gettext("at most %(pot)s") % {"pot": zone.pot} if zone.pot else nothing
    cut = gettext("at most %(cut)s") % {"cut": zone.cut} if zone.cut else nothing
    if zone.footprint:
        pot += ": " + gettext("%(area)s may be built over") % {"area": zone.footprint}
    if zone.floor_area:
        cut += ": " + gettext("%(area)s of floors") % {"area": zone.floor_area}
    height = gettext("at most %(height)s") % {"height": zone.height} if zone.height else ""
    facts = [
        (gettext("Plan"), f"{zone.plan}, {zone.plan_kind}"),
        (gettext("Site coverage (POT)"), pot),
        (gettext("Floor-area ratio (CUT)"), cut),
        (gettext("Height"), ", ".join(filter(None, (height, zone.storeys))) or nothing),
        (gettext("Permitted"), zone.permitted),
        (gettext("Not permitted"), zone.forbidden),
    ]
    return [(term, words) for term, words in facts if words]


def _limit(limit: LimitRow) -> list[str]:
    effect = limit.effect
    if limit.authority:
        effect += " " + gettext("Consent of: %(authority)s") % {"authority": limit.authority} + "."
    return [f"{limit.kind}: {limit.name}", limit.where, effect]
