"""Facts about the register of land: stages, uses, and the score."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules import land
from rivulus.atlas.rules.land import Condition, Facts, OwnerKind, Part, Pollution, Stage, Use, Utility
from rivulus.kernel.errors import Refused

FACTS = st.builds(
    Facts,
    area_m2=st.none() | st.floats(0, 1e7),
    utilities=st.frozensets(st.sampled_from(Utility)),
    condition=st.none() | st.sampled_from(Condition),
    pollution=st.sampled_from(Pollution),
    price_eur=st.none() | st.floats(0, 1e9),
    owner=st.sampled_from(OwnerKind),
    cut=st.none() | st.floats(0, 10),
    is_planned=st.booleans(),
)
WEIGHTS = st.fixed_dictionaries({part: st.integers(0, 5) for part in Part})
# What may follow what: one row for each stage, in the order of Stage.
MOVES = {
    Stage.NONE: "-o-----",
    Stage.STUDIED: "--o----",
    Stage.DESIGNED: "-o-o---",
    Stage.PLANTED: "----o--",
    Stage.GROWING: "-----o-",
    Stage.HARVESTED: "---o--o",
    Stage.VERIFIED: "---o---",
}


@pytest.mark.parametrize(("now", "then"), list(product(Stage, Stage)))
def test_the_stages_follow_one_another_as_the_table_says(now: Stage, then: Stage) -> None:
    if MOVES[now][list(Stage).index(then)] == "o":
        land.check_stage(now, then)
    else:
        with pytest.raises(Refused, match="cannot follow"):
            land.check_stage(now, then)


@pytest.mark.parametrize(("use", "pollution"), list(product(Use, Pollution)))
def test_nobody_is_sent_to_live_or_play_on_polluted_ground(use: Use, pollution: Pollution) -> None:
    is_refused = use in {Use.HOUSING, Use.SPORT, Use.MARKET, Use.PARK} and pollution in {
        Pollution.CONFIRMED,
        Pollution.HEAVY,
    }
    if is_refused:
        with pytest.raises(Refused, match="polluted"):
            land.check_uses({use}, pollution)
    else:
        land.check_uses({use}, pollution)


@given(FACTS, WEIGHTS, st.lists(st.floats(0, 1e6), max_size=5))
def test_a_score_lies_between_nothing_and_a_hundred(
    facts: Facts, weights: dict[Part, int], prices: list[float]
) -> None:
    found = land.score(facts, weights, prices)
    assert found.value is None or 0 <= found.value <= 100.000001
    assert 0 <= found.known_share <= 1
    assert (found.value is None) == (found.known_share == 0)


@given(FACTS, WEIGHTS)
def test_the_score_is_the_mean_of_what_is_known(facts: Facts, weights: dict[Part, int]) -> None:
    found = land.score(facts, weights)
    known = {part: value for part, value in found.parts.items() if value is not None}
    whole = sum(weights[part] for part in known)
    if whole:
        assert found.value == pytest.approx(100 * sum(weights[part] * known[part] for part in known) / whole)


@given(FACTS)
def test_one_more_utility_never_lowers_the_score(facts: Facts) -> None:
    before = land.score(facts, land.DEFAULT_WEIGHTS).value
    more = Facts(
        area_m2=facts.area_m2, utilities=facts.utilities | {Utility.WATER}, condition=facts.condition,
        pollution=facts.pollution, price_eur=facts.price_eur, owner=facts.owner, cut=facts.cut,
        is_planned=facts.is_planned,
    )  # fmt: skip
    after = land.score(more, land.DEFAULT_WEIGHTS).value
    assert before is not None and after is not None and after >= before


def test_the_cheapest_of_its_kind_has_the_full_part_of_price() -> None:
    facts = Facts(
        area_m2=1000, utilities=frozenset(), condition=None, pollution=Pollution.NONE_KNOWN, price_eur=5000,
        owner=OwnerKind.CITY,
    )  # fmt: skip
    assert land.score(facts, land.DEFAULT_WEIGHTS, [5, 10, 20]).parts[Part.PRICE] == 1
    assert land.score(facts, land.DEFAULT_WEIGHTS, [1, 2, 5, 10]).parts[Part.PRICE] == 0.5
    assert land.score(facts, land.DEFAULT_WEIGHTS, []).parts[Part.PRICE] is None


@pytest.mark.parametrize("text", ["", "-1", "x", "1e9", "٣", "999"])
def test_a_weight_that_cannot_be_read_keeps_its_default(text: str) -> None:
    assert land.read_weights({"w_size": text})[Part.SIZE] == land.DEFAULT_WEIGHTS[Part.SIZE]


def test_weights_are_read_from_the_address() -> None:
    assert land.read_weights({"w_price": "0", "w_size": "9"}) == {**land.DEFAULT_WEIGHTS, Part.PRICE: 0, Part.SIZE: 5}
