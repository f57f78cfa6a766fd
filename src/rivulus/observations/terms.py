"""Words of observations: kinds of results, flags of quality, units of the store."""

from enum import IntFlag, StrEnum

from rivulus.kernel.words import N_

OM = "http://www.opengis.net/def/observationType/OGC-OM/2.0/"


class ResultKind(StrEnum):
    """What a series holds; numbers live in the narrow table, everything else as JSON beside it."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    ANY = "any"
    MULTI = "multi"  # a MultiDatastream: one array for several observed properties


class ObservationType(StrEnum):
    """The observation types of OGC 10-004 that SensorThings uses."""

    MEASUREMENT = OM + "OM_Measurement"
    COUNT = OM + "OM_CountObservation"
    TRUTH = OM + "OM_TruthObservation"
    CATEGORY = OM + "OM_CategoryObservation"
    ANY = OM + "OM_Observation"
    COMPLEX = OM + "OM_ComplexObservation"


KINDS: dict[ObservationType, ResultKind] = {
    ObservationType.MEASUREMENT: ResultKind.NUMBER,
    ObservationType.COUNT: ResultKind.NUMBER,
    ObservationType.TRUTH: ResultKind.BOOLEAN,
    ObservationType.CATEGORY: ResultKind.TEXT,
    ObservationType.ANY: ResultKind.ANY,
    ObservationType.COMPLEX: ResultKind.MULTI,
}


class Flag(IntFlag):
    """What is known of the quality of one reading; a flag never deletes."""

    OUT_OF_RANGE = 1
    TOO_FAST = 2  # changed faster than the property can
    FLAT = 4  # the sensor has been saying the same for too long
    AFTER_GAP = 8  # the first after a silence
    CLOCK = 16  # the clock of the device repeats itself or runs ahead
    NEIGHBOUR = 32  # far from what the neighbours say at the same time
    CORRECTED = 64  # replaces another value, which is kept
    ESTIMATED = 128  # the supplier says that it was not measured
    # How the reading is kept, not how good it is:
    ANNOTATED = 1 << 16  # there is more about it in the table of annotations
    RESULT_TIME_SAME = 1 << 17  # resultTime was given and equals phenomenonTime


DOUBTFUL = Flag.OUT_OF_RANGE | Flag.TOO_FAST | Flag.FLAT | Flag.CLOCK | Flag.NEIGHBOUR
"""Readings with one of these stay where they are, and out of averages."""

QUALITY = DOUBTFUL | Flag.AFTER_GAP | Flag.CORRECTED | Flag.ESTIMATED
"""The flags that are about quality."""

FLAG_NAMES: dict[Flag, str] = {
    Flag.OUT_OF_RANGE: N_("out of range"),
    Flag.TOO_FAST: N_("changes too fast"),
    Flag.FLAT: N_("does not change"),
    Flag.AFTER_GAP: N_("after a gap"),
    Flag.CLOCK: N_("clock of the device is wrong"),
    Flag.NEIGHBOUR: N_("unlike its neighbours"),
    Flag.CORRECTED: N_("corrected"),
    Flag.ESTIMATED: N_("estimated by the supplier"),
}


class Domain(StrEnum):
    """What a thing measures for; each has a public page and a duty page."""

    AIR = "air"
    NOISE = "noise"
    WEATHER = "weather"
    PARKING = "parking"
    LIGHTING = "lighting"
    ENERGY = "energy"
    WATER = "water"
    HEAT = "heat"
    WASTE = "waste"
    TRAFFIC = "traffic"
    CHARGING = "charging"
    WIFI = "wifi"
    RIVER = "river"


DOMAIN_NAMES: dict[Domain, str] = {
    Domain.AIR: N_("Air"),
    Domain.NOISE: N_("Noise"),
    Domain.WEATHER: N_("Weather and heat"),
    Domain.PARKING: N_("Parking"),
    Domain.LIGHTING: N_("Street lighting"),
    Domain.ENERGY: N_("Energy of public buildings"),
    Domain.WATER: N_("Water"),
    Domain.HEAT: N_("Heating"),
    Domain.WASTE: N_("Waste"),
    Domain.TRAFFIC: N_("Cyclists and traffic"),
    Domain.CHARGING: N_("Charging of electric cars"),
    Domain.WIFI: N_("Public Wi-Fi"),
    Domain.RIVER: N_("River"),
}


class Scope(StrEnum):
    """What a supplier's key may do."""

    OBSERVE = "observe"  # send observations of the supplier's own series
    DESCRIBE = "describe"  # create and change the supplier's own things and series
    TASK = "task"  # see and carry out tasks of the supplier's own actuators
    READ = "read"  # read what is not public of the supplier's own things
