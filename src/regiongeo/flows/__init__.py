"""Trucks as flows: zones and gateways, demand, route choice, matrices from counts, validation, what-ifs.

``estimate_flows`` in ``model`` is the method in order; docs/flows.md has the formulas and what was measured.
"""

from regiongeo.flows.energy import ENERGY_UNITS, energy_per_km, link_energy, trip_energy, zone_energy
from regiongeo.flows.growth import grow_flows, growth_factor, shift_to_rail_and_sea
from regiongeo.flows.model import estimate_flows
from regiongeo.flows.result import (
    FlowResult,
    fill_link_traffic,
    flow_notices,
    modelled_roads,
    select_link,
    select_link_ends,
    with_trips,
)

__all__ = [
    "ENERGY_UNITS",
    "FlowResult",
    "energy_per_km",
    "estimate_flows",
    "fill_link_traffic",
    "flow_notices",
    "grow_flows",
    "growth_factor",
    "link_energy",
    "modelled_roads",
    "select_link",
    "select_link_ends",
    "shift_to_rail_and_sea",
    "trip_energy",
    "with_trips",
    "zone_energy",
]
