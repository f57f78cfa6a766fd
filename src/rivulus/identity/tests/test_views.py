"""Pages of accounts and people, as somebody with a browser meets them."""

import datetime as dt
import json
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from rivulus.identity import actions, events, queries
from rivulus.identity.management.schedule import forget_old_sessions
from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import PASSWORD, make_person
from rivulus.journal import queries as journal
from rivulus.kernel import clock

pytestmark = pytest.mark.django_db
WHY = "Works at the city hall."


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    """Sign in with address and password and return where that leads."""
    answer = client.post(reverse("account_login"), {"login": email, "password": password})
    return str(answer.get("Location", ""))


def code_for(secret: str) -> str:
    """What the authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def prove(client: Client) -> None:
    """Write the password once more, as the platform asks before something important."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_resident_opens_an_account_and_is_signed_in(client: Client) -> None:
    form = {"email": "Ana@Example.org", "full_name": "Ana Pop", "password1": PASSWORD, "password2": PASSWORD}
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="optional"):
        answer = client.post(reverse("account_signup"), form)
    ana = Person.objects.get()
    assert answer.status_code == 302 and is_signed_in(client)
    assert (ana.email, ana.full_name, queries.roles_of(ana)) == ("ana@example.org", "Ana Pop", {Role.RESIDENT})
    assert [line.verb for line in journal.list_lines(subject_id=ana.id)] == ["identity.person.joined"]
    assert len(mail.outbox) == 1


def test_an_address_that_must_be_confirmed_is_confirmed_by_letter(client: Client) -> None:
    form = {"email": "ana@example.org", "full_name": "Ana", "password1": PASSWORD, "password2": PASSWORD}
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        answer = client.post(reverse("account_signup"), form, follow=True)
        assert not is_signed_in(client) and answer.status_code == 200
        link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
        assert link
        assert client.get(link[1]).status_code == 200
        client.post(link[1])
    assert EmailAddress.objects.get().verified


def test_an_account_is_not_opened_twice_and_nobody_learns_who_has_one(client: Client, ana: Person) -> None:
    form = {"email": ana.email, "full_name": "Vlad", "password1": PASSWORD, "password2": PASSWORD}
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        answer = client.post(reverse("account_signup"), form)
    assert answer.status_code == 302
    assert Person.objects.count() == 1
    assert not is_signed_in(client)


def test_accounts_can_be_closed_to_newcomers(client: Client) -> None:
    with override_settings(RIVULUS_OPEN_SIGNUP=False):
        assert b"<form" not in client.get(reverse("account_signup")).content.split(b'id="content"')[1]


def test_signing_in_wants_the_right_password(client: Client, ana: Person) -> None:
    assert sign_in(client, ana.email, "wrong") == ""
    assert not is_signed_in(client)
    assert sign_in(client, "ANA@example.org") == reverse("desk")
    assert is_signed_in(client)


def test_guessing_passwords_is_stopped(client: Client, ana: Person) -> None:
    for _ in range(5):
        sign_in(client, ana.email, "wrong")
    assert sign_in(client, ana.email) == ""
    assert not is_signed_in(client)


def test_a_closed_account_does_not_sign_in_and_is_thrown_out(client: Client, adela: Person, ana: Person) -> None:
    sign_in(client, ana.email)
    assert client.get(reverse("identity:account")).status_code == 200
    actions.close_account(by=adela, person=ana, reason=WHY)
    assert client.get(reverse("identity:account")).status_code == 302
    sign_in(other := Client(), ana.email)
    assert not is_signed_in(other)


@pytest.mark.parametrize("runs", [True, False])
def test_people_of_the_demonstration_are_refused_without_it(client: Client, runs: bool) -> None:
    actions.add_demonstration_people(password=PASSWORD)
    with override_settings(RIVULUS_DEMO=runs):
        sign_in(client, "ana@demo.invalid")
        assert is_signed_in(client) is runs
        assert (client.get(reverse("identity:account")).status_code == 200) is runs
    with override_settings(RIVULUS_DEMO=False):
        assert client.get(reverse("identity:account")).status_code == 302


def test_somebody_privileged_without_a_second_step_is_led_to_it(client: Client, ioana: Person, ana: Person) -> None:
    assert sign_in(client, ioana.email) == reverse("identity:second_step")
    assert client.get(reverse("identity:second_step")).status_code == 200
    assert sign_in(Client(), ana.email) == reverse("desk")


