"""Facts about the pack of Baia Mare and its loading."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from rivulus.strategy import models
from rivulus.strategy.feeds.pack import load_pack, read_pack
from rivulus.strategy.feeds.tables import FaultyPack, Table, number, parse_table, text
from rivulus.strategy.terms import Basis, Origin

PER_LEVEL = {
    "E": (4, 4, 3, 3, 3),
    "C": (4, 3, 4, 4, 4),
    "Me": (3, 4, 3, 4, 4),
    "L": (6, 4, 3, 3, 3),
    "Mo": (5, 6, 5, 5, 4),
    "G": (7, 6, 6, 5, 5),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pack that a test may spoil."""
    return Path(shutil.copytree(settings.PACK_DIR, tmp_path / "pack"))


def test_annex_1_has_127_criteria_in_its_pillars_and_levels(city: None) -> None:
    counted = Counter(models.Criterion.objects.values_list("pillar__code", "level"))
    assert sum(counted.values()) == 127
    for pillar, expected in PER_LEVEL.items():
        assert tuple(counted[pillar, level] for level in range(1, 6)) == expected


def test_chapter_5_has_111_projects_with_the_numbers_it_prints(city: None) -> None:
    codes = set(models.Project.objects.values_list("code", flat=True))
    assert len(codes) == 111
    assert "D1.2.2" not in codes  # chapter 5 jumps from 1 to 3
    assert "D5.1.3" not in codes  # and from 2 to 4
    assert {"D1.2.1", "D1.2.3", "D5.1.2", "D5.1.4"} <= codes


def test_every_row_of_chapter_6_4_has_a_value_for_the_city_and_the_region(city: None) -> None:
    tables = Counter(models.Indicator.objects.values_list("pillar__code", flat=True))
    assert tables == {"E": 19, "C": 16, "Me": 8, "L": 11, "Mo": 7, "G": 7}
    assert models.IndicatorValue.objects.filter(origin=Origin.PACK).count() == 2 * 68


def test_the_governance_table_is_known_to_repeat_mobility(city: None) -> None:
    repeated = models.Indicator.objects.filter(pillar__code="G").values_list("repeats__pillar__code", flat=True)
    assert list(repeated) == ["Mo"] * 7


def test_every_criterion_has_a_reconstructed_state_with_its_place_in_the_source(city: None) -> None:
    states = models.Assessment.objects.filter(basis=Basis.RECONSTRUCTED)
    assert states.values("criterion").distinct().count() == 127
    assert not states.filter(source_place="").exists()
    assert not states.filter(reason_ro="").exists()


@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_facts_speak_three_languages(city: None, language: str) -> None:
    with translation.override(language):
        for model, field in [
            (models.Criterion, "text"),
            (models.Project, "title"),
            (models.Indicator, "title"),
            (models.Pillar, "goal"),
            (models.Anomaly, "description"),
        ]:
            assert not model.objects.filter(**{f"{field}_{language}": ""}).exists(), model


def test_loading_again_changes_nothing(city: None) -> None:
    before = models.Assessment.objects.count(), models.IndicatorValue.objects.count()
    load = load_pack(settings.PACK_DIR)
    assert load.changes == {}
    assert (models.Assessment.objects.count(), models.IndicatorValue.objects.count()) == before


def test_a_mended_fact_is_loaded_and_a_mended_value_is_appended(city: None, copy: Path) -> None:
    file = copy / "indicator_values.csv"
    file.write_text(file.read_text().replace("E-01,baia_mare,,36.75", "E-01,baia_mare,,36.76"))
    load = load_pack(copy)
    assert load.changes["indicator_values"]["created"] == 1
    values = models.IndicatorValue.objects.filter(indicator__code="E-01", place__code="baia_mare").order_by("id")
    assert [str(v.value.normalize()) for v in values if v.value is not None] == ["36.75", "36.76"]


def test_what_a_person_edited_is_kept(city: None, copy: Path) -> None:
    from rivulus.kernel import clock

    link = models.ProjectCriterion.objects.order_by("id").first()
    assert link is not None
    link.reason_ro, link.edited_at = "Altă părere.", clock.now()
    link.save(update_fields=["reason_ro", "edited_at"])
    load_pack(copy)
    link.refresh_from_db()
    assert link.reason_ro == "Altă părere."


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("criteria.csv", "E1.1,E,1", "E1.1,X,1", "criteria.csv, line 2, pillar: 'X' is not in pillars.csv"),
        ("criteria.csv", "E1.1,E,1", "E1.1,E,one", "criteria.csv, line 2, level: 'one' is not a whole number"),
        ("states.csv", "state", "stat", "states.csv, line 1, state: the column is missing"),
        ("pack.yaml", "code:", "cod:", "pack.yaml, line 1, code: the field is missing"),
    ],
)
def test_a_broken_file_changes_nothing_and_says_where(
    city: None, copy: Path, file: str, old: str, new: str, told: str
) -> None:
    _replace(copy / file, old, new)
    models.Pillar.objects.filter(code="E").update(order=99)
    with pytest.raises(FaultyPack) as caught:
        load_pack(copy)
    assert told in str(caught.value)
    assert models.Pillar.objects.get(code="E").order == 99


def test_faults_are_found_all_at_once(copy: Path) -> None:
    _replace(copy / "criteria.csv", "E1.1,E,1", "E1.1,E,one")
    (copy / "helix.csv").unlink()
    with pytest.raises(FaultyPack) as caught:
        read_pack(copy)
    assert {fault.file for fault in caught.value.faults} == {"criteria.csv", "helix.csv"}


def test_a_line_number_counts_lines_inside_quoted_cells() -> None:
    table = Table("x", (text("code"), number("n")), ("code",))
    _rows, faults = parse_table('code,n\n"a\nb",1\nc,z\n', table, "x.csv")
    assert [(fault.line, fault.column) for fault in faults] == [(4, "n")]


def test_the_same_code_twice_is_a_fault() -> None:
    table = Table("x", (text("code"),), ("code",))
    _rows, faults = parse_table("code\na\na\n", table, "x.csv")
    assert str(faults[0]) == "x.csv, line 3, code: a stands already on line 2"


def _replace(file: Path, old: str, new: str) -> None:
    content = file.read_text()
    assert old in content
    file.write_text(content.replace(old, new, 1))
