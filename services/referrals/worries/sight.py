"""Which worries somebody of the SPoT may see, said once: lists, counts, one worry and every act ask here."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from services.referrals.worries.models import Worry, WorryConflict


def in_sight(user_id: UUID) -> ColumnElement[bool]:
    """Not what a dossier takes up from which he is kept out, nor another worry about the same door."""
    kept = aliased(Worry)
    same_door = and_(
        func.lower(func.trim(kept.place)) == func.lower(func.trim(Worry.place)), Worry.place != ""
    )
    return not_(
        select(WorryConflict.dossier_id)
        .join(kept, kept.dossier_id == WorryConflict.dossier_id)
        .where(WorryConflict.user_id == user_id, or_(kept.id == Worry.id, same_door))
        .correlate(Worry)
        .exists()
    )
