"""Settings, read from the environment: names that an operator may set start with RIVULUS_, but for DATABASE_URL."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.csp import CSP

from rivulus.config.staff import UNFOLD as UNFOLD
from rivulus.identity.terms import openid_origins, openid_providers
from rivulus.kernel.connections import check
from rivulus.kernel.words import N_

BASE_DIR = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("RIVULUS_HOME", BASE_DIR / "var")).resolve()
PACK_DIR = Path(os.environ.get("RIVULUS_PACK", BASE_DIR / "pack" / "baia_mare")).resolve()


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def _secret_key() -> str:
    """Return the operator's key, or one made once and kept in the data folder, readable by its owner only."""
    given = os.environ.get("RIVULUS_SECRET_KEY")
    if given:
        return given
    file = HOME / "secret_key"
    if not file.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(64))
    return file.read_text().strip()


def _database() -> dict[str, object]:
    url = urlsplit(os.environ.get("DATABASE_URL", "postgresql:///rivulus"))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must name a PostgreSQL database.")
    query = dict(parse_qsl(url.query))
    host = query.pop("host", None) or unquote(url.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "rivulus",
        "USER": unquote(url.username or "") or query.pop("user", ""),
        "PASSWORD": unquote(url.password or "") or query.pop("password", ""),
        "HOST": host,
        "PORT": str(url.port or query.pop("port", "") or ""),
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **query,
            "pool": {"min_size": 1, "max_size": 12, "timeout": 10, "check": check},
            "application_name": "rivulus",
        },
    }


SECRET_KEY = _secret_key()
DEBUG = _flag("RIVULUS_DEBUG", False)
# This machine always answers itself: the supervisor asks for the health of the web process.
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("RIVULUS_ALLOWED_HOSTS", "").split(",")),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("RIVULUS_ORIGINS", "").split(",") if o]
# Letters lead here.
RIVULUS_PUBLIC_URL = (os.environ.get("RIVULUS_PUBLIC_URL") or next(iter(CSRF_TRUSTED_ORIGINS), "")).rstrip("/")
SECURE_ORIGIN = _flag("RIVULUS_HTTPS", False)  # set behind a TLS proxy
RIVULUS_DEMO = _flag("RIVULUS_DEMO", True)
RIVULUS_OPEN_SIGNUP = _flag("RIVULUS_OPEN_SIGNUP", True)  # residents may open accounts
RIVULUS_KEEP_PAGES = _flag("RIVULUS_KEEP_PAGES", True)  # in memory, until the journal grows
# Where the gate for observations listens, and how browsers reach it when that is another address (behind a proxy).
RIVULUS_GATE_PORT = int(os.environ.get("RIVULUS_GATE_PORT", "8001"))
RIVULUS_GATE_URL = os.environ.get("RIVULUS_GATE_URL", "").rstrip("/")


def _gate_origins() -> list[str]:
    if RIVULUS_GATE_URL:
        return [RIVULUS_GATE_URL]
    return [f"http://{host}:{RIVULUS_GATE_PORT}" for host in ("127.0.0.1", "localhost")]


RIVULUS_REQUIRE_MFA = _flag("RIVULUS_REQUIRE_MFA", False)
RIVULUS_CONNECTORS = os.environ.get("RIVULUS_CONNECTORS", "0")  # 1, or codes: sources outside may be asked
RIVULUS_VERSION = "0.1.0"
# For the frame: the name in the header leads to the account page.
RIVULUS_ACCOUNT = {
    "sign_in": "account_login",
    "sign_out": "account_logout",
    "profile": "identity:account",
    "desk": "desk",
}
RIVULUS_NAVIGATION = [
    ("observations:overview", N_("The city now")),
    ("atlas:map", N_("Map")),
    ("strategy:pillars", N_("Strategy")),
    ("strategy:matrix", N_("Matrix")),
    ("strategy:projects", N_("Projects")),
    ("strategy:indicators", N_("Indicators")),
    ("strategy:forecast", N_("Forecast")),
    ("strategy:evaluations", N_("Evaluations")),
    ("catalog:index", N_("Data")),
]

