"""The gate: what it takes in, what it refuses and in which words, and what it hands on."""

import asyncio
import datetime as dt
import json
from contextlib import asynccontextmanager
from itertools import count

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase

from rivulus.kernel.errors import Refused
from rivulus.observations.actions import entities, suppliers
from rivulus.observations.actions.store import wire
from rivulus.observations.rules.entities import PartSpec, PropertySpec, SensorSpec, SeriesSpec, ThingSpec
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.weeks import moment
from rivulus.observations.standards.gate import decoding, flushing, gate
from rivulus.observations.terms import Flag, ObservationType

TIME = "2026-05-28T08:00:00Z"
T0 = decoding.read_time(TIME)
NUMBERS = count()


@pytest.fixture(scope="module", autouse=True)
def _committed(django_db_setup, django_db_blocker):
    """The gate has connections of its own: what it is to see is committed, and removed after the last test."""
    with django_db_blocker.unblock():
        yield
        TransactionTestCase("run")._fixture_teardown()


def describe(supplier):
    """A thing with a temperature between −50 and 60, a door, a word and a pair."""
    sensor = SensorSpec(code=f"{supplier.code}:sensor", name="Sensor")
    kind = PropertySpec(
        code=f"{supplier.code}:t", name="T", definition="https://example.org/t", limits={"minimum": -50, "maximum": 60}
    )

    def series(name, kind_of=ObservationType.MEASUREMENT, **others):
        given = {"observed_property": kind} | others
        return SeriesSpec(code=f"{supplier.code}:{name}", name=name, sensor=sensor, observation_type=kind_of, **given)

    pair = (PartSpec(observed_property=kind), PartSpec(observed_property=kind))
    spec = ThingSpec(
        code=f"{supplier.code}:thing",
        name="Thing",
        supplier=supplier.pk,
        series=(
            series("number"),
            series("second"),
            series("door", ObservationType.TRUTH),
            series("word", ObservationType.CATEGORY),
            series("pair", ObservationType.COMPLEX, observed_property=None, parts=pair),
        ),
    )
    done = entities.upsert_things(by=None, specs=[spec])
    return {code.partition(":")[2]: number for code, number in done.series.items()}


class Bogdan:
    """A supplier with two keys and his series, before the gate."""

    def __init__(self, **quotas):
        self.row = suppliers.create_supplier(by=None, code=f"bogdan-{next(NUMBERS)}", name="Bogdan", **quotas)
        self.key = suppliers.issue_key(by=None, supplier=self.row, name="device", scopes=["observe"]).secret
        self.series = describe(self.row)


async def nothing_else(scope, receive, send):
    body = (await receive()).get("body", b"")
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"elsewhere: " + body})


@asynccontextmanager
async def opened():
    """A gate that is open."""
    made = gate.Gate(nothing_else)
    await asyncio.to_thread(made._start)
    try:
        yield made
    finally:
        await asyncio.to_thread(made._stop)


