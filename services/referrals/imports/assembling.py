"""From the rows of a file to entries: who belongs to whom, what fits, and what became of every line. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from services.referrals.imports.fitting import fitted
from services.referrals.imports.older import RowRefused, merged_weeks, modern, with_one_version
from services.referrals.imports.parts import TOP, Finding, Opened, Part, text_of
from services.referrals.social_map.writing import Draft, entry_id

_OWNERS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "phones": (
        ("contact_id", "contacts"),
        ("service_at_location_id", "service_at_locations"),
        ("service_id", "services"),
        ("location_id", "locations"),
        ("organization_id", "organizations"),
    ),
    "contacts": (
        ("service_at_location_id", "service_at_locations"),
        ("service_id", "services"),
        ("location_id", "locations"),
        ("organization_id", "organizations"),
    ),
    "languages": (("phone_id", "phones"), ("service_id", "services"), ("location_id", "locations")),
    "schedules": (
        ("service_at_location_id", "service_at_locations"),
        ("service_id", "services"),
        ("location_id", "locations"),
    ),
    "addresses": (("location_id", "locations"), ("organization_id", "organizations")),
    "accessibility": (("location_id", "locations"),),
    "required_documents": (("service_id", "services"),),
    "eligibility": (("service_id", "services"),),
    "cost_options": (("service_id", "services"),),
    "funding": (("service_id", "services"), ("organization_id", "organizations")),
    "programs": (("organization_id", "organizations"),),
    "service_areas": (("service_at_location_id", "service_at_locations"), ("service_id", "services")),
    "organization_identifiers": (("organization_id", "organizations"),),
    "urls": (("service_id", "services"), ("organization_id", "organizations")),
    "capacities": (("service_id", "services"),),
}
"""Which fields of a row say in whom it lies; it lies in each that they name."""

_REFERENCES: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "organizations": (("parent_organization_id", "organizations", "parent_id"),),
    "services": (("organization_id", "organizations", "organization_id"),),
    "locations": (("organization_id", "organizations", "organization_id"),),
    "service_at_locations": (
        ("service_id", "services", "service_id"),
        ("location_id", "locations", "location_id"),
    ),
    "taxonomies": (),
    "taxonomy_terms": (
        ("taxonomy_id", "taxonomies", "taxonomy_id"),
        ("parent_id", "taxonomy_terms", "parent_id"),
    ),
}
"""What an entry points at: the field, the table of the other, and the column that holds it here."""

_NAMED: Final = ("organizations", "services", "taxonomies", "taxonomy_terms")
_KINDS_IN_ORDER: Final = tuple(TOP)
_WRITTEN_FIRST: Final = ("organization", "taxonomy", "taxonomy_term", "location")
_LAST: Final = len(_WRITTEN_FIRST)
_LINE: Final = "_line"


class Prepared(msgspec.Struct, frozen=True):
    """An entry ready to be written, its name for people, and the lines that it is made of."""

    draft: Draft
    name: str
    lines: list[int]


class Assembled(msgspec.Struct, frozen=True):
    """Every line either lies in at least one entry or is refused with a reason among the findings."""

    entries: list[Prepared]
    refused: list[int]
    findings: list[Finding]


def assemble(
    opened: Opened,
    source: str,
    stored: Collection[tuple[str, str]] = (),
    strangers: Collection[tuple[str, str]] = (),
) -> Assembled:
    """The entries that a file makes. `stored` are the kinds and ids that this source brought before.

    `strangers` are kinds and ids whose id is that of an entry of another kind here: those stay out.
    """
    return _Assembly(opened, source, stored, strangers).done()


def in_writing_order(drafts: Sequence[Draft], source: str) -> list[Draft]:
    """What a service shows comes before it, and where it is right after: so it is indexed once."""
    turns = {
        entry_id(source, each.kind, each.source_id): turn
        for turn, each in enumerate(drafts)
        if each.kind == "service"
    }

    def turn_of(at: tuple[int, Draft]) -> tuple[int, int, int]:
        turn, draft = at
        if draft.kind == "service":
            return _LAST, turn, 0
        if draft.kind == "service_at_location":
            return _LAST, turns.get(draft.service_id, turn) if draft.service_id else turn, 1
        return _WRITTEN_FIRST.index(draft.kind), turn, 0

    return [draft for _, draft in sorted(enumerate(drafts), key=turn_of)]


class _Assembly:
    def __init__(
        self,
        opened: Opened,
        source: str,
        stored: Collection[tuple[str, str]],
        strangers: Collection[tuple[str, str]],
    ) -> None:
        self._opened = opened
        self._source = source
        self._stored = stored
        self._strangers = strangers
        self._kept_ids: set[UUID] = set()
        self._findings = list(opened.findings)
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._own: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._refused_keys: set[tuple[str, str]] = set()
        self._children: list[Part] = []

    def done(self) -> Assembled:
        self._sort_out()
        self._attach()
        entries = [prepared for key in self._in_order() if (prepared := self._entry(key)) is not None]
        placed = {line for each in entries for line in each.lines}
        refused = [line for line in range(len(self._opened.lines)) if line not in placed]
        said = {finding.line for finding in self._findings}
        self._findings += [Finding(line, "nothing_in_it") for line in refused if line not in said]
        return Assembled(entries, refused, self._findings)

    def _sort_out(self) -> None:
        """Rows that become entries by their id, the others aside; two that say the same are one."""
        for part in with_one_version(self._opened.parts):
            try:
                row = modern(part)
            except RowRefused as refused:
                self._find(part.line, refused.code, refused.field)
                continue
            if part.table == "regular_schedules":
                row.values["older"] = True
            if row.table in TOP:
                self._keep(row)
            else:
                self._children.append(row)

    def _keep(self, row: Part) -> None:
        key = (row.table, text_of(row.values.get("id")))
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        if not key[1]:
            self._find(row.line, "id_missing", "id")
        elif key not in self._rows:
            self._rows[key] = values
            self._take(key, row.line)
        elif conflict := next(
            (name for name, value in values.items() if self._rows[key].get(name, value) != value), None
        ):
            self._find(row.line, "id_twice", conflict)
        else:
            self._rows[key].update(values)
            self._take(key, row.line)

    def _take(self, key: tuple[str, str], line: int) -> None:
        self._own[key].add(line)
        self._lines[key].append(line)

    def _attach(self) -> None:
        """Put every row into those that own it; contacts and phones first, since others lie in them."""
        order = {"contacts": 0, "capacities": 0, "phones": 1}
        below: dict[tuple[str, str], dict[str, Any]] = {}
        homes: dict[tuple[str, str], list[tuple[str, str]]] = {key: [key] for key in self._rows}
        units = {text_of(part.values.get("id")): part for part in self._children if part.table == "units"}
        self._give_programs_a_home()
        for part in sorted(self._children, key=lambda each: order.get(each.table, 2)):
            if part.table == "units":
                continue
            found = self._owners_of(part, below)
            if not found:
                continue
            content = self._content(part)
            if part.table == "capacities":
                self._with_unit(part, content, units, found, homes)
            tops = []
            for owner in found:
                self._into(owner, below, part, content)
                tops += homes.get(owner, [])
            own = (part.table, text_of(part.values.get("id")))
            if own[1]:
                below.setdefault(own, content)
                homes.setdefault(own, []).extend(tops)
            for top in tops:
                self._lines[top].append(part.line)
        for unit in units.values():
            if not any(unit.line in lines for lines in self._lines.values()):
                self._find(unit.line, "not_used")

    def _owners_of(self, part: Part, below: dict[tuple[str, str], dict[str, Any]]) -> list[tuple[str, str]]:
        if part.table == "attributes":
            named = self._linked(text_of(part.values.get("link_id")), part, below)
        else:
            named = [
                (table, text_of(part.values[field]))
                for field, table in _OWNERS.get(part.table, ())
                if text_of(part.values.get(field))
            ]
        found = [owner for owner in named if owner in self._rows or owner in below]
        if not named:
            self._find(part.line, "owner_not_named")
        elif len(found) < len(named):
            self._find(part.line, "owner_missing", next(iter(set(named) - set(found)))[0])
        return found

    def _linked(
        self, key: str, part: Part, below: dict[tuple[str, str], dict[str, Any]]
    ) -> list[tuple[str, str]]:
        if not key:
            return []
        said = text_of(part.values.get("link_entity")) or text_of(part.values.get("link_type"))
        tables = [*_KINDS_IN_ORDER, *_OWNERS]
        found = [(table, key) for table in tables if (table, key) in self._rows or (table, key) in below]
        exact = [each for each in found if each[0] in (said, f"{said}s")]
        return exact[:1] or found[:1] or [(said or "services", key)]

    def _into(
        self,
        owner: tuple[str, str],
        below: dict[tuple[str, str], dict[str, Any]],
        part: Part,
        content: dict[str, Any],
    ) -> None:
        inside = self._rows.get(owner)
        if inside is None:
            inside = below[owner]
        if part.table == "eligibility":
            said = text_of(part.values.get("eligibility"))
            earlier = text_of(inside.get("eligibility_description"))
            inside["eligibility_description"] = "\n".join(filter(None, (earlier, said)))
        elif part.table == "addresses" and owner[0] == "organizations":
            self._address_of_organization(owner[1], part.line, content)
        else:
            name = part.table
            if name == "urls":
                name = "additional_urls" if owner[0] == "services" else "additional_websites"
            inside.setdefault(name, [])
            if isinstance(inside[name], list):
                _add_once(inside[name], content)

    def _address_of_organization(self, organization: str, line: int, content: dict[str, Any]) -> None:
        """An address lies in a location in 3.1; the organisation gets one for it."""
        key = ("locations", f"{organization}/{content.get('address_type', 'physical')}")
        if key not in self._rows:
            name = text_of(self._rows["organizations", organization].get("name"))
            self._rows[key] = {
                "id": key[1],
                "name": name,
                "organization_id": organization,
                "location_type": content.get("address_type", "physical"),
            }
        _add_once(self._rows[key].setdefault("addresses", []), content)
        self._lines[key].append(line)

    def _with_unit(
        self,
        part: Part,
        content: dict[str, Any],
        units: dict[str, Part],
        owners: Iterable[tuple[str, str]],
        homes: dict[tuple[str, str], list[tuple[str, str]]],
    ) -> None:
        unit = units.get(text_of(part.values.get("unit_id")))
        if unit is None:
            self._find(part.line, "unit_missing", "unit_id")
            return
        content["unit"] = self._content(unit)
        for owner in owners:
            for top in homes.get(owner, []):
                self._lines[top].append(unit.line)

    def _give_programs_a_home(self) -> None:
        """A program that a service nests belongs to the organisation of that service."""
        organizations = {
            text_of(row.get("program_id")): row.get("organization_id")
            for (table, _), row in self._rows.items()
            if table == "services" and row.get("program_id")
        }
        for part in self._children:
            if part.table == "programs" and not part.values.get("organization_id"):
                part.values["organization_id"] = organizations.get(text_of(part.values.get("id")))

    def _content(self, part: Part) -> dict[str, Any]:
        """A row as it lies in its owner: without what points at others, with an id that is a UUID."""
        links = {field for field, _ in _OWNERS.get(part.table, ())} | {
            "link_id",
            "link_entity",
            "unit_id",
            "eligibility",
        }
        content = {
            name: value
            for name, value in part.values.items()
            if name not in links and value not in ("", None) and name != "id"
        }
        own = text_of(part.values.get("id"))
        if own and not own.startswith("#"):
            content["id"] = str(entry_id(self._source, part.table, own))
        term = text_of(content.get("taxonomy_term_id"))
        if term:
            content["taxonomy_term_id"] = found = str(entry_id(self._source, "taxonomy_term", term))
            # a UUID may be that of a term which another source brought
            if found != term.lower() and not self._is_known("taxonomy_terms", term):
                self._find(part.line, "reference_missing", "taxonomy_term_id")
        return {**content, _LINE: part.line}

    def _in_order(self) -> list[tuple[str, str]]:
        return sorted(self._rows, key=lambda key: _KINDS_IN_ORDER.index(key[0]))

    def _is_known(self, table: str, key: str) -> bool:
        return ((table, key) in self._rows and (table, key) not in self._refused_keys) or (
            TOP[table],
            key,
        ) in self._stored

    def _refuse(self, key: tuple[str, str], code: str, field: str) -> None:
        """The entry's own lines say why; what lies in it is refused with it."""
        self._refused_keys.add(key)
        for line in self._lines[key]:
            if line in self._own[key]:
                self._find(line, code, field)
            else:
                self._find(line, "owner_refused")

    def _entry(self, key: tuple[str, str]) -> Prepared | None:
        if key in self._refused_keys:
            return None
        table, own = key
        row = self._rows[key]
        if table in _NAMED and not text_of(row.get("name")):
            self._refuse(key, "name_missing", "name")
            return None
        if table == "service_at_locations":
            for field, other, _ in _REFERENCES[table]:
                if not self._is_known(other, text_of(row.get(field))):
                    self._refuse(key, "owner_missing", field)
                    return None
        references = self._references(key)
        outside = {field for field, _, _ in _REFERENCES[table]} | {"id", "location_id"}
        content = {name: value for name, value in row.items() if name not in outside}
        if text_of(content.get("program_id")):
            content["program_id"] = str(entry_id(self._source, "programs", text_of(content["program_id"])))
        if isinstance(content.get("schedules"), list):
            content["schedules"] = merged_weeks(content["schedules"])
        fit = fitted(TOP[table], content)
        for misfit in fit.misfits:
            line = self._lines[key][0] if misfit.line is None else misfit.line
            self._find(line, misfit.code, misfit.field)
        if fit.content is None:
            self._refuse(key, "content_wrong", "")
            return None
        source_id = own if not own.startswith("#") else f"{self._opened.lines[self._lines[key][0]].place}"
        found = entry_id(self._source, TOP[table], source_id)
        # a table may give an id that another has too, and here an id is of one entry
        if found in self._kept_ids or (TOP[table], source_id) in self._strangers:
            self._refuse(key, "id_of_another", "id")
            return None
        self._kept_ids.add(found)
        draft = Draft(kind=TOP[table], content=fit.content, source_id=source_id, **references)
        name = text_of(row.get("name")) or text_of(row.get("description"))
        return Prepared(
            draft, name[:200], sorted(set(self._lines[key]) - (set(fit.lines_out) - self._own[key]))
        )

    def _references(self, key: tuple[str, str]) -> dict[str, UUID]:
        """What the entry points at; what is nowhere is said and left open."""
        references: dict[str, UUID] = {}
        for field, other, column in _REFERENCES[key[0]]:
            named = text_of(self._rows[key].get(field))
            if named and self._is_known(other, named):
                references[column] = entry_id(self._source, TOP[other], named)
            elif named:
                self._find(self._lines[key][0], "reference_missing", field)
        return references

    def _find(self, line: int, code: str, field: str = "") -> None:
        self._findings.append(Finding(line, code, field))


def _add_once(members: list[Any], content: dict[str, Any]) -> None:
    """JSON says an organisation again with each of its services, and what lies in it too: that is in it once."""
    said = {name: value for name, value in content.items() if name != _LINE}
    if not any(
        isinstance(each, dict) and {name: value for name, value in each.items() if name != _LINE} == said
        for each in members
    ):
        members.append(content)
