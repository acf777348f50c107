"""How many centres a region has and how evenly they share: pure functions on sizes, flows and areas.

Each index depends on the units it is given (municipality, settlement, subregion) and on whether the capital
counts as one unit; whoever shows a figure says which. No index is a target of its own: sizes say who lives
where (morphology), flows say who needs whom (function), and neither says that anybody is better off.
"""

from regiongeo.polycentricity.balance import BETTER_SIGN, read_balance, read_sensitivity
from regiongeo.polycentricity.espon import (
    ESPON_PARTS,
    accessibility_slope,
    espon_figures,
    espon_index,
    espon_values,
    service_areas,
)
from regiongeo.polycentricity.figures import (
    FIGURE_COLUMNS,
    FLOW_INDICES,
    LEAST_UNITS,
    Area,
    figure_rows,
    flow_figures,
    place_flows,
    size_figures,
    size_indices,
)
from regiongeo.polycentricity.functional import (
    dominance,
    entropy_index,
    general_polycentricity,
    node_symmetry,
    relative_strength,
    special_polycentricity,
)
from regiongeo.polycentricity.inequality import gini, location_quotient, theil, theil_parts
from regiongeo.polycentricity.ranksize import (
    mean_rank_size_slope,
    primacy,
    primacy_ratio,
    primacy_residual,
    rank_size_error,
    rank_size_slope,
)
from regiongeo.polycentricity.resampling import Interval, bootstrap, index_sensitivity, leave_one_out
from regiongeo.polycentricity.spatial import (
    area_distances,
    border_areas,
    location_coefficient,
    spread_distance,
    urban_centrality,
)
from regiongeo.polycentricity.trend import Trend, fit_trend

__all__ = [
    "BETTER_SIGN",
    "ESPON_PARTS",
    "FIGURE_COLUMNS",
    "FLOW_INDICES",
    "LEAST_UNITS",
    "Area",
    "Interval",
    "Trend",
    "accessibility_slope",
    "area_distances",
    "bootstrap",
    "border_areas",
    "dominance",
    "entropy_index",
    "espon_figures",
    "espon_index",
    "espon_values",
    "figure_rows",
    "fit_trend",
    "flow_figures",
    "general_polycentricity",
    "gini",
    "index_sensitivity",
    "leave_one_out",
    "location_coefficient",
    "location_quotient",
    "mean_rank_size_slope",
    "node_symmetry",
    "place_flows",
    "primacy",
    "primacy_ratio",
    "primacy_residual",
    "rank_size_error",
    "rank_size_slope",
    "read_balance",
    "read_sensitivity",
    "relative_strength",
    "service_areas",
    "size_figures",
    "size_indices",
    "special_polycentricity",
    "spread_distance",
    "theil",
    "theil_parts",
    "urban_centrality",
]
