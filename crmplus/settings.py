"""Django's settings: wiring only. What the environment decides is in ``conf.py``."""

from __future__ import annotations

from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from crmplus.beat import beat_schedule
from crmplus.conf import BASE_DIR, env
from crmplus.secret_key import secret_key

SECRET_KEY = env.secret_key or secret_key(env.data_dir)
DEBUG = env.debug
ALLOWED_HOSTS = list(env.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [env.base_url]

INSTALLED_APPS = [
    "crmplus",
    "crmplus.accounts",
    "crmplus.api",
    "crmplus.administration",
    "crmplus.phonebook",
    "crmplus.live",
    "crmplus.jobs",
    "crmplus.timeline",
    "crmplus.recyclebin",
    "crmplus.saved_filters",
    "crmplus.tickets",
    "crmplus.records",
    "crmplus.exchange",
    "pbxmanager",
    "pbxmanager.statistics",
    "pbxmanager.workplace",
    "softphone_connector",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_crontab",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "crmplus.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crmplus.accounts.middleware.IdleMiddleware",
    "crmplus.accounts.middleware.PreferencesMiddleware",
    "crmplus.charsets.charset_middleware",
    "crmplus.accounts.middleware.ChoosePasswordMiddleware",
    "crmplus.accounts.middleware.StatisticsOnlyMiddleware",
    "crmplus.administration.middleware.AddOnMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "crmplus.urls"
ASGI_APPLICATION = "crmplus.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["crmplus.templatetags.crm"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crmplus.context.frame",
            ],
        },
    }
]

DATABASE = dj_database_url.parse(env.database_url)
DATABASES: dict[str, Any] = {"default": DATABASE}
DATABASE_OPTIONS = DATABASE.setdefault("OPTIONS", {})
if DATABASE["ENGINE"].endswith("sqlite3"):
    # Eight writers in parallel lose nothing only with WAL and IMMEDIATE; FULL keeps
    # what was acknowledged through a power cut.
    DATABASE_OPTIONS |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
            "PRAGMA journal_size_limit=67108864;"
        ),
    }
else:
    # Without a pool each request under ASGI opens a connection of its own.
    DATABASE_OPTIONS |= {
        "pool": {
            "min_size": min(2, env.database_pool),
            "max_size": env.database_pool,
            "timeout": 10,
        }
    }
    # Heals by itself after the database was restarted.
    DATABASE["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if env.redis_url:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.redis_url,
        }
    }

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600

LANGUAGE_CODE = "en"
LANGUAGES = [("de", _("German")), ("en", _("English")), ("pl", _("Polish"))]
FORMAT_MODULE_PATH = "crmplus.formats"
LOCALE_PATHS = [BASE_DIR / "crmplus" / "locale"]
TIME_ZONE = env.time_zone
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.data_dir / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "crmplus.vendor.NodePackagesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "crmplus.static_files.StaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

CSRF_FAILURE_VIEW = "crmplus.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.https:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^softphone/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.trusted_proxies:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

CRONJOBS = [
    (
        "0 2 * * *",
        "django.core.management.call_command",
        ["pbx_clean_up"],
        {"trigger": "cron"},
    ),
]
CRONTAB_COMMENT = "CRM+"

CELERY_BROKER_URL = env.celery_broker_url or None
CELERY_TASK_ALWAYS_EAGER = not env.celery_broker_url
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = beat_schedule(CRONJOBS)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crmplus.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crmplus.api.permissions.MayUse"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crmplus.api.parsers.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "crmplus.api.parsers.OnlyJson",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crmplus.api.problems.handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CRM+ API",
    "DESCRIPTION": "Calls, records and numbers of CRM+, with the rights of its pages.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/",
    # What is only read stands in no description of what is sent.
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crmplus.api.description.with_problems",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {
            "()": "crmplus.logs.MaskKeys",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Both bring handlers of their own, which would write keys as they are.
    "loggers": {
        name: {"handlers": [], "level": "INFO", "propagate": True}
        for name in ("django", "django.server", "uvicorn", "uvicorn.access")
    },
}
