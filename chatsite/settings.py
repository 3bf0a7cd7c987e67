"""All settings of the site, read from the environment and `.env`; docs/settings.md explains each variable."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from chatsite.environment import (
    env_bool,
    env_bucket,
    env_choice,
    env_database,
    env_email,
    env_hosts,
    env_int,
    env_list,
    env_optional_database,
    env_origins,
    env_str,
    env_time_zone,
    env_url,
    read_env_file,
)
from chatsite.logs import build_logging

BASE_DIR = Path(__file__).resolve().parent.parent
read_env_file(BASE_DIR / ".env")

# The site and its secrets

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env_str("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY must hold at least 50 characters; "
        "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` prints a new one."
    )
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_hosts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
CSRF_TRUSTED_ORIGINS = env_origins("CSRF_TRUSTED_ORIGINS")

# Cookies and HTTPS: secure by default when DEBUG is off

COOKIES_SECURE = env_bool("COOKIES_SECURE", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_NAME = "__Host-session" if COOKIES_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if COOKIES_SECURE else "csrf"
CSRF_FAILURE_VIEW = "chatsite.errors.csrf_failure"
SESSION_COOKIE_AGE = env_int("SESSION_DAYS", 14, min_value=1, max_value=365) * 24 * 60 * 60
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 0 if DEBUG else 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Number of trusted proxies in front of the site (X-Forwarded-For, X-Forwarded-Proto)
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, max_value=10)
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
# Not for the Django admin, whose scripts write HTML (chatsite/middleware/content_policy.py).
TRUSTED_TYPES = {"require-trusted-types-for": ["'script'"], "trusted-types": ["chat"]}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": STRICT_POLICY | TRUSTED_TYPES}

# Applications

INSTALLED_APPS = [
    "chatsite.accounts",
    "chatsite.operations",
    "conversations",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "chatsite.accounts.apps.TeamAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatsite.middleware.compression.CompressPages",
    "chatsite.middleware.language.BrowserLanguage",
    "chatsite.middleware.content_policy.ContentPolicy",
    "chatsite.middleware.no_store.NoStore",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chatsite.middleware.error_pages.AddErrorPages",
    "chatsite.middleware.invalid_text.RejectInvalidText",
    "chatsite.middleware.sessions.Sessions",
    "chatsite.middleware.common.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "chatsite.middleware.authentication.Authentication",
    "chatsite.middleware.messages.Messages",
    "allauth.account.middleware.AccountMiddleware",
    "chatsite.middleware.sign_in.SignInRequired",
    "chatsite.middleware.own_language.OwnLanguage",
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
                "conversations.context_processors.preferences",
            ],
        },
    },
]

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env_database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'chatsite.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite marks deleted text as free and leaves it in the file, unless secure_delete is on.
    # With the others, 500 streams caused no lock error. The timeout alone is not enough: a transaction that first reads
    # and then writes fails at once when the database is locked, unless it began as IMMEDIATE.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / f"test-{Path(DATABASES['default']['NAME']).name}")}
else:
    DATABASES["default"] |= {"ENGINE": "chatsite.server.postgresql", "CONN_HEALTH_CHECKS": True}
    # A server that is not there or a network that swallows everything is noticed within seconds (`tcp_user_timeout` is
    # in milliseconds). Parameters in DATABASE_URL take precedence.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
# Connections belong to a few threads (chatsite/server/threads.py, conversations/replies/storage.py).
DATABASES["default"]["CONN_MAX_AGE"] = 60
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

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
ACCOUNT_FORMS = {
    "login": "chatsite.accounts.forms.SignInForm",
    "reset_password": "chatsite.accounts.forms.ResetPasswordForm",
    "change_password": "chatsite.accounts.forms.ChangeOwnPasswordForm",
    "set_password": "chatsite.accounts.forms.SetOwnPasswordForm",
    "reset_password_from_key": "chatsite.accounts.forms.SetPasswordByLinkForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
# By IP address, and by account and IP address together ("key"): nobody can use up the attempts of a person who is
# elsewhere. Counted in the cache, which all processes share.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip",
    "reset_password_of_account": "5/h/key",
    # By account alone: no more links than these are sent. Those that were sent still work.
    "reset_password_mail": "20/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
# allauth's own generator would keep every e-mail address that a person ever had, and accept all of them.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 – a name

# Mail

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_str("DEFAULT_FROM_EMAIL", "chatsite@localhost")
ACCOUNT_EMAIL_SUBJECT_PREFIX = EMAIL_SUBJECT_PREFIX = ""
email = env_email("EMAIL_URL", "consolemail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = email["EMAIL_BACKEND"], email["EMAIL_HOST"], email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = email["EMAIL_HOST_USER"], email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = email.get("EMAIL_USE_TLS", False), email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10

# Claude

ANTHROPIC_API_KEY = env_str("ANTHROPIC_API_KEY")
ANTHROPIC_BASE_URL = env_url("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
# Pages show a notice that the answers come from the stand-in and not from Claude.
STAND_IN = env_bool("STAND_IN", False)
CHAT_MODELS = env_list("CHAT_MODELS", "claude-sonnet-5-5,claude-haiku-5-5,claude-opus-5-5")
CHAT_MODEL = env_str("CHAT_MODEL", "claude-sonnet-5-5")
if CHAT_MODEL not in CHAT_MODELS:
    raise ImproperlyConfigured(f"CHAT_MODEL must be one of CHAT_MODELS, not {CHAT_MODEL!r}.")
CHAT_TITLE_MODEL = env_str("CHAT_TITLE_MODEL", "claude-haiku-5-5")
CHAT_MAX_TOKENS = env_int("CHAT_MAX_TOKENS", 16_000, min_value=1, max_value=128_000)
CHAT_EFFORT = env_choice("CHAT_EFFORT", "medium", ["low", "medium", "high", "xhigh", "max"])
# Calls to Claude for one answer, and what they may cost together before the last one, in dollars.
CHAT_MAX_STEPS = env_int("CHAT_MAX_STEPS", 20, min_value=1, max_value=100)
CHAT_MAX_REPLY_COST = env_int("CHAT_MAX_REPLY_COST", 5, min_value=1)
CHAT_MAX_RUNNING_PER_PERSON = env_int("CHAT_MAX_RUNNING_PER_PERSON", 3, min_value=1)
REPLY_GRACE_SECONDS = env_int("REPLY_GRACE_SECONDS", 60, max_value=86_400)
DRAIN_SECONDS = env_int("DRAIN_SECONDS", 10, max_value=3_600)
# Before draining, /readyz fails for this long while questions are still accepted, so that proxies can notice.
DRAIN_NOTICE_SECONDS = env_int("DRAIN_NOTICE_SECONDS", 0, max_value=60)
# From the stop signal until the supervisor kills the process: TimeoutStopSec of the unit, stop_grace_period of the
# compose file. Until shortly before, the process tries to store what replies have written.
MIN_STOP_SECONDS = DRAIN_NOTICE_SECONDS + DRAIN_SECONDS + 10
STOP_SECONDS = env_int("STOP_SECONDS", max(45, MIN_STOP_SECONDS), min_value=MIN_STOP_SECONDS, max_value=7_200)
# `manage.py purge` deletes conversations that were not used for this long; 0 keeps them for ever.
RETENTION_DAYS = env_int("RETENTION_DAYS", 0, max_value=36_500)
ALLOW_ACCOUNT_DELETION = env_bool("ALLOW_ACCOUNT_DELETION", False)
MCP_STDIO = env_bool("MCP_STDIO", True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["chatsite.form_text.StrictText", *global_settings.FILE_UPLOAD_HANDLERS]

# Tools that are Python functions, and what the examples among them need

CHAT_TOOLS = env_list("CHAT_TOOLS")
CHAT_TOOL_DATABASE = env_optional_database("CHAT_TOOL_DATABASE_URL")
CHAT_TOOL_FETCH_HOSTS = env_hosts("CHAT_TOOL_FETCH_HOSTS", "")

# Files that people attach: by default in a folder beside the database of SQLite

database_file = DATABASES["default"]["NAME"] if "sqlite3" in DATABASES["default"]["ENGINE"] else "database"
ATTACHMENTS_DIR = Path(env_str("ATTACHMENTS_DIR", str((BASE_DIR / database_file).parent / "attachments")))
ATTACHMENTS_BUCKET = env_bucket("ATTACHMENTS_BUCKET")
ATTACHMENTS_S3_URL = env_url("ATTACHMENTS_S3_URL", "")
storage = "conversations.files." + ("bucket.AttachmentBucket" if ATTACHMENTS_BUCKET else "storage.AttachmentFolder")
MAX_FILE_MB = env_int("MAX_FILE_MB", 20, min_value=1, max_value=22)
# Claude takes 32 MB; these are 29.3 as base64, and the text: https://platform.claude.com/docs/en/api/overview
MAX_REQUEST_FILES_MB = env_int("MAX_REQUEST_FILES_MB", 22, min_value=1, max_value=22)
MAX_FILES_PER_QUESTION = env_int("MAX_FILES_PER_QUESTION", 20, min_value=1, max_value=100)
MAX_PERSON_FILES_GB = env_int("MAX_PERSON_FILES_GB", 5, min_value=1, max_value=100_000)

# Language and time

# Each in its own words, for everybody to find theirs.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = env_choice("LANGUAGE_CODE", "en-gb", [code for code, _name in LANGUAGES])
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "chatsite" / "locale"]
FORMAT_MODULE_PATH = "chatsite.formats"
TIME_ZONE = env_time_zone("TIME_ZONE", "UTC")

# Static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In the compressed copies of style sheets and scripts, comments and indentation are left out.
SERVESTATIC_MINIFY = True
SERVESTATIC_USE_BROTLI = SERVESTATIC_USE_ZSTD = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": {"BACKEND": storage},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "chatsite.server.static.HashedStorage",
    },
}

# Logs (chatsite/logs.py)

LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = build_logging(LOG_LEVEL)
