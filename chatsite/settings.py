"""All settings of the site, read from the environment and `.env`; docs/settings.md explains each variable."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from chatsite import environment
from chatsite.environment import address, choice, database, flag, hosts, mail, origins, text, time_zone, whole, words

BASE_DIR = Path(__file__).resolve().parent.parent
environment.read_env_file(BASE_DIR / ".env")

# The site and its secrets

DEBUG = flag("DEBUG", False)
SECRET_KEY = text("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY must hold at least 50 characters; "
        "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` prints a good one."
    )
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = hosts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
CSRF_TRUSTED_ORIGINS = origins("CSRF_TRUSTED_ORIGINS")

# What is transported how: secure by default when DEBUG is off

COOKIES_SECURE = flag("COOKIES_SECURE", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_NAME = "__Host-session" if COOKIES_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if COOKIES_SECURE else "csrf"
CSRF_FAILURE_VIEW = "chatsite.errors.csrf_failure"
SESSION_COOKIE_AGE = whole("SESSION_DAYS", 14, least=1, most=365) * 24 * 60 * 60
SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = whole("SECURE_HSTS_SECONDS", 0 if DEBUG else 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Proxies in front of the site that may be believed about the client's address and scheme
TRUSTED_PROXIES = whole("TRUSTED_PROXIES", 0, most=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

STRICT_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "blob:", "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
}
# The Django admin writes HTML from scripts; it gets the strict policy without these two (chatsite/policy.py).
TRUSTED_TYPES = {"require-trusted-types-for": ["'script'"], "trusted-types": ["chat"]}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": STRICT_POLICY | TRUSTED_TYPES}

# Applications

INSTALLED_APPS = [
    "chatsite.accounts",
    "chatsite.operations",
    "conversations",
    "allauth",
    "allauth.account",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatsite.middleware.content_policy.ContentPolicy",
    "chatsite.middleware.no_store.NoStore",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chatsite.middleware.error_pages.AddErrorPages",
    "chatsite.middleware.invalid_text.RejectInvalidText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chatsite.middleware.common.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chatsite.middleware.sign_in.SignInRequired",
]
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conversations.context_processors.team",
            ],
        },
    },
]

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'chatsite.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Measured with 500 streams: no lock error with exactly these; the timeout alone does not help a
    # transaction that turns from reading to writing, IMMEDIATE does.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A connection belongs to one of a few threads (chatsite/lanes.py, conversations/replies/storage.py),
# so their number is small and does not depend on the open streams.
DATABASES["default"]["CONN_MAX_AGE"] = 60
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
}

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "chatsite.accounts.adapter.TeamAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
# Per address of the network, and per e-mail address ("key"); counted in the cache, for all processes together.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
# allauth's own generator keeps each e-mail address a person ever had, and lets all of them sign in.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 – a name

# Mail

DEFAULT_FROM_EMAIL = SERVER_EMAIL = text("DEFAULT_FROM_EMAIL", "chatsite@localhost")
ACCOUNT_EMAIL_SUBJECT_PREFIX = EMAIL_SUBJECT_PREFIX = ""
vars().update(mail("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 10

# Claude

ANTHROPIC_API_KEY = text("ANTHROPIC_API_KEY")
ANTHROPIC_BASE_URL = address("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
# The page and the terminal say so when answers come from the stand-in and not from Claude.
STAND_IN = flag("STAND_IN", False)
CHAT_MODELS = words("CHAT_MODELS", "claude-sonnet-5-5,claude-haiku-5-5,claude-opus-5-5")
CHAT_MODEL = text("CHAT_MODEL", "claude-sonnet-5-5")
if CHAT_MODEL not in CHAT_MODELS:
    raise ImproperlyConfigured(f"CHAT_MODEL must be one of CHAT_MODELS, not {CHAT_MODEL!r}.")
# Writes the titles of new conversations; the cheapest that can.
CHAT_TITLE_MODEL = text("CHAT_TITLE_MODEL", "claude-haiku-5-5")
CHAT_MAX_TOKENS = whole("CHAT_MAX_TOKENS", 16_000, least=1, most=128_000)
CHAT_EFFORT = choice("CHAT_EFFORT", "medium", ["low", "medium", "high", "xhigh", "max"])
CHAT_MAX_RUNNING_PER_PERSON = whole("CHAT_MAX_RUNNING_PER_PERSON", 3, least=1)
REPLY_GRACE_SECONDS = whole("REPLY_GRACE_SECONDS", 60, most=86_400)
DRAIN_SECONDS = whole("DRAIN_SECONDS", 10, most=3_600)
# Before that, only /readyz says that the process is about to stop: a proxy needs a moment to hear of it.
DRAIN_NOTICE_SECONDS = whole("DRAIN_NOTICE_SECONDS", 0, most=60)
# Conversations that nobody has touched for so long are deleted by `manage.py purge`; 0 keeps them for ever.
RETENTION_DAYS = whole("RETENTION_DAYS", 0, most=36_500)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# Language and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
TIME_ZONE = time_zone("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

# Static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "chatsite.server.static.HashedStorage",
    },
}

# Logs hold ids, never texts, keys or cookies

LOG_LEVEL = choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Below this, the way to Claude writes request lines and bodies.
        **{name: {"level": "WARNING"} for name in ("anthropic", "httpx2", "httpcore2", "asyncio")},
        # Named to take away its own handler, by which the terminal would say all of it twice. Below INFO it writes SQL.
        "django": {"level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL},
    },
}
