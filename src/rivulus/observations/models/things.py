"""Things of the city, where they are, and what their sensors look at (the nouns of SensorThings)."""

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q

from rivulus.kernel import clock
from rivulus.kernel.geometry import BoxField
from rivulus.observations.terms import Domain

GEOJSON = "application/geo+json"


class Described(models.Model):
    """What every entity has: a name, a description, and properties that its owner chooses.

    ``code`` is a stable name given by the pack, a connector or a supplier, so that the same entity is found again.
    """

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=200, unique=True, null=True, blank=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    properties = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Location(Described):
    """A place where things are or were; GeoJSON as given, and its geometry for questions about space."""

    encoding_type = models.CharField(max_length=100, default=GEOJSON)
    location = models.JSONField()
    geometry = models.BinaryField(null=True)  # WKB, WGS 84
    box = BoxField(null=True)

    class Meta:
        indexes = [GistIndex(fields=["box"], name="location_box")]


class Thing(Described):
    """A station, a lamp, a bin, a building: something with series."""

    domain = models.CharField(max_length=20, blank=True, choices=[(str(d), str(d)) for d in Domain])
    supplier = models.ForeignKey("Supplier", on_delete=models.PROTECT, null=True, blank=True, related_name="things")
    locations = models.ManyToManyField(Location, related_name="things", blank=True)
    is_public = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["domain", "id"], name="thing_domain"),
            models.Index(fields=["supplier", "id"], name="thing_supplier"),
        ]


class HistoricalLocation(models.Model):
    """Where a thing was from a moment on."""

    id = models.AutoField(primary_key=True)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="historical_locations")
    time = models.DateTimeField()
    locations = models.ManyToManyField(Location, related_name="historical_locations")

    class Meta:
        indexes = [models.Index(fields=["thing", "-time"], name="historical_location_latest")]


class Sensor(Described):
    """The instrument or procedure; ``metadata`` describes it in the encoding named."""

    encoding_type = models.CharField(max_length=100, default="application/pdf")
    metadata = models.JSONField(default=str, blank=True)


class ObservedProperty(Described):
    """What is observed; ``definition`` is the address of its definition.

    ``limits`` are the bounds of plausible values (keys: minimum, maximum, max_change_per_h, flat_after_s,
    neighbour_distance_m, neighbour_deviations); ``retention`` how long what is kept (raw_days, hourly_days;
    absent: for ever).
    """

    definition = models.CharField(max_length=1000)
    limits = models.JSONField(default=dict, blank=True)
    retention = models.JSONField(default=dict, blank=True)


class FeatureOfInterest(Described):
    """What an observation is about; made from the thing's location where none is given."""

    encoding_type = models.CharField(max_length=100, default=GEOJSON)
    feature = models.JSONField()
    geometry = models.BinaryField(null=True)
    box = BoxField(null=True)
    location = models.OneToOneField(
        Location, on_delete=models.SET_NULL, null=True, blank=True, related_name="generated_feature"
    )

    class Meta:
        indexes = [GistIndex(fields=["box"], name="feature_box")]


class Datastream(Described):
    """A series: one property of one thing by one sensor. A MultiDatastream is a series whose ``kind`` is multi.

    The identifier fits into four bytes of every reading. The time a reading stands for is at most ``period_s``.
    """

    kind = models.CharField(max_length=8)  # terms.ResultKind
    observation_type = models.CharField(max_length=120)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="datastreams")
    observed_property = models.ForeignKey(
        ObservedProperty, on_delete=models.PROTECT, null=True, blank=True, related_name="datastreams"
    )
    unit_of_measurement = models.JSONField(default=dict)  # name, symbol, definition
    observed_area = models.JSONField(null=True, blank=True)  # GeoJSON, where given by the owner
    default_feature = models.ForeignKey(
        FeatureOfInterest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    period_s = models.PositiveIntegerField(null=True, blank=True)  # how often a reading is expected
    limits = models.JSONField(default=dict, blank=True)  # in place of the property's, key by key
    is_public = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["thing", "id"], name="datastream_thing"),
            models.Index(fields=["observed_property", "id"], name="datastream_property"),
            models.Index(fields=["sensor", "id"], name="datastream_sensor"),
        ]
        constraints = [
            # The number of an observation is its series and its millisecond in 63 bits (see rules.identifiers).
            models.CheckConstraint(condition=Q(id__gt=0, id__lt=2**20), name="datastream_id_fits_observation_ids"),
            models.CheckConstraint(
                condition=Q(kind="multi", observed_property__isnull=True)
                | (~Q(kind="multi") & Q(observed_property__isnull=False)),
                name="datastream_has_one_property_unless_multi",
            ),
        ]


class MultiDatastreamPart(models.Model):
    """One place in the result array of a MultiDatastream."""

    id = models.AutoField(primary_key=True)
    datastream = models.ForeignKey(Datastream, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    observed_property = models.ForeignKey(ObservedProperty, on_delete=models.PROTECT, related_name="parts")
    observation_type = models.CharField(max_length=120)
    unit_of_measurement = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["datastream", "position"], name="multi_part_has_one_place")]
