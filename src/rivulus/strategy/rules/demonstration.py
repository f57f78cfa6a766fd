"""What the demonstration tells of the city: made up, the same on every machine, and possible by the rules. Pure.

The sentences are in Romanian only, as the people of a city hall would write them.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from rivulus.strategy.rules.projects import MAIN_PATH, STATUS_OF_MATURITY, HalfYear, last_ended
from rivulus.strategy.terms import State, Status, Verdict

SEED = "rivulus-dominarum-1329"
FIRST = HalfYear(2023, 1)
PROJECTS = 45
TEAM_EVERY = 3  # every third project has the team of the demonstration; the strategy unit reports for the others
FAR = 2029  # when a project without a horizon is taken to end
# From which share of its way a project is prepared, applied for, and under way; before that it is an idea.
PREPARING_FROM, APPLIED_FROM, UNDER_WAY_FROM = 0.1, 0.18, 0.3
LATE, SILENT, STOPPED = 0.12, 0.05, 0.16  # shares: of reports that come late, that are missing, of teams gone quiet
UNSTATED_VALUE = (20_000, 150_000)  # euro, where chapter 5 states none

SUMMARIES: dict[Status, tuple[str, ...]] = {
    Status.IDEA: (
        "Am adunat părerile direcțiilor interesate; încă nu există un buget.",
        "Am căutat exemple din alte orașe și am scris o notă de două pagini pentru conducere.",
        "Tema a fost discutată în două ședințe, fără o hotărâre.",
    ),
    Status.PREPARING: (
        "Tema de proiectare este scrisă; așteptăm avizele.",
        "Am cerut oferte de preț și am ales soluția tehnică.",
        "Studiul de fezabilitate a început, iar terenul a fost verificat.",
        "Am semnat acordul cu partenerii și am stabilit cine ce face.",
        "Caietul de sarcini a fost trimis spre verificare la achiziții.",
    ),
    Status.APPLIED: (
        "Cererea de finanțare a fost depusă; suntem în evaluare.",
        "Am răspuns la a doua rundă de clarificări a finanțatorului.",
        "Proiectul este pe lista de rezervă; pregătim și o altă sursă.",
    ),
    Status.IN_PROGRESS: (
        "Contractul este semnat și lucrările au început în două cartiere.",
        "Prima etapă este încheiată; am făcut recepția parțială.",
        "Echipamentele au fost livrate și urmează instalarea.",
        "Am instruit 24 de colegi, iar sistemul merge în probe.",
        "Lucrăm după grafic; plățile sunt la zi.",
        "Am ținut trei întâlniri cu locuitorii și am schimbat planul după părerile lor.",
        "Jumătate din livrări sunt verificate; restul vin în semestrul următor.",
    ),
    Status.DONE: (
        "Totul este predat și folosit; urmărim rezultatele încă un an.",
        "Recepția finală a fost făcută fără observații.",
    ),
    Status.SUSPENDED: (
        "Am oprit lucrările până la o nouă licitație.",
        "Așteptăm o decizie a instanței; nu se cheltuie nimic.",
    ),
    Status.ABANDONED: ("Consiliul a renunțat: nevoia este acoperită de alt proiect.",),
}
RISKS = (
    "",
    "",
    "Prețurile materialelor au crescut peste estimare.",
    "Lipsesc doi specialiști din echipă.",
    "Avizul de la drumuri întârzie.",
    "Depindem de livrarea furnizorului, care a cerut o amânare.",
    "Licitația poate fi contestată.",
)
STOPS = (Status.SUSPENDED, Status.SUSPENDED, Status.ABANDONED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a project before its story is told."""

    code: str
    maturity: str
    value_eur: Decimal | None
    horizon_year: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A made-up report, and the moment at which it comes in."""

    period: HalfYear
    status: Status
    percent: int
    spent_eur: Decimal
    expected_end: dt.date | None
    summary: str
    risks: str
    reported_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A made-up declaration, and the second person's word on it where there is one."""

    criterion: str
    state: State
    valid_from: dt.date
    reason: str
    verdict: Verdict | None = None
    verdict_reason: str = ""


@dataclass(frozen=True, slots=True)
class Valued:
    """By how much an indicator changes each year, in percent of its last known value."""

    indicator: str
    drift_percent: Decimal


