"""Facts about what must hold before something is recorded under the umbrella."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.strategy.rules import umbrella as rules


@pytest.mark.parametrize(
    ("code", "title", "told"),
    [
        ("", "Un oraș verde", "code of the objective"),
        ("OS1", "", "code of the objective"),
        ("x" * 31, "Un oraș verde", "at most 30"),
        ("OS1", "x" * 401, "at most 400"),
        ("OS\x001", "Un oraș verde", "cannot be shown"),
        ("OS1", "Un\u202eoraș", "cannot be shown"),
    ],
)
def test_an_objective_without_a_name_or_text_is_refused(code: str, title: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        rules.check_objective(code=code, title=title)


def test_an_objective_as_documents_print_them_is_kept() -> None:
    rules.check_objective(code="OS 2.1", title="Mobilitate durabilă în zona metropolitană – ő, ű")
    rules.check_objective(code="x" * 30, title="x" * 400)


@pytest.mark.parametrize("kind", ["local", "regional", "national", "european", "global"])
def test_every_document_but_the_strategy_itself_may_be_answered(kind: str) -> None:
    rules.check_is_other(kind=kind)
    with pytest.raises(Refused, match="does not answer to itself"):
        rules.check_is_other(kind="self")


@pytest.mark.parametrize(
    "check",
    [
        lambda no: rules.check_editor(is_demonstration=no),
        lambda no: rules.check_code_is_free(exists=no),
        lambda no: rules.check_belongs(is_of_document=not no),
    ],
)
def test_what_is_in_order_passes_and_what_is_not_is_refused(check) -> None:  # type: ignore[no-untyped-def]
    check(False)
    with pytest.raises(Refused):
        check(True)


@given(st.text(min_size=1))
def test_a_reason_is_known_whatever_stands_around_it(reason: str) -> None:
    assert rules.says(f"  {reason.strip()}\n", (reason.strip(), "alt motiv"))
    assert not rules.says(reason, ())
