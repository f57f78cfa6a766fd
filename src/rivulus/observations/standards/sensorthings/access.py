"""Who writes: a supplier by its key, or somebody signed in who may describe things."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from rivulus.identity import queries as identity
from rivulus.kernel import clock
from rivulus.kernel.limits import Limit, TooOften, address_of, count
from rivulus.observations.queries.suppliers import find_key, usage_on
from rivulus.observations.rules import keys, writers
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.rules.writers import Writer
from rivulus.observations.standards.sensorthings.rendering import ServiceError

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Rivulus", Basic realm="Rivulus", charset="UTF-8"'}
SANDBOX = "/sandbox/"
WRITES = Limit(name="sensorthings-writes", most=600)  # a minute; observations have quotas of their own
STRANGERS = Limit(name="sensorthings-strangers", most=60)
DAY_SPENT = "The quota of this day is used up. Nothing of this request was stored; send it again tomorrow."
MINUTE_SPENT = "The quota of this minute is used up. Nothing of this request was stored; send it again later."


@dataclass(frozen=True, slots=True)
class Account:
    """On whose account a request writes: ``by`` is a person, ``holder`` whoever carries a key."""

    by: Any
    writer: Writer
    holder: KeyHolder | None = None


def find_account(request: HttpRequest) -> Account:
    """Return who writes; raises ServiceError 401 or 403 where nobody may."""
    secret = keys.find_secret({name.lower(): value for name, value in request.headers.items()})
    if secret is not None:
        return _of_key(request, secret)
    if identity.roles_of(cast(Any, request.user)):
        _check_token(request)
        return Account(request.user, writers.PLATFORM)
    raise ServiceError(401, "Writing needs a key of a supplier, or somebody signed in who may describe things.")


def check_pace(account: Account) -> None:
    """Count one more description; raises TooOften where there were too many in this minute."""
    who = f"key {account.holder.key_id}" if account.holder else f"person {account.by.pk}"
    count(WRITES, who)


@dataclass(slots=True)
class _Minute:
    """What each supplier sent to this process in the present minute."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    sent: Counter[int] = field(default_factory=Counter)

    def add(self, supplier: int, observations: int, most: int) -> bool:
        """Count observations, and say whether they are still within the quota; those beyond it are not counted."""
        with self.lock:
            if self.number != (now := int(time.time() // 60)):
                self.number, self.sent = now, Counter()
            if self.sent[supplier] + observations > most:
                return False
            self.sent[supplier] += observations
            return True


_minute = _Minute()


def check_quota(account: Account, observations: int) -> None:
    """Count observations that are about to be stored; raises ServiceError 429 where there are too many."""
    holder = account.holder
    if holder is None:
        return
    if usage_on(holder.supplier_id, clock.today()).accepted + observations > holder.quota_per_day:
        raise ServiceError(429, DAY_SPENT)
    if not _minute.add(holder.supplier_id, observations, holder.quota_per_minute):
        raise ServiceError(429, MINUTE_SPENT)


def _of_key(request: HttpRequest, secret: str) -> Account:
    holder = find_key(secret)
    if holder is None:
        try:
            count(STRANGERS, address_of(request))
        except TooOften as error:
            raise ServiceError(429, "Too many unknown keys came from this address; try again later.") from error
        raise ServiceError(401, "This key is not known, has expired or was revoked.")
    if holder.is_sandbox and not request.path.startswith(SANDBOX):
        raise ServiceError(403, "This key is for the sandbox: put /sandbox before the address.")
    return Account(None, writers.writer_of(holder), holder)


class _TokenOnly(CsrfViewMiddleware):
    """Asks for the token in the header, whatever the view says of itself."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_token(request: HttpRequest) -> None:
    """A session counts only with its token: any other page could make a browser send the cookie."""

    def unreached(_request: HttpRequest) -> HttpResponse:
        raise AssertionError

    if request.method == "POST" and "X-CSRFToken" not in request.headers and not _is_trusted(request):
        raise ServiceError(403, "With a session, send its token in the header X-CSRFToken.")
    checker = _TokenOnly(unreached)
    checker.process_request(request)
    if checker.process_view(request, unreached, (), {}) is not None:
        raise ServiceError(403, "With a session, send its token in the header X-CSRFToken.")


def _is_trusted(request: HttpRequest) -> bool:
    """Django's own mark for requests that need no token (its test client)."""
    return bool(getattr(request, "_dont_enforce_csrf_checks", False))
