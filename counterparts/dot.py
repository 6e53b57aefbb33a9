"""An OAuth 2.0 provider with django-oauth-toolkit, on loopback: `python dot.py PORT [OPTIONS]`.

OPTIONS is JSON: `redirect_uris`, `access_token_seconds`, `refresh_token_seconds`, `rotate` (whether a refresh brings a
new refresh token), `grace_seconds` (how long the old one still works), `reuse_protection` (whether using an old one
ends the grant), `pkce` (whether it is required). Its database is in memory.
"""

import json
import sys

import django
import waitress
from django.conf import settings

PORT = int(sys.argv[1])
OPTIONS = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}

LOGIN = """<!doctype html><title>Sign in</title><h1>Sign in</h1><form method="post">{% csrf_token %}{{ form.as_p }}
<input type="hidden" name="next" value="{{ next }}"><button type="submit">Sign in</button></form>"""

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    # One database for all threads of this process, gone with it.
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:dot?mode=memory&cache=shared"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
        "oauth2_provider",
        "rest_framework",
    ],
    LOGIN_URL="/login/",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    OAUTH2_PROVIDER={
        "ACCESS_TOKEN_EXPIRE_SECONDS": OPTIONS.get("access_token_seconds", 600),
        "ALLOWED_SCHEMES": ["http", "https"],
        "PKCE_REQUIRED": OPTIONS.get("pkce", True),
        "REFRESH_TOKEN_EXPIRE_SECONDS": OPTIONS.get("refresh_token_seconds", 3600),
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": OPTIONS.get("grace_seconds", 0),
        "REFRESH_TOKEN_REUSE_PROTECTION": OPTIONS.get("reuse_protection", False),
        "ROTATE_REFRESH_TOKEN": OPTIONS.get("rotate", True),
        "SCOPES": {"read": "Read your notes", "write": "Write notes"},
        "DEFAULT_SCOPES": ["read"],
    },
    # Passwords and secrets of tests need no strength, and hashing them well takes half a second each.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"]},
    ROOT_URLCONF=__name__,
    SECRET_KEY="only-for-tests",
    STATIC_URL="static/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN}),
                    "django.template.loaders.app_directories.Loader",
                ],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from oauth2_provider.contrib.rest_framework import TokenHasReadWriteScope
from oauth2_provider.models import Application
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import CharField, IntegerField, Serializer
from rest_framework.views import APIView

NOTES = [{"id": number, "title": f"Note {number}"} for number in range(1, 26)]


class Note(Serializer):
    """A note on the wire."""

    id = IntegerField(read_only=True)
    title = CharField()


class Pages(PageNumberPagination):
    """Ten notes a page, or as many as asked for."""

    page_size = 10
    page_size_query_param = "page_size"
    max_page_size = 50


class Notes(ListAPIView):
    """`GET /api/notes/` and, with the scope `write`, `POST /api/notes/`."""

    permission_classes = [TokenHasReadWriteScope]
    pagination_class = Pages
    serializer_class = Note

    def get_queryset(self):
        return NOTES

    def post(self, request):
        note = Note(data=request.data)
        note.is_valid(raise_exception=True)
        NOTES.append({"id": len(NOTES) + 1, **note.validated_data})
        return Response(NOTES[-1], status=201)


class Me(APIView):
    """`GET /api/me/`: who a token speaks for. A machine is nobody in particular."""

    permission_classes = [TokenHasReadWriteScope]

    def get(self, request):
        user = request.user.username if IsAuthenticated().has_permission(request, self) else None
        return Response({"user": user, "client": request.auth.application.client_id, "scope": request.auth.scope})


urlpatterns = [
    path("login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("api/notes/", Notes.as_view()),
    path("api/me/", Me.as_view()),
]


def register(**fields):
    Application.objects.create(redirect_uris=" ".join(OPTIONS.get("redirect_uris", [])), **fields)


def fill():
    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("ada", password="pass: word")
    get_user_model().objects.create_user("grace", password="pass: word")
    code = {"authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE}
    register(
        **code, client_type="confidential", name="Confidential", client_id="client+1:a/é", client_secret="s3cret: +/é&%20"
    )
    register(**code, client_type="public", name="Public", client_id="public-client")
    register(
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_type="confidential",
        name="Machine",
        client_id="machine-client",
        client_secret="machine secret",
    )


fill()
# One thread: tables in shared memory are locked as a whole, and a refused lock would be a refused request.
waitress.serve(get_wsgi_application(), host="127.0.0.1", port=PORT, threads=1)
