"""From one schema of a layer to another: adding is free, what loses or shows something asks first. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rivulus.atlas.rules import values
from rivulus.atlas.rules.schemas import Attribute, Schema
from rivulus.atlas.terms import AttributeType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody has to agree to before an attribute becomes otherwise; ``values`` fill the sentence."""

    attribute: str
    sentence: str
    values: Mapping[str, object]


class NeedsAgreement(Refused):
    """The change of a schema loses or shows something, and nobody has agreed to it yet."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(questions[0].sentence, **questions[0].values)
        self.questions = questions


@dataclass(frozen=True, slots=True)
class Held:
    """What the features of a layer hold of one attribute: in how many, which values (once each), whether in the past."""

    count: int = 0
    values: tuple[object, ...] = ()
    is_in_past: bool = False


NOTHING = Held()


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """The attributes that are asked about: gone, of another type, narrower than before, required, or shown to all."""

    removed: tuple[Attribute, ...]
    retyped: tuple[Attribute, ...]
    narrowed: tuple[Attribute, ...]
    required: tuple[Attribute, ...]
    opened: tuple[Attribute, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of all attributes whose values matter."""
        groups = (self.removed, self.retyped, self.narrowed, self.required, self.opened)
        return frozenset(attribute.name for group in groups for attribute in group)


def compare(old: Schema, new: Schema) -> SchemaChange:
    """Return what is different in ways that ask for a look at the features; the attributes are the new ones."""
    both = [(old.by_name[a.name], a) for a in new.attributes if a.name in old.by_name]
    # a new attribute that everybody sees may find values under its name, from a time when it was private
    fresh = [a for a in new.attributes if a.name not in old.by_name]
    return SchemaChange(
        removed=tuple(a for a in old.attributes if a.name not in new.by_name),
        retyped=tuple(now for before, now in both if before.type is not now.type),
        narrowed=tuple(now for before, now in both if _is_narrower(before, now)),
        required=tuple(now for before, now in both if now.is_required and not before.is_required)
        + tuple(a for a in fresh if a.is_required),
        opened=tuple(now for before, now in both if before.is_private and not now.is_private)
        + tuple(a for a in fresh if not a.is_private),
    )


def _is_narrower(before: Attribute, now: Attribute) -> bool:
    bounds = (now.minimum is not None and now.minimum != before.minimum) or (
        now.maximum is not None and now.maximum != before.maximum
    )
    fewer = bool(now.codes) and not {c.code for c in before.codes} <= {c.code for c in now.codes}
    return before.type is now.type and (bounds or fewer or (bool(now.codes) and not before.codes))


def check_change(
    old: Schema, new: Schema, held: Mapping[str, Held], features: int, agreed: Collection[str] = ()
) -> None:
    """Refuse a schema that the features do not fit; raise NeedsAgreement for what must be agreed to, attribute by
    attribute. ``held`` says what the features hold of each attribute of ``compare(old, new).names``.
    """
    change = compare(old, new)
    for attribute in (*change.retyped, *change.narrowed):
        _check_values(attribute, held.get(attribute.name, NOTHING))
    for attribute in change.required:
        lacking = features - held.get(attribute.name, NOTHING).count
        if lacking:
            raise Refused(
                N_("%(name)s cannot be required yet: %(count)s features have no value for it."),
                name=attribute.name,
                count=lacking,
            )
    questions = tuple(q for q in _questions(change, held) if q.attribute not in agreed)
    if questions:
        raise NeedsAgreement(questions)


def _check_values(attribute: Attribute, held: Held) -> None:
    schema = Schema((attribute,))
    for value in held.values:
        problems = schema.check({attribute.name: value}).problems
        if problems:
            raise Refused(
                N_("%(name)s cannot become so: there is a feature with “%(value)s”."),
                name=attribute.name,
                value=values.show(value)[:80],
            )


def _questions(change: SchemaChange, held: Mapping[str, Held]) -> list[Question]:
    asked = []
    for attribute in change.removed:
        count = held.get(attribute.name, NOTHING).count
        if count:
            sentence = N_("%(name)s disappears from %(count)s features.")
            asked.append(Question(attribute.name, sentence, {"name": attribute.name, "count": count}))
    for attribute in change.retyped:
        count = held.get(attribute.name, NOTHING).count
        if count:
            sentence = N_("%(name)s is converted in %(count)s features.")
            asked.append(Question(attribute.name, sentence, {"name": attribute.name, "count": count}))
    for attribute in change.opened:
        found = held.get(attribute.name, NOTHING)
        if found.count or found.is_in_past:
            sentence = N_("%(name)s was private, and will be seen by everybody who sees the layer.")
            asked.append(Question(attribute.name, sentence, {"name": attribute.name}))
    return asked


def convert(value: object, to: AttributeType) -> object:
    """Return a value in another type; raises ValueError where it has no place there."""
    return values.COERCIONS[to](value)
