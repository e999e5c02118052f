"""The two reads, and whether the process answers."""

from django.http import HttpResponse
from django.urls import path

from dossiers.views import DossierDetail, DossierList

urlpatterns = [
    path("health", lambda _request: HttpResponse("ready")),
    path("dossiers", DossierList.as_view()),
    path("dossiers/<uuid:dossier_id>", DossierDetail.as_view()),
]
