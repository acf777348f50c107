"""The contract of the station plan: who gets through with which energy, and the card of each site."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import flag, integer, number, text

__all__ = [
    "BINDS",
    "CARDS",
    "CHECKLIST",
    "CHECKLIST_ITEMS",
    "CHECKLIST_STATUSES",
    "OFFERS",
    "RELATION_SERVICE",
    "RESERVES",
    "RIVALS",
    "SERVICE",
]

OFFERS = Schema(
    name="offers",
    description="Which energies the chosen sites offer, what they serve, and what is lost without them",
    index=("site_id", "energy"),
    may_be_empty=True,
    columns=(
        flag("is_existing", "an existing station of the user's file"),
        flag("is_locked", "locked by the user"),
        number("stops_per_day", "stops of trucks on this energy", "stops/day"),
        number("refilled_km_per_day", "distance whose energy is taken here", "km/day"),
        number("lost_trips_per_day", "trips no longer served if the site offered it no more", "trips/day"),
        number("lost_truck_km_per_day", "truck-kilometres in the area of these", "truck-km/day"),
    ),
)
SERVICE = Schema(
    name="service",
    description="How many trips of trucks on each energy get through",
    index=("energy",),
    may_be_empty=True,
    columns=(
        number("range_km", "range planned with", "km"),
        number("truck_share", "share of all trucks on this energy in the year of the plan", "1", high=1),
        number("depot_share", "share of these that fill at home", "1", high=1),
        integer("sites", "chosen sites that offer it", "sites"),
        *(
            number(f"{words}_{unit}_per_day", f"{what} {meaning}", f"{unit}/day")
            for unit, what in (("trips", "trips"), ("truck_km", "truck-kilometres in the area"))
            for words, meaning in (
                ("all", "of trucks on this energy"),
                ("free", "that need no public station"),
                ("served", "that get through with the stations, those that need none included"),
                ("impossible", "that no choice of candidates could serve"),
            )
        ),
    ),
)
RELATION_SERVICE = Schema(
    name="relation_service",
    description="Between which places trucks get through, by energy; both directions",
    index=("energy", "one_end", "other_end"),
    may_be_empty=True,
    columns=(
        number("trips_per_day", "trips of trucks on this energy", "trips/day"),
        number("served_share", "share that gets through", "1", high=1),
        number("km", "mean length of one way, legs beyond the gateways included", "km"),
        number("truck_km_per_day", "truck-kilometres in the area", "truck-km/day"),
    ),
)
RESERVES = Schema(
    name="reserves",
    description="What could stand for a chosen site alone, with the same energies, all others staying",
    index=("site_id", "other_site_id"),
    may_be_empty=True,
    columns=(
        number("lost_trips_per_day", "trips lost by it; below 0: more are served", "trips/day", low=None),
        number("lost_truck_km_per_day", "truck-kilometres of these", "truck-km/day", low=None),
    ),
)

BINDS = ("chosen", "locked", "too_close", "adds_little", "adds_nothing", "no_plan")
"""What keeps a site where it is in the plan: adds_little: others serve more; too_close: to a chosen site."""

CARDS = Schema(
    name="cards",
    description="Why each site stands where it stands, what binds, and what would lift it",
    index=("site_id",),
    columns=(
        text("binds", "what decides its place in the station plan", choices=BINDS),
        text("binds_site_id", "the chosen site it is too close to", nullable=True),
        number(
            "added_trips_per_day",
            "trips served besides, were it added to the plan",
            "trips/day",
            nullable=True,
        ),
        number(
            "added_truck_km_per_day", "truck-kilometres in the area of these", "truck-km/day", nullable=True
        ),
        number(
            "closes_km",
            "TEN-T road a charging pool here turns green (AFIR 2030)",
            "km",
            nullable=True,
        ),
        number("closes_hydrogen_km", "the same with hydrogen", "km", nullable=True),
        text("lift_1", "criterion with most points to gain", nullable=True),
        number("lift_1_points", "points of 100 it lacks there", "points", nullable=True),
        text("lift_2", "criterion with second most points to gain", nullable=True),
        number("lift_2_points", "points of 100 it lacks there", "points", nullable=True),
    ),
)
RIVALS = Schema(
    name="rivals",
    description="Other candidates within the least spacing of a site: of these at most one is chosen",
    index=("site_id", "other_site_id"),
    may_be_empty=True,
    columns=(
        number("km", "driving distance, the shorter direction", "km"),
        integer("rank", "rank of the other site", low=1),
        flag("is_chosen", "the other site is in the station plan"),
    ),
)
CHECKLIST_ITEMS = (
    "plot_area",
    "access",
    "swept_path",
    "zoning",
    "grid",
    "grid_year",
    "gas_safety",
    "dwellings",
    "services",
    "rest_bays",
    "protection",
)
"""What a planner asks of a site, in the order shown; most of it no open source answers."""
CHECKLIST_STATUSES = ("met", "not_met", "partly", "unknown")

CHECKLIST = Schema(
    name="checklist",
    description="The planning checklist of each site: what is known, and what is not",
    index=("site_id", "item"),
    columns=(
        text("status", "met, not met, partly known, or unknown", choices=CHECKLIST_STATUSES),
        number("value", "the figure behind it, if any", "unit", low=None, nullable=True),
        text("unit", "its unit", nullable=True),
        number("needed", "what it is held against, if anything", "unit", nullable=True),
    ),
)
