"""What publishing changes: for each person, and for each row that is kept. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.rostering.rosters.stretches import Stretch, cut, joined
from services.rostering.rosters.unfolding import Turn


@dataclass(frozen=True)
class Change:
    """What one holder gains and loses from now on."""

    holder: UUID
    gained: list[Turn] = field(default_factory=list)
    lost: list[Turn] = field(default_factory=list)

    @property
    def first_at(self) -> datetime:
        """When the first difference begins."""
        return min(turn.starts_at for turn in [*self.gained, *self.lost])


def changes(before: Iterable[Turn], after: Iterable[Turn], *, now: datetime) -> list[Change]:
    """Each holder whose duty from `now` on differs, in order of the first difference.

    Compared minute by minute: a turn that is only cut in two, or entered anew with the same hours, changes nothing.
    """
    old, new = _future(before, now), _future(after, now)
    found: dict[UUID, Change] = {}
    for key in sorted(old.keys() | new.keys(), key=str):
        level, holder = key
        had, has = old.get(key, []), new.get(key, [])
        gained, lost = cut(has, had), cut(had, has)
        if gained or lost:
            change = found.setdefault(holder, Change(holder))
            change.gained.extend(Turn(level, holder, *part) for part in gained)
            change.lost.extend(Turn(level, holder, *part) for part in lost)
    return sorted(found.values(), key=lambda change: (change.first_at, str(change.holder)))


def _future(turns: Iterable[Turn], now: datetime) -> dict[tuple[str, UUID], list[Stretch]]:
    held: dict[tuple[str, UUID], list[Stretch]] = {}
    for turn in turns:
        if turn.ends_at > now:
            held.setdefault((turn.level, turn.holder), []).append(
                Stretch(max(turn.starts_at, now), turn.ends_at)
            )
    return {key: joined(stretches) for key, stretches in held.items()}


def history_kept(before: Iterable[Turn], after: Iterable[Turn], *, now: datetime) -> list[Turn]:
    """`after` for what is to come, and what really was until now: publishing never rewrites who had duty."""
    known, wanted = list(before), list(after)
    past = [turn._replace(ends_at=min(turn.ends_at, now)) for turn in known if turn.starts_at < now]
    coming = [turn._replace(starts_at=max(turn.starts_at, now)) for turn in wanted if turn.ends_at > now]
    for place, turn in enumerate(past):
        follows = next(
            (each for each in coming if each == turn._replace(starts_at=now, ends_at=each.ends_at)), None
        )
        if turn.ends_at == now and follows is not None:
            past[place] = turn._replace(ends_at=follows.ends_at)
            coming.remove(follows)
    return sorted([*past, *coming], key=lambda turn: (turn.starts_at, turn.level))


@dataclass(frozen=True)
class Rows:
    """What happens to the rows that are kept: a shift that stays the same, or only ends otherwise, keeps its id."""

    ended_otherwise: dict[UUID, datetime]
    gone: list[UUID]
    new: list[Turn]


def rows(kept: Mapping[UUID, Turn], wanted: Iterable[Turn]) -> Rows:
    """The least that turns the kept shifts into the wanted ones."""
    begins = {(turn.level, turn.holder, turn.starts_at): shift_id for shift_id, turn in kept.items()}
    otherwise: dict[UUID, datetime] = {}
    stays: set[UUID] = set()
    new = []
    for turn in wanted:
        shift_id = begins.get((turn.level, turn.holder, turn.starts_at))
        if shift_id is None:
            new.append(turn)
            continue
        stays.add(shift_id)
        if kept[shift_id].ends_at != turn.ends_at:
            otherwise[shift_id] = turn.ends_at
    return Rows(otherwise, [shift_id for shift_id in kept if shift_id not in stays], new)