async def post(made, path, body, key=None, **headers):
    """Return status, headers and body of the answer to a POST."""
    given = {"host": "gate.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if key:
        given["authorization"] = f"Bearer {key}"
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": f"/sensorthings/v1.1/{path}",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message):
        sent.append(message)

    await made(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    content = sent[1]["body"]
    return sent[0]["status"], answered, json.loads(content) if content[:1] in b'{["' and content else content


def alone(do):
    """Do something in a thread that will not be used again."""
    try:
        return do()
    finally:
        connection.close()


def ask(*requests):
    """Open a gate and post one request after the other; return the answers."""

    async def run():
        async with opened() as made:
            return [await post(made, *request[:-1], **request[-1]) for request in requests]

    return asyncio.run(run())


def stored(bogdan):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datastream, (extract(epoch FROM time) * 1000000)::int8, value, quality "
            "FROM observations_reading WHERE datastream = ANY(%s) ORDER BY 1, 2",
            [list(bogdan.series.values())],
        )
        return cursor.fetchall()


def observation(series, result=21.5, time=TIME, **others):
    return {"phenomenonTime": time, "result": result, "Datastream": {"@iot.id": series}, **others}


def array(series, rows, components=("phenomenonTime", "result")):
    return {"Datastream": {"@iot.id": series}, "components": list(components), "dataArray": rows}


def test_an_observation_is_stored_before_it_is_answered():
    bogdan = Bogdan()
    number = bogdan.series["number"]
    ((status, headers, body),) = ask(("Observations", observation(number), {"key": bogdan.key}))
    assert status == 201
    assert (
        headers["location"]
        == body["@iot.selfLink"]
        == f"http://gate.test/sensorthings/v1.1/Observations({body['@iot.id']})"
    )
    assert split_observation_id(body["@iot.id"]) == (number, T0)
    assert body["phenomenonTime"] == TIME and body["result"] == 21.5 and body["resultTime"] is None
    assert stored(bogdan) == [(number, T0, 21.5, 0)]


def test_who_wants_no_body_gets_none():
    bogdan = Bogdan()
    request = ("Observations", observation(bogdan.series["number"]), {"key": bogdan.key, "prefer": "return=minimal"})
    ((status, headers, body),) = ask(request)
    assert (status, body) == (204, b"")
    assert "Observations(" in headers["location"]


def test_the_address_may_name_the_series():
    bogdan = Bogdan()
    path = f"Datastreams({bogdan.series['number']})/Observations"
    ((status, _, _), (missing, _, _)) = ask(
        (path, {"phenomenonTime": TIME, "result": 1}, {"key": bogdan.key}),
        ("Datastreams(999999)/Observations", {"phenomenonTime": TIME, "result": 1}, {"key": bogdan.key}),
    )
    assert (status, missing) == (201, 404)


def test_every_kind_of_result_has_its_shape():
    bogdan = Bogdan()
    series, key = bogdan.series, {"key": bogdan.key}
    pair = {"phenomenonTime": TIME, "result": [1, 2], "MultiDatastream": {"@iot.id": series["pair"]}}
    answers = ask(
        ("Observations", observation(series["door"], True), key),
        ("Observations", observation(series["word"], "plin"), key),
        ("Observations", pair, key),
        ("Observations", observation(series["door"], 1), key),
        ("Observations", observation(series["word"], 1), key),
        ("Observations", {**pair, "result": [1, 2, 3]}, key),
        ("Observations", observation(series["number"], "21"), key),
        ("Observations", observation(series["pair"], [1, 2]), key),  # is no Datastream
        ("Observations", observation(series["word"], "a\0b"), key),
    )
    assert [status for status, _, _ in answers] == [201, 201, 201, 400, 400, 400, 400, 400, 400]
    assert answers[6][2] == {"code": 400, "type": "error", "message": "The result must be a finite number."}


def test_a_data_array_answers_row_by_row():
    bogdan = Bogdan()
    first, second = bogdan.series["number"], bogdan.series["second"]
    body = [
        array(first, [[TIME, 1], ["2026-05-28T10:01:00+02:00", 2.5]]),
        array(424242, [[TIME, 3]]),
        array(second, [[TIME, 4], ["not a time", 5], [TIME[:-1], 6], ["2026-05-28T08:02:00Z", "seven"]]),
    ]
    ((status, _, links),) = ask(("CreateObservations", body, {"key": bogdan.key}))
    assert status == 201
    assert [link == "error" for link in links] == [False, False, True, False, True, True, True]
    assert stored(bogdan) == [(first, T0, 1.0, 0), (first, T0 + 60_000_000, 2.5, 0), (second, T0, 4.0, 0)]


def test_a_data_array_of_all_components_keeps_what_else_is_said():
    bogdan = Bogdan()
    components = ["result", "phenomenonTime", "resultTime", "resultQuality", "validTime", "parameters"]
    valid = "2026-05-28T08:00:00Z/2026-05-28T09:00:00Z"
    row = [7, f"{TIME}/2026-05-28T08:10:00Z", "2026-05-28T08:11:00Z", {"grade": "A"}, valid, {"by": "Ana"}]
    ask(("CreateObservations", [array(bogdan.series["number"], [row], components)], {"key": bogdan.key}))
    assert stored(bogdan) == [(bogdan.series["number"], T0, 7.0, Flag.ANNOTATED)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT end_time, result_time, valid_from, valid_to, parameters::text FROM observations_annotation "
            "WHERE datastream = %s",
            [bogdan.series["number"]],
        )
        found = cursor.fetchone()
    hour = dt.timedelta(hours=1)
    start = moment(T0)
    assert found == (start + hour / 6, start + hour / 60 * 11, start, start + hour, '{"by": "Ana"}')


def test_a_result_time_that_says_nothing_new_costs_nothing():
    bogdan = Bogdan()
    ask(("Observations", observation(bogdan.series["number"], resultTime=TIME), {"key": bogdan.key}))
    assert stored(bogdan)[0][3] == Flag.RESULT_TIME_SAME


def test_without_a_key_nothing_comes_in():
    bogdan, vlad = Bogdan(), Bogdan()
    reader = suppliers.issue_key(by=None, supplier=bogdan.row, name="reader", scopes=["read"]).secret
    body = observation(bogdan.series["number"])
    answers = ask(
        ("Observations", body, {}),
        ("Observations", body, {"key": "rvk_wrong"}),
        ("Observations", body, {"key": reader}),
        ("Observations", body, {"key": vlad.key}),
        ("Observations", body, {"x_api_key": bogdan.key}),
    )
    assert [status for status, _, _ in answers] == [401, 401, 403, 403, 201]
    assert answers[0][1]["www-authenticate"].startswith("Bearer")
    assert len(stored(bogdan)) == 1


def test_a_key_that_is_revoked_opens_nothing_any_more():
    bogdan = Bogdan()

    async def run():
        async with opened() as made:
            before = await post(made, "Observations", observation(bogdan.series["number"]), bogdan.key)
            await asyncio.to_thread(alone, lambda: suppliers.revoke_key(by=None, key=bogdan.row.keys.get()))
            for _ in range(100):
                after = await post(made, "Observations", observation(bogdan.series["number"]), bogdan.key)
                if after[0] == 401:
                    break
                await asyncio.sleep(0.02)
            return before[0], after[0]

    assert asyncio.run(run()) == (201, 401)


def test_what_is_no_json_is_refused_with_its_place():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    nan = f'{{"phenomenonTime":"{TIME}","result":NaN,"Datastream":{{"@iot.id":{number}}}}}'.encode()
    deep = b'{"result":' + b"[" * 100_000 + b"]" * 100_000 + b',"Datastream":{"@iot.id":1}}'
    answers = ask(
        ("Observations", b'{"result": 1,}', key),
        ("Observations", nan, key),
        ("Observations", nan.replace(b"NaN", b"1e999"), key),
        ("Observations", {"result": 1, "phenomenonTime": 5, "Datastream": {"@iot.id": number}}, key),
        ("Observations", deep, key),
        ("Observations", b"\xff\xfe", key),
        ("Observations", {"phenomenonTime": TIME, "Datastream": {"@iot.id": number}}, key),
        ("Observations", {"phenomenonTime": TIME, "result": 1}, key),
        ("CreateObservations", {"not": "a list"}, key),
        ("CreateObservations", [array(number, [[TIME, 1]], ["result", "colour"])], key),
    )
    assert {status for status, _, _ in answers} == {400}
    assert "byte 13" in answers[0][2]["message"]
    assert "byte" in answers[1][2]["message"]
    assert "$.phenomenonTime" in answers[3][2]["message"]
    assert stored(bogdan) == []


def test_a_body_of_more_than_ten_megabytes_is_refused_unread():
    bogdan = Bogdan()
    body = b" " * (decoding.LARGEST_BODY + 1)
    answers = ask(
        ("Observations", body, {"key": bogdan.key}),
        ("Observations", b"{}", {"key": bogdan.key, "content_length": "99999999"}),
    )
    assert [status for status, _, _ in answers] == [413, 413]
    assert "10 MB" in answers[0][2]["message"]


def test_a_clock_that_runs_ahead_is_flagged_and_one_a_day_ahead_is_refused():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    now = dt.datetime.now(dt.UTC)
    soon, later = (now + dt.timedelta(minutes=10)).isoformat(), (now + dt.timedelta(days=2)).isoformat()
    answers = ask(
        ("Observations", observation(number, time=soon), key),
        ("Observations", observation(number, time=later), key),
        ("CreateObservations", [array(number, [[later, 1], [TIME, 2]])], key),
        ("Observations", observation(number, time="1850-01-01T00:00:00Z"), key),
    )
    assert [status for status, _, _ in answers] == [201, 400, 201, 400]
    assert "clock" in answers[1][2]["message"]
    assert answers[2][2][0] == "error"
    assert [row[3] for row in stored(bogdan)] == [0, Flag.CLOCK]


def test_what_cannot_be_is_flagged_and_stored():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    ask(
        ("Observations", observation(number, 999), key),
        ("CreateObservations", [array(number, [["2026-05-28T09:00:00Z", -999], ["2026-05-28T10:00:00Z", 5]])], key),
    )
    assert [row[3] for row in stored(bogdan)] == [Flag.OUT_OF_RANGE, Flag.OUT_OF_RANGE, 0]


def test_a_spent_quota_says_when_to_come_again():
    bogdan = Bogdan(quota_per_minute=3, quota_per_day=1000)
    number, key = bogdan.series["number"], {"key": bogdan.key}
    rows = [[f"2026-05-28T08:0{minute}:00Z", 1] for minute in range(3)]
    answers = ask(
        ("CreateObservations", [array(number, [*rows, [TIME, 9]])], key),
        ("CreateObservations", [array(number, rows)], key),
        ("Observations", observation(number), key),
    )
    assert [status for status, _, _ in answers] == [429, 201, 429]
    assert 1 <= int(answers[0][1]["retry-after"]) <= 61
    from rivulus.observations.queries.suppliers import usage_on

    used = usage_on(bogdan.row.pk, gate.Quotas()._day)
    assert (used.accepted, used.refused) == (3, 5)


def test_what_the_gate_does_not_do_is_handed_on_with_its_body():
    bogdan = Bogdan()
    sandbox = suppliers.issue_key(
        by=None, supplier=bogdan.row, name="sandbox", scopes=["observe"], is_sandbox=True
    ).secret
    inline = observation(bogdan.series["number"], FeatureOfInterest={"name": "x", "feature": {}})
    answers = ask(
        ("Observations", inline, {"key": bogdan.key}),
        ("Observations", observation(1), {"key": sandbox}),
        ("Observations", observation(1), {"cookie": "sessionid=1"}),
        ("Things", {"name": "x"}, {"key": bogdan.key}),
    )
    assert {status for status, _, _ in answers} == {299}
    assert answers[0][2] == b"elsewhere: " + json.dumps(inline).encode()


def test_a_series_described_a_moment_ago_is_known():
    bogdan = Bogdan()

    async def run():
        async with opened() as made:
            other = await asyncio.to_thread(alone, Bogdan)
            return await post(made, "Observations", observation(other.series["number"]), bogdan.key), other

    (status, _, body), _other = asyncio.run(run())
    assert (status, body["message"]) == (403, "This series belongs to somebody else.")


def test_an_unknown_feature_is_refused():
    bogdan = Bogdan()
    body = observation(bogdan.series["number"], FeatureOfInterest={"@iot.id": 77})
    ((status, _, answer),) = ask(("Observations", body, {"key": bogdan.key}))
    assert (status, answer["message"]) == (400, "There is no such FeatureOfInterest.")


def together(made_requests, patch=lambda made: None):
    """Post several requests so that they are committed together; return statuses and bodies."""

    async def run():
        async with opened() as made:
            patch(made)
            # Nobody can be the first to have a commit alone: the writer waits until all are there.
            made.flusher._more.acquire()
            tasks = [asyncio.create_task(post(made, *request[:-1], **request[-1])) for request in made_requests]

            await asyncio.sleep(0.05)
            made.flusher._more.release()
            return [(status, body) for status, _, body in await asyncio.gather(*tasks)]

    return asyncio.run(run())


def test_one_bad_request_fails_alone():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    weeks = [[f"{1930 + year}-0{month}-01T00:00:00Z", 1] for year in range(90) for month in range(1, 9)]
    answers = together(
        [
            ("Observations", observation(number, 1), key),
            ("CreateObservations", [array(number, weeks)], key),
            ("Observations", observation(bogdan.series["second"], 2), key),
        ]
    )
    assert [status for status, _ in answers] == [201, 400, 201]
    assert "weeks" in answers[1][1]["message"]
    assert [row[2] for row in stored(bogdan)] == [1.0, 2.0]


def test_requests_of_one_commit_replay_and_correct_in_the_order_they_came():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    answers = together([("Observations", observation(number, value), key) for value in (1, 2, 2, 1)])
    assert {status for status, _ in answers} == {201}
    assert stored(bogdan) == [(number, T0, 2.0, Flag.CORRECTED)]


def test_a_full_disk_is_said_and_passes(monkeypatch):
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}

    def full(*_arguments, **_more):
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    async def run():
        async with opened() as made:
            with monkeypatch.context() as patch:
                patch.setattr(wire, "copy_among", full)
                patch.setattr("rivulus.observations.actions.store.settling.settle_readings", full)
                first = await post(made, "Observations", observation(number), bogdan.key)
                waiting = made.flusher.is_well
            return first, waiting, await post(made, "Observations", observation(number), **key)

    (status, headers, body), was_well, (after, _, _) = asyncio.run(run())
    assert (status, headers["retry-after"], was_well, after) == (507, "60", False, 201)
    assert "disk" in body["message"]
    assert len(stored(bogdan)) == 1


