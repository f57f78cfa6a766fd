"""How actions are written."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from rivulus.kernel.errors import Refused
from rivulus.kernel.networks import is_public_address
from rivulus.kernel.words import N_
from rivulus.observations import events
from rivulus.observations.rules.automations.documents import Node, Wrong
from rivulus.observations.rules.automations.grammar_triggers import one_of
from rivulus.observations.rules.automations.reading import Part, collected
from rivulus.observations.rules.automations.syntax import (
    DAY_US,
    MINUTE_US,
    Action,
    AlarmAction,
    Escalation,
    NoticeAction,
    NotifyAction,
    OtherAction,
    Severity,
    TaskAction,
    WaitAction,
    WebhookAction,
)
from rivulus.observations.rules.permissions import ADMINISTRATOR, DEPARTMENT, DISPATCHER, STRATEGY

ROLES = (DISPATCHER, DEPARTMENT, STRATEGY, ADMINISTRATOR)
SECRET = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
# How soon somebody should have acknowledged an alarm, where the rule does not say: the city's own choice.
ACKNOWLEDGE_WITHIN_US = {
    Severity.CRITICAL: 15 * MINUTE_US,
    Severity.WARNING: 60 * MINUTE_US,
    Severity.INFO: DAY_US,
}

WANT_HTTPS = N_("An address that begins with https:// is expected.")
NOT_PRIVATE = N_("This address is inside a private network.")
NO_CREDENTIALS = N_("Names and passwords do not belong in an address: name a secret instead.")
WANT_SECRET = N_(
    "A secret is named in capital letters; its value is in the environment as RIVULUS_WEBHOOK_SECRET_<name>."
)
WANT_ROLES = N_("Known roles: %(known)s.")
WANT_CAPABILITY = N_("Say which capability: its code, or same_thing with the end of its code.")
NO_ACTION = N_("No action of this name is known. Known actions: %(known)s.")


def read_actions(part: Part, key: str) -> tuple[Action, ...]:
    """Return the actions of a list."""
    found = []
    for node in part.items(key, 1, 20):
        with collected(part.problems):
            found.append(_read_action(Part(node, key, part.problems)))
    return tuple(found)


def _read_action(part: Part) -> Action:
    kind = one_of(part, tuple(KINDS))
    part.finish()
    return KINDS[kind](part)


def _read_alarm(part: Part) -> Action:
    inner = part.part("alarm")
    severity = Severity(inner.choice("severity", [str(word) for word in Severity]))
    alarm = AlarmAction(
        severity=severity,
        acknowledge_within_us=inner.get(
            "acknowledge_within",
            lambda at, key: at.duration(key, MINUTE_US, 7 * DAY_US),
            ACKNOWLEDGE_WITHIN_US[severity],
        ),
        escalate=inner.get("escalate", _read_escalations, ()),
    )
    inner.finish()
    return alarm


def _read_escalations(part: Part, key: str) -> tuple[Escalation, ...]:
    found = []
    for node in part.items(key, 1, 5):
        inner = Part(node, key, part.problems)
        found.append(Escalation(after_us=inner.duration("after", MINUTE_US, 7 * DAY_US), roles=_roles(inner)))
        inner.finish()
    return tuple(sorted(found, key=lambda step: step.after_us))


def _roles(part: Part) -> tuple[str, ...]:
    roles = part.texts("roles")
    if not set(roles) <= set(ROLES):
        raise Wrong(part.first_line("roles"), "roles", WANT_ROLES, known=", ".join(ROLES))
    return tuple(dict.fromkeys(roles))


def _read_notify(part: Part) -> Action:
    inner = part.part("notify")
    action = NotifyAction(
        roles=_roles(inner), message=inner.words("message", 500), email=inner.get("email", Part.truth, False)
    )
    inner.finish()
    return action


def _read_webhook(part: Part) -> Action:
    inner = part.part("webhook")
    action = WebhookAction(url=_url(inner), secret=_secret(inner))
    inner.finish()
    return action


def _url(part: Part) -> str:
    url, line = part.text("url", 1000), part.first_line("url")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong(line, "url", WANT_HTTPS) from None
    if parts.scheme != "https" or not host or set(url) & set(" \t\r\n\\"):
        raise Wrong(line, "url", WANT_HTTPS)
    if parts.username or parts.password:
        raise Wrong(line, "url", NO_CREDENTIALS)
    if not is_public_host(host):
        raise Wrong(line, "url", NOT_PRIVATE)
    return url


def is_public_host(host: str) -> bool:
    """Say whether a host, as far as its name tells, is not of a private network; names are looked up when calling."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith((".local", ".internal", ".localhost"))
    return is_public_address(host)


def _secret(part: Part) -> str:
    text = part.text("secret", 40)
    if not SECRET.fullmatch(text):
        raise Wrong(part.first_line("secret"), "secret", WANT_SECRET)
    return text


def _read_task(part: Part) -> Action:
    inner = part.part("task")
    if inner.has("capability") == inner.has("same_thing"):
        raise Wrong(inner.line, "task", WANT_CAPABILITY)
    action = TaskAction(
        capability=inner.get("capability", lambda at, key: at.text(key, 200), ""),
        same_thing=inner.get("same_thing", lambda at, key: at.text(key, 200), ""),
        parameters=_parameters(inner),
    )
    inner.finish()
    return action


def _parameters(part: Part) -> dict[str, Any]:
    if not part.has("parameters"):
        return {}
    node: Node = part.node("parameters")
    Part(node, "parameters", part.problems)
    found: dict[str, Any] = node.plain()
    return found


def _read_notice(part: Part) -> Action:
    inner = part.part("notice")
    action = NoticeAction(
        text=inner.words("text", 300),
        for_us=inner.duration("for", MINUTE_US, 7 * DAY_US),
        until_clear=inner.get("until_clear", Part.truth, True),
    )
    inner.finish()
    return action


def _read_wait(part: Part) -> Action:
    return WaitAction(for_us=part.duration("wait", most_us=7 * DAY_US))


def _read_other(part: Part) -> Action:
    inner = part.part("action")
    name = inner.text("name", 80)
    kind = events.find_action(name)
    if kind is None:
        known = ", ".join(one.name for one in events.list_actions())
        raise Wrong(inner.first_line("name"), "name", NO_ACTION, known=known or "–")
    parameters = _parameters(inner)
    try:
        kind.check(parameters)
    except Refused as refused:
        raise Wrong(inner.first_line("parameters"), "parameters", refused.sentence, **refused.values) from refused
    inner.finish()
    return OtherAction(name=name, parameters=parameters)


KINDS: dict[str, Callable[[Part], Action]] = {
    "alarm": _read_alarm,
    "notify": _read_notify,
    "webhook": _read_webhook,
    "task": _read_task,
    "notice": _read_notice,
    "wait": _read_wait,
    "action": _read_other,
}
