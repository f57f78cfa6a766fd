"""Every page is for everybody: axe finds nothing, in light and dark, narrow and wide, in three languages.

Each page is looked at in three variants, so that every colour scheme, width and language occurs on it; the pages that
most people see, in all twelve. Colours and sizes that were looked at once are not measured again in other words.
"""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.city import CRITERION
from tests.journeys.pages import FRAMED, GUARDED, OWN, PUBLIC, Page

pytestmark = pytest.mark.journey

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = ("color-contrast", "target-size")  # half of the time that axe takes
RUN = """async ([tags, passedOver]) => {
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], elementRef: false,
        rules: Object.fromEntries(passedOver.map(rule => [rule, {enabled: false}])),
    });
    return found.violations.map(one =>
        `${one.id}: ${one.help}: ` + one.nodes.slice(0, 3).map(node => node.target.join(" ")).join("; "));
}"""
TOO_WIDE = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return "";
    const wide = [...document.body.querySelectorAll("*")].filter(one =>
        one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".table-frame"));
    const named = wide.slice(0, 3).map(one => `${one.tagName.toLowerCase()}.${one.className}`);
    return `scrolls sideways (${root.scrollWidth} px): ${named.join(", ")}`;
}"""
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}

Variant = tuple[str, str, dict[str, int]]
ALL_TWELVE: tuple[Variant, ...] = tuple(product(("ro", "en", "hu"), ("light", "dark"), (NARROW, WIDE)))
THREE: tuple[Variant, ...] = (("ro", "light", NARROW), ("en", "dark", WIDE), ("hu", "dark", NARROW))
# Whoever works here sees these pages with more buttons: looked at in the other corners.
TWO: tuple[Variant, ...] = (("ro", "light", WIDE), ("hu", "dark", NARROW))
OFTEN_SEEN = {Page("home"), Page("strategy:criterion", (CRITERION,))}
WITH_BUTTONS = {
    "strategy:criterion", "strategy:assessments", "strategy:probes", "strategy:projects", "strategy:project",
    "strategy:indicators", "strategy:indicator", "strategy:benchmark", "strategy:evaluations", "strategy:evaluation",
}  # fmt: skip


def _variants(page: Page) -> tuple[Variant, ...]:
    if page.query:  # the page is looked at without it, too
        return TWO[1:]
    return ALL_TWELVE if page in OFTEN_SEEN else THREE


def _variants_of_guarded(page: Page) -> tuple[Variant, ...]:
    if page.query:
        return TWO[1:]
    return TWO if page.name.startswith("observations:") else THREE  # many pages made of the same few parts


WALKS = [
    *((page, "", _variants(page)) for page in (*PUBLIC, *FRAMED)),
    *((page, "ioana", TWO) for page in PUBLIC if page.name in WITH_BUTTONS and not page.query),
    *((page, "ioana", THREE) for page in OWN),
    *((page, names[0], _variants_of_guarded(page)) for page, names in GUARDED.items()),
]


@pytest.mark.parametrize(
    ("page", "name", "variants"),
    WALKS,
    ids=lambda value: (value or "visitor") if isinstance(value, str) else str(value) if isinstance(value, Page) else "",
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    lasting_browser: Callable[[str, str], Any], page: Page, name: str, variants: tuple[Variant, ...]
) -> None:
    """Somebody who needs larger letters, other colours, a small screen or a screen reader opens the page."""
    # By the browser's own door: the page's security policy stays as strict as it is.
    tab = lasting_browser(name, AXE)
    problems, here = [], ""
    seen: set[object] = set()
    for language, colours, size in variants:
        tab.emulate_media(color_scheme=colours, reduced_motion="reduce")
        tab.set_viewport_size(size)
        if (address := page.address(language)) != here:
            assert tab.goto(address).status == 200
            here = address
        looks = {colours, size["width"]}
        found = [
            tab.evaluate(TOO_WIDE),
            *tab.evaluate(RUN, [STANDARD, LOOKS if len(variants) == 3 and looks <= seen else ()]),
        ]
        seen |= looks
        problems += [f"{language} {colours} {size['width']} px: {one}" for one in found if one]
    assert not problems, "\n".join(problems)
