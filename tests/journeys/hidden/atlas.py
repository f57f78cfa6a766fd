"""Layers that are somebody's own, attributes that nobody else sees, what they were before, plans and campaigns in the making."""

import datetime as dt
from dataclasses import replace
from typing import Any

import shapely

from rivulus.atlas.actions import campaigns, features, imports, layers, plan_facts, plans, recipes
from rivulus.atlas.actions.base.searched_layers import refresh_search
from rivulus.atlas.feeds import recipes as answering
from rivulus.atlas.models import Campaign, CampaignTask, ImportProblem, Layer, Plan, PlanDocument
from rivulus.atlas.queries.layers import spec_of
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.recipes.kinds import Parameters, RecipeKind
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind, GeometryType, Theme, Visibility
from rivulus.catalog.actions import live, tables
from rivulus.catalog.feeds.tables import refreshing
from rivulus.identity.queries import find_organisation
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import find_table
from tests.journeys.catalogued import UNIVERSITY
from tests.journeys.hidden.vault import LATITUDE, LONGITUDE, NUMBER, OPEN_PLACE, Vault

HIDDEN, STAFF, WITHDRAWN, CLOSED = "q7-ascuns", "q7-angajati", "q7-retras", "q7-inchis"
OPEN, PARCELS = "q7-deschis", "parcels"
ZONES, SECRET_ZONES, COMMUNITY = "q7-zone", "q7-zone-ascunse", "q7-comunitate"
PLACE = shapely.Point(LONGITUDE, LATITUDE)
AREA = shapely.box(23.50, 47.60, 23.502, 47.602)
MIDDLE = shapely.Point(23.501, 47.601)
NAMED = {"name": "name", "type": "string", "is_name": True}


def build(vault: Vault) -> None:
    """Let the publisher of the university, and the departments of the city, keep things to themselves."""
    _hidden_layers(vault)
    _open_layer(vault)
    _closed_later(vault)
    _parcels(vault)
    _plans(vault)
    _campaigns(vault)
    _recipes(vault)
    refresh_search(by=None)


def _layer(vault: Vault, code: str, **said: Any) -> Layer:
    given: dict[str, Any] = {
        "theme": Theme.SERVICES, "title": {"ro": f"Strat {code}"}, "geometry_type": GeometryType.ANY, "owner": UNIVERSITY,
        "visibility": Visibility.PUBLIC, "schema": [NAMED],
    } | said  # fmt: skip
    return layers.create_layer(by=vault.people["publisher"], spec=LayerSpec(code=code, **given))


def _page(code: str, rest: str = "") -> tuple[str, str]:
    return "publisher", f"/atlas/layers/{code}/{rest}"


def _texts(vault: Vault, what: str, by: str, at: str) -> dict[str, str]:
    """The same in three languages: each is a place where it may come out."""
    prefixes = {"ro": "", "en": "/en", "hu": "/hu"}
    return {language: vault.word(f"{what}{language}", by, prefix + at) for language, prefix in prefixes.items()}


def _hidden_layers(vault: Vault) -> None:
    publisher = vault.people["publisher"]
    at = _page(HIDDEN)
    hidden = _layer(
        vault,
        vault.layer(HIDDEN),
        title=_texts(vault, "layertitle", *at),
        description=_texts(vault, "layerdescription", *at),
        attribution=vault.word("layerattribution", *at),
        visibility=Visibility.OWNER,
        schema=[NAMED, {"name": "note", "title": {"ro": vault.word("layerattribute", *at)}}],
        style={
            "by": {"attribute": "note", "classes": [{"value": vault.word("layerstyle", *_page(HIDDEN, "describe/"))}]}
        },
    )
    key = vault.name("q7-cheie", "layers/", "ogc/collections/", parameter="key")
    one = _page(HIDDEN, f"features/{key}/")
    before = {"name": vault.word("featurename", *one), "note": vault.word("featurebefore", *one)}
    reason = vault.word("layerchange", *_page(HIDDEN, "changes/"))
    features.apply_changes(
        by=publisher, layer=hidden, kind=ChangeKind.EDIT, reason=reason, additions=[NewFeature(PLACE, before, key)]
    )
    now = {"name": before["name"], "note": vault.word("featurenow", *one)}
    change = features.apply_changes(
        by=publisher, layer=hidden, kind=ChangeKind.EDIT, updates=[ChangedFeature(key, 1, properties=now)]
    )
    vault.try_out(change.pk, "changes/", parameter="pk")
    staff = _layer(
        vault, vault.layer(STAFF), visibility=Visibility.STAFF,
        title={"ro": vault.word("stafftitle", "dispatcher", f"/atlas/layers/{STAFF}/")},
    )  # fmt: skip
    name = {"name": vault.word("staffname", "dispatcher", f"/ogc/collections/{STAFF}/items")}
    _add(vault, staff, NewFeature(PLACE, name, "k"))
    gone = _layer(vault, vault.layer(WITHDRAWN), title={"ro": vault.word("withdrawnlayer")})
    _add(vault, gone, NewFeature(PLACE, {"name": vault.word("withdrawnfeature")}, "k"))
    layers.withdraw_layer(by=publisher, layer=gone, reason=vault.word("withdrawnreason"))


