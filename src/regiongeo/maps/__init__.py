"""The map of a result: one HTML file that opens by a double click, without a network.

The only part of the package that knows folium.
"""

from regiongeo.maps.page import draw_map

__all__ = ["draw_map"]
