"""Facts about what looks personal, what a file is guessed to be, and when it may be published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.catalog.rules import personal, tableschema, uploads
from rivulus.catalog.rules.guessing import guess_delimiter, has_header
from rivulus.catalog.rules.personal import Kind
from rivulus.catalog.rules.tableschema import Field
from rivulus.catalog.rules.uploads import MOVES, State
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import ColumnType

IBAN = "RO49AAAA1B31007593840000"


def cnp(first: str = "196022924001") -> str:
    """The twelve digits with the check digit of the law."""
    rest = sum(int(a) * b for a, b in zip(first, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), strict=True)) % 11
    return first + str(1 if rest == 10 else rest)


def test_a_personal_number_is_told_by_its_date_and_its_check_digit() -> None:
    assert personal.is_cnp(cnp()) and personal.is_cnp(cnp("290101010203"))
    wrong = cnp()[:-1] + str((int(cnp()[-1]) + 1) % 10)
    assert not personal.is_cnp(wrong)
    assert not personal.is_cnp(cnp("196132924001")) and not personal.is_cnp("0" * 13) and not personal.is_cnp("12")


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_of_an_account_is_seen(place: int, more: int) -> None:
    at = len(IBAN) - 1 - place
    if IBAN[at].isdecimal():
        changed = IBAN[:at] + str((int(IBAN[at]) + more) % 10) + IBAN[at + 1 :]
        assert not personal.is_iban(changed)
    assert personal.is_iban(IBAN) and personal.is_iban("ro49 aaaa 1b31 0075 9384 0000")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"CNP {cnp()}, domiciliat", [Kind.CNP]),
        (cnp(), [Kind.CNP]),
        ("1960229240017", []),
        ("scrieți la ana.pop@primaria.ro sau sunați", [Kind.EMAIL]),
        ("tel. 0740 123 456", [Kind.PHONE]),
        ("+40740123456", [Kind.PHONE]),
        ("0262-213.824", [Kind.PHONE]),
        ("(0040) 740 123 456", []),
        ("factura 20740123456", []),
        (f"cont {IBAN}", [Kind.IBAN]),
        ("RO49 AAAA 1B31 0075 9384 0000", [Kind.IBAN]),
        ("RO50AAAA1B31007593840000", []),
        ("Strada Victoriei 123", []),
        ("47.6583, 23.5825", []),
        ("2026-03-15 08:30:00", []),
    ],
)
def test_what_a_text_holds(text: str, kinds: list[Kind]) -> None:
    assert personal.list_kinds(text) == kinds


@pytest.mark.parametrize(("heading", "is_one"), [
    ("Nume și prenume", True), ("NUME", True), ("Solicitant", True), ("Vezetéknév", True), ("E-mail", True),
    ("Denumire", False), ("Numele străzii", False), ("Număr", False), ("Nume stradă", False),
])  # fmt: skip
def test_headings_that_announce_people(heading: str, is_one: bool) -> None:
    assert personal.is_name_of_people(heading) is is_one


def test_an_example_hides_what_it_shows() -> None:
    assert personal.mask(cnp()) == f"{cnp()[:2]}…{cnp()[-2:]}"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b\n1,5;2,5\n1,7;3\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ('a;b\n"x;y";"z, w"\n', ";"),
        ("one\ntwo\n", ","),
        ("a|b|c\n1|2|3\n", "|"),
    ],
)
def test_the_sign_between_cells_is_the_one_that_makes_lines_alike(text: str, sign: str) -> None:
    assert guess_delimiter(text) == sign


def test_a_heading_holds_no_numbers_and_nothing_twice() -> None:
    assert has_header([["Nr", "Nume"]]) and not has_header([["1", "2"]]) and not has_header([["a", "a"]])


def test_names_for_programs_are_made_of_headings() -> None:
    headings = ["Nr. crt.", "Stradă", "Stradă", "", "2024", "Țară & județ"]
    assert tableschema.make_names(headings) == ["nr_crt", "strada", "strada_2", "column_4", "c_2024", "tara_judet"]


@given(
    st.lists(
        st.builds(
            Field,
            heading=st.text(min_size=1, max_size=20),
            name=st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True),
            type=st.sampled_from(tableschema.TYPES),
            title=st.text(min_size=1, max_size=20),
            is_required=st.booleans(),
            is_unique=st.booleans(),
            minimum=st.none() | st.integers(-5, 5),
        ),
        max_size=5,
    )
)
def test_a_table_schema_is_read_as_it_was_written(fields: list[Field]) -> None:
    assert tableschema.from_schema(tableschema.to_schema(fields)) == tuple(fields)


def test_no_table_is_made_of_columns_that_have_no_name_or_the_same() -> None:
    for fields in (
        [],
        [Field("a", "A b")],
        [Field("a", "a"), Field("b", "a")],
        [Field("a", "a", minimum=3, maximum=1)],
    ):
        with pytest.raises(Refused):
            tableschema.check_fields(fields)
    tableschema.check_fields([Field("a", "a", ColumnType.NUMBER, minimum=1, maximum=3)])


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("wanted", list(State))
def test_a_file_moves_only_as_the_table_says(state: State, wanted: State) -> None:
    if wanted in MOVES[state]:
        uploads.check_can_move(state, wanted)
    else:
        with pytest.raises(Refused):
            uploads.check_can_move(state, wanted)


FINDING = {"column": "nume", "kind": "name"}


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ({}, True),
        ({"state": State.DESCRIBED}, False),
        ({"fault_count": 1}, False),
        ({"rows": 0}, False),
        ({"findings": [FINDING]}, False),
        ({"findings": [FINDING], "answers": {"nume": {"choice": "remove"}}}, True),
        ({"findings": [FINDING], "answers": {"nume": {"choice": "keep"}}}, False),
        ({"findings": [FINDING], "answers": {"nume": {"choice": "keep", "reason": "Aleși locali, Legea 544"}}}, True),
        ({"findings": [FINDING], "answers": {"nume": {"choice": "perhaps"}}}, False),
        ({"columns": ["nume"], "findings": [FINDING], "answers": {"nume": {"choice": "remove"}}}, False),
    ],
)
def test_when_a_file_may_be_published(change: dict[str, object], may: bool) -> None:
    given_ = {
        "state": State.CHECKED,
        "rows": 3,
        "fault_count": 0,
        "findings": [],
        "answers": {},
        "columns": ["nume", "x"],
    }
    asked = {**given_, **change}
    state = str(asked.pop("state"))
    if may:
        uploads.check_can_publish(state, **asked)  # type: ignore[arg-type]
    else:
        with pytest.raises(Refused):
            uploads.check_can_publish(state, **asked)  # type: ignore[arg-type]