SAID = (
    Said(
        "C2.2",
        State.IN_PROGRESS,
        dt.date(2024, 3, 11),
        "Două consultări publice s-au încheiat cu un raport de răspuns.",
    ),
    Said("C1.4", State.MET, dt.date(2025, 2, 3), "Cursuri de competențe digitale se țin în opt școli, tot anul."),
    Said(
        "E2.1",
        State.IN_PROGRESS,
        dt.date(2024, 6, 17),
        "Ghișeul pentru firme funcționează în probe, trei zile pe săptămână.",
    ),
    Said("G2.1", State.MET, dt.date(2023, 11, 30), "Strategia de digitalizare a fost aprobată de consiliul local."),
    Said("G2.4", State.IN_PROGRESS, dt.date(2025, 5, 12), "Jumătate din angajați au terminat primul modul de curs."),
    Said(
        "L2.1", State.IN_PROGRESS, dt.date(2024, 9, 2), "Planul urbanistic este transpus în GIS pentru patru cartiere."
    ),
    Said("Me2.4", State.NOT_MET, dt.date(2025, 1, 20), "Rata de reciclare raportată de operator a rămas sub prag."),
    Said("Mo1.5", State.MET, dt.date(2024, 10, 7), "Toate autobuzele electrice și troleibuzele trimit poziția lor."),
    Said("Mo2.5", State.IN_PROGRESS, dt.date(2025, 4, 14), "Urmărirea se extinde la vehiculele mai vechi."),
    Said(
        "E4.2",
        State.IN_PROGRESS,
        dt.date(2025, 6, 2),
        "Parteneriatul cu clusterul este semnat, dar nu are încă un plan.",
    ),
    Said("G4.4", State.IN_PROGRESS, dt.date(2025, 9, 15), "Primele opt seturi de date au o interfață publică."),
    Said(
        "Mo4.1", State.IN_PROGRESS, dt.date(2026, 2, 9), "Aplicația arată autobuzele; bicicletele și parcările lipsesc."
    ),
    Said(
        "C4.3",
        State.MET,
        dt.date(2024, 5, 20),
        "Două centre comunitare sunt deschise zilnic.",
        verdict=Verdict.CONFIRMED,
    ),
    Said(
        "G4.3",
        State.MET,
        dt.date(2025, 3, 3),
        "Compartimentul pentru proiecte are șef, cinci posturi ocupate și buget.",
        verdict=Verdict.CONFIRMED,
    ),
    Said(
        "Me4.1",
        State.IN_PROGRESS,
        dt.date(2025, 7, 21),
        "Datele despre aer se văd în timp real; prognoza este în lucru.",
        verdict=Verdict.CONFIRMED,
    ),
    Said(
        "L4.3",
        State.MET,
        dt.date(2025, 2, 17),
        "Panoul comun funcționează la dispecerat.",
        verdict=Verdict.REFUSED,
        verdict_reason="Panoul este folosit de o singură instituție; criteriul le cere pe toate.",
    ),
    Said(
        "Mo5.2",
        State.IN_PROGRESS,
        dt.date(2025, 11, 10),
        "Negociem un tarif comun cu operatorii județeni.",
        verdict=Verdict.REFUSED,
        verdict_reason="Nu există încă un document semnat; reluăm după prima ședință.",
    ),
)
VALUED = (
    Valued("E-15", Decimal("4.5")),
    Valued("E-17", Decimal("6.2")),
    Valued("C-01", Decimal("1.8")),
    Valued("C-04", Decimal("2.1")),
    Valued("Me-06", Decimal("-3.4")),
    Valued("Me-08", Decimal("-2.6")),
    Valued("L-09", Decimal("-0.8")),
    Valued("Mo-01", Decimal("14")),
    Valued("Mo-04", Decimal("60")),
    Valued("Mo-07", Decimal("-5.5")),
)
DOCUMENT = "Document de probă, făcut pentru demonstrație"
DOCUMENT_URL = "https://demo.invalid/document-de-proba"  # RFC 2606: leads nowhere, on purpose
VALUE_SOURCE = "Valoare inventată, pentru demonstrație"
EVALUATION_TITLE = "Raport anual de probă"
EVALUATION_NOTE = "Făcut pentru demonstrație: arată cum se încheie un an."


def choose(plans: Sequence[Plan]) -> list[Plan]:
    """Return the projects that the demonstration tells of: those that have begun, then those due first."""
    ready = [plan for plan in plans if STATUS_OF_MATURITY[plan.maturity] is not Status.DONE]
    ready.sort(key=lambda plan: (STATUS_OF_MATURITY[plan.maturity] is Status.IDEA, plan.horizon_year or FAR, plan.code))
    return ready[:PROJECTS]


def is_of_team(place: int) -> bool:
    """Tell whether the project at this place of the choice has the demonstration's team."""
    return place % TEAM_EVERY == 0


def list_periods(today: dt.date) -> list[HalfYear]:
    """Return the half-years that the demonstration reports of, the oldest first."""
    periods, last = [FIRST], last_ended(today)
    while periods[-1] < last:
        periods.append(periods[-1].next)
    return [period for period in periods if period <= last]


