"""Facts about the matrix: what combines, what a ladder proves, which level a pillar reaches."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.strategy.rules import matrix as rules
from rivulus.strategy.rules.matrix import LEVELS, STRENGTH, CriterionFact, Measured, Standing, Stated
from rivulus.strategy.terms import Basis, Mode, State

DAY = dt.date(2026, 3, 1)
LATER = dt.date(2026, 5, 1)
LATEST = dt.date(2026, 9, 1)

states = st.sampled_from(list(State))
PILLARS = ("E", "C")


@st.composite
def cities(draw: st.DrawFn) -> list[CriterionFact]:
    """A small city: some criteria at every level, some of them steps of ladders that climb with the levels."""
    facts = []
    for pillar in PILLARS:
        for level in LEVELS:
            for number in range(draw(st.integers(1, 3))):
                facts.append((f"{pillar}{level}.{number}", pillar, level))
    ladders: dict[str, str] = {}
    for code, _pillar, level in facts:
        name = draw(st.sampled_from([None, None, "a", "b"]))
        if name and not any(ladders.get(other) == name and lvl == level for other, _p, lvl in facts if other != code):
            ladders[code] = name
    return [
        CriterionFact(code, pillar, level, ladders.get(code), level if code in ladders else None)
        for code, pillar, level in facts
    ]


def levels_of(facts: list[CriterionFact], said: dict[str, State]) -> dict[str, int]:
    own = {code: Standing(state, Basis.DECLARED, DAY) for code, state in said.items()}
    met = rules.counted_as_met(facts, rules.climb(facts, own))
    return {pillar: rules.pillar_standing(pillar, facts, met).level for pillar in PILLARS}


def naive_levels(facts: list[CriterionFact], said: dict[str, State]) -> dict[str, int]:
    """The rule of the page, said once more as slowly and plainly as possible."""

    def is_met(fact: CriterionFact) -> bool:
        proofs = [f for f in facts if f == fact or (fact.ladder and f.ladder == fact.ladder and f.level > fact.level)]
        return any(said.get(f.code) is State.MET for f in proofs)

    result = {}
    for pillar in PILLARS:
        reached = 0
        for level in LEVELS:
            wanted = [f for f in facts if f.pillar == pillar and f.level <= level]
            if all(is_met(f) for f in wanted):
                reached = level
        result[pillar] = reached
    return result


@given(facts=cities(), data=st.data())
def test_levels_agree_with_the_rule_said_naively(facts: list[CriterionFact], data: st.DataObject) -> None:
    said = {f.code: data.draw(states) for f in facts}
    assert levels_of(facts, said) == naive_levels(facts, said)


@given(facts=cities(), data=st.data())
def test_what_is_said_of_lower_steps_never_lowers_a_level_when_a_higher_step_is_met(
    facts: list[CriterionFact], data: st.DataObject
) -> None:
    said = {f.code: data.draw(states) for f in facts}
    before = levels_of(facts, said)
    top = {f.ladder: max(g.level for g in facts if g.ladder == f.ladder and said[g.code] is State.MET)
           for f in facts if f.ladder and any(g.ladder == f.ladder and said[g.code] is State.MET for g in facts)}  # fmt: skip
    below = [f.code for f in facts if f.ladder in top and f.level < top[f.ladder]]
    order = data.draw(st.permutations(below))
    for code in order:
        said[code] = data.draw(states)
        assert levels_of(facts, said) == before


@given(facts=cities(), data=st.data())
def test_the_order_in_which_things_are_said_does_not_matter(facts: list[CriterionFact], data: st.DataObject) -> None:
    said = {f.code: data.draw(states) for f in facts}
    own = {code: Standing(state, Basis.DECLARED, DAY) for code, state in said.items()}
    shuffled = data.draw(st.permutations(facts))
    assert rules.climb(facts, own) == rules.climb(shuffled, own)


@given(facts=cities(), data=st.data())
def test_meeting_one_more_criterion_never_lowers_a_level(facts: list[CriterionFact], data: st.DataObject) -> None:
    said = {f.code: data.draw(states) for f in facts}
    before = levels_of(facts, said)
    said[data.draw(st.sampled_from(facts)).code] = State.MET
    after = levels_of(facts, said)
    assert all(after[pillar] >= before[pillar] for pillar in PILLARS)


@given(facts=cities(), data=st.data())
def test_a_ladder_only_ever_strengthens(facts: list[CriterionFact], data: st.DataObject) -> None:
    own = {f.code: Standing(data.draw(states), Basis.DECLARED, DAY) for f in facts}
    climbed = rules.climb(facts, own)
    for fact in facts:
        assert STRENGTH[climbed[fact.code].state] >= STRENGTH[own[fact.code].state]
        if climbed[fact.code].implied_by is None:
            assert climbed[fact.code] == own[fact.code]


@given(facts=cities(), data=st.data())
def test_the_three_pictures_only_grow(facts: list[CriterionFact], data: st.DataObject) -> None:
    standings = rules.climb(facts, {f.code: Standing(data.draw(states), Basis.DECLARED, DAY) for f in facts})
    hoped = data.draw(st.sets(st.sampled_from([f.code for f in facts])))
    now = rules.counted_as_met(facts, standings)
    under_way = rules.counted_as_met(facts, standings, with_in_progress=True)
    expected = rules.counted_as_met(facts, standings, with_in_progress=True, and_expected=hoped)
    assert now <= under_way <= expected
    assert hoped <= expected


def test_an_unmet_higher_step_proves_nothing() -> None:
    facts = [CriterionFact("E1.1", "E", 1, "a", 1), CriterionFact("E2.1", "E", 2, "a", 2)]
    own = {"E1.1": Standing(State.MET, Basis.DECLARED, DAY), "E2.1": Standing(State.NOT_MET, Basis.DECLARED, DAY)}
    assert rules.climb(facts, own) == own


def test_a_step_says_which_step_proves_it() -> None:
    facts = [CriterionFact(f"E{n}.1", "E", n, "a", n) for n in (1, 2, 3)]
    own = {"E3.1": Standing(State.MET, Basis.MEASURED, DAY)}
    climbed = rules.climb(facts, own)
    assert climbed["E1.1"] == Standing(State.MET, Basis.MEASURED, DAY, implied_by="E3.1")
    assert climbed["E3.1"].implied_by is None


SAID_MET = Stated(State.MET, Basis.DECLARED, DAY)
SAID_NOT = Stated(State.NOT_MET, Basis.DECLARED, DAY)
READ_MET = Stated(State.MET, Basis.RECONSTRUCTED, DAY)
YES_ALONE = Measured(True, Mode.MEASURED, LATER)
NO_ALONE = Measured(False, Mode.MEASURED, LATER)
YES_BOTH = Measured(True, Mode.BOTH, LATER)
NO_BOTH = Measured(False, Mode.BOTH, LATER)


@pytest.mark.parametrize(
    ("stated", "measured", "state", "basis", "since"),
    [
        (None, (), State.UNKNOWN, Basis.UNKNOWN, None),
        (SAID_MET, (), State.MET, Basis.DECLARED, DAY),
        (READ_MET, (), State.MET, Basis.RECONSTRUCTED, DAY),
        # a measurement that decides alone outweighs words, in both directions
        (None, (YES_ALONE,), State.MET, Basis.MEASURED, LATER),
        (SAID_NOT, (YES_ALONE,), State.MET, Basis.MEASURED, LATER),
        (SAID_MET, (NO_ALONE,), State.NOT_MET, Basis.MEASURED, LATER),
        # all that decide alone must pass; met since the last of them passed, not met since the first failed
        (None, (YES_ALONE, NO_ALONE), State.NOT_MET, Basis.MEASURED, LATER),
        (None, (YES_ALONE, Measured(True, Mode.MEASURED, LATEST)), State.MET, Basis.MEASURED, LATEST),
        (None, (NO_ALONE, Measured(False, Mode.MEASURED, LATEST)), State.NOT_MET, Basis.MEASURED, LATER),
        # a measurement that needs a declaration never creates a state, and confirms or holds back one
        (None, (YES_BOTH,), State.UNKNOWN, Basis.UNKNOWN, None),
        (SAID_NOT, (YES_BOTH,), State.NOT_MET, Basis.DECLARED, DAY),
        (SAID_MET, (YES_BOTH,), State.MET, Basis.MEASURED, LATER),
        (SAID_MET, (NO_BOTH,), State.IN_PROGRESS, Basis.MEASURED, LATER),
        (SAID_MET, (YES_BOTH, NO_BOTH), State.IN_PROGRESS, Basis.MEASURED, LATER),
        # what was read out of the strategy is no declaration: the measurement leaves it as it is
        (READ_MET, (NO_BOTH,), State.MET, Basis.RECONSTRUCTED, DAY),
        (READ_MET, (YES_BOTH,), State.MET, Basis.RECONSTRUCTED, DAY),
        # both kinds together: what decides alone decides
        (SAID_MET, (NO_BOTH, YES_ALONE), State.MET, Basis.MEASURED, LATER),
    ],
)
def test_words_and_measurements_combine(
    stated: Stated | None, measured: tuple[Measured, ...], state: State, basis: Basis, since: dt.date | None
) -> None:
    for order in itertools.permutations(measured):
        assert rules.standing(stated, order) == Standing(state, basis, since)


def test_the_share_is_of_the_next_level_and_whole_at_the_top() -> None:
    facts = [CriterionFact(f"E{n}.{i}", "E", n) for n in LEVELS for i in (1, 2)]
    codes = [f.code for f in facts]
    assert rules.pillar_standing("E", facts, codes[:3]) == rules.PillarStanding("E", 1, 1, 2)
    top = rules.pillar_standing("E", facts, codes)
    assert (top.level, top.fraction, top.score) == (5, 1, 5.0)


def test_comparators_other_than_two_are_a_mistake() -> None:
    assert rules.passes(15, ">=", 15) and rules.passes(15, "<=", 15)
    with pytest.raises(ValueError, match="comparator"):
        rules.passes(1, "==", 1)
