"""What is in the register of land and not offered to everybody."""

from rivulus.atlas.actions import land
from rivulus.atlas.models import LandAsset, LandPhoto
from rivulus.atlas.rules.land import Stage
from rivulus.identity.queries import find_city
from rivulus.kernel import clock
from rivulus.kernel.photos import NewPhoto, clean_photos
from tests.journeys import city
from tests.journeys.hidden.atlas import MIDDLE, PLACE
from tests.journeys.hidden.vault import Vault

HIDDEN, GONE = "q7-teren", "q7-teren-retras"


def build(vault: Vault) -> None:
    """Let a department keep an entry that is not public, one that is withdrawn, and a photo that is."""
    department, owner = vault.people["department"], find_city()
    assert owner is not None
    at = ("department", f"/atlas/land/{HIDDEN}/")
    texts = {
        f"{name}_{language}": vault.word(f"land{name}{language}", at[0], prefix + at[1])
        for name in ("title", "description")
        for language, prefix in (("ro", ""), ("en", "/en"), ("hu", "/hu"))
    }
    values = texts | {
        "kind": "land", "address": vault.word("landaddress", *at), "cadastral_number": vault.word("landnumber", *at),
        "owner_kind": "company", "owner_name": vault.word("landowner", *at),
        "contact_email": f"{vault.word('landcontact', *at)}@example.org", "source": vault.word("landsource", *at),
    }  # fmt: skip
    hidden = land.enter(by=department, code=vault.name(HIDDEN, "land/"), keeper=owner, geometry=PLACE, values=values)
    land.reach_stage(
        by=department, asset=hidden, number=1, stage=Stage.STUDIED, on=clock.today(), note=vault.word("landstage", *at),
        document_url=f"https://example.org/{vault.word('landpaper', *at)}",
    )  # fmt: skip
    _photo(vault, hidden, 2, vault.word("landphoto", *at))
    gone = {"kind": "land", "title_ro": vault.word("landgone")}
    withdrawn = land.enter(by=department, code=vault.name(GONE, "land/"), keeper=owner, geometry=PLACE, values=gone)
    land.withdraw(by=department, asset=withdrawn, number=1, reason=vault.word("landgonereason"))
    known = {"kind": "land", "title_ro": "Teren deschis", "is_public": True}
    open_ = land.enter(by=department, code="teren-deschis", keeper=owner, geometry=MIDDLE, values=known)
    land.withdraw_photo(by=department, photo=_photo(vault, open_, 1, vault.word("photogone")))


def _photo(vault: Vault, asset: LandAsset, number: int, caption: str) -> LandPhoto:
    (photo,) = clean_photos([NewPhoto(city.photo(60, 40), caption)])
    (row,) = land.add_photos(by=vault.people["department"], asset=asset, number=number, photos=[photo])
    vault.number(row.pk, "land/photos")
    return row
