"""The road network as two tables, valid from birth: nodes, and links that end at known nodes.

Operations return a new network and leave their input as it was. Weights (metres, minutes) are those of
the links, never measured again on the drawn geometry, which may be generalised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from regiongeo.crs import WORK_BOX, WORK_CRS, Box, require_work
from regiongeo.cutting import cut_links, nearest_places
from regiongeo.errors import NetworkError, SchemaError, name_some
from regiongeo.schema import Column, Schema, validate

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray

__all__ = [
    "WEIGHTS",
    "Attachment",
    "Network",
    "attach_sites",
    "build_network",
    "components",
    "is_oneway",
    "largest_share",
    "main_links",
    "require_nodes",
    "require_weights",
    "to_networkx",
]

WEIGHTS = ("minutes", "length_m")
"""What every link must carry, finite and not negative; a cut shares it out between the pieces."""

_NODES = Schema(
    name="nodes", description="Ends of links", index=("node_id",), columns=(), geometry=("Point",)
)
_LINKS = Schema(
    name="links",
    description="Links between nodes, drawn from from_node to to_node",
    index=("link_id",),
    geometry=("LineString",),
    columns=(
        Column(name="from_node", kind="text", description="node at the start of the geometry"),
        Column(name="to_node", kind="text", description="node at the end of the geometry"),
    ),
)
_ONEWAY = Column(name="is_oneway", kind="boolean", description="open from from_node to to_node only")
_END_TOLERANCE_M = 1.0


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Nodes and links in EPSG:25832 that fit together.

    Parameters
    ----------
    nodes
        Points by ``node_id``.
    links
        LineStrings by ``link_id`` with ``from_node``, ``to_node``, ``length_m`` [m] and ``minutes`` [min],
        any further columns, and optionally ``is_oneway`` (without it every link is open both ways).

    Raises
    ------
    NetworkError
        Naming every problem at once: ids that are not unique text, links that end at unknown nodes or are
        drawn away from them, weights that are missing, not finite, negative or text.
    """

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame

    def __post_init__(self) -> None:
        tables = self.nodes, self.links
        problems = _table_problems(*tables) or _crs_problems(*tables) or _fit_problems(*tables)
        if problems:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise NetworkError(f"the network has {len(problems)} problem(s):{lines}")

    def __repr__(self) -> str:
        """Tell the size."""
        kilometres = self.links["length_m"].sum() / 1000
        return f"<Network: {len(self.nodes)} nodes, {len(self.links)} links, {kilometres:.1f} km>"


def build_network(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame, *, box: Box = WORK_BOX) -> Network:
    """Make a network of copies of the two tables, sorted by id and inside ``box`` [m, EPSG:25832].

    Raises
    ------
    NetworkError
        If the tables do not fit together (see ``Network``).
    CrsError
        If a table lies outside the box.
    """
    network = Network(nodes.copy(), links.copy())
    require_work(nodes, what="nodes", box=box)
    require_work(links, what="links", box=box)
    return Network(network.nodes.sort_index(), network.links.sort_index())


def require_nodes(network: Network, node_ids: pd.Index) -> None:
    """Raise unless every id is a node of the network.

    Raises
    ------
    NetworkError
        Naming the unknown ids.
    """
    unknown = node_ids[~node_ids.isin(network.nodes.index)].unique()
    if len(unknown):
        raise NetworkError(
            f"not nodes of the network: {name_some(unknown)}: a site has a node (attach_sites), it is not one"
        )


def require_weights(network: Network, weight: str) -> None:
    """Raise unless every link has a finite, non-negative number in column ``weight``.

    Raises
    ------
    NetworkError
        If the column is missing, or naming the links where the weight is of no use.
    """
    problems = list(_weight_problems(network.links, weight))
    if problems:
        raise NetworkError(f"cannot route on {'; '.join(problems)}")


def is_oneway(links: pd.DataFrame) -> pd.Series[bool]:
    """Tell which links are open from ``from_node`` to ``to_node`` only; by ``link_id``."""
    if "is_oneway" in links:
        return links["is_oneway"].astype(bool)
    return pd.Series(data=False, index=links.index, name="is_oneway")


