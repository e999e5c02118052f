"""Production settings: no debug, persistent connections, no apps or middleware that an API does not need."""

import os
from urllib.parse import urlsplit

_url = urlsplit(os.environ["PEER_DB_URL"])

DEBUG = False
SECRET_KEY = os.environ["PEER_SECRET"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
JWKS_URL = os.environ["PEER_JWKS_URL"]

SHARED_APPS = ["django_tenants", "django.contrib.contenttypes", "dossiers"]
TENANT_APPS = ["dossiers"]
INSTALLED_APPS = [*SHARED_APPS, "rest_framework"]
TENANT_MODEL = "dossiers.Tenant"
TENANT_DOMAIN_MODEL = "dossiers.Domain"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": _url.path.removeprefix("/"),
        "HOST": _url.hostname,
        "PORT": _url.port,
        "USER": _url.username,
        "PASSWORD": _url.password,
        "CONN_MAX_AGE": 600,
    }
}
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["dossiers.security.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["dossiers.security.MayReadDossiers"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