def test_a_database_that_does_not_come_back_is_said(monkeypatch):
    bogdan = Bogdan()
    monkeypatch.setattr(flushing, "PATIENCE_S", 0.2)

    def gone():
        raise psycopg.OperationalError("connection refused")

    async def run():
        async with opened() as made:
            made.flusher.connect = gone
            return await post(made, "Observations", observation(bogdan.series["number"]), bogdan.key)

    status, headers, body = asyncio.run(run())
    assert (status, headers["retry-after"]) == (503, "5")
    assert "send it again" in body["message"]


def test_a_gate_that_starts_before_the_database_waits_for_it():
    made = gate.Gate(nothing_else)
    connect, tries = made.register._connect, count()

    def late():
        if next(tries) < 2:
            raise psycopg.OperationalError("the database system is starting up")
        return connect()

    made.register._connect = late
    made.register.start()
    made.register.stop()
    assert next(tries) >= 3


def test_a_connection_cut_in_the_middle_is_opened_again_and_nothing_is_lost():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}

    async def run():
        async with opened() as made:
            first = await post(made, "Observations", observation(number, 1), **key)
            with psycopg.connect(**_parameters(), autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rivulus gate'"
                )
            second = await post(made, "Observations", observation(number, 2, "2026-05-28T09:00:00Z"), **key)
            return first[0], second[0]

    assert asyncio.run(run()) == (201, 201)
    assert [row[2] for row in stored(bogdan)] == [1.0, 2.0]


