"""Whatever is sent, the answer is a sentence and never a fault of ours."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.journeys.city import CRITERION, INDICATOR, PILLAR, PROBE, REPORTED
from tests.journeys.observed import SERIES
from tests.journeys.pages import GUARDED, OWN, PUBLIC, Page

FAULT = 500
# NUL, a lone surrogate's bytes, a right-to-left mark, a very long word, a quote, a formula, a path, an emoji.
ODD = ("\x00", "\u202e", "a" * 5000, "'; --", "=1+1", "../../etc/passwd", "😀", "%", "{{ 1 }}", "-1", "9" * 30)
WORST = ("\x00", "a" * 5000, "😀", "-1", "9" * 30)
NAMES = (
    "page", "said", "measured", "gains", "at", "view", "pillar", "level", "search", "order", "outcome", "about", "subject",
    "budget", "horizon", "include", "exclude", "rest", "free", "reading", "demonstration", "place", "a", "b", "q", "role",
    "status", "direction", "funding", "year_from", "year_to", "priority", "lang", "limit", "offset", "preview", "next", "state", "basis",
    "domain", "range", "from", "to", "before", "series", "points", "start", "end", "severity", "only", "replay", "things",
)  # fmt: skip
WITH_CODES = (
    "/matrix/{}/", "/matrix/{}/declare/", "/matrix/{}/links/project/", "/strategy/{}/", "/projects/{}/",
    "/projects/{}/report/", "/projects/{}/team/", "/indicators/{}/", "/indicators/{}/value/", "/probes/{}/",
    "/assessments/{}/decide/", "/evaluations/{}/", "/evaluations/{}/snapshot.json", "/evaluations/1/report/{}/",
    "/photos/{}/", "/people/{}/", "/welcome/{}/", "/links/project/{}/", "/account/confirm-email/{}/",
    "/observations/domains/{}/", "/observations/things/{}/", "/observations/series/{}/", "/observations/series/{}/forecast/",
    "/live/series/{}/chart", "/live/series/{}.csv", "/dashboards/{}/", "/dashboards/{}/embed/", "/rules/{}/",
    "/rules/praf/{}/", "/rules/runs/{}/", "/alarms/{}/", "/duty/domains/{}/", "/duty/things/{}/control/",
    "/connectors/{}/", "/sensorthings/v1.1/{}", "/sensorthings/v1.1/Things({})",
    "/api/v1/strategy/criteria/{}", "/api/v1/strategy/projects/{}", "/api/v1/strategy/evaluations/{}/content",
)  # fmt: skip
API = (
    "pillars", "criteria", "matrix", "projects", "indicators", "indicator-values", "evaluations", "documents", "directions",
    "umbrella", "anomalies", "probes",
)  # fmt: skip
SOMEBODY = {**dict.fromkeys(PUBLIC, "ioana"), **dict.fromkeys(OWN, "ioana"), **{p: n[0] for p, n in GUARDED.items()}}


@pytest.fixture
def ask(city: None, client_of: Callable[[str], Client]) -> Callable[..., int]:
    """Return the status of an answer; what would be a page of a fault is one, and not an exception."""
    clients: dict[str, Client] = {}

    def send(method: str, address: str, data: object = None, *, by: str = "", **options: object) -> int:
        if by not in clients:
            clients[by] = client_of(by)
            clients[by].raise_request_exception = False
        given = {} if data is None else {"data": data}
        return int(clients[by].generic(method, address, **options).status_code if method not in {"GET", "POST"}
                   else getattr(clients[by], method.lower())(address, **given, **options).status_code)  # fmt: skip

    return send


@pytest.mark.parametrize("odd", WORST[:2] + WORST[-1:], ids=lambda text: repr(text[:12]))
def test_odd_words_in_a_query_are_no_fault(ask: Callable[..., int], odd: str) -> None:
    query = "&".join(f"{name}={quote(odd)}" for name in NAMES)
    addresses = [page.address() for page in PUBLIC if not page.query] + [f"/api/v1/strategy/{name}" for name in API]
    assert [where for where in addresses if ask("GET", f"{where}?{query}", by="ioana") >= FAULT] == []


@pytest.mark.parametrize("odd", WORST, ids=lambda text: repr(text[:12]))
def test_odd_words_one_at_a_time_are_no_fault(ask: Callable[..., int], odd: str) -> None:
    """All at once, a first refusal could hide a second one."""
    asked = [
        ("/matrix/", ("at", "view", "pillar")),
        (f"/matrix/{CRITERION}/", ("at", "said", "measured")),
        (
            "/projects/",
            ("page", "q", "order", "pillar", "direction", "status", "priority", "funding", "year_from", "year_to"),
        ),
        ("/indicators/", ("pillar", "search", "outcome")),
        ("/indicators/benchmark/", ("place",)),
        ("/anomalies/", ("about", "subject", "search")),
        ("/evaluations/compare/", ("a", "b")),
        ("/forecast/", ("reading", "page")),
        ("/people/", ("q", "role", "page")),
        ("/account/login/", ("next",)),
        ("/indicators/import/", ("preview",)),
        ("/observations/latest", ("series",)),
        ("/observations/things/", ("q", "domain", "page", "state")),
        (f"/observations/series/{_number()}/", ("range", "from", "to", "before")),
        (f"/live/series/{_number()}/chart", ("points", "start", "end")),
        ("/duty/", ("page",)),
        ("/alarms/", ("state", "severity", "domain", "search", "page")),
        ("/rules/", ("domain", "state", "page")),
        ("/sensorthings/v1.1/Things", ("$filter", "$top", "$skip", "$orderby", "$expand", "$select", "$count")),
    ]
    bad = [
        f"{where}?{name}"
        for where, names in asked
        for name in names
        if ask("GET", f"{where}?{name}={quote(odd)}", by="adela" if "people" in where else "ioana") >= FAULT
    ]
    assert bad == []


@pytest.mark.parametrize("odd", [*ODD, "0", "ro", "E", "null", "é", "ß.1"], ids=lambda text: repr(text[:12]))
def test_unknown_codes_are_not_found(ask: Callable[..., int], odd: str) -> None:
    bad = {where: ask("GET", where.format(quote(odd, safe="")), by="ioana") for where in WITH_CODES}
    assert {where: status for where, status in bad.items() if status >= FAULT} == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "BREW"])
def test_other_methods_change_nothing(ask: Callable[..., int], method: str) -> None:
    bad = {str(page): ask(method, page.address(), by=name) for page, name in SOMEBODY.items()}
    assert {where: status for where, status in bad.items() if status >= FAULT} == {}


@pytest.mark.parametrize("odd", [{}, {"x": "y"}, *(dict.fromkeys((*NAMES, "percent", "spent_eur", "summary", "token", "known", "period", "reason", "valid_from", "document_title", "document_url", "verdict", "title", "kind", "note", "year", "value", "text", "person", "end", "project", "effect", "probe", "comparator", "threshold", "mode", "full_name", "language", "email", "login", "password", "withdraw"), word) for word in ODD)],
    ids=lambda data: repr(next(iter(data.values()), "")[:12]))  # fmt: skip
def test_odd_forms_are_refused_in_words(ask: Callable[..., int], odd: dict[str, str]) -> None:
    takes = (*GUARDED, Page("strategy:benchmark"), Page("account_login"), Page("identity:account"))
    bad = {str(page): ask("POST", page.address(), odd, by=SOMEBODY.get(page, "ioana")) for page in takes}
    assert {where: status for where, status in bad.items() if status >= FAULT} == {}


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"\xff\xd8\xff" + b"x" * 2000, b"GIF89a", b"<svg onload=alert(1)>", b"\xff" * 3_000_000]
)  # fmt: skip
def test_odd_files_are_refused_in_words(ask: Callable[..., int], content: bytes) -> None:
    for where, field in ((f"/projects/{REPORTED}/report/", "photo_1"), ("/indicators/import/", "file")):
        file = SimpleUploadedFile("../../x.jpg\x00.php", content, "image/jpeg")
        assert ask("POST", where, {field: file, "caption_1": "x"}, by="ioana") < FAULT


def test_huge_bodies_are_turned_away(ask: Callable[..., int]) -> None:
    for where in ("/account/login/", f"/matrix/{CRITERION}/declare/", f"/indicators/{INDICATOR}/value/"):
        assert ask("POST", where, {"reason": "x" * 6_000_000}, by="ioana") == 400
        assert ask("POST", where, {f"field{n}": "x" for n in range(2000)}, by="ioana") == 400


def test_bodies_that_are_no_forms_are_turned_away(ask: Callable[..., int]) -> None:
    for kind in (
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        "\x00",
    ):
        for where in ("/account/login/", f"/projects/{REPORTED}/report/", "/indicators/import/", "/probes/measure/"):
            assert ask("POST", where, b"\x00\xff{", by="ioana", content_type=kind) < FAULT


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "a" * 3000},
        {"HTTP_ACCEPT_LANGUAGE": "\x00,xx-" + "y" * 5000},
        {"HTTP_COOKIE": "sessionid=\x00; csrftoken=" + "z" * 4000},
        {"HTTP_IF_NONE_MATCH": "\x00"},
        {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "\x00"},
        {"HTTP_X_FORWARDED_FOR": "not an address, ,,"},
        {"HTTP_RANGE": "bytes=9-1"},
        {"CONTENT_LENGTH": "-5"},
    ],
    ids=lambda known: next(iter(known)),
)
def test_odd_headers_are_no_fault(ask: Callable[..., int], headers: dict[str, str]) -> None:
    for where in ("/", "/matrix/", f"/strategy/{PILLAR}/", f"/probes/{PROBE}/", "/account/login/", "/healthz"):
        assert ask("GET", where, **headers) < FAULT


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"PAR1" + b"\xff" * 500, b"time;x\n" + b"\xff\xfe;\n" * 99])
def test_odd_files_of_history_are_refused_in_words(ask: Callable[..., int], content: bytes) -> None:
    for name in ("../../x.csv", "x.parquet", "x\x00.csv"):
        file = SimpleUploadedFile(name, content, "text/csv")
        assert ask("POST", "/imports/", {"file": file}, by="dan") < FAULT


def test_odd_messages_of_devices_are_judged_in_words(ask: Callable[..., int]) -> None:
    for odd in ("[" * 20_000, '{"result": NaN}', '{"result": 1e999}', "null", '"' + "x" * 50_000, *ODD):
        said = {"message": odd, "series": odd[:10], "mapping": odd[:5000]}
        assert ask("POST", "/check-a-device/", said) < FAULT


def _number() -> int:
    from rivulus.observations.models import Datastream

    return int(Datastream.objects.get(code=SERIES).pk)


def test_a_form_without_its_token_is_refused(city: None) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = strict.post("/account/login/", {"login": "ana@example.org", "password": "x"})
    assert answer.status_code == 403
    assert b"<h1" in answer.content


def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(
    city: None, client_of: Callable[[str], Client]
) -> None:
    for address, language in (("/nowhere/", "ro"), ("/en/nowhere/", "en"), ("/hu/nowhere/", "hu")):
        answer = client_of("").get(address)
        assert answer.status_code == 404
        assert f'<html lang="{language}">' in answer.content.decode()
