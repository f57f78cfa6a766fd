"""Dashboards as the pack declares them: one YAML file each, read again when it changes."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.yaml_files import read_yaml
from rivulus.observations.rules.dashboards import Dashboard, read_dashboard


def folder() -> Path:
    """Where the pack keeps its dashboards."""
    return Path(settings.PACK_DIR) / "observations" / "dashboards"


def list_dashboards(*, with_duty: bool = False) -> list[Dashboard]:
    """Return the dashboards by the names of their files; those for duty only where they may be seen."""
    found = [_read(file, file.stat().st_mtime_ns) for file in sorted(folder().glob("*.yaml"))]
    return [dashboard for dashboard in found if dashboard.is_public or with_duty]


def get_dashboard(code: str, *, with_duty: bool = False) -> Dashboard:
    """Return a dashboard by its code; raises NotFound."""
    for dashboard in list_dashboards(with_duty=with_duty):
        if dashboard.code == code:
            return dashboard
    raise NotFound


@lru_cache(maxsize=128)
def _read(file: Path, changed_ns: int) -> Dashboard:
    """Read one file; ``changed_ns`` only makes a changed file another one."""
    content = read_yaml(file)
    try:
        return read_dashboard(content)
    except Refused as refused:
        raise Refused(N_("%(place)s: %(reason)s"), place=file.name, reason=str(refused)) from refused