def _add(vault: Vault, layer: Layer, *rows: NewFeature) -> None:
    features.apply_changes(by=vault.people["publisher"], layer=layer, kind=ChangeKind.EDIT, additions=rows)


def _private(vault: Vault, at: tuple[str, str]) -> list[dict[str, Any]]:
    words = {what: vault.word(what, *at) for what in ("attributetitle", "attributetext", "attributecode")}
    return [
        {
            "name": "telefon_ascuns", "is_private": True, "title": {"ro": words["attributetitle"]},
            "description": {"ro": words["attributetext"]},
        },
        {"name": "numar_ascuns", "type": "number", "is_private": True, "unit": "lei"},
        {"name": "fel_ascuns", "is_private": True, "codes": [{"code": "f", "title": {"ro": words["attributecode"]}}]},
    ]  # fmt: skip


def _open_layer(vault: Vault) -> None:
    """Everybody sees the layer, and only its owner three of its attributes, of today and of before."""
    publisher = vault.people["publisher"]
    edit = _page(OPEN, "features/deschis-1/")
    vault.names |= {"telefon_ascuns", "numar_ascuns", "fel_ascuns"}
    layer = _layer(
        vault, OPEN, geometry_type=GeometryType.POINT, schema=[NAMED, *_private(vault, _page(OPEN))],
        style={"by": {"attribute": "fel_ascuns", "classes": [{"value": "f"}]}, "label": "telefon_ascuns"},
    )  # fmt: skip
    before = {"name": "Prima", "telefon_ascuns": vault.word("privatebefore", *edit), "numar_ascuns": NUMBER}
    now = {
        "name": "Prima",
        "telefon_ascuns": vault.word("privatenow", *edit),
        "numar_ascuns": NUMBER,
        "fel_ascuns": "f",
    }
    away = {"name": "A doua", "telefon_ascuns": vault.word("privateremoved", *_page(OPEN, "features/deschis-2/"))}
    place = shapely.Point(*OPEN_PLACE)
    _add(vault, layer, NewFeature(place, before, "deschis-1"), NewFeature(place, away, "deschis-2"))
    changes: list[dict[str, Any]] = [
        {"updates": [ChangedFeature("deschis-1", 1, properties=now)]}, {"removals": [RemovedFeature("deschis-2", 1)]}
    ]  # fmt: skip
    for change in changes:
        done = features.apply_changes(by=publisher, layer=layer, kind=ChangeKind.EDIT, **change)
        vault.try_out(done.pk, "changes/", parameter="pk")
    at = _page(OPEN, "imports/")
    row = imports.take_up(by=publisher, layer=layer, name=vault.word("importfile", *at), place="")
    failure = Refused(vault.word("importfailure", at[0], f"{at[1]}{row.pk}/"))
    imports.fail(by=None, import_id=row.pk, refused=failure)
    problem = vault.word("importproblem", at[0], f"{at[1]}{row.pk}/problems.csv")
    ImportProblem.objects.create(layer_import=row, ordinal=1, sentence=problem)
    vault.try_out(row.pk, "layers/<slug:code>/imports", parameter="pk")


