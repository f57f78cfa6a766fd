"""Where a visitor begins, and questions whose answers would tell a secret: by a row, by a count, by an order, by a refusal."""

from urllib.parse import quote

from rivulus.kernel import clock
from tests.journeys import catalogued, observed
from tests.journeys.decoding import tile_at
from tests.journeys.hidden.atlas import CLOSED, HIDDEN, OPEN, STAFF
from tests.journeys.hidden.catalog import ARCHIVED, FILES
from tests.journeys.hidden.vault import LATITUDE, LONGITUDE, OPEN_PLACE

FORMS = ("csv", "json", "geojson", "parquet", "xlsx")
DOWNLOADS = ("gpkg", "shp", "geojson", "csv", "dxf")
CKAN = (
    "site_read", "status_show", "package_list", "current_package_list_with_resources", "package_search?rows=1000",
    "organization_list?all_fields=true", "group_list?all_fields=true", "tag_list?all_fields=true", "license_list",
    f"package_show?id={FILES}", f"package_show?id={ARCHIVED}", f"datastore_search?resource_id={FILES}",
    "help_show?name=package_show", "user_list", "member_list", "package_activity_list", "resource_search?query=name:a",
)  # fmt: skip
STARTS = (
    "/", "/en/", "/hu/", "/sitemap.xml", "/robots.txt", "/healthz", "/catalog.ttl", "/catalog.jsonld", "/catalog.rdf",
    "/sensorthings/v1.1", "/sensorthings/v1.1/", "/ogc/", "/ogc/collections?limit=1000", "/api/v1/openapi.json",
    "/basemap/style.json", "/catalog/new.atom", "/catalog/sql/", "/ui/", "/data/", "/sandbox/sensorthings/v1.1/",
    "/account/login/", "/observations/latest", "/api/action/package_list",
    "/en/atlas/layers/", "/hu/atlas/plans/", "/en/catalog/", "/hu/rules/", "/en/observations/things/", "/hu/atlas/land/",
    "/en/atlas/campaigns/campanie/tasks/2/", f"/hu/atlas/layers/{OPEN}/features/deschis-1/", "/en/rules/q7-regula/",
    "/catalog/sql.json?q=SELECT+table_name,column_name+FROM+information_schema.columns",
    *(f"/api/3/action/{action}" for action in CKAN),
    *(f"/sensorthings/v1.1/{name}?$top=1000&$count=true" for name in (
        "Things", "Locations", "HistoricalLocations", "Datastreams", "MultiDatastreams", "Sensors", "ObservedProperties",
        "Observations", "FeaturesOfInterest", "Actuators", "TaskingCapabilities", "Tasks")),
    "/sensorthings/v1.1/Things?$expand=Datastreams($expand=Observations,Sensor,ObservedProperty),Locations,"
    "TaskingCapabilities($expand=Actuator,Tasks),HistoricalLocations&$top=1000",
    "/sensorthings/v1.1/Sensors?$expand=Datastreams($expand=Thing)&$top=1000",
    "/sensorthings/v1.1/ObservedProperties?$expand=Datastreams($expand=Thing)&$top=1000",
    "/sensorthings/v1.1/Observations?$expand=Datastream($expand=Thing),FeatureOfInterest&$orderby=phenomenonTime desc",
)  # fmt: skip


def _of_layer(code: str) -> tuple[str, ...]:
    """Return where a layer comes out, whole."""
    tiles = [f"/tiles/{code}/{z}/{x}/{y}.mvt" for z in (10, 14, 18) for x, y in (tile_at(*OPEN_PLACE, z),)]
    table = f"atlas-{code}"
    name, day = table.replace("-", "_"), clock.today()
    return (
        f"/atlas/layers/{code}/", f"/atlas/layers/{code}/changes/", f"/tiles/{code}.json", *tiles,
        *(f"/atlas/layers/{code}/download/?format={form}" for form in DOWNLOADS),
        *(f"/ogc/collections/{code}/{rest}" for rest in ("items?f=json", "items?f=html", "items?datetime=../..", "queryables",
          "schema", "tiles", "tiles/WebMercatorQuad?f=tilejson", "items?crs=http://www.opengis.net/def/crs/EPSG/0/3844")),
        *(f"/catalog/files/{table}/{table}.{form}" for form in FORMS), f"/catalog/files/{table}/{day}/{table}.csv",
        f"/catalog/files/{table}/{day}/{table}.parquet", *_of_table(table), f"/catalog/sql.csv?q=SELECT+*+FROM+{name}",
    )  # fmt: skip


