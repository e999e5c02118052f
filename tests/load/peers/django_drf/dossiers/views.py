"""The two reads as DRF views, each in one transaction with its audit row."""

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Min, OuterRef, Prefetch, Q, Subquery, TextField, Value, When
from django.db.models.functions import Concat, Trim
from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from dossiers.models import Audit, Dossier, DossierPerson, Entry, Grant, Task
from dossiers.serializers import AccessSerializer, DossierLineSerializer, DossierSerializer

PAGE = 50
TIMELINE_LENGTH = 200


def keep_audit(caller, action, kind, now, dossier_id, details):
    Audit.objects.create(
        at=now, user_id=caller.user_id, session_id=caller.session_id, service=caller.service, action=action,
        object_kind=kind, object_id=dossier_id, subject_id=dossier_id, outcome="done", details=details, trace_id="",
    )


def access_to(dossier, caller, now):
    nearness = Case(
        *(When(ground=ground, then=Value(rank)) for rank, ground in enumerate(("holder", "substitute", "grant", "team"))),
        default=Value(9),
        output_field=IntegerField(),
    )
    best = (
        Grant.objects.running(caller, now)
        .filter(dossier=dossier)
        .order_by("-may_write", nearness, F("ends_at").desc(nulls_first=True))
        .first()
    )
    if caller.supervises and (best is None or best.ground == "break_glass"):
        return {"ground": "supervision", "may_write": best.may_write if best else False, "ends_at": None}
    return AccessSerializer(best).data


class DossierDetail(APIView):
    @transaction.atomic
    def get(self, request, dossier_id):
        now = timezone.now()
        dossier = (
            Dossier.objects.visible_to(request.user, now)
            .prefetch_related(
                Prefetch("links", DossierPerson.objects.select_related("person").order_by("added_at", "person_id")),
                Prefetch(
                    "tasks",
                    Task.objects.order_by(
                        Case(When(state="open", then=Value(0)), default=Value(1)), "due_on", "id"
                    ),
                ),
                Prefetch("entries", Entry.objects.order_by("-at", "-id")[:TIMELINE_LENGTH], to_attr="timeline"),
            )
            .filter(id=dossier_id)
            .first()
        )
        if dossier is None:
            raise Http404
        access = access_to(dossier, request.user, now)
        keep_audit(request.user, "dossier_by_id", "dossier", now, dossier.id, {"ground": access["ground"]})
        return Response(DossierSerializer(dossier, context={"access": access, "now": now}).data)


class DossierList(APIView):
    @transaction.atomic
    def get(self, request):
        now = timezone.now()
        mine = Dossier.objects.visible_to(request.user, now)
        if state := request.query_params.get("state"):
            mine = mine.filter(state=state)
        first_person = (
            DossierPerson.objects.filter(dossier=OuterRef("pk"))
            .order_by(Case(When(role="victim", then=Value(0)), default=Value(1)), "added_at", "person_id")
            .values(name=Trim(Concat("person__last_name", Value(" "), "person__first_name", output_field=TextField())))[:1]
        )
        still_open = Q(tasks__state="open")
        page = list(
            mine.annotate(
                first_person=Subquery(first_person),
                open_tasks=Count("tasks", filter=still_open),
                next_due_on=Min("tasks__due_on", filter=still_open),
            ).order_by("-updated_at", "-id")[:PAGE]
        )
        count = mine.count()
        shown = [str(dossier.id) for dossier in page]
        keep_audit(request.user, "dossier_page", "dossier_list", now, None, {"count": count, "dossiers": shown})
        after = f"{page[-1].updated_at.isoformat()}_{page[-1].id}" if count > len(page) else ""
        return Response({"lines": DossierLineSerializer(page, many=True).data, "count": count, "next_after": after})
