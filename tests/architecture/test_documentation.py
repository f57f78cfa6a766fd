"""Facts about the documentation: what it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def names_of(page: Path) -> list[str]:
    return [str(page.relative_to(ROOT))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_that_are_named_exist(page: Path) -> None:
    if "decisions" in page.parts or page.name == "CHANGELOG.md":
        return
    for path in re.findall(r"`((?:src|pack|docs|tests)/[\w./-]+)`", page.read_text()):
        assert (ROOT / path).exists(), f"{page.name}: {path}"


def test_every_command_of_the_readme_is_known_to_the_launcher() -> None:
    from rivulus.house import cli

    words = set(re.findall(r'\bcommand\(\s*"(\w+)"', Path(cli.__file__).read_text()))
    for command in re.findall(r"\./rivulus (\w+)", (ROOT / "README.md").read_text()):
        assert command in words, command


def test_the_project_speaks_only_of_itself() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|farm|root)/")
    for file in [*PAGES, *(ROOT / "src").rglob("*.py"), *(ROOT / "pack").rglob("*")]:
        if file.is_file():
            assert not machine.search(file.read_text(errors="ignore")), file
