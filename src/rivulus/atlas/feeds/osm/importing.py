"""The whole import: read, draw, put in force. Until the last step nobody sees anything of it."""

import contextlib
import fcntl
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.conf import settings

from rivulus.atlas.actions.base.imports import NewBase, put_base
from rivulus.atlas.actions.base.merging import box_words
from rivulus.atlas.feeds.osm.extract import Extract, Features, shapes
from rivulus.atlas.feeds.osm.finding import find_places
from rivulus.atlas.feeds.osm.reading import Tell, read_extract
from rivulus.atlas.feeds.osm.tiling import write_tiles
from rivulus.atlas.models import BaseImport
from rivulus.atlas.rules.base.layers import SPECS
from rivulus.atlas.rules.base.network import Network, build_network
from rivulus.atlas.rules.geometries import find_faulty, repair
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import GeometryType
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FOLDER = "media/basemap"  # in the data folder, and so in every backup
PIECE = 1 << 20


def import_extract(
    *, by: "Person | None", file: Path, box: Box | None = None, tell: Tell = lambda _what, _count: None
) -> BaseImport:
    """Import an extract of OpenStreetMap as the base map. Raises Refused, and then everything is as it was."""
    if not file.is_file():
        raise Refused(N_("There is no file %(name)s."), name=str(file))
    with _alone(Path(settings.HOME) / FOLDER) as folder:
        tell("checksum", 0)
        checksum = _checksum(file)
        extract = read_extract(file, box=box, tell=tell)
        archive = folder / f"{checksum[:12]}-{secrets.token_hex(4)}.pmtiles"
        try:
            tiles = write_tiles(extract, archive, tell=tell)
            tell("putting", tiles)
            return put_base(by=by, base=_new_base(file, checksum, archive, extract, tiles))
        except BaseException:
            archive.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """One import at a time; what an import that was killed has left is cleared away."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused(N_("Another import of a base map is running.")) from error
        served = set(BaseImport.objects.filter(is_current=True).values_list("file", flat=True))
        for left in folder.glob("*.pmtiles"):
            if f"{FOLDER}/{left.name}" not in served:
                left.unlink(missing_ok=True)
        yield folder


def _checksum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _new_base(file: Path, checksum: str, archive: Path, extract: Extract, tiles: int) -> NewBase:
    network = build_network([way.refs for way in extract.ways], [way.lonlat for way in extract.ways])
    places = find_places(extract)
    told = {
        "drawn": sum(len(drawings.wkb) for drawings in extract.drawings.values()),
        "tiles": tiles,
        "bytes": archive.stat().st_size,
        "street_metres": round(float(network.lengths_m.sum())),
        "passed_over": extract.passed_over,
    }
    layers = sorted(SPECS, key=lambda code: -len(extract.features.get(code, Features()).keys))
    return NewBase(
        name=file.name,
        checksum=checksum,
        file=f"{FOLDER}/{archive.name}",
        box=extract.box,
        data_until=extract.data_until,
        places=places,
        nodes=_nodes(network),
        edges=_edges(network, extract),
        layers=[(SPECS[code], _features(code, extract.features.get(code, Features()))) for code in layers],
        told=told,
    )


def _nodes(network: Network) -> Iterable[Sequence[object]]:
    return zip(network.nodes.tolist(), network.places[:, 0].tolist(), network.places[:, 1].tolist(), strict=True)


def _edges(network: Network, extract: Extract) -> Iterator[Sequence[object]]:
    columns = (network.streets, network.parts, network.first, network.last, network.lengths_m)
    for street, part, first, last, length in zip(*(column.tolist() for column in columns), strict=True):
        way = extract.ways[street]
        access = way.access
        line = network.lonlat[first : last + 1]
        yield (
            f"{way.id}:{part}",
            int(network.refs[first]),
            int(network.refs[last]),
            access.kind,
            way.name,
            round(length, 3),
            access.speed_kmh,
            access.walk,
            access.cycle_on,
            access.cycle_back,
            access.drive_on,
            access.drive_back,
            shapely.to_wkb(shapely.linestrings(line)),
            box_words((*line.min(axis=0).tolist(), *line.max(axis=0).tolist())),
        )


def _features(code: str, features: Features) -> Iterator[NewFeature]:
    """What is broken is repaired, or left out where nothing of it remains."""
    if not features.keys:
        return
    geometries = np.asarray(shapely.force_2d(shapes(features.wkb)))
    if SPECS[code].geometry_type == GeometryType.POINT:
        geometries = np.asarray(shapely.point_on_surface(geometries))  # a school is mapped as its yard
    faulty = find_faulty(geometries, SPECS[code].geometry_type)
    for key, properties, geometry, is_faulty in zip(
        features.keys, features.properties, geometries, faulty, strict=True
    ):
        if is_faulty:
            try:
                geometry = repair(geometry, SPECS[code].geometry_type)
            except Refused:
                continue
        yield NewFeature(geometry, properties, key)