def test_a_second_step_is_set_up_and_then_asked_for(client: Client, ioana: Person) -> None:
    sign_in(client, ioana.email)
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    prove(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.text and "data:image/svg+xml" in page.text
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert answer.status_code == 302
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert Person.objects.get(pk=ioana.pk).has_second_step()

    other = Client()
    assert sign_in(other, ioana.email) == reverse("mfa_authenticate")
    assert not is_signed_in(other)
    assert other.get(reverse("mfa_authenticate")).status_code == 200
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_signed_in(other)
    codes = RecoveryCodes(Authenticator.objects.get(user_id=ioana.pk, type="recovery_codes")).get_unused_codes()
    assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert is_signed_in(other)


def test_a_required_second_step_opens_the_role(client: Client, adela: Person) -> None:
    client.force_login(adela)
    with override_settings(RIVULUS_REQUIRE_MFA=True):
        assert client.get(reverse("identity:people")).status_code == 403
        TOTP.activate(adela, generate_totp_secret())
        assert client.get(reverse("identity:people")).status_code == 200


ENTRANCES = ["account_login", "account_signup", "account_logout", "account_reset_password", "account_inactive"]
ENTRANCES += ["account_reset_password_done", "account_email_verification_sent", "socialaccount_login_cancelled"]
ENTRANCES += ["socialaccount_login_error", "account_reset_password_from_key_done"]
OWN = ["identity:account", "identity:second_step", "identity:erase", "account_email", "account_change_password"]
OWN += ["mfa_index", "mfa_activate_totp", "usersessions_list", "socialaccount_connections", "account_reauthenticate"]
OWN += ["account_logout"]


@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_every_page_of_signing_in_stands_in_our_frame(client: Client, ana: Person, language: str) -> None:
    sign_in(signed := Client(), ana.email)
    prove(signed)
    with translation.override(language):
        pages = [(client, reverse(name)) for name in ENTRANCES] + [(signed, reverse(name)) for name in OWN]
    for browser, address in pages:
        answer = browser.get(address)
        if answer.status_code == 302 and browser is client:
            continue
        assert answer.status_code in {200, 401}, address
        assert answer.text.count("<h1") == 1, address
        assert f'<html lang="{language}"' in answer.text, address
        assert not re.search(r'\sstyle="|\son[a-z]+="|<script(?![^>]*(src|nonce))', answer.text), address


@pytest.mark.parametrize("name", ["identity:account", "identity:second_step", "identity:erase", "identity:people"])
def test_guests_are_sent_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_only_administrators_see_people(as_adela: Client, as_ana: Client, ana: Person) -> None:
    person = reverse("identity:person", args=[ana.id])
    for address in (reverse("identity:people"), person):
        assert as_ana.get(address).status_code == 403
        assert as_adela.get(address).status_code == 200
    for address in (
        reverse("identity:grant", args=[ana.id]),
        reverse("identity:end", args=[ana.id, "resident"]),
        reverse("identity:set_open", args=[ana.id]),
    ):
        assert as_ana.post(address, {"role": "administrator", "reason": WHY}).status_code == 403


def test_people_are_found_by_name_address_and_role(as_adela: Client, ana: Person, dan: Person) -> None:
    address = reverse("identity:people")
    assert "ana@example.org" in as_adela.get(address).text
    found = as_adela.get(address, {"q": "dan@"}).text
    assert "dan@example.org" in found and "ana@example.org" not in found
    assert "ana@example.org" not in as_adela.get(address, {"role": "department"}).text
    assert as_adela.get(address, {"q": "nobody at all"}).status_code == 200
    assert as_adela.get(address, {"page": "x", "role": "mayor"}).status_code == 200


def test_the_list_of_people_costs_the_same_however_long_it_is(
    as_adela: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        make_person(f"p{number}")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = as_adela.get(reverse("identity:people"))
    assert page.context["page_obj"].paginator.num_pages == 2


def test_a_role_is_given_and_ended_on_the_page_of_a_person(as_adela: Client, dan: Person) -> None:
    page = reverse("identity:person", args=[dan.id])
    answer = as_adela.post(reverse("identity:grant", args=[dan.id]), {"role": "project_team", "reason": WHY})
    assert answer["Location"] == page
    assert WHY in as_adela.get(page).text
    end = reverse("identity:end", args=[dan.id, "project_team"])
    assert as_adela.post(end, {"reason": "x"}).status_code == 400
    assert as_adela.post(end, {"reason": "The project is over."})["Location"] == page
    assert queries.roles_of(Person.objects.get(pk=dan.pk)) == {Role.RESIDENT, Role.DEPARTMENT}


def test_a_refusal_is_said_on_the_page(as_adela: Client, adela: Person) -> None:
    end = reverse("identity:end", args=[adela.id, "administrator"])
    with translation.override("en"):
        english = reverse("identity:end", args=[adela.id, "administrator"])
    assert as_adela.post(end, {"reason": WHY}).status_code == 400
    assert "only administrator" in as_adela.post(english, {"reason": WHY}).text


def test_an_account_is_closed_and_opened_on_the_page(as_adela: Client, dan: Person) -> None:
    address = reverse("identity:set_open", args=[dan.id])
    assert as_adela.post(address, {"reason": ""}).status_code == 400
    as_adela.post(address, {"reason": WHY})
    assert not Person.objects.get(pk=dan.pk).is_active
    as_adela.post(address, {"reason": WHY})
    assert Person.objects.get(pk=dan.pk).is_active


def test_name_and_language_are_changed(as_ana: Client, ana: Person) -> None:
    address = reverse("identity:account")
    assert as_ana.post(address, {"full_name": "Ana Pop", "language": "hu"}).status_code == 302
    ana.refresh_from_db()
    assert (ana.full_name, ana.language) == ("Ana Pop", "hu")
    assert as_ana.post(address, {"full_name": "", "language": "de"}).status_code == 400


def test_the_export_holds_everything_that_is_known(as_ana: Client, ana: Person) -> None:
    events.tell("test", lambda person_id: {"reports": [str(person_id)]})
    try:
        answer = as_ana.post(reverse("identity:export"))
    finally:
        events._knowledge.pop("test")
    data = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert data["person"]["email"] == ana.email
    assert data["journal"][0]["private"]["email"] == ana.email
    assert data["elsewhere"]["test"] == {"reports": [str(ana.id)]}
    assert set(data["elsewhere"]["observations"]) == {
        "suppliers", "alarms_acknowledged", "tasks_asked", "rules_written",
    }  # fmt: skip
    assert as_ana.get(reverse("identity:export")).status_code == 405


def test_exports_are_limited(as_ana: Client) -> None:
    codes = [as_ana.post(reverse("identity:export")).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


def test_an_account_is_erased_after_proving_who_asks(client: Client, ana: Person) -> None:
    address = reverse("identity:erase")
    client.force_login(ana)
    assert client.post(address, {"understood": "on"})["Location"].startswith(reverse("account_reauthenticate"))
    sign_in(fresh := Client(), ana.email)
    prove(fresh)
    assert fresh.post(address, {}).status_code == 400
    assert fresh.post(address, {"understood": "on"}).status_code == 302
    ana.refresh_from_db()
    assert ana.erased_at and not is_signed_in(fresh)
    assert client.get(reverse("identity:account")).status_code == 302
    assert sign_in(Client(), "ana@example.org") == ""


def test_the_first_administrator_comes_by_the_link(client: Client) -> None:
    path = actions.issue_first_link()
    assert path is not None
    assert client.get(path).status_code == 200
    form = {"full_name": "Adela", "email": "adela@example.org", "password": PASSWORD, "password_again": PASSWORD}
    assert client.post(path, form | {"password_again": "other"}).status_code == 400
    assert client.post(path, form | {"password": "12345", "password_again": "12345"}).status_code == 400
    assert client.post(path, form)["Location"] == reverse("identity:second_step")
    assert client.get(reverse("identity:people")).status_code == 200
    assert Client().get(path).status_code == 410
    assert Client().get(reverse("identity:claim", args=["guess"])).status_code == 410


def test_guessing_first_links_is_stopped(client: Client) -> None:
    codes = [client.post(reverse("identity:claim", args=[f"guess{n}"])).status_code for n in range(12)]
    assert codes == [410] * 10 + [429] * 2


@pytest.mark.ignore_template_errors
def test_the_staff_admin_opens_by_role_and_signs_in_here(client: Client, adela: Person, ana: Person) -> None:
    address = reverse("admin:index")
    login = client.get(address, follow=True).redirect_chain
    assert login[-1][0].startswith(reverse("account_login"))
    client.force_login(ana)
    assert client.get(address, follow=True).status_code == 403
    client.force_login(adela)
    assert client.get(address).status_code == 200
    for name in ("identity_person", "identity_membership", "journal_line", "journal_verification"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    one = reverse("admin:identity_person_change", args=[ana.id])
    assert client.get(one).status_code == 200
    assert client.post(one, {"email": "vlad@example.org"}).status_code == 403
    assert client.get(reverse("admin:account_emailaddress_changelist")).status_code == 403


def test_sessions_that_ended_are_forgotten_with_address_and_browser(client: Client, ana: Person) -> None:
    sign_in(client, ana.email)
    client.get(reverse("identity:account"))
    assert UserSession.objects.filter(user_id=ana.id).count() == 1
    assert actions.forget_old_sessions() == 0
    Session.objects.update(expire_date=clock.now() - dt.timedelta(days=1))
    forget_old_sessions.call()
    assert not UserSession.objects.exists() and not Session.objects.exists()


def test_letters_lead_to_the_public_address_and_carry_no_words_of_strangers(client: Client) -> None:
    form = {
        "email": "ana@example.org",
        "full_name": "Win at evil.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    with override_settings(RIVULUS_PUBLIC_URL="https://rivulus.example", ALLOWED_HOSTS=["*"]):
        client.post(reverse("account_signup"), form, headers={"Host": "poison.example"})
        client.logout()
        client.post(reverse("account_reset_password"), {"email": "ana@example.org"}, headers={"Host": "poison.example"})
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        assert "https://rivulus.example/account/" in str(letter.body)
        assert "poison" not in str(letter.body) and "evil" not in str(letter.body)


@override_settings(RIVULUS_DEMO=True)
def test_an_administrator_of_the_demonstration_sees_nobody_real(client: Client, ana: Person) -> None:
    client.force_login(actions.add_demonstration_people(password=PASSWORD)[-1])
    people = client.get(reverse("identity:people")).text
    assert "@demo.invalid" in people and ana.email not in people
    assert client.get(reverse("identity:person", args=[ana.pk])).status_code == 404
    assert ana.email not in client.get(reverse("admin:identity_person_changelist")).text
    assert client.get(reverse("admin:identity_person_change", args=[ana.pk])).status_code == 302
