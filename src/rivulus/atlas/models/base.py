"""The base map: which import of streets, buildings and names is the present one."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import Q

from rivulus.atlas.models.layers import Layer
from rivulus.kernel import clock
from rivulus.kernel.geometry import BoxField


class BaseImport(models.Model):
    """One import of a base map; the one that is current is served, the others are history.

    ``file`` is its PMTiles archive below the data folder; ``report`` says what was read and what changed since the
    import before.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=200)  # of the file that was read
    checksum = models.CharField(max_length=64)  # SHA-256 of it
    file = models.CharField(max_length=200)
    box = BoxField()
    data_until = models.DateTimeField(null=True, blank=True)  # what the file says of its own age
    report = models.JSONField(default=dict)
    is_current = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="base_one_is_current")
        ]


class Place(models.Model):
    """Something with a name that people look for: an address, a street, a square, a school, a neighbourhood, a village.

    ``source`` names what brought it and ``key`` is its name there: an import replaces all of its own, and nothing that
    is the same. ``words`` are its folded names; of an address those of its street and locality, which is why only what
    has no ``number`` is in the index of words. Of equal matches the one of higher ``weight`` comes first.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=20, blank=True)  # of the house
    detail = models.CharField(max_length=200, blank=True)  # where that is: neighbourhood, locality
    postcode = models.CharField(max_length=10, blank=True)
    words = models.CharField(max_length=420)
    weight = models.SmallIntegerField(default=0)
    is_exact = models.BooleanField(default=True)  # no: somewhere in its locality
    longitude = models.FloatField()
    latitude = models.FloatField()
    box = BoxField()

    class Meta:
        indexes = [
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="place_words", condition=Q(number="")),
            models.Index(fields=["words", "number"], name="place_house", condition=~Q(number="")),
            GistIndex(fields=["box"], name="place_box"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="place_once"),
            models.CheckConstraint(condition=~Q(words=""), name="place_has_words"),
            models.CheckConstraint(
                condition=Q(longitude__range=(-180, 180), latitude__range=(-90, 90)), name="place_in_the_world"
            ),
        ]


class SearchedLayer(models.Model):
    """A layer whose named features are among the places: of which revision, on which day."""

    layer = models.OneToOneField(Layer, on_delete=models.CASCADE, primary_key=True, related_name="+")
    revision = models.BigIntegerField()
    day = models.DateField()


class StreetNode(models.Model):
    """Where streets meet or end; ``id`` is its number in OpenStreetMap."""

    id = models.BigIntegerField(primary_key=True)
    longitude = models.FloatField()
    latitude = models.FloatField()


class StreetEdge(models.Model):
    """A piece of street between two nodes, drawn from ``start`` to ``end``, and who may use it in which direction.

    ``key`` is the way in OpenStreetMap and the place of the piece in it. ``on`` is along the drawing, ``back`` against.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40, unique=True)
    start = models.ForeignKey(StreetNode, on_delete=models.PROTECT, related_name="+")
    end = models.ForeignKey(StreetNode, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200, blank=True)
    length_m = models.FloatField()
    speed_kmh = models.PositiveSmallIntegerField()  # the limit where it is signed, or else what is usual
    is_walkable = models.BooleanField()
    is_cyclable_on = models.BooleanField()
    is_cyclable_back = models.BooleanField()
    is_drivable_on = models.BooleanField()
    is_drivable_back = models.BooleanField()
    geometry = models.BinaryField()
    box = BoxField()

    class Meta:
        indexes = [GistIndex(fields=["box"], name="street_edge_box")]
        constraints = [
            models.CheckConstraint(condition=Q(length_m__gte=0), name="street_edge_has_length"),
            models.CheckConstraint(condition=Q(speed_kmh__range=(1, 200)), name="street_edge_has_speed"),
        ]