INSTALLED_APPS = [
    "modeltranslation",  # before unfold and the admin, so that its fields are known to both
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "rivulus.ui",
    "rivulus.journal",
    "rivulus.identity",  # before allauth: its templates take the place of allauth's
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rivulus.atlas",
    "rivulus.observations",
    "rivulus.catalog",
    "rivulus.strategy",
    "rivulus.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "rivulus.config.pages.KeptPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "rivulus.config.limits.BodySize",  # before whatever reads a body
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rivulus.config.limits.AskedTooOften",
    "rivulus.kernel.addresses.refuse_null_bytes",  # last: its page of refusal knows the reader
]
ROOT_URLCONF = "rivulus.config.urls"
WSGI_APPLICATION = "rivulus.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "src" / "rivulus" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rivulus.ui.presenters.page",
                "rivulus.portal.presenters.demonstration",  # after the frame's own, which knows only the setting
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "rivulus.ui.templatetags.ui",
                "rivulus.ui.templatetags.maps",
            ],
        },
    }
]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rates and short-lived marks only; in the database, so that several web processes share one count.
# Room for many visitors at once: whoever fills it up would push out what others have counted against them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rivulus_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "rivulus.kernel.tasks.ProcrastinateBackend"}}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # the web process imports no tasks by name
PROCRASTINATE_IMPORT_PATHS = ["rivulus.kernel.schedule"]

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["rivulus.identity.standards.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SOCIALACCOUNT_PROVIDERS = openid_providers(os.environ)

LANGUAGE_CODE = "ro"
LANGUAGES = [("ro", "Română"), ("en", "English"), ("hu", "Magyar")]
MODELTRANSLATION_DEFAULT_LANGUAGE = "ro"
MODELTRANSLATION_LANGUAGES = ("ro", "en", "hu")
LOCALE_PATHS = [BASE_DIR / "src" / "rivulus" / "locale"]
TIME_ZONE = "Europe/Bucharest"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [
    ("fonts", BASE_DIR / "node_modules" / "@fontsource" / "atkinson-hyperlegible-next" / "files"),
    ("htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("uplot", BASE_DIR / "node_modules" / "uplot" / "dist"),
    ("maplibre", BASE_DIR / "node_modules" / "maplibre-gl" / "dist"),
    ("map-fonts", BASE_DIR / "node_modules" / "@fontsource" / "noto-sans" / "files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "rivulus.house.resources.GzippedStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"  # never served as files: every photo and document goes through a view that checks

FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
DATA_UPLOAD_MAX_NUMBER_FILES = 10

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = SECURE_ORIGIN
CSRF_COOKIE_SECURE = SECURE_ORIGIN
SESSION_COOKIE_SAMESITE = "Lax"
if SECURE_ORIGIN:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],  # blob: what the map draws for itself
    "worker-src": [CSP.SELF],  # the map's
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF, *_gate_origins()],  # the live stream comes from the gate
    "form-action": [CSP.SELF, *openid_origins(os.environ)],  # the sign-in form leads to the service
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

SMTP_HOST = os.environ.get("RIVULUS_SMTP_HOST", "")
DEFAULT_FROM_EMAIL = os.environ.get("RIVULUS_MAIL_FROM", "rivulus@localhost")
_SMTP = {
    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "OPTIONS": {
        "host": SMTP_HOST,
        "port": int(os.environ.get("RIVULUS_SMTP_PORT", "25")),
        "username": os.environ.get("RIVULUS_SMTP_USER", ""),
        "password": os.environ.get("RIVULUS_SMTP_PASSWORD", ""),
        "use_tls": _flag("RIVULUS_SMTP_TLS", False),
        "timeout": 10,
    },
}
# With no mail server the letters lie as files in the data folder, where the operator reads them.
_FILES = {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": HOME / "mail"}}
MAILERS = {"default": _SMTP if SMTP_HOST else _FILES}

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "rivulus.identity.standards.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "rivulus.identity.standards.OpenIdAdapter"
MFA_ADAPTER = "rivulus.identity.standards.SecondStepAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "rivulus.identity.forms.JoiningForm"
# With a mail server an address must be confirmed; without one (letters lie as files) it may be.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SMTP_HOST else "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_USER_DISPLAY = "rivulus.identity.standards.display_name"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Rivulus · "
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE_ORIGIN else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "10/m/ip",
    "claim_first_link": "10/m/ip",
    "export_own_data": "5/m/user",
}
# Behind a proxy every visitor would otherwise share the proxy's rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_ORIGIN else 0
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT  # unset, the API would believe any X-Forwarded-For
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the adapter narrows it: verified there and here
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rivulus"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("RIVULUS_LOG_LEVEL", "WARNING")},
    "loggers": {"rivulus": {"level": "INFO"}},
}
