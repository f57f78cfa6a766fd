"""Imports of files into layers: taken up, read, described, checked, confirmed, and carried out all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rivulus.atlas.actions.layers import describe_layer
from rivulus.atlas.models import Change, ImportProblem, Layer, LayerImport
from rivulus.atlas.queries.layers import spec_of
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.imports import states
from rivulus.atlas.rules.imports.choices import DELIMITERS, Choices, check_choices
from rivulus.atlas.rules.imports.encodings import KNOWN
from rivulus.atlas.rules.imports.guessing import make_schema
from rivulus.atlas.rules.imports.states import State
from rivulus.atlas.rules.schemas import read_schema
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "atlas.layer_import"


@transaction.atomic
def take_up(
    *, by: "Person | None", layer: Layer, name: str, place: str = "", size: int = 0, url: str = ""
) -> LayerImport:
    """Take up a file that was kept at a place in the media folder, or an address that the worker will ask."""
    _check(by, layer)
    return LayerImport.objects.create(person=by, layer=layer, name=name[:200], file=place, size=size, url=url)


@transaction.atomic
def note_file(*, by: "Person | None", import_id: int, place: str, size: int) -> LayerImport:
    """Note where the answer of an address was kept."""
    row = _locked(import_id)
    row.file, row.size = place, size
    row.save(update_fields=["file", "size"])
    return row


@transaction.atomic
def note_found(*, by: "Person | None", import_id: int, found: Mapping[str, Any], choices: Choices) -> LayerImport:
    """Note what reading found in the file, and what will probably be said of it."""
    row = _locked(import_id)
    row.found, row.choices = dict(found), choices.as_json()
    return _move(row, State.DESCRIBED, "found", "choices")


@transaction.atomic
def read_again(*, by: "Person | None", import_id: int, encoding: str, delimiter: str) -> LayerImport:
    """Have the file read in another encoding, or with its cells parted otherwise."""
    row = _locked(import_id)
    _check(by, row.layer)
    if (encoding and encoding not in KNOWN) or delimiter not in DELIMITERS:
        raise Refused(N_("This encoding is not known."))
    row.choices = {**row.choices, "encoding": encoding, "delimiter": delimiter}
    return _move(row, State.READING, "choices")


@transaction.atomic
def describe(*, by: "Person | None", import_id: int) -> LayerImport:
    """Go back to the questions about the file."""
    row = _locked(import_id)
    _check(by, row.layer)
    if not row.found:
        raise Refused(N_("This file could not be read. Withdraw it."))
    ImportProblem.objects.filter(layer_import=row).delete()
    row.counts, row.sentence, row.values = {}, "", {}
    return _move(row, State.DESCRIBED, "counts", "sentence", "values")


@transaction.atomic
def begin_check(*, by: "Person | None", import_id: int, choices: Choices) -> LayerImport:
    """Let the worker look at every feature of the file; nothing reaches the layer.

    Where the layer has no attributes yet and the person wants so, the columns become its attributes first.
    """
    row = _locked(import_id)
    _check(by, row.layer)
    sublayer = _sublayer(row, choices.sublayer)
    schema = read_schema(row.layer.schema)
    takes_schema = choices.takes_schema and not schema.attributes
    choices = replace(choices, takes_schema=takes_schema)
    check_choices(choices, form=row.found["form"], columns=sublayer["columns"], schema=schema)
    if takes_schema:
        made = make_schema(choices.columns, sublayer["samples"])
        describe_layer(by=by, layer=row.layer, spec=replace(spec_of(row.layer), schema=made))
    ImportProblem.objects.filter(layer_import=row).delete()
    row.choices, row.counts, row.sentence, row.values = choices.as_json(), {}, "", {}
    return _move(row, State.CHECKING, "choices", "counts", "sentence", "values")


@transaction.atomic
def note_checked(
    *, by: "Person | None", import_id: int, counts: Mapping[str, Any], problems: Sequence[ImportProblem]
) -> LayerImport:
    """Note what importing would do, and what does not fit."""
    row = _locked(import_id)
    ImportProblem.objects.filter(layer_import=row).delete()
    for problem in problems:
        problem.layer_import = row
    ImportProblem.objects.bulk_create(problems, batch_size=500)
    row.counts = dict(counts)
    return _move(row, State.CHECKED, "counts")


@transaction.atomic
def confirm(*, by: "Person | None", import_id: int) -> LayerImport:
    """Let the worker import a file that was checked."""
    row = _locked(import_id)
    _check(by, row.layer)
    states.check_can_move(row.state, State.IMPORTING)
    if row.counts.get("stops"):
        raise Refused(N_("There are features that do not fit. Nothing is imported before that is settled."))
    if not any(row.counts.get(name) for name in ("added", "changed", "removed")):
        raise Refused(N_("The layer already is as the file has it."))
    return _move(row, State.IMPORTING)


@transaction.atomic
def finish(*, by: "Person | None", import_id: int, change: Change | None) -> LayerImport:
    """Say that the file was imported; within the transaction in which it was."""
    row = _locked(import_id)
    row.change = change
    content = {"layer": row.layer.code, "name": row.name, "change": change.pk if change else None}
    journal.write(by=by, verb=f"{SUBJECT}.done", subject=SUBJECT, subject_id=row.pk, content=content)
    return _move(row, State.DONE, "change")


@transaction.atomic
def fail(*, by: "Person | None", import_id: int, refused: Refused) -> LayerImport:
    """Say why a file could not be worked on; nothing of it is in the layer."""
    row = _locked(import_id)
    row.sentence = refused.sentence
    row.values = {name: str(value)[:300] for name, value in refused.values.items()}
    return _move(row, State.FAILED, "sentence", "values")


@transaction.atomic
def withdraw(*, by: "Person | None", import_id: int) -> LayerImport:
    """Give up on a file of which nothing was imported."""
    row = _locked(import_id)
    _check(by, row.layer)
    return _move(row, State.WITHDRAWN)


@transaction.atomic
def forget_file(*, by: "Person | None", import_id: int) -> LayerImport:
    """Note that the file was removed; what is known of the import stays."""
    row = _locked(import_id)
    row.file = ""
    row.save(update_fields=["file"])
    return row


def _check(by: "Person | None", layer: Layer) -> None:
    """``by`` is None for the operator at the command line."""
    if layer.is_kept_by_machine:
        raise Refused(N_("This layer is kept up to date by the platform and is not edited by hand."))
    if by is not None:
        roles, organisations = identity.roles_of(by), identity.organisations_of(by)
        permissions.check_can_for("import_features", roles, layer.owner_id, organisations)


def _locked(import_id: int) -> LayerImport:
    try:
        rows = LayerImport.objects.select_for_update(of=("self",)).select_related("layer", "layer__owner")
        return rows.get(pk=import_id)
    except LayerImport.DoesNotExist:
        raise NotFound from None


def _sublayer(row: LayerImport, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = next((one for one in row.found.get("layers", ()) if one["name"] == name), None)
    if found is None:
        raise Refused(N_("The file has no layer called %(name)s."), name=name[:80])
    return found


def _move(row: LayerImport, state: State, *fields: str) -> LayerImport:
    states.check_can_move(row.state, state)
    row.state, row.changed_at = state, clock.now()
    row.save(update_fields=["state", "changed_at", *fields])
    return row
