"""The tables of cases as unmanaged models, with the access rule as a queryset method."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django_tenants.models import DomainMixin, TenantMixin


class Tenant(TenantMixin):
    """Asked for by django-tenants; the tenant itself comes from the token."""

    auto_create_schema = False

    class Meta:
        managed = False


class Domain(DomainMixin):
    class Meta:
        managed = False


class Person(models.Model):
    id = models.UUIDField(primary_key=True)
    first_name = models.TextField()
    last_name = models.TextField()
    born_on = models.DateField(null=True)
    email = models.TextField()
    language = models.TextField()
    address = models.TextField()
    insz = models.TextField()

    class Meta:
        managed = False
        db_table = "persons"


class DossierQuerySet(models.QuerySet):
    def visible_to(self, caller, now):
        blocked = ConflictBlock.objects.filter(dossier=OuterRef("pk"), user_id=caller.user_id)
        found = self.filter(~Exists(blocked), compartment__in=caller.compartments)
        if caller.supervises:
            return found
        return found.filter(Exists(Grant.objects.running(caller, now).filter(dossier=OuterRef("pk"))))


class Dossier(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.TextField()
    kind = models.TextField()
    compartment = models.TextField()
    incident_type = models.TextField()
    state = models.TextField()
    holder = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    call_out_id = models.UUIDField(null=True)
    place = models.TextField()
    pv_number = models.TextField()
    summary = models.TextField()
    minors_involved = models.BooleanField()
    version = models.IntegerField()
    updated_at = models.DateTimeField()

    objects = DossierQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "dossiers"


class DossierPerson(models.Model):
    pk = models.CompositePrimaryKey("dossier_id", "person_id")
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="links")
    person = models.ForeignKey(Person, models.DO_NOTHING)
    role = models.TextField()
    safe_contact = models.TextField()
    note = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "dossier_persons"


class Task(models.Model):
    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="tasks")
    kind = models.TextField()
    title = models.TextField()
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True)
    state = models.TextField()
    assignee = models.UUIDField(null=True)
    compulsory = models.BooleanField()
    result = models.TextField()
    why = models.JSONField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "tasks"


class Entry(models.Model):
    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="entries")
    kind = models.TextField()
    capacity = models.TextField()
    text = models.TextField()
    code = models.TextField()
    details = models.JSONField()
    at = models.DateTimeField()
    author = models.UUIDField(null=True)
    author_service = models.TextField()

    class Meta:
        managed = False
        db_table = "entries"


class GrantQuerySet(models.QuerySet):
    def running(self, caller, now):
        return self.filter(
            Q(user_id=caller.user_id) | Q(team_id__in=caller.teams),
            Q(ends_at=None) | Q(ends_at__gt=now),
            starts_at__lte=now,
        )


class Grant(models.Model):
    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="grants")
    ground = models.TextField()
    user_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    may_write = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "grants"


class ConflictBlock(models.Model):
    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING)
    user_id = models.UUIDField()

    class Meta:
        managed = False
        db_table = "conflict_blocks"


class Audit(models.Model):
    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user_id = models.UUIDField()
    session_id = models.UUIDField()
    service = models.TextField()
    action = models.TextField()
    object_kind = models.TextField()
    object_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    outcome = models.TextField()
    details = models.JSONField()
    trace_id = models.TextField()

    class Meta:
        managed = False
        db_table = "audit"
