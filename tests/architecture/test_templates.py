"""Templates: what a block names is known in that block only."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
PAGES = sorted(path for path in SOURCE.rglob("templates/**/*.html") if "{% block content %}" in path.read_text())
NAMED = re.compile(r" as(?:var)? (\w+) ?%\}")
ADDRESS = re.compile(r'(?:href|src|action)="\{\{ (\w+)(?:\|[^}]*)? \}\}|\bhref=(\w+)')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_links_to_an_address_that_only_another_block_knows(page: Path) -> None:
    """Such a link is empty, and leads from the page to itself."""
    parts = re.split(r"\{% block (\w+) %\}", page.read_text())
    blocks = dict(zip(parts[1::2], parts[2::2], strict=True))
    named = {name: set(NAMED.findall(text)) for name, text in blocks.items()}
    for name, text in blocks.items():
        used = {one or other for one, other in ADDRESS.findall(text)}
        elsewhere = set().union(*(names for other, names in named.items() if other != name))
        of_the_view = {"address"}  # given to the page of a dataset, whose breadcrumbs use it for another
        assert used & elsewhere - named[name] - of_the_view == set(), f"{page}: {name}"
