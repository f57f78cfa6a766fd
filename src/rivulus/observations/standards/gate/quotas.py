"""How much each supplier may send: by the minute in the memory of a process, by the day in a table that all share."""

import datetime as dt
import logging
import threading
import time
from collections import defaultdict

from django.db import connection

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.actions import suppliers
from rivulus.observations.queries.suppliers import usage_of_day
from rivulus.observations.rules.keys import KeyHolder

log = logging.getLogger(__name__)
MINUTE_SPENT = N_("The quota of this minute is used up. Nothing of this request was stored; send it again later.")
DAY_SPENT = N_("The quota of this day is used up. Nothing of this request was stored; send it again tomorrow.")
WRITE_EVERY_S = 10.0


class QuotaSpent(Exception):
    """A supplier has sent as much as it may; it may send again after some seconds."""

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.sentence, self.retry_after_s = sentence, retry_after_s


class Quotas:
    """Counts observations by supplier; what it counted goes into the table of usage now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._in_minute: dict[int, int] = defaultdict(int)
        self._day = clock.today()
        self._in_day: dict[int, int] = {}  # as the table says, with what is counted here since
        self._unsaid: dict[int, list[int]] = defaultdict(lambda: [0, 0])  # accepted, refused
        self._used_keys: set[int] = set()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="quotas", daemon=True)

    def start(self) -> None:
        """Read what was sent today, and write what is counted every ten seconds from now on."""
        self._exchange_alone()
        self._thread.start()

    def stop(self) -> None:
        """Write the rest."""
        self._ends.set()
        self._thread.join(5)

    def count(self, holder: KeyHolder, observations: int) -> None:
        """Count observations that somebody sends; raises QuotaSpent, and counts them as refused, when it is too many."""
        now, supplier = time.time(), holder.supplier_id
        with self._lock:
            minute = int(now // 60)
            if minute != self._minute:
                self._minute = minute
                self._in_minute.clear()
            self._used_keys.add(holder.key_id)
            if self._in_minute[supplier] + observations > holder.quota_per_minute:
                self._unsaid[supplier][1] += observations
                raise QuotaSpent(MINUTE_SPENT, max(1, int((minute + 1) * 60 - now) + 1))
            if self._in_day.get(supplier, 0) + observations > holder.quota_per_day:
                self._unsaid[supplier][1] += observations
                raise QuotaSpent(DAY_SPENT, _seconds_to_midnight())
            self._in_minute[supplier] += observations
            self._in_day[supplier] = self._in_day.get(supplier, 0) + observations
            self._unsaid[supplier][0] += observations

    def exchange(self) -> None:
        """Write what was counted into the table, and read what all processes have counted today."""
        with self._lock:
            day, sent, used = self._day, dict(self._unsaid), set(self._used_keys)
            self._unsaid.clear()
            self._used_keys.clear()
            self._day = clock.today()
        try:
            if sent:
                suppliers.count_usage(day=day, sent={number: (row[0], row[1]) for number, row in sent.items()})
                suppliers.note_use(key_ids=used)
            found = usage_of_day(self._day)
        except Exception as error:
            log.warning("What suppliers sent could not be counted: %s", error)
            with self._lock:
                for number, row in sent.items():
                    self._unsaid[number][0] += row[0]
                    self._unsaid[number][1] += row[1]
            return
        with self._lock:
            self._in_day = {
                number: found.get(number, 0) + self._unsaid[number][0]
                if number in self._unsaid
                else found.get(number, 0)
                for number in found.keys() | self._unsaid.keys()
            }

    def _run(self) -> None:
        while not self._ends.wait(WRITE_EVERY_S):
            self._exchange_alone()
        self._exchange_alone()

    def _exchange_alone(self) -> None:
        """The same in a thread that nobody else closes connections for."""
        self.exchange()
        connection.close()


def _seconds_to_midnight() -> int:
    """Until the next day of the city."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), clock.CITY_ZONE)
    return max(1, int((midnight - now).total_seconds()) + 1)
