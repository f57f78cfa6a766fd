"""Facts about the documentation that is made from the code: it says what the code says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from rivulus.house import documents

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"""(?:environ\.get\(|environ\[|_flag\()\s*["']((?:RIVULUS_|DATABASE_)\w+)""")
# Said by the launcher to its own children, or by the tests to themselves: nothing for an operator.
INTERNAL = {"RIVULUS_ADDRESS", "RIVULUS_TEST_FOLDER"}


@pytest.mark.parametrize("name", documents.PAGES)
def test_a_generated_page_says_what_the_code_says(name: str) -> None:
    page = ROOT / "docs" / "reference" / name
    assert page.exists(), f"docs/reference/{name} is missing. Write it with: {documents.COMMAND}"
    assert page.read_text() == documents.PAGES[name](), (
        f"docs/reference/{name} no longer says what the code says. Write it anew with: {documents.COMMAND}"
    )


def test_every_setting_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    sources = [file for file in (ROOT / "src" / "rivulus").rglob("*.py") if "tests" not in file.parts]
    names = {name for file in sources for name in SETTING.findall(file.read_text())} - INTERNAL
    missing = sorted(name for name in names if f"`{name}`" not in readme)
    assert not missing, f"The README does not say what these settings do: {', '.join(missing)}"


def test_every_table_of_the_pack_is_named_in_its_reference() -> None:
    from rivulus.strategy.feeds.pack import TABLES

    page = (ROOT / "docs" / "reference" / "pack.md").read_text()
    for table in TABLES:
        assert f"`{table.name}.csv`" in page, f"docs/reference/pack.md says nothing of {table.name}.csv"
        for column in table.columns:
            name = re.sub(r"_(?:ro|en|hu)$", "", column.name)
            assert f"`{name}`" in page, f"docs/reference/pack.md says nothing of {name} in {table.name}.csv"


def test_the_faults_of_the_source_are_counted_as_the_pack_holds_them() -> None:
    counted: Counter[str] = Counter()
    for file in (ROOT / "pack" / "baia_mare" / "anomalies").glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as stream:
            counted.update(row["about"] for row in csv.DictReader(stream))
    page = (ROOT / "docs" / "explanation" / "faults-of-the-source.md").read_text()
    for about, number in counted.items():
        assert f"| `{about}` | {number} |" in page, (
            f"faults-of-the-source.md miscounts the faults about {about}: {number}"
        )
    assert f"| all | {counted.total()} |" in page


def test_the_states_of_2022_are_counted_as_the_pack_holds_them() -> None:
    with (ROOT / "pack" / "baia_mare" / "states.csv").open(newline="", encoding="utf-8") as stream:
        states = Counter(row["state"] for row in csv.DictReader(stream))
    page = (ROOT / "docs" / "explanation" / "why-measured-declared-reconstructed.md").read_text()
    met, begun, not_met, unknown = (states[name] for name in ("met", "in_progress", "not_met", "unknown"))
    assert f"{met} met, {begun} in progress, {not_met} not met, {unknown} not known" in page