def _of_table(code: str) -> tuple[str, ...]:
    return (
        f"/catalog/api/{code}", f"/catalog/data/{code}/", f"/catalog/embed/{code}/", f"/catalog/datasets/{code}/",
        f"/catalog/datasets/{code}/history/", f"/catalog/datasets/{code}.ttl", f"/api/3/action/package_show?id={code}",
        f"/api/3/action/datastore_search?resource_id={code}", f"/catalog/files/{code}/{code}.json",
    )  # fmt: skip


def _briefly(code: str) -> tuple[str, ...]:
    """Return where the features of a layer come out."""
    x, y = tile_at(23.501, 47.601, 14)
    return (
        f"/tiles/{code}/14/{x}/{y}.mvt", f"/ogc/collections/{code}/items", f"/atlas/layers/{code}/",
        f"/atlas/layers/{code}/download/?format=geojson", f"/catalog/api/atlas-{code}",
    )  # fmt: skip


_HERE = f"lon={LONGITUDE}&lat={LATITUDE}"
_BOX = f"{LONGITUDE - 0.01},{LATITUDE - 0.01},{LONGITUDE + 0.01},{LATITUDE + 0.01}"
ABOUT = (
    *(address for code in (OPEN, CLOSED, "coloana-inchisa") for address in _of_layer(code)),
    *(address for code in ("parcels", "land", "q7-zone", "q7-comunitate", HIDDEN, STAFF) for address in _briefly(code)),
    *(address for code in (FILES, ARCHIVED) for address in _of_table(code)),
    *(f"/catalog/files/{FILES}/{FILES}.{form}" for form in FORMS),
    f"/atlas/at/?{_HERE}&within=500&layers={HIDDEN},{OPEN},{STAFF},{CLOSED}", f"/atlas/parcel/?{_HERE}",
    f"/atlas/parcel/print.pdf?{_HERE}", f"/atlas/?layers={HIDDEN},{OPEN},{CLOSED}",
    f"/atlas/map.pdf?layers={HIDDEN},{OPEN},{CLOSED}&bounds={_BOX}", "/atlas/parcel/parcela-1/",
    f"/atlas/at/?lon={OPEN_PLACE[0]}&lat={OPEN_PLACE[1]}&within=500&layers={HIDDEN},{OPEN},coloana-inchisa",
    "/atlas/parcel/print.pdf?parcel=parcela-1", "/atlas/plans/q7-plan/", "/atlas/plans/q7-plan/amendments/4/",
    "/atlas/campaigns/campanie/", "/atlas/campaigns/campanie/approved.osc", "/atlas/campaigns/campanie/tasks/1/", "/atlas/campaigns/campanie/tasks/2/",
    "/atlas/land/teren-deschis/", f"/atlas/layers/{OPEN}/features/deschis-1/", f"/ogc/collections/{OPEN}/items/deschis-1",
    f"/atlas/layers/{OPEN}/features/deschis-1/?version=1", f"/atlas/layers/{OPEN}/features/deschis-2/",
    f"/ogc/collections/records/items?bbox={_BOX}", f"/catalog/datasets/{catalogued.DATASET}/history/",
    f"/rules/{observed.RULE}/", "/rules/q7-regula/", "/matrix/E5.1/", "/projects/D1.1.2/",
)  # fmt: skip
# Something that is for everybody, in everything that an answer may be packed in.
_X, _Y = tile_at(*OPEN_PLACE, 14)
PACKED = (
    *((f"/atlas/layers/{OPEN}/download/?format={form}", "Prima") for form in DOWNLOADS if form != "dxf"),
    *((f"/catalog/files/atlas-{OPEN}/atlas-{OPEN}.{form}", "Prima") for form in FORMS),
    (f"/tiles/{OPEN}/14/{_X}/{_Y}.mvt", "Prima"), (f"/tiles/{OPEN}/14/{_X}/{_Y}.mvt", "23.580"),
    (f"/ogc/collections/{OPEN}/tiles/WebMercatorQuad/14/{_Y}/{_X}", "47.660"),
    ("/atlas/parcel/print.pdf?parcel=parcela-1", "parcela-1"),
)  # fmt: skip