def _closed_later(vault: Vault) -> None:
    """What everybody saw until a moment ago, and what is kept of that: a table, its snapshot, places of the search."""
    publisher = vault.people["publisher"]
    schema = [NAMED, {"name": "inchis_apoi"}]
    column = _layer(vault, "coloana-inchisa", schema=schema)
    value = vault.word("columnclosed", "publisher", "/atlas/layers/coloana-inchisa/features/c/")
    _add(vault, column, NewFeature(shapely.Point(*OPEN_PLACE), {"name": "Coloana", "inchis_apoi": value}, "c"))
    whole = _layer(vault, CLOSED, title={"ro": "Strat care se închide"}, schema=schema)
    name = vault.word("layerclosed", "publisher", f"/atlas/layers/{CLOSED}/features/c/")
    _add(vault, whole, NewFeature(PLACE, {"name": name}, "c"))
    refresh_search(by=None)
    live.sync_live_datasets(by=None)
    for layer in ("coloana-inchisa", CLOSED, OPEN):
        table = find_table(f"atlas_{layer}".replace("-", "_"))
        assert table is not None and refreshing.refresh(table, is_wanted_now=True)
    tables.keep_snapshots(by=None)
    vault.names.add("inchis_apoi")
    hidden = [NAMED, {"name": "inchis_apoi", "is_private": True}]
    layers.describe_layer(by=publisher, layer=column, spec=replace(spec_of(column), schema=hidden))
    layers.describe_layer(by=publisher, layer=whole, spec=replace(spec_of(whole), visibility=Visibility.OWNER))
    for route, name in (("layers/", "code"), ("tiles/", "code"), ("ogc/collections/", "code"), ("ogc/styles", "name")):
        vault.number(CLOSED, route, parameter=name)
    vault.try_out(f"atlas-{CLOSED}", "catalog/")  # its description stays in the catalog, archived; its rows do not
    vault.try_out("atlas-coloana-inchisa", "catalog/")
    vault.try_out(f"atlas-{OPEN}", "catalog/")
    vault.try_out(OPEN, "layers/", "tiles/", "ogc/collections/")
    vault.try_out("coloana-inchisa", "layers/", "tiles/", "ogc/collections/")


def _parcels(vault: Vault) -> None:
    """A cadastre of which only outlines are for everybody."""
    schema = [{"name": "cadastral_number", "is_private": True}, {"name": "owner", "is_private": True}]
    department, layer = vault.people["department"], Layer.objects.get(code=PARCELS)
    layers.describe_layer(by=department, layer=layer, spec=replace(spec_of(layer), schema=schema))
    number = vault.word("cadastre", "department", "/atlas/parcel/parcela-1/")
    values = {"cadastral_number": number, "owner": vault.word("parcelowner")}
    features.apply_changes(
        by=department, layer=layer, kind=ChangeKind.EDIT, additions=[NewFeature(AREA, values, "parcela-1")]
    )


def _plans(vault: Vault) -> None:
    department, colleague = vault.people["department"], vault.people["colleague"]
    schema = [{"name": "zone"}, {"name": "desenator", "is_private": True}]
    for code, visibility in ((ZONES, Visibility.PUBLIC), (SECRET_ZONES, Visibility.OWNER)):
        spec = LayerSpec(
            code=code, theme=Theme.PLANNING, title={"ro": f"Zone {code}"}, schema=schema, visibility=visibility,
            geometry_type=GeometryType.POLYGON,
        )  # fmt: skip
        layer = layers.create_layer(by=department, spec=spec)
        at = ("department", f"/atlas/layers/{code}/features/z1/")
        what = "zone" if code == ZONES else "secretzone"
        values = {"zone": "L1" if code == ZONES else vault.word("zonecode", *at), "desenator": vault.word(what, *at)}
        features.apply_changes(
            by=department, layer=layer, kind=ChangeKind.EDIT, additions=[NewFeature(AREA, values, "z1")]
        )
    vault.names |= {"desenator", vault.layer(SECRET_ZONES)}
    _declare(vault)
    plan = Plan.objects.get(code="q7-plan")
    vault.try_out(plan.code, "plans/")
    _amendment(vault, plan, "draft")
    _amendment(vault, plan, "review")
    _amendment(vault, plan, "refused")
    done = _amendment(vault, plan, "approved", is_told=True)
    plans.decide(by=colleague, amendment=done, verb="approve", reason="Este în regulă.")
    PlanDocument.objects.create(
        plan=plan, title=vault.word("withdrawnpaper"), url=f"https://example.org/{vault.word('withdrawnpaperurl')}",
        withdrawn_at=clock.now(),
    )  # fmt: skip


