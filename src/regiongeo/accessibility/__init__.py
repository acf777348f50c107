"""Who can be reached by car, and in how long: centres, people in reach, surfaces, faster links."""

from regiongeo.accessibility.car import CAR_CLASSES, car_network
from regiongeo.accessibility.centres import centre_hierarchy, nearest_centres, travel_minutes
from regiongeo.accessibility.measures import (
    LIMITS_MIN,
    access_by_municipality,
    access_by_year,
    access_figures,
    access_indices,
    exponential_accessibility,
    people_within,
    power_accessibility,
)
from regiongeo.accessibility.people import (
    nearest_nodes,
    people_at_nodes,
    population_points,
    road_nodes,
    yearly_people,
)
from regiongeo.accessibility.surface import access_cells
from regiongeo.accessibility.whatif import (
    AccessChange,
    LinkChange,
    NewLink,
    change_links,
    compare_access,
    new_link_between,
)

__all__ = [
    "CAR_CLASSES",
    "LIMITS_MIN",
    "AccessChange",
    "LinkChange",
    "NewLink",
    "access_by_municipality",
    "access_by_year",
    "access_cells",
    "access_figures",
    "access_indices",
    "car_network",
    "centre_hierarchy",
    "change_links",
    "compare_access",
    "exponential_accessibility",
    "nearest_centres",
    "nearest_nodes",
    "new_link_between",
    "people_at_nodes",
    "people_within",
    "population_points",
    "power_accessibility",
    "road_nodes",
    "travel_minutes",
    "yearly_people",
]
