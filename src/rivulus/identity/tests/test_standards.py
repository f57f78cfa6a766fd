"""Signing in through a service, end to end, against a small OpenID provider that runs in this process."""

import datetime as dt
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from rivulus.identity import actions, queries
from rivulus.identity.models import Person
from rivulus.identity.terms import Role, openid_providers
from rivulus.identity.tests.people import PASSWORD
from rivulus.journal import queries as journal

pytestmark = pytest.mark.django_db


@dataclass
class Service:
    """A sign-in service for one visitor: what it tells is in ``claims``."""

    claims: dict[str, object]
    client_id: str = "rivulus"
    secret: str = "s3cret"
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    challenges: dict[str, str] = field(default_factory=dict)

    def discover(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, query: dict[str, list[str]]) -> str:
        """Believe the visitor and send them back with a code."""
        code = secrets.token_urlsafe(8)
        self.challenges[code] = query["code_challenge"][0]
        return query["redirect_uri"][0] + "?" + urlencode({"code": code, "state": query["state"][0]})

    def exchange(self, form: dict[str, list[str]]) -> dict[str, object]:
        assert form["client_secret"] == [self.secret]
        assert form["code_verifier"][0]
        self.challenges.pop(form["code"][0])
        now = dt.datetime.now(dt.UTC)
        about = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + dt.timedelta(minutes=5)}
        token = jwt.encode(about | self.claims, self.key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def keys(self) -> dict[str, object]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}


def make_handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/.well-known/openid-configuration": service.discover,
                "/userinfo": lambda: service.claims,
                "/keys": service.keys,
            }
            self.answer(answers[urlsplit(self.path).path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(service.exchange(parse_qs(body)))

        def answer(self, data: object) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(data).encode())

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    told = {"sub": "77", "email": "ana@example.org", "email_verified": True, "name": "Ana Pop", "cnp": "2900101000000"}
    made = Service(dict(told))
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(made))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    environ = {
        "RIVULUS_OIDC_ID": "roeid",
        "RIVULUS_OIDC_NAME": "ROeID",
        "RIVULUS_OIDC_SERVER_URL": made.url,
        "RIVULUS_OIDC_CLIENT_ID": made.client_id,
        "RIVULUS_OIDC_SECRET": made.secret,
    }
    with override_settings(SOCIALACCOUNT_PROVIDERS=openid_providers(environ)):
        yield made
    server.shutdown()
    thread.join()
    server.server_close()


