"""Datasets that are not out yet or no longer, files with people in them, what residents asked and nobody has let out."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from rivulus.catalog.actions import datasets, harvest, requests, tables, uploads
from rivulus.catalog.feeds.uploads import receiving, working
from rivulus.catalog.models import Dataset, LinkCheck, Upload
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, HarvestKind, ReuseKind, Source
from rivulus.identity.models import Organisation
from rivulus.identity.queries import find_city, find_organisation
from rivulus.kernel import clock
from tests.journeys.catalogued import DATASET, UNIVERSITY
from tests.journeys.hidden.vault import PREFIX, Vault

DRAFT, REVIEW, FILES, ARCHIVED = "q7-set-in-lucru", "q7-set-in-verificare", "q7-oameni", "q7-arhivat"


def build(vault: Vault) -> None:
    """Let the publisher describe and upload, and residents ask and propose."""
    university, city = find_organisation(UNIVERSITY), find_city()
    assert university is not None and city is not None
    _unpublished(vault, university)
    _files(vault, university)
    _archived(vault, university)
    _asked(vault, city)
    _harvested(vault, city)


def _said(vault: Vault, what: str, at: str) -> Metadata:
    def word(part: str) -> str:
        return vault.word(f"{what}{part}", "publisher", at)

    return Metadata(
        title_ro=word("titlero"),
        title_en=word("titleen"),
        title_hu=word("titlehu"),
        description_ro=word("textro"),
        description_en=word("texten"),
        description_hu=word("texthu"),
        theme=("ENVI",),
        keywords=(word("keyword"),),
        contact_name=word("contact"),
        contact_email=f"{word('mail')}@example.org",
        landing_page=f"https://example.org/{word('landing')}",
    )


def _unpublished(vault: Vault, university: Organisation) -> None:
    publisher = vault.people["publisher"]
    for what, code in (("draft", DRAFT), ("review", REVIEW)):
        at = f"/catalog/manage/datasets/{code}/"
        said = _said(vault, what, at)
        code = vault.name(code, "catalog/")
        made = datasets.create_dataset(by=publisher, organisation=university, said=said, source=Source.LINK, code=code)
        link = f"https://example.org/{vault.word(f'{what}link', 'publisher', at)}.csv"
        title = vault.word(f"{what}linktitle", "publisher", at)
        way = datasets.add_link(by=publisher, dataset=made, url=link, format=Format.CSV, title=title)
        LinkCheck.objects.create(
            distribution=way, why=vault.word(f"{what}linkfailure"), checked_at=clock.now(), next_at=clock.now()
        )
        if what == "review":
            made = datasets.propose_dataset(by=publisher, dataset=made)
            reason = vault.word("sentback", "publisher", at)
            made = datasets.send_back_dataset(by=vault.people["department"], dataset=made, reason=reason)
            datasets.propose_dataset(by=publisher, dataset=made)


def _dataset(vault: Vault, university: Organisation, code: str, title: str) -> Dataset:
    said = Metadata(title_ro=title, description_ro=f"{title}: descriere.", theme=("ENVI",), keywords=("oameni",),
                    contact_email="date@example.org")  # fmt: skip
    return datasets.create_dataset(
        by=vault.people["publisher"], organisation=university, said=said, source=Source.FILE, code=code
    )


def _publish(vault: Vault, made: Dataset) -> Dataset:
    made.refresh_from_db()
    made = datasets.propose_dataset(by=vault.people["publisher"], dataset=made)
    return datasets.publish_dataset(by=vault.people["department"], dataset=made, seen=made.revision)


def _take_up(vault: Vault, dataset: Dataset, text: str, name: str, distribution: Any = None) -> Upload:
    received = receiving.receive(SimpleUploadedFile(name, text.encode()))
    row = uploads.take_up(
        by=vault.people["publisher"], dataset=dataset, distribution=distribution, name=name, place=received.place,
        size=received.size, checksum=received.checksum, reading=received.reading.as_json(),
    )  # fmt: skip
    working.begin(row)
    row.refresh_from_db()
    vault.number(row.pk, "catalog/uploads")
    return row


def _let_out(vault: Vault, row: Upload, answers: dict[str, dict[str, str]]) -> Upload:
    if answers:
        uploads.answer(by=vault.people["publisher"], upload=row, answers=answers)
    working.begin(uploads.begin_publishing(by=vault.people["publisher"], upload=row))
    row.refresh_from_db()
    assert row.state == "published", row.sentence
    return row


def _files(vault: Vault, university: Organisation) -> None:
    """A table of which a column was taken out before it was published, a new version that waits, one with faults."""
    made = _publish_first(vault, university)
    distribution = made.distributions.get()
    waiting = ("publisher", "/catalog/uploads/")
    text = f"cartier;q7_posta\nGării;{vault.word('waitingcell')}@example.org\n"
    name = vault.word("uploadname", *waiting)
    row = _take_up(vault, made, text, f"{name}.csv", distribution)
    assert row.findings and row.state == "checked"
    many = "Gării;2026-01-02\n" * 150
    fault = f"cartier;ziua\n{many}Gării;{vault.word('faultycell')}\n"
    row = _take_up(vault, made, fault, "cu-greseli.csv", distribution)
    assert row.fault_count == 1
    vault.words[f"{PREFIX}faultycell"] = ("publisher", f"/catalog/uploads/{row.pk}/")
    tables.note_failure(by=None, name=distribution.kept_table.name, words=vault.word("tablefailure"))


def _publish_first(vault: Vault, university: Organisation) -> Dataset:
    made = _dataset(vault, university, FILES, "Oameni și cartiere")
    cells = f"{vault.word('removedcell')}@example.org;{vault.word('removedname')};1200"
    vault.names.add("q7_posta")
    row = _take_up(vault, made, f"cartier;q7_posta;nume;q7_venit\nGării;{cells}\n", "oameni.csv")
    remove = {"choice": "remove"}
    found = {str(finding["column"]) for finding in row.findings}
    assert {"q7_posta", "nume"} <= found
    uploads.answer(by=vault.people["publisher"], upload=row, answers=dict.fromkeys(found, remove))
    _let_out(vault, row, {})
    return _publish(vault, made)


def _archived(vault: Vault, university: Organisation) -> None:
    """What was public and is archived is still described, and its rows are given to nobody."""
    made = _dataset(vault, university, ARCHIVED, "Set arhivat")
    row = _take_up(vault, made, f"loc;n\n{vault.word('archivedcell')};1\n", "arhivat.csv")
    _let_out(vault, row, {})
    made = _publish(vault, made)
    datasets.archive_dataset(by=vault.people["publisher"], dataset=made, reason="Nu se mai ține la zi.")
    vault.try_out(ARCHIVED, "catalog/")
    vault.try_out(FILES, "catalog/")


def _asked(vault: Vault, city: Organisation) -> None:
    asker, department = vault.people["asker"], vault.people["department"]
    for what in ("waiting", "unanswered"):
        number = _next_request()
        at = ("asker", f"/catalog/requests/{number}/")
        title, text = vault.word(f"{what}requesttitle", *at), vault.word(f"{what}requesttext", *at)
        row = requests.ask_for_data(by=asker, organisation=city, title=title, text=text)
        vault.number(row.number, "catalog/requests", parameter="number")
        if what == "unanswered":
            requests.refuse_request(by=department, request=row, reason=vault.word("requestrefusal", *at))
    row = requests.ask_for_data(by=asker, organisation=city, title="Date despre copaci", text="Pentru școală.")
    requests.open_request(by=department, request=row, title=row.title, text=row.text)
    tree = Dataset.objects.get(code=DATASET)
    for what in ("proposed", "refused"):
        title = vault.word(f"{what}reusetitle", *(("department", "/catalog/manage/") if what == "proposed" else ()))
        words = {"title": title} | {part: vault.word(f"{what}reuse{part}") for part in ("text", "author")}
        url = f"https://example.org/{vault.word(f'{what}reuseurl')}"
        reuse = requests.propose_reuse(by=asker, kind=ReuseKind.APPLICATION, url=url, datasets=[tree], **words)
        if what == "refused":
            reason = vault.word("reuserefusal")
            requests.decide_reuse(by=department, reuse=reuse, is_shown=False, reason=reason)
        vault.number(reuse.pk, "catalog/manage/reuse")


def _next_request() -> int:
    from rivulus.catalog.models import DataRequest

    return DataRequest.objects.latest("number").number + 1


def _harvested(vault: Vault, city: Organisation) -> None:
    at = ("department", "/catalog/manage/harvest/q7-vecin/")
    source = harvest.add_source(
        by=vault.people["department"], code=vault.name("q7-vecin", "catalog/manage/harvest"),
        title=vault.word("harvesttitle", *at), organisation=city, kind=HarvestKind.DCAT,
        url=f"https://r.example.org/c.ttl?token={vault.word('harvesttoken', *at)}",
    )  # fmt: skip
    run = harvest.begin_run(source=source)
    assert run is not None
    harvest.fail_run(run=run, why=vault.word("harvestfailure", *at))
