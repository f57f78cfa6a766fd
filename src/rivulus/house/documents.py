"""The pages of docs/reference that are made from the code: tables of moves, permissions, probes and addresses.

`python -m rivulus.house.documents` writes them; a test compares them with what the code says.
"""

import csv
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rivulus.house import paths, prepare

FOLDER = paths.CHECKOUT / "docs" / "reference"
COMMAND = ".venv/bin/python -m rivulus.house.documents"
NOTE = f"*This page is made from the code by `{COMMAND}`; do not edit it by hand.*"
YES, NO = "●", ""


def main() -> int:
    """Write the pages and say which of them changed."""
    # Nothing is signed here; without a key of its own the settings would make the operator's.
    os.environ.setdefault("RIVULUS_SECRET_KEY", "documents")
    prepare.start_django()
    changed = differing()
    for name, text in changed.items():
        (FOLDER / name).write_text(text)
    print("\n".join(f"written: docs/reference/{name}" for name in changed) or "All pages say what the code says.")
    return 0


def differing() -> dict[str, str]:
    """The pages that are not what the code says, with what they should be. Expects Django to be started."""
    made = {name: build() for name, build in PAGES.items()}
    return {name: text for name, text in made.items() if _on_disk(FOLDER / name) != text}


def _on_disk(page: Path) -> str:
    return page.read_text() if page.exists() else ""


def moves() -> str:
    """The life of a project."""
    from rivulus.strategy.rules.projects import MOVES, RUNNING, STATUS_OF_MATURITY
    from rivulus.strategy.terms import STATUS_LABELS, Status

    def name(status: Status) -> str:
        return STATUS_LABELS[status]

    grid = [[f"**{name(a)}**", *(YES if b in MOVES[a] else "·" if a is b else NO for b in Status)] for a in Status]
    begin = [[f"`{maturity}`", name(status)] for maturity, status in STATUS_OF_MATURITY.items()]
    return _page(
        "Statuses and moves of a project",
        f"A report may take a project from the status in a row to a status marked {YES}, or leave it as it is (·).",
        _table(["from \\ to", *map(name, Status)], grid),
        f"A project owes half-yearly reports while it is: {', '.join(name(s) for s in Status if s in RUNNING)}.",
        "## Before the first report",
        "Until its team reports, the status of a project follows the maturity that the pack gives it.",
        _table(["maturity in the pack", "status"], begin),
    )


def permissions() -> str:
    """Who may do what."""
    from rivulus.identity import rules as identity
    from rivulus.identity.terms import PRIVILEGED, ROLE_NAMES, Role
    from rivulus.observations.rules import permissions as observations
    from rivulus.strategy.rules import permissions as strategy

    def row(verb: str, roles: Iterable[str]) -> list[str]:
        return [f"`{verb}`", *(YES if role in roles else NO for role in Role)]

    roles = [ROLE_NAMES[role] for role in Role]
    refusals = [[f"`{verb}`", sentence] for verb, sentence in strategy.SENTENCES.items()]
    actions = ("view", "add", "change", "delete")
    admin = [[a, *(YES if a in identity.ADMIN_ACTIONS[role] else NO for role in Role)] for a in actions]
    return _page(
        "Permissions",
        "Visitors who are not signed in read every public page. Besides the table, people with the role of a project "
        "team report for the projects to whose team they belong. A role that asks for a second step of signing in "
        "sleeps while `RIVULUS_REQUIRE_MFA=1` and that step is missing "
        f"({', '.join(ROLE_NAMES[role] for role in Role if role in PRIVILEGED)}).",
        "## Strategy",
        _table(["verb", *roles], [row(verb, allowed) for verb, allowed in strategy.ALLOWED.items()]),
        "The sentence that somebody reads who may not:",
        _table(["verb", "refusal"], refusals),
        "## Observations",
        _table(["verb", *roles], [row(verb, allowed) for verb, allowed in observations.ALLOWED.items()]),
        "The sentence that somebody reads who may not:",
        _table(["verb", "refusal"], [[f"`{verb}`", sentence] for verb, sentence in observations.SENTENCES.items()]),
        "## People and accounts",
        _table(["verb", *roles], [row(str(verb), allowed) for verb, allowed in identity.PERMISSIONS.items()]),
        "## Staff admin (`/admin/`)",
        _table(["action", *roles], admin),
        "The tables of the platform can only be looked up there, whatever the role. "
        f"Closed to everybody: {_listed(identity.CLOSED_APPS)}. "
        f"Only administrators see, and nobody changes: {_listed(identity.READ_ONLY_APPS)}.",
    )


def probes() -> str:
    """What the platform measures."""
    from rivulus.kernel.probes import list_probes

    with (paths.CHECKOUT / "pack" / "baia_mare" / "criterion_probes.csv").open(newline="", encoding="utf-8") as stream:
        links = list(csv.DictReader(stream))

    def asked(name: str) -> str:
        signs = {">=": "≥", "<=": "≤"}
        found = (f"{r['criterion']} {signs[r['comparator']]} {r['threshold']}" for r in links if r["probe"] == name)
        return ", ".join(found) or "none"

    rows = [[f"`{p.name}`", p.title, p.unit, p.explanation, asked(p.name)] for p in list_probes()]
    return _page(
        "Probes",
        "The last column says for which criteria a probe speaks in the pack of Baia Mare, and from which value on. "
        "These links are an interpretation; the strategy unit may edit them.",
        _table(["name", "title", "unit", "what it counts", "criteria"], rows),
    )


def endpoints() -> str:
    """The addresses of the API."""
    from rivulus.config.api import api

    schema: dict[str, Any] = api.get_openapi_schema()
    rows = [
        [f"`{method.upper()} {path}`", operation["summary"], _parameters(operation)]
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    return _page(
        "Endpoints of the API",
        "The machine-readable description is at `/api/v1/openapi.json`, a page for people at `/api/v1/docs`.",
        _table(["address", "what it gives", "parameters"], rows),
    )


def _parameters(operation: dict[str, Any]) -> str:
    return ", ".join(f"`{p['name']}`" for p in operation.get("parameters", ()) if p["in"] == "query")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", NOTE, *parts)) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


PAGES: dict[str, Callable[[], str]] = {
    "portfolio-moves.md": moves,
    "permissions.md": permissions,
    "probes-list.md": probes,
    "api-endpoints.md": endpoints,
}


if __name__ == "__main__":
    sys.exit(main())
