"""The answers, with the names of `shared.contracts.cases`."""

from rest_framework import serializers

from dossiers.models import Dossier, DossierPerson, Entry, Grant, Task


class PersonInDossierSerializer(serializers.ModelSerializer):
    first_name = serializers.CharField(source="person.first_name")
    last_name = serializers.CharField(source="person.last_name")
    born_on = serializers.DateField(source="person.born_on")
    age = serializers.SerializerMethodField()
    minor = serializers.SerializerMethodField()
    email = serializers.CharField(source="person.email")
    language = serializers.CharField(source="person.language")
    address = serializers.CharField(source="person.address")
    insz = serializers.CharField(source="person.insz")

    class Meta:
        model = DossierPerson
        fields = [
            "person_id", "first_name", "last_name", "role", "born_on", "age", "minor", "email",
            "language", "address", "insz", "safe_contact", "note",
        ]

    def get_age(self, link):
        born, today = link.person.born_on, self.context["now"].date()
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def get_minor(self, link):
        age = self.get_age(link)
        return link.role == "minor_involved" or (age is not None and age < 18)


class TaskSerializer(serializers.ModelSerializer):
    task_id = serializers.UUIDField(source="id")
    dossier_number = serializers.CharField(source="dossier.number")
    incident_type = serializers.CharField(source="dossier.incident_type")

    class Meta:
        model = Task
        fields = [
            "task_id", "dossier_id", "dossier_number", "kind", "title", "due_on", "due_at", "state", "assignee",
            "compulsory", "result", "done_at", "done_by", "why", "incident_type",
        ]


class EntrySerializer(serializers.ModelSerializer):
    entry_id = serializers.UUIDField(source="id")

    class Meta:
        model = Entry
        fields = ["entry_id", "kind", "capacity", "text", "code", "details", "at", "author", "author_service"]


class AccessSerializer(serializers.ModelSerializer):
    class Meta:
        model = Grant
        fields = ["ground", "may_write", "ends_at"]


class DossierSerializer(serializers.ModelSerializer):
    dossier_id = serializers.UUIDField(source="id")
    access = serializers.SerializerMethodField()
    persons = PersonInDossierSerializer(source="links", many=True)
    tasks = TaskSerializer(many=True)
    timeline = EntrySerializer(many=True)

    class Meta:
        model = Dossier
        fields = [
            "dossier_id", "number", "kind", "compartment", "incident_type", "state", "holder", "team_id",
            "opened_at", "closed_at", "call_out_id", "place", "pv_number", "summary", "minors_involved", "version",
            "access", "persons", "tasks", "timeline",
        ]

    def get_access(self, dossier):
        return self.context["access"]


class DossierLineSerializer(serializers.ModelSerializer):
    dossier_id = serializers.UUIDField(source="id")
    title = serializers.SerializerMethodField()
    open_tasks = serializers.IntegerField()
    next_due_on = serializers.DateField()

    class Meta:
        model = Dossier
        fields = [
            "dossier_id", "number", "kind", "incident_type", "state", "holder", "opened_at", "title", "open_tasks",
            "next_due_on", "updated_at",
        ]

    def get_title(self, dossier):
        return dossier.first_person or dossier.place