# What nobody but the owner may ask of, and what is asked of the same layer instead.
NO_ATTRIBUTE = "nu_exista"
PRIVATE = ("telefon_ascuns", "numar_ascuns")
_ASKED = (
    "/ogc/collections/{layer}/items?filter=" + quote("{} = 'x'"),
    "/ogc/collections/{layer}/items?filter=" + quote("{} IS NULL"),
    "/ogc/collections/{layer}/items?filter=" + quote("NOT ({} IS NULL) OR key = 'x'"),
    "/ogc/collections/{layer}/items?filter=" + quote("CASEI({}) LIKE 'z%'"),
    "/ogc/collections/{layer}/items?filter-lang=cql2-json&filter=" + quote('{"op":"=","args":[{"property":"{}"},"x"]}'),
    "/ogc/collections/{layer}/items?sortby={}", "/ogc/collections/{layer}/items?sortby=-{}",
    "/ogc/collections/{layer}/items?properties={}", "/ogc/collections/{layer}/items?{}=x",
    "/ogc/collections/{layer}/items?{}=", "/atlas/layers/{layer}/?{}=x", "/atlas/layers/{layer}/?a_{}=x",
    "/catalog/api/atlas-{layer}?where=" + quote("{} = 'x'"), "/catalog/api/atlas-{layer}?where=" + quote("{} is not null"),
    "/catalog/api/atlas-{layer}?select={}", "/catalog/api/atlas-{layer}?group={}&select=count()",
    "/catalog/api/atlas-{layer}?order={}", "/catalog/api/atlas-{layer}?select=" + quote("max({})"),
    "/catalog/data/atlas-{layer}/?where=" + quote("{} = 'x'"), "/catalog/data/atlas-{layer}/?x={}",
    "/catalog/data/atlas-{layer}/?order={}", "/catalog/embed/atlas-{layer}/?x={}",
    "/catalog/files/atlas-{layer}/atlas-{layer}.csv?select={}",
    "/api/3/action/datastore_search?resource_id=atlas-{layer}&fields={}",
    "/api/3/action/datastore_search?resource_id=atlas-{layer}&sort={}",
    "/api/3/action/datastore_search?resource_id=atlas-{layer}&filters=" + quote('{"{}":"x"}'),
)  # fmt: skip
ATTRIBUTES = (
    *((one.replace("{layer}", OPEN), PRIVATE[:1] if "catalog" in one else PRIVATE) for one in _ASKED),
    *((one.replace("{layer}", "coloana-inchisa"), ("inchis_apoi",)) for one in _ASKED if "atlas-" in one),
    ("/catalog/sql.json?q=SELECT+{}+FROM+atlas_" + OPEN.replace("-", "_"), PRIVATE[:1]),
    (f"/catalog/api/{FILES}?select={{}}", ("q7_posta", "nume")),
    (f"/catalog/api/{FILES}?where={{}}+is+null", ("q7_posta", "nume")),
    (f"/catalog/sql.json?q=SELECT+{{}}+FROM+{FILES.replace('-', '_')}", ("q7_posta",)),
)

type Questions = dict[str, list[tuple[str, tuple[str, ...]]]]


