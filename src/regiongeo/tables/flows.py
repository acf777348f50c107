"""The contract of every table of the truck-flow model: zones, gateways, matrix, counts, link flows."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import flag, integer, number, text

__all__ = [
    "CORRIDORS",
    "GATEWAYS",
    "HOLDOUT",
    "LINK_FLOWS",
    "OBSERVATIONS",
    "OD_MATRIX",
    "ZONES",
    "ZONE_KINDS",
]

ZONE_KINDS = ("municipality", "freight_node", "port", "airport", "gateway")
"""What a zone is: (a part of) a municipality, a place that draws trucks, or a road out of the area."""

CORRIDORS = ("south", "east", "north", "west", "southwest")
"""The directions in which roads leave the area."""

GATEWAYS = Schema(
    name="gateways",
    description="Where the main roads leave the shipped network",
    index=("gateway_id",),
    columns=(
        text("name", "road and place"),
        text("road", "road number"),
        text("corridor", "direction", choices=CORRIDORS),
        text("beyond", "where its trucks mostly come from or go"),
        flag("is_border", "at the border to Sweden"),
        text("node_id", "outer end of the road in the shipped network"),
        text("link_id", "last link of the road, whose volume is the gateway's"),
    ),
)
ZONES = Schema(
    name="zones",
    description="Where truck trips start and end",
    index=("zone_id",),
    columns=(
        text("name", "name planners know"),
        text("kind", "kind of zone", choices=ZONE_KINDS),
        text("place", "what its trips are summed by: municipality, or the zone itself"),
        text("municipality_id", "municipality; missing for gateways and places off the coast", nullable=True),
        text("node_id", "loading node: where its trips enter the road network"),
        number("access_m", "straight distance from the zone's middle to its loading node", "m"),
        number("attraction", "persons that would draw as many trucks; 0 for gateways", "persons"),
        text("road", "road of a gateway", nullable=True),
        text("corridor", "direction of a gateway", nullable=True, choices=CORRIDORS),
        flag("is_border", "a gateway at the border to Sweden"),
        number("outside_km", "mean distance driven beyond the gateway", "km"),
        number("outside_minutes", "mean driving time beyond the gateway", "min"),
        number("observed_trucks", "trucks per day counted at the gateway", "trucks/day", nullable=True),
        number("trucks_per_day", "modelled trips that start or end here", "trucks/day"),
    ),
)
OD_MATRIX = Schema(
    name="od_matrix",
    description="Truck trips from zone to zone; trips within a zone are not in it",
    index=("origin", "destination"),
    columns=(
        number("trips_per_day", "trucks (12.5 m and more) from origin to destination", "trucks/day"),
        number("prior_trips_per_day", "the same before the counts were used", "trucks/day"),
        number("km", "mean length of the routes taken inside the network", "km"),
        number("minutes", "mean driving time of these routes", "min"),
        number("outside_km", "driven beyond the gateways at either end", "km"),
        number("outside_minutes", "driving time beyond the gateways", "min"),
        flag("is_through", "from gateway to gateway"),
    ),
)
OBSERVATIONS = Schema(
    name="observations",
    description="Counted volumes, one row a section, counting point, or road and municipality",
    index=("observation_id",),
    columns=(
        text("name", "section, counting point, or road and municipality"),
        text("road", "road number: the fold of the hold-out"),
        text("basis", "where the volume comes from"),
        integer("n_links", "links that carry it", low=1),
        number("observed_trucks", "trucks per day, both directions", "trucks/day"),
        number("error_trucks", "standard error taken", "trucks/day"),
        flag("is_used", "used in the estimation"),
        flag("has_path", "some trip passes"),
        number("gravity_trucks", "by the gravity model alone", "trucks/day"),
        number("modelled_trucks", "after the estimation", "trucks/day"),
        number("geh", "GEH of the peak hour, both directions", "sqrt(vehicles/h)"),
        number("geh_mean_hour", "GEH of the mean hour", "sqrt(vehicles/h)"),
        number("relative_error", "modelled over observed less 1", "1", low=None),
        number("heldout_trucks", "modelled without this road's counts", "trucks/day", nullable=True),
        number(
            "heldout_gravity_trucks", "gravity model without this road's counts", "trucks/day", nullable=True
        ),
    ),
)
LINK_FLOWS = Schema(
    name="link_flows",
    description="Modelled trucks by link",
    index=("link_id",),
    columns=(
        number("modelled_trucks", "trucks per day, both directions", "trucks/day"),
        number("through_share", "share from gateway to gateway", "1", high=1, nullable=True),
        number("mean_trip_km", "mean length of their trips, outside legs included", "km", nullable=True),
        number("observed_trucks", "by counts, where there is a basis", "trucks/day", nullable=True),
    ),
)
HOLDOUT = Schema(
    name="holdout",
    description="How well counts that were not used are met, by road; points and sections",
    index=("road",),
    columns=(
        integer("n", "counting points and sections", low=1),
        number("median_geh", "estimated matrix, peak hour", "sqrt(vehicles/h)"),
        number("gravity_median_geh", "gravity model alone", "sqrt(vehicles/h)"),
        number("share_below_5", "share with GEH < 5, estimated matrix", "1", high=1),
        number("gravity_share_below_5", "the same, gravity model alone", "1", high=1),
        number("volume_ratio", "modelled over observed trucks, summed", "1"),
    ),
)