def _parameters():
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "host") if given.get(name)}


def test_when_too_much_waits_the_sender_is_asked_to_wait(monkeypatch):
    bogdan = Bogdan()
    monkeypatch.setattr(flushing, "MOST_WAITING", -1)
    ((status, headers, _),) = ask(("Observations", observation(bogdan.series["number"]), {"key": bogdan.key}))
    assert (status, headers["retry-after"]) == (503, "1")


def test_many_at_once_are_all_stored_in_few_commits():
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    start = dt.datetime(2026, 5, 28, tzinfo=dt.UTC)
    times = [(start + dt.timedelta(seconds=second)).isoformat() for second in range(300)]

    async def run():
        async with opened() as made:
            posts = [post(made, "Observations", observation(number, 1, time), **key) for time in times]
            return [status for status, _, _ in await asyncio.gather(*posts)], made.flusher.commits

    statuses, commits = asyncio.run(run())
    assert set(statuses) == {201} and len(stored(bogdan)) == 300
    assert commits < 100


def test_arrays_that_write_times_in_their_own_ways_share_a_commit_and_a_wrong_time_fails_its_row():
    bogdan = Bogdan()
    number, second = bogdan.series["number"], bogdan.series["second"]
    bodies = [
        [array(number, [["2026-05-28T10:00:00+02:00", 1], ["2026-05-28T08:00:01.5Z", 99]])],
        [array(number, [["2026-05-28T08:00:02Z", 2], ["2026-02-30T08:00:00Z", 3]]), array(second, [[TIME, 4.5]])],
        [array(second, [["2026-05-28T08:00:01Z", 5], ["2026-05-28T08:00:02Z/2026-05-28T08:00:03Z", 6]])],
        [array(second, [])],
    ]

    async def run():
        async with opened() as made:
            return await asyncio.gather(*(post(made, "CreateObservations", body, bogdan.key) for body in bodies))

    answers = [[row if row == "error" else "stored" for row in answer[2]] for answer in asyncio.run(run())]
    assert answers == [["stored"] * 2, ["stored", "error", "stored"], ["stored"] * 2, []]
    assert [(row[0], row[1] - T0, row[2], row[3]) for row in stored(bogdan)] == [
        (number, 0, 1, 0),
        (number, 1_500_000, 99, Flag.OUT_OF_RANGE),
        (number, 2_000_000, 2, 0),
        (second, 0, 4.5, 0),
        (second, 1_000_000, 5, 0),
        (second, 2_000_000, 6, Flag.ANNOTATED),
    ]