def _declare(vault: Vault) -> None:
    at = ("department", "/atlas/plans/q7-plan-ascuns/")
    texts = _texts(vault, "plantitle", *at)
    rule = plan_facts.RuleSpec(
        code="L1", valid_from=dt.date(2020, 1, 1), title=(vault.word("ruletitle"), "", ""),
        permitted=(vault.word("permitted"), "", ""),
    )  # fmt: skip
    paper = (vault.word("paper", *at), f"https://example.org/{vault.word('paperurl', *at)}")
    secret = plan_facts.PlanSpec(
        code=vault.name("q7-plan-ascuns", "plans/"), kind="pug", layer=SECRET_ZONES, title=(texts["ro"], texts["en"], texts["hu"]),
        decision=vault.word("decision", *at), adopted_on=dt.date(2020, 1, 1), rules=(rule,), documents=(paper,),
    )  # fmt: skip
    known = plan_facts.PlanSpec(
        code="q7-plan", kind="puz", layer=ZONES, title=("Plan deschis", "", ""), adopted_on=dt.date(2020, 1, 1)
    )
    words = (vault.word("limiteffect"), "", "")
    limit = plan_facts.LimitSpec(
        layer=HIDDEN, kind="protection", effect=words, authority=vault.word("limitauthority"), buffer_m=500
    )
    plan_facts.declare(by=None, plans=[secret, known], limits=[limit])
    for paper_ in PlanDocument.objects.filter(plan__code="q7-plan-ascuns"):
        vault.number(paper_.pk, "plans/documents")


def _amendment(vault: Vault, plan: Plan, what: str, *, is_told: bool = False) -> Any:
    """A zone that somebody wants otherwise; of what is approved everybody reads all but the private attribute."""
    department, colleague = vault.people["department"], vault.people["colleague"]
    number = plan.amendments.count() + 1
    at = ("department", f"/atlas/plans/{plan.code}/amendments/{number}/")

    def said(part: str) -> str:
        return f"Modificare {part}" if is_told else vault.word(f"amendment{what}{part}", *at)

    made = plans.propose(by=department, plan=plan, title=said("title"))
    day = clock.today() + dt.timedelta(days=90)
    link = f"https://example.org/{said('link')}".replace(" ", "-")
    plans.describe(
        by=department, amendment=made, revision=1, title="", reason=said("reason"), effective_on=day, document_url=link
    )
    values = {"zone": "V1" if is_told else said("zone"), "desenator": vault.word(f"amendment{what}private")}
    plans.put_item(
        by=department, amendment=made, revision=2, action=ItemAction.CHANGE, key="z1", seen=1, properties=values,
        geometry=AREA if is_told else shapely.box(LONGITUDE, LATITUDE, LONGITUDE + 0.001, LATITUDE + 0.001),
    )  # fmt: skip
    if what != "draft":
        plans.submit(by=department, amendment=made, revision=3)
    if what == "refused":
        plans.decide(by=colleague, amendment=made, verb="refuse", reason=said("refusal"))
    if not is_told:
        vault.try_out(number, "plans/", parameter="number")
    return made


