"""Every page of the platform, once: what it is called, with which arguments, and who may see it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation

from tests.journeys import catalogued, city, mapped, observed

LANGUAGES = ("ro", "en", "hu")
Arguments = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An address by its name; arguments that only the database knows are asked for when they are needed.

    ``queries`` is the most that the page may ask the database, whoever looks; ``refusal`` is what those who are signed
    in and may not see it are answered: what is somebody's own does not exist for others.
    """

    name: str
    arguments: Arguments | Callable[[], Arguments] = ()
    query: str = ""
    queries: int = 30
    refusal: int = 403

    def __str__(self) -> str:
        known = "" if callable(self.arguments) else ",".join(map(str, self.arguments))
        return "-".join(filter(None, (self.name, known, self.query)))

    def address(self, language: str = "ro") -> str:
        """Return where the page is, in a language; it needs the database of the city."""
        given = self.arguments() if callable(self.arguments) else self.arguments
        with translation.override(language):
            return reverse(self.name, args=given) + self.query


def _waiting() -> Arguments:
    from rivulus.strategy.models import Assessment

    return (Assessment.objects.filter(needs_confirmation=True).latest("id").pk,)


def _reuse() -> Arguments:
    from rivulus.catalog.models import Reuse

    return (Reuse.objects.latest("id").pk,)


def _evaluation() -> Arguments:
    from rivulus.strategy.models import Evaluation

    return (Evaluation.objects.latest("id").pk,)


def _two_evaluations() -> str:
    from rivulus.strategy.models import Evaluation

    first, second = Evaluation.objects.order_by("id").values_list("pk", flat=True)[:2]
    return f"?a={first}&b={second}"


def _photo() -> Arguments:
    from rivulus.strategy.models import ReportPhoto

    return (ReportPhoto.objects.latest("id").pk,)


def _project_link() -> Arguments:
    from rivulus.strategy.models import ProjectCriterion

    return (ProjectCriterion.objects.filter(withdrawn=False).earliest("id").pk,)


def _probe_link() -> Arguments:
    from rivulus.strategy.models import CriterionProbe

    return (CriterionProbe.objects.filter(withdrawn=False).earliest("id").pk,)


def _umbrella_link() -> Arguments:
    from rivulus.strategy.models import UmbrellaLink

    return (UmbrellaLink.objects.filter(withdrawn=False).earliest("id").pk,)


def _ana() -> Arguments:
    from rivulus.identity.models import Person

    return (Person.objects.get(full_name="Ana").pk,)


def _thing(code: str) -> Callable[[], Arguments]:
    def found() -> Arguments:
        from rivulus.observations.models import Thing

        return (Thing.objects.get(code=code).pk,)

    return found


def _series(code: str) -> Callable[[], Arguments]:
    def found() -> Arguments:
        from rivulus.observations.models import Datastream

        return (Datastream.objects.get(code=code).pk,)

    return found


def _newest(model: str, *before: str, **which: object) -> Callable[[], Arguments]:
    """Return what finds the newest row of a model of observations, after what stands before it in the address."""

    def found() -> Arguments:
        from django.apps import apps

        rows = apps.get_model("observations", model)._default_manager
        return (*before, rows.filter(**which).latest("pk").pk)

    return found


