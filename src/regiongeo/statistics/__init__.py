"""Key figures by municipality, subregion, county part and region, for all years: tidy tables of figures.

An area is the municipalities it is made of, each once. A sum is given only where every one of them has a
figure; elsewhere the value is missing, with the reason and the share of the people that have one.
"""

from regiongeo.statistics.areas import areas_of
from regiongeo.statistics.population import population_figures
from regiongeo.statistics.usertables import commuting_figures, ratio_figures, sum_figures
from regiongeo.statistics.words import indicator_words

__all__ = [
    "areas_of",
    "commuting_figures",
    "indicator_words",
    "population_figures",
    "ratio_figures",
    "sum_figures",
]
