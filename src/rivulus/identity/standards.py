"""Signing in by the standards: address and password, TOTP (RFC 6238), OpenID Connect; what allauth asks of us."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import qrcode  # type: ignore[import-untyped]
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from rivulus.identity import actions, queries, rules
from rivulus.identity.forms import JoiningForm
from rivulus.identity.models import Person
from rivulus.identity.presenters import present_language


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Address and password; also asked at every request whether the account is still open."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Keep out closed accounts, and those of a demonstration that is switched off."""
        return isinstance(user, Person) and queries.may_sign_in(user)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How accounts begin and where signing in leads."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Residents may join, unless the operator has closed the door."""
        return bool(getattr(settings, "RIVULUS_OPEN_SIGNUP", True))

    def save_user(self, request: HttpRequest, user: Person, form: JoiningForm, commit: bool = True) -> AbstractBaseUser:
        """Keep the new person through the action that also writes the line."""
        super().save_user(request, user, form, commit=False)
        user.full_name = form.cleaned_data.get("full_name", "").strip()
        user.language = present_language()
        return actions.join(by=None, person=user, through="sign-up") if commit else user

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Keep out whoever may not sign in, whichever way they came."""
        if isinstance(user, Person) and not queries.may_sign_in(user):
            clear_login(request)
            response: HttpResponse = self.respond_user_inactive(request, user)
            return response
        result: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return result

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Let links in letters begin with the address the operator gave, never with a name the request claims."""
        public = settings.RIVULUS_PUBLIC_URL
        if public:
            parts = urlsplit(public)
            context = {name: _begin_with(public, value) for name, value in context.items()}
            context["current_site"] = {"name": parts.netloc, "domain": parts.netloc}
        super().send_mail(template_prefix, email, context)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead people with a privileged role and no second step to the page that explains it."""
        if queries.needs_second_step(request.user):
            return reverse("identity:second_step")
        url: str = super().get_login_redirect_url(request)
        return url


def display_name(person: Person) -> str:
    """Return what letters call somebody: their address, for a name may hold any words, and letters reach strangers."""
    return person.email


def _begin_with(public: str, value: object) -> object:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    return public + urlunsplit(urlsplit(value)._replace(scheme="", netloc=""))


class OpenIdAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What is believed, and what is kept, of what a sign-in service tells."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        """Make a person of the claims, and keep only those that the platform needs."""
        person: Person = super().populate_user(request, sociallogin, data)
        person.full_name = rules.make_full_name(data)[:150]
        person.language = present_language()
        account = sociallogin.account
        account.extra_data = {
            part: rules.trim_claims(claims) for part, claims in account.extra_data.items() if isinstance(claims, dict)
        }
        return person

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: JoiningForm | None = None) -> Person:
        """Keep the new person and write the line in one transaction."""
        with transaction.atomic():
            person: Person = sociallogin.user
            person.set_unusable_password()
            if form is not None:
                person.email = form.cleaned_data["email"].lower()
                person.full_name = form.cleaned_data.get("full_name", "").strip()
            actions.join(by=None, person=person, through=f"openid {sociallogin.account.provider}")
            sociallogin.save(request)
        return person

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Person, str] | None:
        """Join a service to an account only by an address that is confirmed on both sides: an account opened with
        somebody else's address must not become theirs, nor theirs be taken over.
        """
        found: tuple[Person, str] | None = super().authenticate_by_email(sociallogin)
        if found and EmailAddress.objects.filter(user_id=found[0].pk, email=found[1], verified=True).exists():
            return found
        return None

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """Begin the form with the name the service told."""
        initial: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        return initial | {"full_name": sociallogin.user.full_name}


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step, with a picture that a phone can read in the dark too."""

    def build_totp_svg(self, url: str) -> str:
        """Draw the secret on white: without a ground of its own it would be black on black in the dark theme."""
        stream = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(stream)
        return stream.getvalue().decode()