# Everybody may read these.
PUBLIC = (
    Page("home"),
    Page("accessibility"),
    Page("api_docs"),
    Page("ui:gallery"),
    Page("strategy:pillars"),
    Page("strategy:pillar", (city.PILLAR,)),
    Page("strategy:umbrella"),
    Page("strategy:umbrella", query="?pillar=Mo&document=PMUD"),
    Page("strategy:documents"),
    Page("strategy:structure"),
    Page("strategy:matrix"),
    Page("strategy:matrix", query="?at=2023-06-30&pillar=Mo"),
    Page("strategy:matrix", query="?view=expected"),
    Page("strategy:criterion", (city.CRITERION,)),
    Page("strategy:criterion", (city.WAITING,)),
    Page("strategy:assessments"),
    Page("strategy:assessments", query="?outcome=all"),
    Page("strategy:probes"),
    Page("strategy:probe", (city.PROBE,)),
    Page("strategy:projects"),
    Page("strategy:projects", query="?pillar=Mo&page=2&order=-value"),
    Page("strategy:projects", query="?q=nothing-is-called-so"),
    Page("strategy:timeline"),
    Page("strategy:budget"),
    Page("strategy:project", (city.REPORTED,)),
    Page("strategy:forecast"),
    Page("strategy:choice", queries=45),  # a new question is also written down, with its answer
    Page("strategy:choice", query="?budget=10&horizon=2030&pillar=Mo&level=5"),
    Page("strategy:indicators"),
    Page("strategy:indicator", (city.INDICATOR,)),
    Page("strategy:benchmark"),
    Page("strategy:anomalies"),
    Page("strategy:evaluations"),
    Page("strategy:evaluation", _evaluation),
    Page("strategy:compare"),
    Page("observations:overview"),
    *(Page("observations:domain", (domain,)) for domain in ("air", "energy", "waste")),
    Page("observations:things"),
    Page("observations:things", query="?domain=air&q=nothing-is-called-so"),
    Page("observations:thing", _thing(observed.STATION)),
    Page("observations:thing", _thing(observed.TASKED_LAMP)),
    Page("observations:series", _series(observed.SERIES)),
    Page("observations:series", _series(observed.SERIES), query="?range=month"),
    Page("observations:dashboards"),
    Page("observations:dashboard", (observed.DASHBOARD,)),
    Page("observations:forecasts"),
    Page("observations:forecast", _series(observed.SERIES)),
    Page("observations:automations"),
    Page("observations:automation", (observed.RULE,)),
    Page("observations:notices"),
    Page("observations:check_device"),
    Page("catalog:index"),
    Page("catalog:index", query="?q=arbori&theme=ENVI"),
    Page("catalog:index", query="?q=nothing-is-called-so"),
    Page("catalog:dataset", (catalogued.DATASET,)),
    Page("catalog:history", (catalogued.DATASET,)),
    Page("catalog:dataset", (catalogued.TABLE,)),
    Page("catalog:explore", (catalogued.TABLE,), query="?x=pillar&order=level+desc", queries=45),  # made anew
    Page("catalog:explore", (catalogued.TABLE,), query="?where=nothing+%3E", queries=45),
    Page("catalog:explore", (catalogued.PLACES,), queries=45),
    Page("catalog:sql"),
    Page("catalog:sql", query="?q=SELECT+code,+state+FROM+strategy_criteria+LIMIT+3"),
    Page("catalog:organisations"),
    Page("catalog:organisation", (catalogued.UNIVERSITY,)),
    Page("catalog:theme", ("ENVI",)),
    Page("catalog:quality"),
    Page("catalog:interfaces"),
    Page("catalog:requests"),
    Page("catalog:request", (catalogued.REQUEST,)),
    Page("catalog:reuses"),
    *(
        Page(f"atlas:{name}", queries=45)
        for name in ("map", "layers", "parcel_search", "plans", "land", "campaigns", "recipes")
    ),
    Page("atlas:layer", ("zones",), queries=45),
    Page("atlas:plan", (mapped.PLAN,), queries=45),
    Page("atlas:parcel", (mapped.PARCEL,), queries=45),
    Page("atlas:land_asset", (mapped.YARD,), queries=45),
    Page("atlas:campaign", (mapped.CAMPAIGN,), queries=45),
    Page("atlas:task", (mapped.CAMPAIGN, 1), queries=45),
    Page("atlas:recipe", (mapped.ANALYSIS,), queries=45),
    Page("atlas:search", query="?q=sasar", queries=45),
    Page("atlas:here", query="?lon=23.58&lat=47.66", queries=45),
    Page("account_login"),
    Page("account_signup"),
    Page("account_reset_password"),
    Page("account_reset_password_done"),
    Page("account_inactive"),
)
# Somebody has to be signed in, and everybody who is may see them.
OWN = (
    Page("desk"),
    Page("catalog:request_new"),
    Page("catalog:reuse_new"),
    Page("identity:account"),
    Page("identity:second_step"),
    Page("mfa_index"),
    Page("usersessions_list"),
    Page("account_logout"),
    Page("account_email"),
    Page("account_change_password"),
)
# Page: who of the people may see it; all others are refused.
UNIT = ("ioana", "mara")
WORKING = ("ioana", "mara", "dan", "bogdan", "adela")
DUTY = ("radu", "dan", "ioana", "mara", "adela")
DEPARTMENTS = ("dan", "adela")
SUPPLYING = ("livia", "dan", "adela")
PUBLISHING = ("flavia", "dan", "adela")
GUARDED = {
    Page("strategy:declare", ("E1.1",)): UNIT,
    Page("strategy:declare", (city.WAITING,)): UNIT,
    Page("strategy:decide", _waiting): UNIT,
    Page("strategy:add_project_link", ("E1.1",)): UNIT,
    Page("strategy:add_probe_link", ("E1.1",)): UNIT,
    Page("strategy:edit_project_link", _project_link): UNIT,
    Page("strategy:edit_probe_link", _probe_link): UNIT,
    Page("strategy:add_umbrella_link", ("D3.1",), "?document=PMUD"): UNIT,
    Page("strategy:edit_umbrella_link", _umbrella_link): UNIT,
    Page("strategy:add_objective", ("SIDU",)): UNIT,
    Page("strategy:overdue"): WORKING,
    Page("strategy:report", (city.REPORTED,)): ("ioana", "mara", "bogdan"),
    Page("strategy:team", (city.REPORTED,)): WORKING,
    Page("strategy:indicator_value", (city.INDICATOR,)): ("ioana", "mara", "dan"),
    Page("strategy:import_values"): ("ioana", "mara", "dan"),
    Page("strategy:new_evaluation"): UNIT,
    Page("observations:duty"): DUTY,
    Page("observations:duty_domain", ("air",)): DUTY,
    Page("observations:control", _thing(observed.TASKED_LAMP)): DUTY,
    Page("observations:alarms"): DUTY,
    Page("observations:alarms", query="?state=all&severity=critical"): DUTY,
    Page("observations:alarm", _newest("Alarm")): DUTY,
    Page("observations:automation_new"): ("radu", "dan", "adela"),
    Page("observations:automation_edit", (observed.RULE,)): ("radu", "dan", "adela"),
    Page("observations:automation_version", (observed.RULE, 1)): DUTY,
    Page("observations:automation_version", (observed.DRAFT, 1)): DUTY,
    Page("observations:automation_run", _newest("Run")): DUTY,
    Page("observations:automation_replay", _newest("Replay")): ("radu", "dan", "adela"),
    Page("observations:suppliers"): SUPPLYING,
    Page("observations:supplier_new"): DEPARTMENTS,
    Page("observations:supplier", (observed.SUPPLIER,), refusal=404): SUPPLYING,
    Page("observations:supplier_keys", (observed.SUPPLIER,), refusal=404): SUPPLYING,
    Page("observations:supplier_messages", (observed.SUPPLIER,), refusal=404): SUPPLYING,
    Page("observations:supplier_start", (observed.SUPPLIER,), refusal=404): SUPPLYING,
    Page("observations:supplier_manage", (observed.SUPPLIER,)): DEPARTMENTS,
    Page("observations:connectors"): DUTY,
    Page("observations:connector", (observed.CONNECTOR,)): DUTY,
    Page("observations:connector_run", _newest("ConnectorRun", observed.CONNECTOR)): DUTY,
    Page("observations:imports"): DEPARTMENTS,
    Page("observations:import", _newest("HistoryImport", state="described")): DEPARTMENTS,
    Page("observations:import", _newest("HistoryImport", state="checked")): DEPARTMENTS,
    Page("catalog:desk"): PUBLISHING,
    Page("catalog:uploads"): PUBLISHING,
    Page("catalog:new"): PUBLISHING,
    Page("catalog:manage", (catalogued.DRAFT,)): PUBLISHING,
    Page("catalog:manage", (catalogued.DATASET,)): PUBLISHING,
    Page("catalog:reuse_decide", _reuse): PUBLISHING,
    Page("catalog:harvest"): DEPARTMENTS,
    Page("catalog:harvest_new"): DEPARTMENTS,
    Page("catalog:harvest_source", (catalogued.NEIGHBOUR,)): DEPARTMENTS,
    Page("atlas:layer_new"): PUBLISHING,
    Page("atlas:land_new"): PUBLISHING,
    Page("atlas:campaign_new"): PUBLISHING,
    Page("atlas:raster_new"): (*PUBLISHING, "ioana", "mara"),
    Page("atlas:recipe_new"): (*PUBLISHING, "ioana", "mara"),
    Page("identity:organisations"): ("adela",),
    Page("identity:organisation_new"): ("adela",),
    Page("identity:organisation", (catalogued.UNIVERSITY,)): ("adela",),
    Page("identity:people"): ("adela",),
    Page("identity:person", _ana): ("adela",),
}
# Files, and pages that only answer a form: they have no frame to look at.
FILES = (
    Page("healthz"),
    Page("atlas_style"),
    Page("atlas_schematic"),
    Page("catalog:feed"),
    Page("catalog_rdf", ("ttl",)),
    Page("catalog_dataset_rdf", (catalogued.DATASET, "jsonld")),
    Page("ckan_action", ("package_search",), "?q=arbori"),
    Page("sitemap"),
    Page("sitemap_part", (1,)),
    Page("robots"),
    Page("strategy:snapshot", _evaluation),
    Page("strategy:photo", _photo),
    Page("observations:latest", query="?series=1,2"),
    Page("observations_series_chart", _series(observed.SERIES)),
    Page("observations_series_csv", _series(observed.SERIES)),
    Page("observations_series_parquet", _series(observed.SERIES)),
    Page("sensorthings"),
    Page("sensorthings-resource", ("Datastreams",), "?$top=5&$expand=Thing"),
)
# A page of ours in the page of somebody else: looked at by axe, but its title is that of the page that it shows.
FRAMED = (
    Page("observations:dashboard_embedded", (observed.DASHBOARD,)),
    Page("catalog:embed", (catalogued.TABLE,), query="?x=state", queries=45),
)
