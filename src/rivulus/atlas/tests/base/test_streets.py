"""Tables of streets with their postcodes."""

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from rivulus.atlas.feeds.boundaries import load_pack
from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.feeds.streets import import_streets
from rivulus.atlas.queries.places import search_places
from rivulus.atlas.tests.base.town import make_town, shared_data
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db

HEAD = "id,judet,localitate,tip_artera,denumire_artera,numar_bloc,codpostal\n"


def table(tmp_path, *rows):
    file = tmp_path / "streets.csv"
    file.write_text(HEAD + "".join(f"1,Maramureș,{row}\n" for row in rows))
    return file


def test_streets_are_found_before_any_map_is_imported(tmp_path, city):
    load_pack(by=None)

    done = import_streets(
        by=None, file=table(tmp_path, "Baia Mare,Bulevard,Decebal,nr. 1,430011", "Atlantida,Stradă,Mării,,1")
    )

    assert (done.difference.added, done.known, done.nowhere) == (1, 0, 1)
    found = search_places("bd decebal")[0]
    assert (found.name, found.detail, found.postcode, found.is_exact) == (
        "Bulevardul Decebal",
        "Baia Mare",
        "430011",
        False,
    )


def test_a_street_of_the_map_is_given_its_postcode(tmp_path, city, settings):
    settings.HOME = tmp_path / "home"
    cache.clear()
    import_extract(by=None, file=make_town().write(tmp_path / "town.osm.pbf"))
    rows = (
        "Baia Mică,Bulevard,Unirii,,430100",
        "Baia Mică,Stradă,Stefan Cel Mare,1-9,1",
        "Baia Mică,Stradă,Stefan Cel Mare,10,2",
    )

    done = import_streets(by=None, file=table(tmp_path, *rows))

    assert (done.difference.total, done.known) == (2, 2)
    found = search_places("unirii")
    assert [(one.name, one.postcode, one.is_exact) for one in found] == [("Bulevardul Unirii", "430100", True)]
    assert search_places("stefan cel mare")[0].postcode == ""  # several: which one depends on the house


def test_the_same_again_changes_nothing(tmp_path, city):
    load_pack(by=None)
    file = table(tmp_path, "Baia Mare,Alee,Filaturii,,430011")
    import_streets(by=None, file=file)

    done = import_streets(by=None, file=file)

    assert (done.difference.added, done.difference.changed, done.difference.removed) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"a,b\n1,2\n", "needs a column"), (b"", "needs a column"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_table_with_faults_gets_a_sentence(tmp_path, city, content, sentence):
    file = tmp_path / "streets.csv"
    file.write_bytes(content)

    with pytest.raises(Refused, match=sentence):
        import_streets(by=None, file=file)


def test_the_command_takes_the_real_list(city):
    load_pack(by=None)
    call_command(
        "import_streets", str(shared_data("ro_admin", "maramures_postcodes_streets.csv")), locality="Baia Mare"
    )

    assert search_places("culturii")[0].name == "Strada Culturii"
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_streets", "/nowhere.csv")
