"""Several people entering values at the same moment."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.indicators import enter_value, import_values
from rivulus.strategy.rules.indicator_values import Entry

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


@pytest.mark.django_db(transaction=True)
def test_the_same_value_entered_and_imported_at_once_is_kept_once() -> None:
    """The lock on the indicator makes the others wait, and then find the value there."""
    # The city that other tests have loaded may still be here, or may have been swept away.
    pillar, _ = models.Pillar.objects.get_or_create(code="E", defaults={"objective": "O2", "order": 1})
    known = {"pillar": pillar, "order": 1, "kind": "number", "direction": "lower"}
    indicator, _ = models.Indicator.objects.get_or_create(code="E-15", defaults=known)
    place, _ = models.Place.objects.get_or_create(code="baia_mare", defaults={"kind": "city"})
    ioana = Person.objects.create(email="ioana@example.test", full_name="Ioana")
    Membership.objects.create(person=ioana, role=Role.STRATEGY_UNIT)
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            start.wait()
            with clock.frozen(NOW):
                if number % 2:
                    import_values(by=ioana, rows=[Entry("E-15", "baia_mare", 2026, Decimal("1.4"), "", "A report")])
                else:
                    enter_value(
                        by=ioana,
                        indicator=indicator,
                        place=place,
                        year=2026,
                        value=Decimal("1.4"),
                        source_place="A report",
                    )
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert models.IndicatorValue.objects.filter(year=2026).count() == 1