def components(network: Network, *, strong: bool = False) -> pd.Series[int]:
    """Give each node the number of its part of the network, 0 the part with most kilometres.

    Parameters
    ----------
    network
        Network with one-way links or without.
    strong
        Count two nodes as joined only if roads lead there *and* back; finds one-way traps.

    Returns
    -------
    Series by ``node_id``. Ties in kilometres go to the part with the smaller node id.
    """
    ends = _end_positions(network)
    size = len(network.nodes)
    arcs = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    if strong:
        two_way = ends[~is_oneway(network.links).to_numpy()]
        back = (np.ones(len(two_way)), (two_way[:, 1], two_way[:, 0]))
        arcs = arcs + sparse.csr_array(back, shape=(size, size))
    _, part = csgraph.connected_components(arcs, connection="strong" if strong else "weak")
    inside = part[ends[:, 0]] == part[ends[:, 1]]
    metres = network.links["length_m"][inside].groupby(part[ends[inside, 0]]).sum()
    return _number_parts(pd.Series(part, index=network.nodes.index, name="component"), metres)


def main_links(network: Network) -> pd.Series[bool]:
    """Tell which links belong to the component with most kilometres; by ``link_id``."""
    component = components(network).loc[network.links["from_node"]]
    return pd.Series(component.to_numpy() == 0, index=network.links.index, name="is_main")


def largest_share(network: Network) -> float:
    """Return the share of the kilometres that lies in the largest component [1]."""
    metres = network.links["length_m"]
    return float(metres[main_links(network)].sum() / metres.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Attachment:
    """A network cut at the sites, and the node each site has."""

    network: Network
    """The new network; ``parent_link`` names the link of the first network a piece comes from."""
    node_of: pd.Series[str]
    """Node by site id, in the order of the sites."""
    offset_m: pd.Series[float]
    """Straight distance from the site to its road [m], by site id."""


def attach_sites(
    network: Network, sites: gpd.GeoDataFrame, *, snap_m: float, eligible: pd.Series[bool] | None = None
) -> Attachment:
    """Give every site a node at the nearest point of the nearest link, and cut the links there.

    Each piece keeps its share of ``length_m`` and ``minutes`` and a copy of every other column; sums are
    conserved and the order of the sites does not matter. A cut falls on a whole metre of ``length_m``, so
    sites on the same metre share a node; within 1 m of a link's end the site has that end's node. Node ids
    are ``N:<link>@<metre>``, pieces ``<link>.1``, ``<link>.2`` from start to end.

    Parameters
    ----------
    network
        Network to cut; it stays as it is.
    sites
        Points in EPSG:25832 by a unique text id; a site never becomes a node itself.
    snap_m
        Largest straight distance from a site to its road [m].
    eligible
        Links that may be cut or used, by ``link_id``; all of them if None. Pass ``main_links(network)``
        and whatever else rules a link out (ferries, motorways without an exit).

    Raises
    ------
    NetworkError
        If sites lie farther than ``snap_m`` from every eligible link; all are counted, with distances.
    SchemaError, CrsError
        If the sites are not points by unique text ids in EPSG:25832.

    Notes
    -----
    The nearest point is found on the drawn geometry and carried to ``length_m`` by its share of the drawn
    length, so a generalised drawing moves it along the road. The way from the site to the road is not part
    of any route: ``offset_m`` says how long it is, straight. Equally near links: the smallest link id.
    """
    _require_sites(sites)
    places = nearest_places(sites, _eligible_links(network, eligible), snap_m=snap_m)
    nodes, pieces = cut_links(network.nodes, network.links, places, shared=WEIGHTS)
    return Attachment(network=Network(nodes, pieces), node_of=places["node_id"], offset_m=places["offset_m"])


def to_networkx(network: Network, *, integer_ids: bool = False) -> nx.MultiDiGraph[Any]:
    """Make the graph that networkx and osmnx functions take: a view for an algorithm, never the storage.

    A link gives an edge each way, or one if it is one-way. Edges carry all columns of the link, and the
    names osmnx knows: ``osmid``, ``length`` [m], ``speed_kph`` [km/h], ``travel_time`` [s], ``oneway``,
    ``reversed``, ``geometry``; nodes carry ``x``, ``y``, ``street_count``; the graph carries ``crs``.

    Parameters
    ----------
    network
        Network to convert.
    integer_ids
        Number nodes and links by their row, as ``osmnx.convert.validate_graph`` demands in strict mode
        (the ids stay in ``node_id`` and ``link_id``). Otherwise nodes are named by their text id; osmnx
        functions that take "a node or several" then want it in a list, since text counts as several.
    """
    import networkx as nx  # noqa: PLC0415

    nodes, links = network.nodes, network.links
    name_node = dict(zip(nodes.index, range(len(nodes)) if integer_ids else nodes.index, strict=True))
    street_count = pd.concat([links["from_node"], links["to_node"]]).value_counts()
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs=WORK_CRS, name="regiongeo")
    for node_id, point in nodes.geometry.items():
        known = {"x": point.x, "y": point.y, "street_count": int(street_count.get(node_id, 0))}
        graph.add_node(name_node[node_id], node_id=node_id, **known)
    for osmid, edge in enumerate(_edge_attributes(links)):
        start, end = name_node[edge["from_node"]], name_node[edge["to_node"]]
        edge["osmid"] = osmid if integer_ids else edge["link_id"]
        graph.add_edge(start, end, **edge, reversed=False)
        if not edge["oneway"]:
            back = {**edge, "reversed": True, "geometry": edge["geometry"].reverse()}
            graph.add_edge(end, start, **back)
    return graph


