"""Facts about plans that the pack declares."""

from pathlib import Path

import pytest

from rivulus.atlas.feeds.pack.planning import load_planning
from rivulus.atlas.models import Constraint, Plan, PlanDocument, ZoneRule
from rivulus.atlas.tests.test_plans import ZONES, make_layer
from rivulus.identity.models import Organisation
from rivulus.kernel.errors import Refused

DECLARED = """
plans:
  - code: pug
    kind: pug
    layer: zones
    title: {ro: Plan general, en: General plan}
    decision: HCL 1
    adopted_on: 2012-05-29
    rules:
      - {code: L1, valid_from: 2012-05-29, title: {ro: Locuințe}, pot_max: 35, cut_max: 0.9, storeys: P+1}
    documents:
      - {title: Regulament, url: "https://example.org/r.pdf"}
constraints:
  - {layer: flood, kind: flood, buffer_m: 10, effect: {ro: Cu aviz.}}
"""


@pytest.fixture
def folder(tmp_path: Path, city: Organisation) -> Path:
    make_layer("zones", ZONES)
    make_layer("flood", [])
    (tmp_path / "atlas").mkdir()
    return tmp_path


def load(folder: Path, text: str) -> int:
    (folder / "atlas" / "planning.yaml").write_text(text)
    return load_planning(folder=folder)


def test_what_is_declared_is_there_and_loaded_again_changes_nothing(folder: Path) -> None:
    assert load(folder, DECLARED) == load(folder, DECLARED) == 2
    plan = Plan.objects.get()
    assert (plan.layer.code, plan.title_en, ZoneRule.objects.get().pot_max) == ("zones", "General plan", 35)
    assert PlanDocument.objects.count() == 1
    assert Constraint.objects.get().buffer_m == 10


def test_what_a_zone_allowed_is_not_rewritten(folder: Path) -> None:
    load(folder, DECLARED)
    with pytest.raises(Refused, match="its own day"):
        load(folder, DECLARED.replace("pot_max: 35", "pot_max: 90"))
    assert ZoneRule.objects.get().pot_max == 35


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("layer: zones", "layer: nothing", "no layer called nothing"),
        ("kind: pug", "kind: pxg", "no kind of plan"),
        ("kind: flood", "kind: fire", "no kind of limit"),
        ("adopted_on: 2012-05-29", "adopted_on: soon", "adopted_on"),
        ("pot_max: 35", "pot_max: many", "is a number"),
        ("valid_from: 2012-05-29, ", "", "valid_from"),
        ("title: {ro: Plan general, en: General plan}", "title: {de: Plan}", "by language"),
        ("constraints:", "others:", "nothing else"),
        ("plans:", "plans: [", "cannot be read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_changes_nothing(folder: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        load(folder, DECLARED.replace(old, new, 1))
    assert not Plan.objects.exists()


def test_a_pack_without_plans_is_fine(tmp_path: Path) -> None:
    assert load_planning(folder=tmp_path) == 0