def tell(plan: Plan, *, now: dt.datetime) -> list[Told]:
    """Return the reports of a project that have come in by ``now``, the oldest first.

    Each project has dice of its own, so that its story does not depend on the others, nor its past on the day.
    """
    return [told for told in _tell(plan, list_periods(now.date())) if told.reported_at <= now]


def _tell(plan: Plan, periods: Sequence[HalfYear]) -> Iterator[Told]:
    dice = Random(f"{SEED}:{plan.code}")  # noqa: S311 (a story, not a secret)
    starts, halves, words = dice.randrange(4), _halves(plan, dice), dice.randrange(60)
    value, delay, thrift = _value(plan, dice), dice.randrange(3), Decimal(dice.randrange(82, 104)) / 100
    stop, stopped_at = _stop(dice), dice.randrange(2, 7)
    quiet_from = dice.randrange(5, 9) if dice.random() < STOPPED else len(periods)
    status, percent = STATUS_OF_MATURITY[plan.maturity], 0
    for number, period in enumerate(periods[:quiet_from]):
        # Thrown for every half-year, told or not: what comes later must not depend on it.
        is_silent, is_late = dice.random() < SILENT, dice.random() < LATE
        share, hour, risks = dice.random(), dice.randrange(6, 15), dice.choice(RISKS)
        if number < starts or is_silent:
            continue
        way = min(1.0, (number - starts + 1) / halves)
        status = _status_after(status, way, stop if number == stopped_at else None)
        percent = _percent(status, way, percent)
        sentences = SUMMARIES[status]
        yield Told(
            period=period,
            status=status,
            percent=percent,
            spent_eur=(value * percent / 100 * thrift).quantize(Decimal(1)),
            expected_end=_expected_end(plan, status, period, delay),
            summary=sentences[(words + number) % len(sentences)],
            risks="" if status is Status.DONE else risks,
            reported_at=_moment(period, is_late=is_late, share=share, hour=hour),
        )
        if status in (Status.DONE, Status.ABANDONED):
            return


def _halves(plan: Plan, dice: Random) -> int:
    """Return how many half-years the project takes, with what it is late by."""
    planned = 2 * ((plan.horizon_year or FAR) - FIRST.year + 1)
    return max(3, planned + dice.choice((-1, 0, 0, 1, 2)))


def _value(plan: Plan, dice: Random) -> Decimal:
    guess = Decimal(dice.randrange(*UNSTATED_VALUE, 1_000))
    return guess if plan.value_eur is None else plan.value_eur


def _stop(dice: Random) -> Status | None:
    """Return what keeps one project in ten from going on."""
    stop = dice.choice(STOPS)
    return stop if dice.random() < 0.1 else None


def _status_after(status: Status, way: float, stop: Status | None) -> Status:
    """Return the next status: on along the main path as far as one report may go, unless something stops it."""
    if stop is not None and status is not Status.DONE:
        return stop
    aim = _aim(way)
    if status is Status.SUSPENDED:
        return aim if aim is not Status.DONE else Status.IN_PROGRESS
    if aim is Status.DONE and status is not Status.IN_PROGRESS:
        return Status.IN_PROGRESS
    return max(status, aim, key=MAIN_PATH.index)


def _aim(way: float) -> Status:
    if way >= 1:
        return Status.DONE
    if way >= UNDER_WAY_FROM:
        return Status.IN_PROGRESS
    if way >= APPLIED_FROM:
        return Status.APPLIED
    return Status.PREPARING if way >= PREPARING_FROM else Status.IDEA


def _percent(status: Status, way: float, before: int) -> int:
    """Return the share done, which never falls: little on paper, much on site."""
    if status is Status.DONE:
        return 100
    if status in (Status.SUSPENDED, Status.ABANDONED):
        return before
    weight = {Status.IDEA: 0.0, Status.PREPARING: 0.25, Status.APPLIED: 0.4}.get(status, 1.0)
    return max(before, min(95, int(100 * way * weight)))


def _expected_end(plan: Plan, status: Status, period: HalfYear, delay: int) -> dt.date | None:
    """Return the end that the team expects: the printed horizon, some half-years later; none while nothing moves."""
    if status in (Status.SUSPENDED, Status.ABANDONED):
        return None
    if status is Status.DONE:
        return period.end
    planned = HalfYear(plan.horizon_year or FAR, 2)
    for _step in range(delay):
        planned = planned.next
    return max(planned, period.next).end


def _moment(period: HalfYear, *, is_late: bool, share: float, hour: int) -> dt.datetime:
    days = 5 + int(share * 50) if is_late else -int(share * 27)
    return dt.datetime.combine(period.due + dt.timedelta(days=days), dt.time(hour, 20), dt.UTC)


def value_after(last: Decimal, drift_percent: Decimal, years: int) -> Decimal:
    """Return a made-up value some years after the last known one."""
    return (last * (1 + drift_percent / 100) ** years).quantize(Decimal("0.01"))
