"""Facts about uploaded files: told apart, checked line by line, stopped by what is personal, published whole or not."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rivulus.catalog.actions import uploads as actions
from rivulus.catalog.feeds.uploads import checking, receiving, working
from rivulus.catalog.feeds.uploads.loading import loaded
from rivulus.catalog.models import Dataset, Distribution, KeptTable, Snapshot, Upload
from rivulus.catalog.queries import tables as queries
from rivulus.catalog.queries.places import scratch_folder, tables_folder, uploads_folder
from rivulus.catalog.rules.guessing import Reading, reading_from
from rivulus.catalog.tests.conftest import as_person
from rivulus.catalog.tests.tabled import make_dataset
from rivulus.identity.models import Organisation, Person
from rivulus.journal import queries as journal
from rivulus.kernel.errors import Refused

PARKS = """Denumire;Suprafață (mp);Deschis;Data amenajării;Observații
Parcul Central;12.345,5;da;15.03.2020;=HYPERLINK("x")
Parcul „Regina Maria”;980,25;nu;01.12.2021;-
Grădina;77;da;07.06.2019;
"""


@pytest.fixture
def parks(media: Path, university: Organisation) -> Dataset:
    return make_dataset("parcuri", table="", organisation=university)


def file_of(text: str | bytes, name: str = "parcuri.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def take_up(dataset: Dataset, text: str | bytes, by: Person | None = None, distribution: Any = None) -> Upload:
    received = receiving.receive(file_of(text))
    upload = actions.take_up(
        by=by, dataset=dataset, distribution=distribution, name="parcuri.csv", place=received.place, size=received.size,
        checksum=received.checksum, reading=received.reading.as_json(),
    )  # fmt: skip
    working.begin(upload)
    upload.refresh_from_db()
    return upload


def publish(upload: Upload, **answers: dict[str, str]) -> Upload:
    if answers:
        actions.answer(by=upload.person, upload=upload, answers=answers)
    working.begin(actions.begin_publishing(by=upload.person, upload=upload))
    upload.refresh_from_db()
    return upload


def test_a_file_of_a_town_hall_is_understood_and_published(client: Client, parks: Dataset, flavia: Person) -> None:
    upload = take_up(parks, PARKS, flavia)
    assert (upload.state, upload.rows, upload.fault_count) == ("checked", 3, 0)
    kinds = {field["name"]: (field["type"], field.get("format", "")) for field in upload.schema["fields"]}
    assert kinds == {
        "denumire": ("string", ""),
        "suprafata_mp": ("number", ""),
        "deschis": ("boolean", ""),
        "data_amenajarii": ("date", "%d.%m.%Y"),
        "observatii": ("string", ""),
    }
    upload = publish(upload)
    assert upload.state == "published"
    rows = client.get("/catalog/api/parcuri").json()
    assert rows["rows"][0] == {
        "denumire": "Parcul Central",
        "suprafata_mp": 12345.5,
        "deschis": True,
        "data_amenajarii": "2020-03-15",
        "observatii": '=HYPERLINK("x")',
    }
    assert rows["rows"][1]["observatii"] is None and rows["fields"][1]["title"] == "Suprafață (mp)"
    table = b"".join(client.get("/catalog/files/parcuri/parcuri.csv")).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["observatii"] == '\'=HYPERLINK("x")'
    distribution = Distribution.objects.get()
    assert distribution.rows == 3 and distribution.schema["fields"][1]["type"] == "number"
    line = journal.list_lines(subject="catalog.upload", subject_id=upload.pk)[0]
    assert line.verb == "catalog.upload.published" and line.content["sha256"] == upload.checksum


@pytest.mark.parametrize(
    ("encoding", "kept"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1250", None), ("iso8859_16", None)],
)
def test_letters_are_recognised(parks: Dataset, encoding: str, kept: str | None) -> None:
    text = "Stradă;Cartier\n" + "Piața Libertății;Gării\nȘcolii;Săsar\n" * 40
    if encoding == "cp1250":
        text = text.translate(str.maketrans("țȚșȘ", "ţŢşŞ"))
    upload = take_up(parks, text.encode(encoding))
    assert kept is None or upload.reading["encoding"] == kept
    with loaded(receiving.file_of(upload.file), reading_from(upload.reading)) as found:
        assert found.headings[0] in {"Stradă"}
        assert "Libert" in found.connection.execute("SELECT c0 FROM raw LIMIT 1").fetchone()[0]


def test_a_file_of_two_encodings_is_shown_line_by_line(parks: Dataset) -> None:
    good = "Stradă;Nr\n" + "Piața Gării;1\n" * 50
    upload = take_up(parks, good.encode() + "Şcolii;2\n".encode("cp1250") + "Săsar;3\n".encode())
    assert upload.state == "checked" and upload.fault_count == 1
    fault = upload.faults[0]
    assert fault["line"] == 52 and "UTF-8" in str(fault["values"]) and "colii" in fault["found"]
    with pytest.raises(Refused):
        actions.begin_publishing(by=None, upload=upload)


def test_every_fault_says_its_line_its_column_and_what_is_expected(parks: Dataset) -> None:
    lines = ["nr,data,valoare,activ"] + [f"{n},2026-01-{n % 28 + 1:02},{n}.5,da" for n in range(100)]
    lines[11] = "zece,2026-01-11,10.5,da"
    lines[21] = "20,2026-02-30,20.5,da"
    lines[31] = "30,2026-01-03,30;5,da"
    lines[41] = "40,2026-01-13,40.5,poate"
    lines[51] = "50,2026-01-23"
    lines[61] = "60,2026-01-05,60.5,da,încă"
    upload = take_up(parks, "\n".join(lines))
    found = {(one["line"], one["column"]): (one["found"], one["sentence"]) for one in upload.faults}
    assert found[(12, "nr")] == ("zece", "A whole number is expected.")
    assert found[(22, "data")][0] == "2026-02-30" and found[(32, "valoare")][0] == "30;5"
    assert found[(42, "activ")] == ("poate", "Yes or no is expected.")
    assert "cells" in found[(52, "valoare")][1] and any(line == 62 for line, _column in found)
    assert upload.fault_count == 6


def test_lines_are_counted_through_cells_of_many_lines_and_empty_lines(parks: Dataset) -> None:
    text = (
        'nume loc,nr\n"două\nrânduri",1\n\nunu,2\n\n"trei\nrân\nduri",3\nrău,x\nbun,4\nbun,5\nbun,6\n' + "bun,7\n" * 60
    )
    upload = take_up(parks, text)
    assert [(one["line"], one["found"]) for one in upload.faults] == [(10, "x")]


def test_only_the_first_hundred_faults_are_kept_and_all_are_counted(parks: Dataset) -> None:
    text = "nr\n" + "".join(f"{n}\n" for n in range(6000)) + "x\n" * 150
    upload = take_up(parks, text)
    assert upload.fault_count == 150 and len(upload.faults) == 100
    assert [one["line"] for one in upload.faults] == list(range(6002, 6102))


def test_what_a_column_must_be_is_checked_as_it_was_said(parks: Dataset) -> None:
    upload = take_up(parks, "cod,n\na,1\nb,\na,300\n")
    with loaded(receiving.file_of(upload.file), reading_from(upload.reading)) as found:
        code, number = checking.guess_fields(found)
        from dataclasses import replace

        fields = [replace(code, is_unique=True), replace(number, is_required=True, maximum=100)]
        checked = checking.check(found, fields)
    assert [(one.line, one.column, one.found) for one in checked.faults] == [
        (2, "cod", "a"), (3, "n", ""), (4, "cod", "a"), (4, "n", "300"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"%PDF-1.7 x", "a PDF"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"a\x00\x01\x02" * 100, "not a text"),
        (b"PAR1" + b"x" * 50 + b"PAR1", "Parquet"),
        (b'{"type": "FeatureCollection", "features": [', "GeoJSON"),
        (b'{"type": "Nothing"}', ""),
    ],
    ids=["empty", "blank", "pdf", "gzip", "binary", "parquet", "cut", "other"],
)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(parks: Dataset, content: bytes, words: str) -> None:
    try:
        upload = take_up(parks, content)
    except Refused as refused:
        said = str(refused)
        assert not list(uploads_folder().glob("*"))
    else:
        assert upload.state == "failed"
        said = upload.sentence
    assert words in said and not list(tables_folder().glob("*/*")) and not KeptTable.objects.exists()


def test_a_bomb_is_not_unpacked(parks: Dataset) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.csv", b"0" * 50_000_000)
    with pytest.raises(Refused, match="ZIP"):
        receiving.receive(file_of(packed.getvalue(), "bomb.csv"))
    assert not list(uploads_folder().glob("*"))


def test_a_file_of_five_gigabytes_is_refused_by_its_size_before_it_is_read(media: Path) -> None:
    class Large:
        size = 5 * 1024**3 + 1

        def chunks(self, chunk_size: int | None = None) -> Any:
            raise AssertionError("it was read")

    with pytest.raises(Refused, match="5 GB"):
        receiving.receive(Large())


def test_geojson_and_parquet_are_read_with_their_places(client: Client, parks: Dataset) -> None:
    feature = {
        "type": "Feature",
        "properties": {"nume_loc": "Gară", "an": 1884},
        "geometry": {"type": "Point", "coordinates": [23.57, 47.66]},
    }
    upload = take_up(parks, json.dumps({"type": "FeatureCollection", "features": [feature, feature]}))
    assert upload.state == "checked", upload.sentence
    publish(upload)
    page = client.get("/catalog/api/parcuri").json()
    assert (
        page["rows"][0]["geometry"] == {"type": "Point", "coordinates": [23.57, 47.66]}
        and page["rows"][0]["an"] == 1884
    )
    sink = io.BytesIO()
    pq.write_table(pa.table({"cod": [1, 2], "zi": pa.array([0, 1], pa.date32())}), sink)
    second = publish(take_up(parks, sink.getvalue()))
    assert second.state == "published"
    other = client.get("/catalog/api/parcuri", {"table": "parcuri-2"}).json()
    assert other["rows"] == [{"cod": 1, "zi": "1970-01-01"}, {"cod": 2, "zi": "1970-01-02"}]
    assert [table.slug for table in queries.list_tables_of(parks)] == ["parcuri", "parcuri-2"]


def test_places_outside_the_world_are_faults(parks: Dataset) -> None:
    text = (
        "loc;geom\n"
        + 'a;{"type":"Point","coordinates":[23.5,47.6]}\n' * 40
        + 'b;{"type":"Point","coordinates":[400,47.6]}\n'
    )
    upload = take_up(parks, text)
    assert upload.schema["fields"][1]["type"] == "geojson"
    assert [(one["line"], one["column"]) for one in upload.faults] == [(42, "geom")]


PEOPLE = """Nume,E-mail,CNP,Cartier
Ana Pop,ana@example.org,1960229240018,Săsar
Dan Rus,dan@example.org,2900101010206,Gării
"""


def test_what_looks_personal_stops_publication_until_each_column_is_answered_for(
    client: Client, parks: Dataset, flavia: Person
) -> None:
    from rivulus.catalog.tests.test_rules_uploads import cnp

    text = PEOPLE.replace("1960229240018", cnp()).replace("2900101010206", cnp("290010101020"))
    upload = take_up(parks, text, flavia)
    found = {(one["column"], one["kind"]) for one in upload.findings}
    assert found >= {("nume", "name"), ("e_mail", "email"), ("e_mail", "name"), ("cnp", "cnp")}
    assert "ana@" not in json.dumps(upload.findings) and cnp() not in json.dumps(upload.findings)
    with pytest.raises(Refused):
        actions.begin_publishing(by=flavia, upload=upload)
    with pytest.raises(Refused):
        actions.answer(by=flavia, upload=upload, answers={"nume": {"choice": "remove"}})
    remove = {"choice": "remove"}
    keep = {"choice": "keep", "reason": "Sunt numele consilierilor aleși."}
    upload = publish(upload, nume=keep, e_mail=remove, cnp=remove)
    assert client.get("/catalog/api/parcuri").json()["rows"][0] == {"nume": "Ana Pop", "cartier": "Săsar"}
    for ending in ("csv", "json", "parquet"):
        data = b"".join(client.get(f"/catalog/files/parcuri/parcuri.{ending}"))
        assert b"ana@example.org" not in data and cnp().encode() not in data
    lines = list(journal.list_lines(subject="catalog.upload", subject_id=upload.pk))
    assert {line.verb for line in lines} == {"catalog.upload.answered", "catalog.upload.published"}
    assert all(line.content["answers"]["nume"]["reason"] == keep["reason"] for line in lines)


def test_a_new_version_takes_the_place_of_the_old_one_which_stays_at_its_day(client: Client, parks: Dataset) -> None:
    first = publish(take_up(parks, "loc,n\na,1\n"))
    second = publish(take_up(parks, "loc,n\na,1\nb,2\n", distribution=first.distribution))
    assert second.distribution == first.distribution and KeptTable.objects.get().rows == 2
    snapshot = Snapshot.objects.get()
    assert snapshot.rows == 1
    address = f"/catalog/files/parcuri/{snapshot.day.isoformat()}/parcuri.csv"
    assert b"".join(client.get(address)).decode("utf-8-sig") == 'loc,n\r\n"a",1\r\n'


def test_what_fails_on_the_way_to_the_public_leaves_the_old_rows(
    client: Client, parks: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(take_up(parks, "loc,n\na,1\n"))
    upload = take_up(parks, "loc,n\nb,2\n", distribution=first.distribution)

    def fail(**_said: Any) -> None:
        raise RuntimeError("the disk is away")

    monkeypatch.setattr(working.actions, "publish", fail)
    assert publish(upload).state == "failed"
    assert client.get("/catalog/api/parcuri").json()["rows"] == [{"loc": "a", "n": 1}]


def test_nothing_is_left_in_the_scratch_folder(parks: Dataset) -> None:
    publish(take_up(parks, "loc,n\na,1\n".encode("utf-16")))
    assert not list(scratch_folder().glob("reading-*")) and not list(scratch_folder().glob("recoded/.writing*"))


def test_only_whoever_acts_for_the_organisation_uploads_and_looks(
    parks: Dataset, flavia: Person, vlad: Person, ana: Person
) -> None:
    upload = take_up(parks, PARKS, flavia)
    with pytest.raises(Refused):
        actions.take_up(by=vlad, dataset=parks, distribution=None, name="x", place="x", size=1, checksum="", reading={})
    for person, listed, one in ((flavia, 200, 200), (vlad, 200, 404), (ana, 403, 403)):
        client = as_person(person)
        assert client.get("/catalog/uploads/").status_code == listed
        assert client.get(f"/catalog/uploads/{upload.pk}/").status_code == one
        assert client.get(f"/catalog/uploads/{upload.pk}/schema.json").status_code == one
    assert Client().get("/catalog/uploads/").status_code == 302


def test_what_a_stranger_sends_is_not_read(media: Path) -> None:
    class Untouched(io.BytesIO):
        def read(self, *_size: Any) -> bytes:
            raise AssertionError("it was read")

    response = Client().generic(
        "POST",
        "/catalog/uploads/",
        b"",
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Untouched(b"x" * 9)},
    )
    assert response.status_code == 302


def test_a_form_without_its_token_is_refused(parks: Dataset, flavia: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(flavia)
    assert client.post("/catalog/uploads/", {"dataset": "parcuri", "file": file_of(PARKS)}).status_code == 403
    assert not Upload.objects.exists()


def test_the_way_of_a_file_through_the_pages(parks: Dataset, flavia: Person) -> None:
    client = as_person(flavia)
    sent = client.post("/catalog/uploads/", {"dataset": "parcuri", "file": file_of("Nume,n\nAna,1\nDan,x\n")})
    upload = Upload.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"/catalog/uploads/{upload.pk}/"
    page = client.get(sent["Location"]).content.decode()
    assert "parcuri.csv" in page and upload.schema["fields"][1]["type"] == "string"
    change = f"/catalog/uploads/{upload.pk}/change/"
    fields = {
        "wish": "columns", "c0-type": "string", "c0-name": "nume", "c0-title": "Nume", "c0-decimal": ".", "c0-format": "",
        "c1-type": "integer", "c1-name": "n", "c1-title": "Număr", "c1-decimal": ".", "c1-format": "",
    }  # fmt: skip
    assert client.post(change, fields).status_code == 302
    upload.refresh_from_db()
    assert upload.fault_count == 1 and "Dan" not in str(upload.faults)
    assert "Se așteaptă" in client.get(sent["Location"]).content.decode() or upload.faults[0]["found"] == "x"
    assert client.post(change, {**fields, "c1-type": "string"}).status_code == 302
    assert client.post(change, {"wish": "publish"}).status_code == 302
    upload.refresh_from_db()
    assert upload.state == "checked"
    assert client.post(change, {"wish": "answer", "a0-choice": "nothing"}).status_code == 422
    client.post(change, {"wish": "answer", "a0-choice": "remove"})
    client.post(change, {"wish": "publish"})
    upload.refresh_from_db()
    assert upload.state == "published" and queries.get_table(parks).columns[0].title_in("ro") == "Număr"
    assert client.post(change, {"wish": "nonsense"}).status_code == 404


def test_a_wrong_guess_of_the_letters_is_put_right_by_hand(parks: Dataset, flavia: Person) -> None:
    client = as_person(flavia)
    upload = take_up(parks, "loc;n\nŞcolii;1\n".encode("cp1250"), flavia)
    client.post(
        f"/catalog/uploads/{upload.pk}/change/",
        {"wish": "reading", "encoding": "cp1250", "delimiter": ";", "has_header": "on"},
    )
    upload.refresh_from_db()
    publish(upload)
    assert Client().get("/catalog/api/parcuri").json()["rows"] == [{"loc": "Şcolii", "n": 1}]


def test_a_large_file_is_left_to_the_worker_and_taken_up_when_it_is_stuck(
    parks: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt

    from rivulus.kernel import clock

    monkeypatch.setattr(working, "is_done_at_once", lambda size, form: False)
    queued: list[int] = []
    monkeypatch.setattr(type(working.work), "enqueue", lambda _task, pk: queued.append(pk))
    upload = take_up(parks, "loc,n\na,1\n")
    assert upload.state == "received" and queued == [upload.pk]
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        assert working.take_up_stuck() == 1
    working.work.call(upload.pk)
    working.work.call(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "checked"


def test_files_that_nobody_needs_are_swept_away(parks: Dataset) -> None:
    import datetime as dt

    from rivulus.kernel import clock

    done, left = publish(take_up(parks, "loc,n\na,1\n")), take_up(parks, "loc,n\nb,1\n")
    assert working.sweep() == 0
    with clock.frozen(clock.now() + dt.timedelta(days=40)):
        assert working.sweep() == 2
    left.refresh_from_db()
    assert left.state == "withdrawn" and not list(uploads_folder().glob("*"))
    done.refresh_from_db()
    assert done.state == "published" and queries.get_table(parks).file.exists()


def test_a_reading_is_kept_as_it_was() -> None:
    reading = Reading("csv", "cp1250", ";", False)
    assert reading_from(reading.as_json()) == reading