def test_what_is_of_a_closed_hour_is_stored_and_its_hour_is_to_be_counted_again():
    bogdan = Bogdan()
    number, second = bogdan.series["number"], bogdan.series["second"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE observations_watermark SET closed_until = %s", [moment(T0 + 3_600_000_000)])
    try:
        late = [array(second, [["2026-05-28T07:30:00Z", 1], ["2026-05-28T09:00:00Z", 2]])]
        key = {"key": bogdan.key}
        answers = ask(("Observations", observation(number), key), ("CreateObservations", late, key))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE observations_watermark SET closed_until = '1900-01-01T00:00:00Z'")
            cursor.execute("DELETE FROM observations_dirty RETURNING datastream, hour")
            dirty = sorted(cursor.fetchall())
    assert [answer[0] for answer in answers] == [201, 201]
    assert [(row[0], row[1] - T0) for row in stored(bogdan)] == [
        (number, 0),
        (second, -1_800_000_000),
        (second, 3_600_000_000),
    ]
    assert dirty == [(number, moment(T0)), (second, moment(T0 - 3_600_000_000))]


def test_its_health_is_asked_without_a_key():
    async def run():
        async with opened() as made:
            sent = []

            async def receive():
                return {"type": "http.request"}

            async def send(message):
                sent.append(message)

            await made({"type": "http", "method": "GET", "path": "/healthz", "headers": []}, receive, send)
            return sent[0]["status"]

    assert asyncio.run(run()) == 200


def test_decoding_says_what_it_cannot_read():
    for wrong in ("2026-05-28", "2026-05-28T08:00:00", "tomorrow", "2026-13-01T00:00:00Z", ""):
        with pytest.raises(Refused):
            decoding.read_time(wrong)
    assert decoding.read_time("2026-05-28T10:00:00.1239+02:00") == T0 + 123_000


def test_two_writers_that_are_sent_the_same_keys_store_each_once(monkeypatch):
    bogdan = Bogdan()
    number, key = bogdan.series["number"], {"key": bogdan.key}
    start = dt.datetime(2026, 5, 28, tzinfo=dt.UTC)
    times = [(start + dt.timedelta(seconds=second)).isoformat() for second in range(1000)]
    writers, write = set(), flushing.writing.write_batch

    def noted(connection, batch, source):
        writers.add(connection.pgconn.backend_pid)
        return write(connection, batch, source)

    monkeypatch.setattr(flushing.writing, "write_batch", noted)

    async def run():
        async with opened() as made:
            rows = [[time, place] for place, time in enumerate(times)]
            bodies = [[array(number, rows[first:])] for first in range(0, 1000, 25)]
            posts = [post(made, "CreateObservations", body, **key) for body in bodies]
            return [status for status, _, _ in await asyncio.gather(*posts)]

    assert set(asyncio.run(run())) == {201}
    assert [row[2] for row in stored(bogdan)] == list(range(1000))
    assert len(writers) == flushing.WRITERS
