"""What the worker does for downloads."""

import datetime as dt

from django.tasks import task

from rivulus.atlas.feeds.exports import writing
from rivulus.atlas.queries.layers import find_layer_by_id
from rivulus.atlas.rules.exporting import Format


@task
def make_download(layer_id: int, format_: str, epsg: int, day: str) -> None:
    """Write a download that somebody asked for; nothing where the layer is gone."""
    layer = find_layer_by_id(layer_id)
    if layer is not None:
        writing.write(layer, Format(format_), epsg, dt.date.fromisoformat(day))