def questions() -> Questions:
    """Return addresses with a place for a word, and which secrets are asked there, by what they are about."""
    st = "/sensorthings/v1.1/"
    thing = ("thingname", "thingtext")
    series = ("seriesname", "textseriesname", "ownseriesname")
    shared = ("sensorname", "propertyname", "placename", "objectname", "actuatorname", "capabilityname")
    atlas = (
        "featurename",
        "layertitlero",
        "staffname",
        "layerclosed",
        "withdrawnfeature",
        "landtitlero",
        "privatenow",
        "cadastre",
    )
    catalog = ("drafttitlero", "draftkeyword", "reviewtitlero", "archivedcell", "layertitlero", "layerclosed")

    def filtered(names: str, test: str) -> str:
        return f"{st}{names}?$count=true&$filter={quote(test, safe='{}')}"

    return {
        "things": [
            (filtered("Things", "name eq '{}'"), thing),
            (filtered("Things", "substringof('{}',description)"), thing),
            (filtered("Things", "properties/about eq '{}'"), ("thingproperty",)),
            (filtered("Things", "Datastreams/name eq '{}'"), series),
            (filtered("Things", "not Datastreams/name eq '{}'"), series),
            (filtered("Things", "Locations/name eq '{}'"), ("placename",)),
            (filtered("Things", "Datastreams/Sensor/name eq '{}'"), ("sensorname",)),
            (filtered("Things", "Datastreams/ObservedProperty/name eq '{}'"), ("propertyname",)),
            (filtered("Things", "TaskingCapabilities/name eq '{}'"), ("capabilityname",)),
            (f"{st}Things?$expand=Datastreams($filter=name eq '{{}}';$count=true)", series),
        ],
        "series": [
            (filtered("Datastreams", "name eq '{}'"), series),
            (filtered("Datastreams", "Thing/name eq '{}'"), thing),
            (filtered("Datastreams", "Sensor/name eq '{}'"), ("sensorname",)),
            (filtered("Datastreams", "ObservedProperty/name eq '{}'"), ("propertyname",)),
            (filtered("Datastreams", "Observations/result eq '{}'"), ("resulttext",)),
            (filtered("Observations", "result eq '{}'"), ("resulttext",)),
            (filtered("Observations", "parameters/operator eq '{}'"), ("parameters",)),
            (filtered("Observations", "Datastream/name eq '{}'"), series),
            (filtered("Observations", "Datastream/Thing/name eq '{}'"), thing),
            (filtered("Observations", "FeatureOfInterest/name eq '{}'"), ("objectname",)),
        ],
        "what things share": [
            *((filtered(name, "name eq '{}'"), shared) for name in (
                "Sensors", "ObservedProperties", "Locations", "FeaturesOfInterest", "Actuators", "TaskingCapabilities")),
            *((filtered(name, "description eq '{}'"), ("sensortext", "propertytext", "placetext", "objecttext", "actuatortext"))
              for name in ("Sensors", "ObservedProperties", "Locations", "FeaturesOfInterest", "Actuators")),
            (filtered("Sensors", "metadata eq '{}'"), ("sensormetadata",)),
            (filtered("Actuators", "metadata eq '{}'"), ("actuatormetadata",)),
            (filtered("Sensors", "Datastreams/name eq '{}'"), series),
            (filtered("ObservedProperties", "Datastreams/Thing/name eq '{}'"), thing),
            (filtered("Locations", "Things/name eq '{}'"), thing),
            (filtered("HistoricalLocations", "Thing/name eq '{}'"), thing),
            (filtered("HistoricalLocations", "Locations/name eq '{}'"), ("placename",)),
            (filtered("FeaturesOfInterest", "Observations/Datastream/name eq '{}'"), series),
            (filtered("Tasks", "properties/why eq '{}'"), ("taskproperty",)),
        ],
        "lists of things": [
            ("/observations/things/?q={}", (*thing, "placename", "suppliername")),
            ("/api/v1/observations/things?search={}", (*thing, "placename")),
            ("/api/v1/observations/latest?search={}", thing), ("/api/v1/observations/things.csv?search={}", thing),
            ("/rules/?search={}", ("drafttitle",)), ("/rules/?q={}", ("drafttitle",)),
        ],
        "places and layers": [
            ("/atlas/search/?q={}", atlas), ("/atlas/search/?q={}&format=json", atlas[:3]),
            ("/atlas/land/?search={}", ("landtitlero", "landaddress", "landnumber", "landowner", "landgone")),
            ("/atlas/parcel/?q={}", ("cadastre", "parcelowner", "landnumber")),
            ("/atlas/parcel/print.pdf?parcel={}", ("cadastre",)),
            ("/ogc/collections/records/items?q={}", ("layertitlero", "layerdescriptionro", "stafftitle", "withdrawnlayer")),
            (f"/atlas/layers/{OPEN}/?q={{}}", ("privatenow", "privatebefore")),
            (f"/atlas/layers/{OPEN}/?words={{}}", ("privatenow", "privatebefore")),
        ],
        "the catalog": [
            ("/catalog/?q={}", catalog), ("/api/3/action/package_search?q={}", catalog),
            ("/api/3/action/package_search?fq=tags:{}", ("draftkeyword",)),
            ("/api/3/action/package_search?q=name:{}", ("drafttitlero",)), ("/api/3/action/tag_list?query={}", ("draftkeyword",)),
            ("/catalog/?tag={}", ("draftkeyword", "reviewkeyword")),
            ("/catalog/requests/?q={}", ("waitingrequesttitle", "waitingrequesttext", "unansweredrequesttitle", "requestrefusal")),
            (f"/catalog/api/{FILES}?where=cartier+%3D+%27{{}}%27", ("removedcell", "removedname")),
            (f"/api/3/action/datastore_search?resource_id={FILES}&q={{}}", ("removedcell", "removedname", "waitingcell")),
            (f"/api/3/action/datastore_search?resource_id=atlas-{OPEN}&q={{}}", ("privatenow", "privatebefore")),
            ("/api/3/action/datastore_search?resource_id=atlas-coloana-inchisa&q={}", ("columnclosed",)),
            (f"/api/3/action/datastore_search?resource_id=atlas-{CLOSED}&q={{}}", ("layerclosed",)),
        ],
        "the strategy": [
            ("/projects/?q={}", ("team", "unit")), ("/assessments/?q={}", ("unit", "unitsecond")),
            ("/anomalies/?search={}", ("unit",)), ("/people/?q={}", ("unit", "asker")),
        ],
    }  # fmt: skip
