"""The contract of every table of siting: paths of trips, where they can stop, where they do."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import flag, number, text

__all__ = ["PATHS", "STOPS", "STRANDED", "VISITS"]

PATHS = Schema(
    name="paths",
    description="Ways trucks drive between two places, there and back; several may serve one relation",
    index=("path_id",),
    columns=(
        text("pair_id", "relation whose trucks may take this path; its other paths share it"),
        number(
            "trips_per_day",
            "one-way trips of the relation, both directions together; the same on all its paths",
            "trips/day",
        ),
        number(
            "taken_share",
            "share of these trips that take this path if no shorter one serves",
            "1",
            high=1,
        ),
        number("km", "length of one way, the legs beyond the gateways included", "km"),
        number("inside_km", "of these, inside the network", "km"),
        flag("is_open_start", "energy is always had where the path starts: depot, stations beyond"),
        flag("is_open_end", "energy is always had where the path ends"),
    ),
)
STOPS = Schema(
    name="stops",
    description="Candidate sites that a truck on a path can use",
    index=("path_id", "site_id"),
    may_be_empty=True,
    columns=(
        number("position_km", "where the truck leaves the path for the site, from the path's start", "km"),
        number("access_km", "driving distance from there to the site, one way; 0 on the path", "km"),
    ),
)
VISITS = Schema(
    name="visits",
    description="Where the trucks of a path take energy on one round trip, in driving order",
    index=("path_id", "order"),
    may_be_empty=True,
    columns=(
        text("site_id", "where it stops"),
        text("leg", "on the way out or back", choices=("out", "back")),
        number("position_km", "where it leaves the path, from the path's start", "km"),
        number("since_km", "driven since energy was last had, the access included", "km"),
        number("left_share", "what is left of the full range on arrival", "1", high=1),
    ),
)
STRANDED = Schema(
    name="stranded",
    description="Where the trucks of a path that is not served run empty",
    index=("path_id",),
    may_be_empty=True,
    columns=(
        text("leg", "on the way out or back", choices=("out", "back")),
        number("position_km", "where the range ends, from the path's start", "km"),
        number("since_km", "driven since energy was last had", "km"),
        text("last_site_id", "where energy was last had; missing if at an end or nowhere", nullable=True),
    ),
)