def _table_problems(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> list[str]:
    problems = []
    oneway = (_ONEWAY,) if "is_oneway" in links else ()
    for table, schema in ((nodes, _NODES), (links, replace(_LINKS, columns=(*_LINKS.columns, *oneway)))):
        try:
            validate(table, schema)
        except SchemaError as error:
            problems.append(str(error).replace("\n", "\n  "))
    problems += [problem for weight in WEIGHTS for problem in _weight_problems(links, weight)]
    return problems


def _weight_problems(links: pd.DataFrame, weight: str) -> Iterator[str]:
    if weight not in links:
        yield f"{weight}: column is missing, and routes need it"
        return
    values = links[weight]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    is_text = values.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
    bad = is_text | ~np.isfinite(numbers) | (numbers < 0)
    if bad.any():
        yield f"{weight}: must be a finite number >= 0, links {name_some(links.index[bad])}"
    elif not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        yield f"{weight}: must be a number column, not {values.dtype}"


def _crs_problems(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> list[str]:
    found = {"nodes": nodes.crs, "links": links.crs}
    return [
        f"{name}: must be in {WORK_CRS}, not {crs.name if crs else 'without CRS'}: transform with to_work"
        for name, crs in found.items()
        if crs != WORK_CRS
    ]


def _fit_problems(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> list[str]:
    unknown = ~(links["from_node"].isin(nodes.index) & links["to_node"].isin(nodes.index))
    if unknown.any():
        return [f"links that end at an unknown node: {name_some(links.index[unknown])}"]
    off = np.zeros(len(links), dtype=bool)
    for column, position in (("from_node", 0), ("to_node", -1)):
        ends = nodes.geometry.loc[links[column]].to_numpy()
        gap = shapely.distance(shapely.get_point(links.geometry.to_numpy(), position), ends)
        off |= ~(gap <= _END_TOLERANCE_M)
    if off.any():
        return [f"links drawn more than 1 m away from from_node or to_node: {name_some(links.index[off])}"]
    return []


def _end_positions(network: Network) -> NDArray[np.intp]:
    ends = [network.nodes.index.get_indexer(network.links[name]) for name in ("from_node", "to_node")]
    return np.column_stack(ends)


def _number_parts(part: pd.Series[int], metres: pd.Series[float]) -> pd.Series[int]:
    """Renumber parts by falling metres, then by their smallest node id."""
    first_id = pd.Series(part.index, index=part.to_numpy()).groupby(level=0).min()
    order = pd.DataFrame({"first_id": first_id, "metres": metres.reindex(first_id.index, fill_value=0)})
    order = order.sort_values(["metres", "first_id"], ascending=[False, True])
    return part.map(dict(zip(order.index, range(len(order)), strict=True)))


def _require_sites(sites: gpd.GeoDataFrame) -> None:
    name = str(sites.index.name or "site_id")
    schema = Schema(
        name="sites",
        description="Sites to attach",
        index=(name,),
        columns=(),
        geometry=("Point",),
        may_be_empty=True,
    )
    validate(sites.rename_axis(name), schema)
    require_work(sites, what="sites", box=Box(-np.inf, -np.inf, np.inf, np.inf))


def _eligible_links(network: Network, eligible: pd.Series[bool] | None) -> gpd.GeoDataFrame:
    if eligible is None:
        return network.links
    unsaid = network.links.index.difference(eligible.index)
    if len(unsaid):
        raise NetworkError(f"eligible says nothing of links {name_some(unsaid)}: make it for this network")
    return network.links[eligible.loc[network.links.index].to_numpy(dtype=bool)]


def _edge_attributes(links: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Yield what an edge of the graph carries, link by link."""
    seconds = links["minutes"] * 60
    known = {
        "length": links["length_m"],
        "travel_time": seconds,
        "speed_kph": links["length_m"] / seconds * 3.6,
        "oneway": is_oneway(links),
    }
    table = pd.DataFrame(links).assign(**known, geometry=links.geometry, link_id=links.index)
    for values in zip(*(table[name] for name in table), strict=True):
        edge: dict[Hashable, Any] = dict(zip(table.columns, values, strict=True))
        yield {str(name): value for name, value in edge.items()}
