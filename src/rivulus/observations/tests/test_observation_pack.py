"""Facts about loading what the pack declares of the observations."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel.errors import Refused
from rivulus.observations.feeds.observation_pack import load
from rivulus.observations.feeds.yaml_files import read_yaml
from rivulus.observations.models import Declaration, ObservedProperty
from rivulus.observations.queries import domains
from rivulus.observations.queries.domain_figures import CALCULATIONS
from rivulus.observations.rules.domains.declared import LANGUAGES, Translated, read_declared, read_properties
from rivulus.observations.rules.units import is_known
from rivulus.observations.terms import Domain

FOLDER = settings.PACK_DIR / "observations"
FILES = ("properties", "domains", "factors")


@pytest.fixture
def contents() -> dict[str, Any]:
    return {name: read_yaml(FOLDER / f"{name}.yaml") for name in FILES}


def write(folder: Path, contents: dict[str, Any]) -> Path:
    for name, content in contents.items():
        # JSON is YAML too, and written in no time.
        (folder / f"{name}.yaml").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return folder


def test_the_pack_is_loaded_once(db: None) -> None:
    assert load(by=None, folder=settings.PACK_DIR) == ("domains", "factors", "properties")
    lines = Line.objects.count()
    assert load(by=None, folder=settings.PACK_DIR) == ()
    assert Line.objects.count() == lines
    assert ObservedProperty.objects.count() == len(domains.list_properties())


def test_a_pack_without_observations_changes_nothing(db: None, tmp_path: Path) -> None:
    assert load(by=None, folder=tmp_path) == () and not Declaration.objects.exists()
    assert domains.list_domains() == () and domains.find_property("pm10") is None


def test_a_change_is_seen_at_once(db: None, tmp_path: Path, contents: dict[str, Any]) -> None:
    load(by=None, folder=settings.PACK_DIR)
    assert domains.get_declared().air_index == "2023"
    contents["domains"]["air_index"] = "2024"
    assert load(by=None, folder=write(tmp_path, contents)) == ("domains",)
    assert domains.get_declared().air_index == "2024"


def test_a_property_taken_out_stays(db: None, tmp_path: Path, contents: dict[str, Any]) -> None:
    load(by=None, folder=settings.PACK_DIR)
    contents["properties"]["properties"] = [p for p in contents["properties"]["properties"] if p["code"] != "snr"]
    load(by=None, folder=write(tmp_path, contents))
    assert ObservedProperty.objects.filter(code="snr").exists() and domains.find_property("snr") is None


def test_names_are_there_in_three_languages(db: None) -> None:
    load(by=None, folder=settings.PACK_DIR)
    row = ObservedProperty.objects.get(code="no2")
    assert row.name == "Dioxid de azot"
    assert {language: row.properties[f"name_{language}"] for language in LANGUAGES} == {
        "ro": "Dioxid de azot",
        "en": "Nitrogen dioxide",
        "hu": "Nitrogén-dioxid",
    }
    assert row.limits["maximum"] == 1000 and row.retention == {"raw_days": 1825}


def test_a_resident_may_not_declare(db: None) -> None:
    ana = Person.objects.create(email="ana@example.test", full_name="Ana")
    with pytest.raises(Refused):
        load(by=ana, folder=settings.PACK_DIR)
    assert not Declaration.objects.exists()


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        ("properties", ("properties", 0, "name", "hu"), "", "hu is missing"),
        ("properties", ("properties", 1, "code"), "pm10", "stands there twice"),
        ("properties", ("properties", 0, "limits"), {"minimum": 5, "maximum": 1}, "above the limit maximum"),
        ("properties", ("properties", 0, "limits"), {"least": 5}, "No limit is called"),
        ("properties", ("properties", 0, "kind"), "colour", "number, text or boolean"),
        ("properties", ("properties",), {}, "must be a list"),
        ("domains", ("domains", 0, "code"), "moon", "no domain is called"),
        ("domains", ("domains", 0, "main"), "moonlight", "no property is called moonlight"),
        ("domains", ("domains", 0, "figures", 0, "code"), "guess", "no calculation is called guess"),
        ("domains", ("domains", 0, "figures", 0, "scale"), "guess", "no scale guess"),
        ("domains", ("domains", 0, "scales", "air_index", 1, "until"), 0, "bounds must rise"),
        ("domains", ("domains", 0, "scales", "air_index", 0, "condition"), "fine", "no condition is called fine"),
        ("domains", ("air_index",), "1999", "no edition"),
        ("domains", ("domains", 0), "air", "a mapping is expected"),
        ("factors", ("factors", 0, "kg_per_kwh"), 240, "between 0 and 10"),
        ("factors", ("factors", 0, "kg_per_kwh"), True, "a number is expected"),
        ("factors", ("factors", 0, "source", "hu"), "", "source: hu is missing"),
    ],
)
def test_a_fault_is_named_with_its_place_and_changes_nothing(
    db: None, tmp_path: Path, contents: dict[str, Any], name: str, path: tuple[Any, ...], value: object, said: str
) -> None:
    broken = copy.deepcopy(contents)
    inner = broken[name]
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(Refused, match=said):
        load(by=None, folder=write(tmp_path, broken))
    assert not Declaration.objects.exists() and not ObservedProperty.objects.exists()


def test_what_is_not_yaml_is_said_with_its_line(db: None, tmp_path: Path, contents: dict[str, Any]) -> None:
    write(tmp_path, contents)
    (tmp_path / "factors.yaml").write_text("factors:\n  - [\n", "utf-8")
    with pytest.raises(Refused, match=r"factors.yaml, line \d"):
        load(by=None, folder=tmp_path)
    (tmp_path / "factors.yaml").unlink()
    with pytest.raises(Refused, match="cannot be read"):
        load(by=None, folder=tmp_path)


def test_everything_declared_is_complete(contents: dict[str, Any]) -> None:
    properties = read_properties(contents["properties"])
    declared = read_declared(contents["domains"], contents["factors"], [each.spec.code for each in properties])
    assert {domain.code for domain in declared.domains} == {str(domain) for domain in Domain}
    assert set(declared.factors) == {"electricity", "gas", "heat", "solar"}
    used = {figure.code for domain in declared.domains for figure in domain.figures}
    assert used == set(CALCULATIONS)
    named = {observed for domain in declared.domains for observed in (*domain.properties, domain.main)}
    assert {each.spec.code for each in properties} - named == {"rssi", "snr"}


def test_every_unit_is_one_that_can_be_converted(contents: dict[str, Any]) -> None:
    for each in read_properties(contents["properties"]):
        assert is_known(each.symbol), each.spec.code


def test_words_fall_back_to_romanian() -> None:
    words = Translated("aer", "air", "levegő")
    assert [words.text(language) for language in ("ro", "en", "en-gb", "hu", "de")] == [
        "aer",
        "air",
        "air",
        "levegő",
        "aer",
    ]
