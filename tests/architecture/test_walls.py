"""Facts about the architecture that import contracts cannot see."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField
from django.urls import reverse

import rivulus

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "rivulus"
# From the ground up; a foreign key may point down or stay at home.
STOREYS = (
    "kernel", "ui", "journal", "identity", "atlas", "observations", "catalog", "strategy", "portal", "config", "house",
)  # fmt: skip
CONTEXTS = ("journal", "identity", "atlas", "observations", "catalog", "strategy", "portal")
ROOMS = {
    "urls", "views", "api", "standards", "admin", "management", "forms", "presenters", "feeds", "actions", "queries",
    "models", "rules", "events", "terms",
}  # fmt: skip
FURNITURE = {"apps", "migrations", "templates", "static", "tests", "translation", "locale"}
# What actions are made of, and nobody asks for by itself.
INNER = (
    "rivulus.observations.actions.store", "rivulus.atlas.actions.store", "rivulus.atlas.actions.base.merging",
)  # fmt: skip
# The journal's registry that upper contexts write into, as DESIGN's registries do.
OWN = {"journal": {"sealing"}}


def own_models() -> list[type]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("rivulus.")]


def context_of(model: type) -> str:
    return model.__module__.split(".")[1]


def modules_of(package: str) -> Iterator[str]:
    module = importlib.import_module(package)
    yield package
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{package}."):
        yield found.name


def test_foreign_keys_between_contexts_point_down_and_leave_no_name_behind() -> None:
    for model in own_models():
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey | ManyToManyField) or field.related_model is None:
                continue
            target = field.related_model
            if not target.__module__.startswith("rivulus.") or context_of(target) == context_of(model):
                continue
            assert STOREYS.index(context_of(target)) < STOREYS.index(context_of(model)), field
            assert field.remote_field.related_name == "+", field


def test_constraints_have_names_of_their_own() -> None:
    names = [constraint.name for model in own_models() for constraint in model._meta.constraints]
    assert len(names) == len(set(names))
    assert not [name for name in names if re.search(r"_[0-9a-f]{8}_", name)]


def test_models_do_not_order_themselves_or_override_save() -> None:
    for model in own_models():
        assert not model._meta.ordering, model
        assert "save" not in vars(model), model


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_has_only_the_known_rooms(context: str) -> None:
    folder = SOURCE / context
    names = {item.stem for item in folder.iterdir() if not item.name.startswith("_")}
    assert names <= ROOMS | FURNITURE | OWN.get(context, set())


def test_every_package_says_in_one_sentence_what_it_is() -> None:
    for file in SOURCE.rglob("__init__.py"):
        docstring = ast.get_docstring(ast.parse(file.read_text()))
        assert docstring, file
        assert "\n\n" not in docstring, file


def test_every_action_is_called_by_name_and_told_by_whom() -> None:
    for context in ("identity", "atlas", "observations", "catalog", "strategy"):
        for name in modules_of(f"rivulus.{context}.actions"):
            if name.startswith(INNER):
                continue
            module = importlib.import_module(name)
            for function_name, function in inspect.getmembers(module, inspect.isfunction):
                if function_name.startswith("_") or not _is_an_action(function, name):
                    continue
                parameters = inspect.signature(function).parameters
                assert "by" in parameters, f"{name}.{function_name}"
                positional = [p for p in parameters.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
                assert not positional, f"{name}.{function_name} takes {positional}"


def _is_an_action(function: object, module: str) -> bool:
    return getattr(function, "__module__", "") == module


def test_no_room_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in SOURCE.rglob("*.py")
        if "migrations" not in file.parts and "tests" not in file.parts
        if (lines := len(file.read_text().splitlines())) > 400
    }
    assert not long


def test_rules_are_pure() -> None:
    for file in [*SOURCE.rglob("rules/*.py"), *SOURCE.rglob("rules.py")]:
        source = file.read_text()
        assert not re.search(r"datetime\.now|date\.today|time\.time\(|random\.", source), file


def test_the_frame_leads_everywhere_it_promises() -> None:
    for name, _label in settings.RIVULUS_NAVIGATION:
        assert reverse(name)
    for name in settings.RIVULUS_ACCOUNT.values():
        assert reverse(name)


def test_romanian_is_written_with_the_comma_below() -> None:
    wrong = re.compile("[\u015e\u015f\u0162\u0163]")  # the cedilla letters of Turkish
    for file in [*(ROOT / "pack").rglob("*.csv"), *SOURCE.rglob("*.po"), *SOURCE.rglob("*.html")]:
        assert not wrong.search(file.read_text()), file


def test_nothing_comes_from_somewhere_else_at_run_time() -> None:
    outside = re.compile(r"""(?:src|href)=["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""")
    for file in [*SOURCE.rglob("*.css"), *SOURCE.rglob("*.html")]:
        assert not outside.search(file.read_text()), file


def test_pages_hold_no_inline_style_or_script() -> None:
    inline = re.compile(r"""\sstyle=|\son(?:click|change|submit|load)=|<script(?![^>]*(?:nonce|src=))[^>]*>""")
    for file in SOURCE.rglob("*.html"):
        assert not inline.search(file.read_text()), file


def test_the_version_is_the_same_everywhere() -> None:
    version = settings.RIVULUS_VERSION
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()
    assert f'softwareVersion: "{version}"' in (ROOT / "publiccode.yml").read_text()
    assert rivulus.__doc__
