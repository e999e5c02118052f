"""The doors of referrals: one line for each command and query, the areas' own after each other."""

from litestar.types import ControllerRouterHandler

from services.referrals.duplicates import api as duplicates
from services.referrals.finding import api as finding
from services.referrals.hsds import api as hsds
from services.referrals.imports import api as imports
from services.referrals.partners import api as partners
from services.referrals.referring import api as referring
from services.referrals.social_map import api as social_map
from services.referrals.statistics import api as statistics
from services.referrals.worries import api as worries

ROUTES: list[ControllerRouterHandler] = [
    *duplicates.ROUTES,
    *finding.ROUTES,
    *hsds.ROUTES,
    *referring.ROUTES,
    *imports.ROUTES,
    *social_map.ROUTES,
    *partners.ROUTES,
    *statistics.ROUTES,
    *worries.ROUTES,
]