def _campaigns(vault: Vault) -> None:
    publisher, mapper = vault.people["publisher"], vault.people["mapper"]
    university = find_organisation(UNIVERSITY)
    assert university is not None
    layer = _layer(vault, COMMUNITY, theme=Theme.COMMUNITY, schema=[NAMED, *_private_only()])
    tags = {"fixed": {"amenity": "bench"}, "attributes": {"inventar_ascuns": "ref"}}
    ways: dict[str, Any] = {"owner": university, "layer": layer, "area": AREA, "side_m": 120, "tags": tags}
    at = ("publisher", "/atlas/campaigns/q7-campanie/")
    titles, words = _texts(vault, "campaigntitle", *at), _texts(vault, "campaigntext", *at)
    campaigns.prepare(
        by=publisher, code=vault.name("q7-campanie", "campaigns/"), titles=(titles["ro"], titles["en"], titles["hu"]),
        instructions=(words["ro"], words["en"], words["hu"]), **ways,
    )  # fmt: skip
    known = campaigns.prepare(
        by=publisher, code="campanie", titles=("Campanie", "", ""), instructions=("", "", ""), **ways
    )
    known = campaigns.set_state(by=publisher, campaign=known, state=CampaignState.OPEN)
    campaigns.join(by=mapper, campaign=known)
    _approved(vault, known)
    task = CampaignTask.objects.filter(campaign=known, number=2).get()
    campaigns.lock(by=mapper, task=task)
    one = ("mapper", f"/atlas/campaigns/campanie/tasks/{task.number}/")
    place = _middle(task)
    campaigns.draw(
        by=mapper, task=task, action=ItemAction.ADD, properties={"name": vault.word("unapproved", *one)}, geometry=place
    )
    campaigns.comment(by=mapper, task=task, words=vault.word("taskcomment", *one))
    vault.try_out(task.number, "campaigns/", parameter="number")
    vault.try_out("campanie", "campaigns/")


def _approved(vault: Vault, campaign: Campaign) -> None:
    """What three people agreed on is for everybody, but for what its owner adds, and what they told one another."""
    publisher, editor, mapper = (vault.people[who] for who in ("publisher", "editor", "mapper"))
    member = campaigns.join(by=editor, campaign=campaign)
    campaigns.set_level(by=publisher, member=member, level=Level.TEACHER)
    task = campaigns.lock(by=mapper, task=CampaignTask.objects.get(campaign=campaign, number=1))
    drawn = campaigns.draw(
        by=mapper, task=task, action=ItemAction.ADD, properties={"name": "Banca"}, geometry=_middle(task)
    )
    at = ("mapper", "/atlas/campaigns/campanie/tasks/1/")
    campaigns.submit(by=mapper, task=task, comment=vault.word("submitcomment", *at))
    campaigns.validate(by=editor, task=task, comment=vault.word("validatecomment", *at))
    campaigns.approve(by=publisher, task=task, comment=vault.word("approvecomment", *at))
    number = vault.word("inventory", *_page(COMMUNITY, f"features/{drawn.key}/"))
    now = {"name": "Banca", "inventar_ascuns": number}
    features.apply_changes(
        by=publisher, layer=campaign.layer, kind=ChangeKind.EDIT, updates=[ChangedFeature(drawn.key, 1, properties=now)]
    )


def _middle(task: CampaignTask) -> shapely.Point:
    return shapely.from_wkb(bytes(task.area)).representative_point()


def _private_only() -> list[dict[str, Any]]:
    return [{"name": "inventar_ascuns", "is_private": True}]


def _recipes(vault: Vault) -> None:
    publisher = vault.people["publisher"]
    university = find_organisation(UNIVERSITY)
    assert university is not None
    layer = Layer.objects.get(code=HIDDEN)
    at = ("publisher", "/atlas/analyses/q7-analiza/")
    titles = _texts(vault, "recipetitle", *at)
    recipe = recipes.write_recipe(
        by=publisher, code=vault.name("q7-analiza", "analyses/"), titles=(titles["ro"], titles["en"], titles["hu"]),
        kind=RecipeKind.BUFFER, owner=university, layer=layer, parameters=Parameters(within_m=100),
    )  # fmt: skip
    run = recipes.ask(by=publisher, recipe=recipe)
    answering.answer.call(run.pk)
    vault.number(run.pk, "analyses/", parameter="run")
    again = recipes.ask(by=publisher, recipe=recipe)
    recipes.fail(by=None, run=again, why=Refused(vault.word("recipefailure", at[0], f"{at[1]}{again.pk}/")))
    vault.number(again.pk, "analyses/", parameter="run")
    assert recipe.output is not None
    vault.layer(recipe.output.code)
    raster = recipes.NewRaster(
        code="raster-ascuns", titles=(vault.word("rastertitle", "publisher", "/atlas/analyses/new/"), "", ""), unit="K",
        taken_on=None, source=vault.word("rastersource"), file="rasters/none.tif", size=1, checksum="0" * 64, width=1,
        height=1, crs=4326, box=(LONGITUDE, LATITUDE, LONGITUDE + 1, LATITUDE + 1),
    )  # fmt: skip
    recipes.bring_raster(by=publisher, owner=university, raster=raster)
