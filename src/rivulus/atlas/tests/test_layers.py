"""Facts about making and describing layers."""

from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.actions.layers import create_layer, describe_layer, ensure_layer, withdraw_layer
from rivulus.atlas.models import Change, Layer
from rivulus.atlas.queries.visible import get_layer, get_public_layer, list_layers
from rivulus.atlas.rules.schema_changes import NeedsAgreement
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.terms import ChangeKind, Origin, Visibility
from rivulus.atlas.tests.layers import SCHEMA, bench, make_layer, rows_of
from rivulus.identity.models import Organisation, Person
from rivulus.journal.models import Line
from rivulus.kernel.errors import NotFound, Refused

pytestmark = pytest.mark.django_db


def spec_of(code: str = "benches", **given: object) -> LayerSpec:
    fields: dict[str, object] = {
        "theme": "services",
        "title": {"ro": "Bănci", "en": "Benches"},
        "geometry_type": "point",
        "schema": SCHEMA,
        "visibility": "public",
        **given,
    }
    return LayerSpec(code=code, **fields)  # type: ignore[arg-type]


def with_attribute(name: str, **changed: object) -> list[dict[str, object]]:
    return [{**entry, **changed} if entry["name"] == name else entry for entry in SCHEMA]


def without(name: str) -> list[dict[str, object]]:
    return [entry for entry in SCHEMA if entry["name"] != name]


def test_a_layer_is_made_by_its_owner_with_a_line_in_the_journal(dan: Person, flavia: Person) -> None:
    layer = create_layer(by=dan, spec=spec_of())
    assert (layer.title_en, layer.owner.is_city, layer.is_described_by_hand) == ("Benches", True, True)
    assert Line.objects.filter(verb="atlas.layer.created", actor_id=dan.id).count() == 1
    with pytest.raises(Refused, match="another organisation"):
        create_layer(by=flavia, spec=spec_of("trees"))
    assert create_layer(by=flavia, spec=spec_of("trees", owner="cunbm")).owner.code == "cunbm"
    with pytest.raises(Refused, match="already"):
        create_layer(by=dan, spec=spec_of())


@pytest.mark.parametrize(
    "given",
    [
        {"title": {"en": "Benches"}},
        {"theme": "food"},
        {"licence": "mine"},
        {"crs": 7},
        {"visibility": "nobody"},
        {"update_rhythm": "sometimes"},
        {"schema": [{"name": "a"}, {"name": "a"}]},
        {"owner": "unknown"},
    ],
)
def test_what_cannot_be_is_refused(dan: Person, given: dict[str, object]) -> None:
    with pytest.raises(Refused):
        create_layer(by=dan, spec=spec_of(**given))
    assert not Layer.objects.exists()


def test_attributes_are_added_freely_and_removed_after_a_yes(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=[bench("a", seats=3), bench("b")])
    wider = [*SCHEMA, {"name": "colour", "type": "string"}]
    assert describe_layer(by=dan, layer=layer, spec=spec_of(schema=wider)).revision == 3
    with pytest.raises(NeedsAgreement) as caught:
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=without("seats")))
    assert [(q.attribute, q.values["count"]) for q in caught.value.questions] == [("seats", 1)]
    described = describe_layer(by=dan, layer=layer, spec=spec_of(schema=without("seats")), agreed=["seats"])
    assert [entry["name"] for entry in described.schema] == ["name", "phone"]


def test_another_type_converts_the_values_as_a_change_of_its_own(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=[bench("a", name="7"), bench("b", name="x")])
    as_number = with_attribute("name", type="integer")
    with pytest.raises(Refused, match="there is a feature with “x”"):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=as_number), agreed=["name"])
    row = layer.features.get(key="b")
    row.delete()
    with pytest.raises(NeedsAgreement):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=as_number))
    describe_layer(by=dan, layer=layer, spec=spec_of(schema=as_number), agreed=["name"])
    assert rows_of(layer)["a"].properties == {"name": 7} and rows_of(layer)["a"].number == 2
    assert Change.objects.count() == 2


def test_a_schema_that_the_features_do_not_fit_is_refused(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=[bench("a", seats=15), bench("b")])
    with pytest.raises(Refused, match="1 features have no value"):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=with_attribute("seats", is_required=True)))
    with pytest.raises(Refused, match="there is a feature with “15”"):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=with_attribute("seats", maximum=10)))
    with pytest.raises(Refused, match="any shape"):
        describe_layer(by=dan, layer=layer, spec=spec_of(geometry_type="polygon"))
    assert describe_layer(by=dan, layer=layer, spec=spec_of(geometry_type="any")).geometry_type == "any"


def test_what_was_private_is_shown_only_after_a_yes_even_when_it_was_away_meanwhile(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=[bench("a", phone="0722")])
    with pytest.raises(NeedsAgreement, match="was private"):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=with_attribute("phone", is_private=False)))
    describe_layer(by=dan, layer=layer, spec=spec_of(schema=without("phone")), agreed=["phone"])
    with pytest.raises(NeedsAgreement, match="was private"):
        describe_layer(by=dan, layer=layer, spec=spec_of(schema=with_attribute("phone", is_private=False)))


def test_the_platform_keeps_its_layers_up_to_date_but_leaves_alone_what_people_described(
    city: Organisation, dan: Person
) -> None:
    layer = ensure_layer(by=None, spec=spec_of())
    assert ensure_layer(by=None, spec=spec_of()).revision == layer.revision == 1
    assert ensure_layer(by=None, spec=spec_of(title={"ro": "Bănci de parc"})).title_ro == "Bănci de parc"
    describe_layer(by=dan, layer=layer, spec=spec_of(title={"ro": "Băncile mele"}))
    assert ensure_layer(by=None, spec=spec_of()).title_ro == "Băncile mele"


def test_a_withdrawn_layer_is_seen_by_nobody_and_changed_no_more(dan: Person) -> None:
    layer = make_layer()
    with pytest.raises(Refused, match="Say why"):
        withdraw_layer(by=dan, layer=layer, reason=" ")
    withdraw_layer(by=dan, layer=layer, reason="Dublează altul.")
    assert not list_layers().exists()
    with pytest.raises(NotFound):
        describe_layer(by=dan, layer=layer, spec=spec_of())


def test_the_short_way_to_a_public_layer_sees_what_the_one_door_shows(settings: Any) -> None:
    layer = make_layer()
    ways = product(Visibility, Origin, (False, True), (False, True))
    for visibility, origin, is_withdrawn, settings.RIVULUS_DEMO in ways:
        gone_at = layer.changed_at if is_withdrawn else None
        Layer.objects.update(visibility=visibility, origin=origin, withdrawn_at=gone_at)
        seen: list[Layer] = []
        for find in (get_layer, get_public_layer):
            with suppress(NotFound):
                seen.append(find(layer.code))
        assert len(seen) in (0, 2), (visibility, origin, is_withdrawn)
    with pytest.raises(NotFound):
        get_public_layer("no-such")