def go_through(client: Client, service: Service) -> str:
    """Walk through the service and back, and return where that leads."""
    start = reverse("openid_connect_login", args=["roeid"])
    assert "ROeID" in client.get(start).text
    away = client.post(start)
    assert away.status_code == 302 and away["Location"].startswith(service.url)
    query = parse_qs(urlsplit(away["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    back = urlsplit(service.authorize(query))
    answer = client.get(f"{back.path}?{back.query}")
    return str(answer.get("Location", answer.status_code))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_newcomer_gets_an_account_with_name_and_confirmed_address(client: Client, service: Service) -> None:
    assert go_through(client, service) == reverse("desk")
    assert is_signed_in(client)
    ana = Person.objects.get()
    assert (ana.email, ana.full_name, queries.roles_of(ana)) == ("ana@example.org", "Ana Pop", {Role.RESIDENT})
    assert EmailAddress.objects.get(user_id=ana.id).verified
    assert not ana.has_usable_password()
    assert [line.verb for line in journal.list_lines(subject_id=ana.id)] == ["identity.person.joined"]
    assert "cnp" not in json.dumps(SocialAccount.objects.get().extra_data)


def test_whoever_comes_again_is_the_same_person(client: Client, service: Service) -> None:
    go_through(client, service)
    service.claims["email"] = "ana.new@example.org"
    go_through(other := Client(), service)
    assert is_signed_in(other)
    assert Person.objects.count() == 1
    assert "cnp" not in json.dumps(SocialAccount.objects.get().extra_data)


def test_an_address_confirmed_on_both_sides_leads_to_the_account(client: Client, service: Service, ana: Person) -> None:
    go_through(client, service)
    assert client.session["_auth_user_id"] == str(ana.id)
    assert SocialAccount.objects.get().user_id == ana.id


def test_an_address_the_service_has_not_confirmed_opens_no_account_of_others(
    client: Client, service: Service, ana: Person
) -> None:
    service.claims["email_verified"] = False
    go_through(client, service)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_account_opened_with_somebody_elses_address_is_not_joined(
    client: Client, service: Service, ana: Person
) -> None:
    """Vlad signed up with Ana's address before she came through the service."""
    EmailAddress.objects.filter(user_id=ana.id).update(verified=False)
    go_through(client, service)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.filter(user_id=ana.id).exists()


def test_an_unconfirmed_address_of_a_newcomer_stays_unconfirmed(client: Client, service: Service) -> None:
    service.claims["email_verified"] = False
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="optional"):
        go_through(client, service)
    assert not EmailAddress.objects.get().verified


def test_somebody_without_an_address_is_asked_for_one(client: Client, service: Service) -> None:
    del service.claims["email"]
    assert go_through(client, service) == reverse("socialaccount_signup")
    page = client.get(reverse("socialaccount_signup"))
    assert page.status_code == 200 and "Ana Pop" in page.text
    form = {"email": "ana@example.org", "full_name": "Ana P."}
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="optional"):
        client.post(reverse("socialaccount_signup"), form)
    assert Person.objects.get().full_name == "Ana P."
    assert not EmailAddress.objects.get().verified


def test_a_closed_account_does_not_come_in_through_a_service(
    client: Client, service: Service, ana: Person, adela: Person
) -> None:
    actions.close_account(by=adela, person=ana, reason="Asked for it.")
    assert go_through(client, service) == reverse("account_inactive")
    assert not is_signed_in(client)


def test_a_token_of_another_service_is_refused(client: Client, service: Service) -> None:
    service.claims["iss"] = "https://elsewhere.example.org"
    go_through(client, service)
    assert not is_signed_in(client)
    assert not Person.objects.exists()


def test_a_token_for_another_platform_is_refused(client: Client, service: Service) -> None:
    service.claims["aud"] = "somebody-else"
    go_through(client, service)
    assert not is_signed_in(client)


def test_a_forged_return_is_refused(client: Client, service: Service) -> None:
    answer = client.get(reverse("openid_connect_callback", args=["roeid"]), {"code": "x", "state": "forged"})
    assert answer.status_code in {200, 401, 403} and not is_signed_in(client)


def test_the_service_knows_one_address_to_return_to_whatever_the_language(client: Client, service: Service) -> None:
    with translation.override("hu"):
        start = reverse("openid_connect_login", args=["roeid"])
    assert start.startswith("/hu/")
    query = parse_qs(urlsplit(client.post(start)["Location"]).query)
    assert query["redirect_uri"] == ["http://testserver/account/oidc/roeid/login/callback/"]


def test_the_sign_in_page_offers_the_service(client: Client, service: Service) -> None:
    assert "ROeID" in client.get(reverse("account_login")).text


def test_a_service_is_joined_and_removed(client: Client, service: Service, ana: Person) -> None:
    client.post(reverse("account_login"), {"login": ana.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    service.claims["email"] = "other@example.org"
    start = reverse("openid_connect_login", args=["roeid"]) + "?process=connect"
    back = urlsplit(service.authorize(parse_qs(urlsplit(client.post(start)["Location"]).query)))
    client.get(f"{back.path}?{back.query}")
    account = SocialAccount.objects.get(user_id=ana.id)
    page = client.get(reverse("socialaccount_connections"))
    assert page.status_code == 200 and "ROeID" in page.text
    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.exists()
