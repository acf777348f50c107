"""The contract of every table the main job makes."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import POINT, SOURCE, flag, integer, number, text

__all__ = ["CANDIDATE_KINDS", "EXCLUDED", "GAIN", "LINK_TRAFFIC", "RANKING", "SITES", "TRAFFIC_BASES"]

TRAFFIC_BASES = ("section", "count", "road_municipality")
"""Where a link's volume comes from, best first: TEN-T section, counting point, road × municipality."""

CANDIDATE_KINDS = (
    "plot",
    "freight_node",
    "port",
    "airport",
    "truck_fuel",
    "junction",
    "fuel",
    "possible_junction",
)
"""Kinds of candidate sites in the fixed order in which twins are thinned (a plot never is)."""

SITES = Schema(
    name="sites",
    description="Candidate sites that passed every hard exclusion",
    index=("site_id",),
    geometry=POINT,
    columns=(
        text("name", "Norwegian name: what, road, place, municipality"),
        text("kind", "kind of candidate", choices=CANDIDATE_KINDS),
        flag("is_search_area", "a search area, not a plot"),
        text("road", "nearest E or R road", nullable=True),
        text("municipality_id", "municipality"),
        text("subregion", "subregion", nullable=True),
        number("access_m", "driving distance to the nearest E or R road", "m"),
        number("access_minutes", "driving time to the nearest E or R road", "min"),
        number("area_m2", "plot area, where known", "m2", nullable=True),
        SOURCE,
    ),
)
EXCLUDED = Schema(
    name="excluded",
    description="Candidates struck out by a hard exclusion, with the reason",
    index=("site_id",),
    geometry=POINT,
    may_be_empty=True,
    columns=(
        text("name", "Norwegian name"),
        text("kind", "kind of candidate", choices=CANDIDATE_KINDS),
        text(
            "reason",
            "code of the exclusion",
            choices=("outside_region", "national_park", "far_from_road", "twin"),
        ),
        text("reason_detail", "the figure or the id behind the reason"),
        SOURCE,
    ),
)
LINK_TRAFFIC = Schema(
    name="link_traffic",
    description="Heavy traffic on E, R and F links, at the stated base year; empty where there is no basis",
    index=("link_id",),
    columns=(
        number("aadt", "all vehicles per day, both directions, base year", "vehicles/day", nullable=True),
        number("heavy_aadt", "vehicles of 5.6 m and more per day", "vehicles/day", nullable=True),
        number("truck_aadt", "vehicles of 12.5 m and more per day", "vehicles/day", nullable=True),
        text(
            "traffic_basis", "where the volume is from", nullable=True, choices=(*TRAFFIC_BASES, "modelled")
        ),
        number("basis_year", "year the volume was counted in", "year", nullable=True),
        text("heavy_basis", "own share or the county's", nullable=True, choices=("own", "weekday", "county")),
    ),
)
RANKING = Schema(
    name="ranking",
    description="Sites by rank, with score, robustness and the reason in words",
    index=("site_id",),
    columns=(
        integer("rank", "1 is best; ties by site_id", low=1),
        number("score", "weighted mean of the criteria values", "1", high=1, nullable=True),
        integer("rank_low", "5th percentile of the rank over the draws, widened to hold rank", low=1),
        integer("rank_high", "95th percentile of the rank over the draws, widened to hold rank", low=1),
        number("known_weight", "share of the weight for which the site has data", "1", high=1),
        number("top5_share", "share of the draws around the weights with rank 5 or better", "1", high=1),
        number("free_top5_share", "the same under free weights (SMAA)", "1", high=1),
        integer("topsis_rank", "rank by TOPSIS, a cross-check", low=1),
        text("why", "one sentence: why the site stands where it stands"),
    ),
)
GAIN = Schema(
    name="gain",
    description="Chosen sites of the portfolio with the gain of each",
    index=("site_id",),
    may_be_empty=True,
    columns=(
        flag("is_locked", "locked by the user"),
        number("truck_km_per_day", "truck-kilometres within the service distance", "truck-km/day"),
        number("only_here_truck_km_per_day", "of these, covered by no other chosen site", "truck-km/day"),
    ),
)
