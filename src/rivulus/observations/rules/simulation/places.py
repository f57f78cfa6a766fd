"""Where the invented devices stand: real streets and squares by name, points near them invented."""

from dataclasses import dataclass

WEST, SOUTH, EAST, NORTH = 23.45, 47.60, 23.70, 47.72


@dataclass(frozen=True, slots=True)
class Place:
    """A place and what it is like: how busy (0–1), and how much warmer than the city (kelvin, summer days)."""

    name: str
    longitude: float
    latitude: float
    busy: float
    warm: float


PLACES: tuple[Place, ...] = (
    Place("Piața Libertății", 23.5822, 47.6592, 0.45, 1.2),
    Place("Piața Revoluției", 23.5712, 47.6566, 0.75, 1.8),
    Place("Piața Păcii", 23.5778, 47.6577, 0.6, 1.4),
    Place("Piața Izvoarelor", 23.5861, 47.6566, 0.6, 1.5),
    Place("Piața Millennium", 23.5807, 47.6601, 0.4, 1.1),
    Place("Bulevardul Unirii", 23.5655, 47.6549, 0.95, 2.3),
    Place("Bulevardul București", 23.5740, 47.6534, 0.9, 2.4),
    Place("Bulevardul Traian", 23.5688, 47.6528, 0.85, 2.1),
    Place("Bulevardul Republicii", 23.5762, 47.6549, 0.8, 1.9),
    Place("Bulevardul Independenței", 23.5519, 47.6520, 0.85, 2.0),
    Place("Bulevardul Decebal", 23.5627, 47.6584, 0.7, 1.3),
    Place("Strada Victoriei", 23.5935, 47.6573, 0.85, 1.4),
    Place("Strada Vasile Lucaciu", 23.5852, 47.6598, 0.55, 1.1),
    Place("Strada Gheorghe Șincai", 23.5728, 47.6551, 0.6, 1.4),
    Place("Strada Culturii", 23.5685, 47.6561, 0.5, 1.2),
    Place("Strada Granicerilor", 23.5458, 47.6557, 0.7, 1.1),
    Place("Strada Oborului", 23.5609, 47.6490, 0.6, 1.6),
    Place("Strada Margeanului", 23.5655, 47.6467, 0.45, 1.5),
    Place("Strada Vasile Alecsandri", 23.5602, 47.6459, 0.7, 1.6),
    Place("Strada Transilvaniei", 23.5490, 47.6486, 0.4, 1.0),
    Place("Strada Electrolizei", 23.6102, 47.6607, 0.55, 1.0),
    Place("Strada 8 Martie", 23.6150, 47.6683, 0.5, 0.6),
    Place("Strada Luminișului", 23.5590, 47.6605, 0.4, 0.6),
    Place("Strada Petru Rareș", 23.5840, 47.6573, 0.5, 1.0),
    Place("Strada Crișan", 23.5890, 47.6617, 0.35, 0.5),
    Place("Strada Valea Roșie", 23.5968, 47.6642, 0.25, -0.4),
    Place("Strada Valea Borcutului", 23.5540, 47.6705, 0.2, -1.1),
    Place("Strada Usturoiului", 23.5700, 47.6689, 0.15, -1.0),
    Place("Parcul Municipal Regina Maria", 23.5756, 47.6624, 0.15, -1.9),
    Place("Parcul Central", 23.5722, 47.6575, 0.2, -1.2),
    Place("Parcul Mara", 23.5695, 47.6540, 0.25, -0.6),
    Place("Gara Baia Mare", 23.5533, 47.6583, 0.7, 1.5),
    Place("Autogara", 23.5523, 47.6573, 0.7, 1.4),
    Place("Spitalul Județean", 23.5790, 47.6522, 0.6, 1.2),
    Place("Cartierul Săsar", 23.5367, 47.6602, 0.4, 0.2),
    Place("Cartierul Ferneziu", 23.6205, 47.6780, 0.35, -0.6),
    Place("Firiza", 23.6080, 47.7105, 0.1, -2.8),
    Place("Blidari", 23.6200, 47.7180, 0.05, -3.0),
    Place("Tăuții-Măgherăuș", 23.4700, 47.6520, 0.4, -0.2),
    Place("Aeroportul Maramureș", 23.4720, 47.6590, 0.35, 0.1),
    Place("Recea", 23.5205, 47.6350, 0.4, -0.1),
    Place("Săsar (Recea)", 23.5010, 47.6402, 0.3, -0.3),
    Place("Groși", 23.6020, 47.6145, 0.3, -0.3),
    Place("Baia Sprie", 23.6920, 47.6610, 0.5, -0.5),
    Place("Tăuții de Sus", 23.6580, 47.6560, 0.3, -0.5),
    Place("Dumbrăvița", 23.6480, 47.6090, 0.25, -0.4),
    Place("Mocira", 23.5390, 47.6205, 0.3, -0.2),
    Place("Lăpușel", 23.4900, 47.6120, 0.2, -0.2),
)
BUSY = tuple(sorted(PLACES, key=lambda place: -place.busy))
CITY = tuple(place for place in PLACES if 23.53 < place.longitude < 23.63 and 47.643 < place.latitude < 47.685)
