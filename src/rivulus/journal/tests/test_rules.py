"""The written form of a line depends on nothing but its meaning."""

import datetime as dt
import json
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.journal import rules
from rivulus.journal.terms import FaultKind, Head

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # busy machines are no faults
ANA = UUID("019a5f2e-7b1c-7000-8000-000000000001")
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
leaves = st.none() | st.booleans() | st.integers() | texts | st.decimals(allow_nan=False, allow_infinity=False)
values = st.recursive(
    leaves | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=12,
)


def make_entry(sequence: int = 1, **changed: object) -> rules.Entry:
    fields: dict[str, object] = {
        "recorded_at": NOON,
        "actor_id": ANA,
        "verb": "strategy.assessment.declared",
        "subject": "strategy.assessment",
        "subject_id": "7",
        "content": {"state": "met"},
    }
    return rules.Entry(sequence=sequence, **(fields | changed))  # type: ignore[arg-type]


@calm
@given(values)
def test_the_plain_form_is_stable(value: object) -> None:
    plain = rules.to_plain(value)
    assert rules.to_plain(plain) == plain
    assert json.loads(rules.canonical(plain)) == plain


@calm
@given(st.dictionaries(texts, leaves, min_size=2))
def test_the_order_of_names_does_not_matter(content: dict[str, object]) -> None:
    turned = dict(reversed(list(content.items())))
    assert rules.canonical(rules.to_plain(content)) == rules.canonical(rules.to_plain(turned))


@calm
@given(st.dictionaries(texts, leaves), st.dictionaries(texts, leaves))
def test_only_equal_contents_have_equal_hashes(one: dict[str, object], other: dict[str, object]) -> None:
    first, second = (rules.hash_entry(make_entry(content=rules.to_content(c)), rules.GENESIS) for c in (one, other))
    assert (first == second) == (rules.canonical(rules.to_plain(one)) == rules.canonical(rules.to_plain(other)))


@calm
@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_the_same_in_every_time_zone(moment: dt.datetime) -> None:
    instant = rules.to_instant(moment)
    assert instant.endswith("Z")
    assert dt.datetime.fromisoformat(instant) == moment.astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1e16, "10000000000000000"), (-0.0, "0"), (Decimal("1.50"), "1.5"), (Decimal("1E+3"), "1000")],
)
def test_a_number_with_a_fraction_is_written_in_plain_notation(value: float | Decimal, text: str) -> None:
    assert rules.to_plain(value) == text


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), "a\x00b", "\ud800", dt.datetime.fromisoformat("2026-01-01")]
)
def test_what_cannot_be_written_down_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"The journal holds|surrogates"):
        rules.to_plain(value)


@pytest.mark.parametrize("value", [object(), b"bytes", {1: "one"}])
def test_what_is_no_plain_thing_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        rules.to_plain(value)


@pytest.mark.parametrize(
    "changed",
    [
        {"actor_id": None},
        {"verb": "other"},
        {"subject": "other"},
        {"subject_id": "8"},
        {"content": {"state": "not_met"}},
        {"private": b"x", "person_id": ANA},
        {"person_id": ANA},
        {"recorded_at": NOON + dt.timedelta(microseconds=1)},
        {"sequence": 2},
    ],
)
def test_the_hash_covers_every_field(changed: dict[str, object]) -> None:
    assert rules.hash_entry(make_entry(**changed), rules.GENESIS) != rules.hash_entry(make_entry(), rules.GENESIS)  # type: ignore[arg-type]


def test_the_hash_covers_the_line_before() -> None:
    assert rules.hash_entry(make_entry(), "1" * 64) != rules.hash_entry(make_entry(), rules.GENESIS)


def test_the_hash_of_a_known_line_never_changes() -> None:
    """Lines written years ago must verify with the code of today."""
    digest = rules.hash_entry(make_entry(content={"state": "met", "share": "0.75", "nr": 3}), rules.GENESIS)
    assert digest == "b32755aecc1694135aea02cb6e5e0f90153ca8d4bf2aa175845a5a40225b7edb"


def make_chain(length: int) -> list[tuple[rules.Entry, str, str]]:
    chain, previous = [], rules.GENESIS
    for sequence in range(1, length + 1):
        entry = make_entry(sequence, content={"nr": sequence})
        digest = rules.hash_entry(entry, previous)
        chain.append((entry, previous, digest))
        previous = digest
    return chain


def test_a_whole_chain_has_no_fault() -> None:
    assert list(rules.find_chain_faults(make_chain(5), Head(0, rules.GENESIS))) == []


@calm
@given(st.integers(1, 6), st.integers(1, 6))
def test_removed_lines_are_named(first: int, count: int) -> None:
    chain = make_chain(12)
    del chain[first - 1 : first - 1 + count]
    (fault,) = rules.find_chain_faults(chain, Head(0, rules.GENESIS))
    assert (fault.kind, fault.values) == (FaultKind.LINE_MISSING, {"first": first, "last": first + count - 1})


@calm
@given(st.integers(1, 8))
def test_a_changed_line_is_named_and_no_other(number: int) -> None:
    chain = make_chain(8)
    _, previous, digest = chain[number - 1]
    chain[number - 1] = (make_entry(number, content={"nr": -1}), previous, digest)
    (fault,) = rules.find_chain_faults(chain, Head(0, rules.GENESIS))
    assert (fault.kind, fault.sequence) == (FaultKind.LINE_CHANGED, number)


def test_a_line_rewritten_with_its_hash_breaks_the_chain_after_it() -> None:
    chain = make_chain(4)
    entry = make_entry(2, content={"nr": -1})
    chain[1] = (entry, chain[1][1], rules.hash_entry(entry, chain[1][1]))
    (fault,) = rules.find_chain_faults(chain, Head(0, rules.GENESIS))
    assert (fault.kind, fault.sequence) == (FaultKind.CHAIN_BROKEN, 3)
    assert "line 2" in str(fault)


def test_a_fact_is_compared_value_by_value() -> None:
    assert rules.find_fact_fault("x", "1", {"state": "met"}, (4, {"state": "met", "reason": "…"})) is None
    changed = rules.find_fact_fault("x", "1", {"state": "met", "since": "2026"}, (4, {"state": "not_met"}))
    assert changed is not None
    assert str(changed) == "x 1 is no longer what line 4 recorded; what differs: since, state."
    unrecorded = rules.find_fact_fault("x", "1", {"state": "met"}, None)
    assert unrecorded is not None
    assert unrecorded.kind is FaultKind.FACT_UNRECORDED
