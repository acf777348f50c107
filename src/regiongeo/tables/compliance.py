"""The contract of every table of the rule check: rules, pools, and what holds where."""

from regiongeo.schema import Column, Schema
from regiongeo.tables.columns import flag, integer, number, text

__all__ = [
    "AFIR_RULES",
    "ENOVA_STATUS",
    "EXITS",
    "POOLS",
    "POOL_STATUS",
    "ROAD_KM",
    "ROAD_SHARES",
    "ROAD_STATUS",
    "SITE_GAIN",
    "URBAN_NODES",
    "VERDICTS",
]

VERDICTS = ("yes", "no", "not_known")
"""Every answer of the rule check; not_known: figures are missing that could turn it either way."""

_REQUIREMENTS = ("charging", "hydrogen")
_TENTS = ("core", "comprehensive")


def _maybe(name: str, description: str) -> Column:
    return Column(name=name, kind="boolean", description=description, nullable=True)


def _verdict(name: str, description: str) -> Column:
    return text(name, description, choices=VERDICTS)


AFIR_RULES = Schema(
    name="afir_rules",
    description="What AFIR asks of the TEN-T roads by energy, deadline (31 December) and class of road",
    index=("requirement", "deadline", "tent"),
    columns=(
        number("share", "share of the length that must be covered, both classes together", "1", high=1),
        number("spacing_km", "largest distance from pool to pool", "km", low=0.001),
        number("access_km", "largest driving distance from the exit to a pool", "km"),
        number("beyond_km", "assumed distance from a gateway to the first pool beyond it", "km"),
        number("power_kw", "least power of a pool", "kW", nullable=True),
        number("points_350kw", "least number of points of 350 kW or more", "points", nullable=True),
        number("hydrogen_kg_d", "least capacity of a hydrogen station", "kg/day", nullable=True),
        number(
            "far_below_heavy_aadt", "below this traffic far_spacing_km holds", "vehicles/day", nullable=True
        ),
        number("far_spacing_km", "largest distance where there is little traffic", "km", nullable=True),
        number(
            "one_pool_below_heavy_aadt",
            "below this traffic one pool may serve both directions",
            "vehicles/day",
            nullable=True,
        ),
    ),
)
EXITS = Schema(
    name="exits",
    description="Where sites and stations stand on the network, and how far from its roads",
    index=("site_id",),
    may_be_empty=True,
    columns=(
        text("node_id", "node of the site itself"),
        text("exit_node_id", "nearest node of the TEN-T road; missing where no road leads", nullable=True),
        number("access_km", "driving distance from there", "km", nullable=True),
        number("national_km", "driving distance from the nearest E or R road", "km", nullable=True),
    ),
)
POOLS = Schema(
    name="pools",
    description="Recharging pools and refuelling stations for heavy vehicles; what is missing is not known",
    index=("pool_id",),
    may_be_empty=True,
    columns=(
        *EXITS.columns,
        text("municipality_id", "municipality the pool stands in", nullable=True),
        _maybe("has_charging", "offers charging"),
        _maybe("has_hydrogen", "offers hydrogen"),
        _maybe("has_biogas", "offers biogas"),
        _maybe("is_open_to_heavy", "open to the public and to vehicles above 3.5 t"),
        _maybe("is_enova_supported", "built with support from Enova for heavy vehicles"),
        number("power_kw", "charging power of the pool in sum", "kW", nullable=True),
        number("points_350kw", "points of 350 kW or more", "points", nullable=True),
        number("hydrogen_kg_d", "hydrogen a day", "kg/day", nullable=True),
        text(
            "side",
            "traffic it serves, by the way it drives",
            choices=("north", "south", "east", "west", "both"),
            nullable=True,
        ),
        text("status", "in service or decided", choices=("existing", "planned")),
    ),
)
ROAD_STATUS = Schema(
    name="road_status",
    description="Whether each piece of TEN-T road is covered; EPSG:25832",
    index=("requirement", "deadline", "direction", "link_id"),
    geometry=("LineString",),
    columns=(
        text("corridor", "road number"),
        text("municipality_id", "municipality of the piece", nullable=True),
        text("tent", "class of the road", choices=_TENTS),
        text("heading", "way of driving; missing for both ways as one line", nullable=True),
        number("km", "length", "km"),
        number("heavy_aadt", "vehicles of 5.6 m and more per day", "vehicles/day", nullable=True),
        flag("is_far", "little traffic: the longer distance holds"),
        flag("is_one_pool", "little traffic: one pool may serve both directions"),
        number("spacing_km", "largest distance from pool to pool", "km"),
        _verdict("is_covered", "whether the distance holds"),
        number(
            "through_km",
            "distance from pool to pool through the piece: pools that pass where covered, else pools that do "
            "not fail; missing where there is none to one side",
            "km",
            nullable=True,
        ),
        text("from_pool_id", "nearest such pool beyond the start of the piece, or gateway", nullable=True),
        text("to_pool_id", "nearest such pool beyond its end, or gateway", nullable=True),
        number("near_km", "of its length within half the distance of a pool that passes", "km"),
        number("near_if_km", "the same of a pool that does not fail", "km"),
    ),
)
_SUMS = (
    number("km", "length", "km"),
    number("covered_km", "of these, covered for sure", "km"),
    number("not_known_km", "covered if the pools with unknown figures pass", "km"),
    number("missing_km", "not covered", "km"),
    number("near_km", "within half the distance of a pool that passes: a finer, softer measure", "km"),
    number("ratio", "covered for sure", "1", high=1),
    number("ratio_if", "covered if the pools with unknown figures pass", "1", high=1),
)
ROAD_KM = Schema(
    name="road_km",
    description="Covered and missing kilometres by road and municipality",
    index=("requirement", "deadline", "direction", "corridor", "municipality_id", "tent"),
    columns=_SUMS,
)
ROAD_SHARES = Schema(
    name="road_shares",
    description="Covered share of the length against the share required",
    index=("requirement", "deadline", "direction"),
    may_be_empty=True,
    columns=(
        *_SUMS,
        number("near_if_km", "near_km if the pools with unknown figures pass", "km"),
        number("required_share", "share required", "1", high=1),
        _verdict("is_met", "whether the share is met"),
        integer("least_pools", "no fewer new pools can meet it", "pools"),
    ),
)
POOL_STATUS = Schema(
    name="pool_status",
    description="Whether each pool qualifies, and what it lacks",
    index=("requirement", "deadline", "tent", "pool_id"),
    may_be_empty=True,
    columns=(
        _verdict("status", "whether it qualifies"),
        text("fails", "criteria it fails, by key, comma between; empty if none"),
        text("not_known", "criteria whose figures are missing, likewise"),
        number("missing_kw", "power it lacks", "kW", nullable=True),
        number("missing_points", "points of 350 kW it lacks", "points", nullable=True),
        number("access_km", "driving distance from the exit", "km", nullable=True),
        flag("is_own_class", "this is the class of the road at its exit"),
    ),
)
SITE_GAIN = Schema(
    name="site_gain",
    description="What one qualifying pool at a site would change, beside what stands today",
    index=("requirement", "deadline", "site_id"),
    may_be_empty=True,
    columns=(
        flag("is_near_enough", "near enough to an exit to count at all"),
        number("closes_km", "kilometres that turn covered for sure", "km"),
        number("near_gain_km", "kilometres that come within half the distance of a pool that passes", "km"),
    ),
)
URBAN_NODES = Schema(
    name="urban_nodes",
    description="What AFIR asks of urban nodes",
    index=("requirement", "deadline", "municipality_id"),
    may_be_empty=True,
    columns=(
        text("unit", "unit of the figures", choices=("kW", "stations")),
        number("required", "required in sum", "kW or stations"),
        number("found", "found for sure", "kW or stations"),
        number("missing", "lacking for sure", "kW or stations"),
        integer("pools", "pools that count for sure", "pools"),
        integer("pools_not_known", "pools whose figures are missing", "pools"),
        _verdict("is_met", "whether it is met"),
    ),
)
ENOVA_STATUS = Schema(
    name="enova_status",
    description="Whether a site or pool keeps Enova's rules for heavy vehicles",
    index=("site_id",),
    may_be_empty=True,
    columns=(
        _verdict("status", "all rules"),
        _verdict("location", "rules on the place: distance to national road, spacing"),
        _verdict("equipment", "rules on the station: points, power, open to vehicles above 3.5 t"),
        text("fails", "rules it fails, by key, comma between; empty if none"),
        text("not_known", "rules whose figures are missing, likewise"),
        number("national_km", "driving distance from the nearest E or R road", "km", nullable=True),
        number(
            "nearest_km",
            "shortest road to the nearest other pool that could be supported",
            "km",
            nullable=True,
        ),
        text("nearest_pool_id", "that pool", nullable=True),
        number("missing_kw", "power it lacks", "kW", nullable=True),
        number("missing_points", "points of 350 kW it lacks", "points", nullable=True),
    ),
)
