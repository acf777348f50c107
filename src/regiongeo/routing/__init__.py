"""Driving times and distances, routes and reach on a network: one interface, two engines.

A route is chosen by one weight (minutes, unless told otherwise); what else it costs is summed along the
route chosen. Routes of equal weight give the same route whatever order the tables have: with SciPy, at every
node, of the neighbours that an equally short route may come from, the one with the smallest id (links of no
weight aside), then the link with the smallest id. Where no road leads, the cost is inf; whoever shows it says
"unreachable", and ``unreachable`` lists the pairs.
"""

from regiongeo.routing.alternatives import alternative_routes
from regiongeo.routing.arcs import weighted_cost
from regiongeo.routing.engines import Prepared, choose_engine, customise, prepare
from regiongeo.routing.matrices import cost_matrix, nearest_cost, nearest_k, unreachable
from regiongeo.routing.paths import Route, shortest_path, shortest_paths, shortest_routes
from regiongeo.routing.reach import isochrones, reach, reach_links

__all__ = [
    "Prepared",
    "Route",
    "alternative_routes",
    "choose_engine",
    "cost_matrix",
    "customise",
    "isochrones",
    "nearest_cost",
    "nearest_k",
    "prepare",
    "reach",
    "reach_links",
    "shortest_path",
    "shortest_paths",
    "shortest_routes",
    "unreachable",
    "weighted_cost",
]
