"""The ways trucks take between two places: the fastest, and others that drivers are thought to take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.errors import NetworkError, name_some
from regiongeo.routing import prepare, shortest_routes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.network import Network

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

__all__ = ["Ways", "find_ways"]

_LEAST = 0.1
"""A drawn cost is never below this share of the true one, as in ``flows.assignment``."""


class Ways(NamedTuple):
    """Paths of some relations, and the links each drives in order."""

    paths: pd.DataFrame
    """By path_id: pair_id, km, minutes, extra_minutes (against the fastest path of the relation)."""
    links: pd.DataFrame
    """One row a link driven: pair (the path_id), order, link_id, from_node, to_node, as ``shortest_routes``;
    and km, minutes of the link."""


def find_ways(
    network: Network,
    relations: pd.DataFrame,
    *,
    stretch: float = 1.15,
    alternatives: int = 2,
    most_shared: float = 0.8,
    draws: int = 6,
    spread: float = 0.15,
    seed: int = 0,
) -> Ways:
    """Find the fastest path of each relation and up to ``alternatives`` others.

    Others come from drawing the time each driver perceives (``flows.assignment.stochastic_routes``, probit):
    a drawn path is kept if it takes at most ``stretch`` times the fastest and shares at most ``most_shared``
    of its own kilometres with each path kept before.

    Parameters
    ----------
    network
        Network that is cut at the sites.
    relations
        Node ids in columns ``source`` and ``target``, by ``pair_id``.
    stretch, alternatives, most_shared
        Limits [1], [paths], [1].
    draws, spread, seed
        How many draws, their variance per minute [min], and their seed.

    Raises
    ------
    NetworkError
        If no road joins the ends of a relation; all are named.

    Notes
    -----
    A path that only a few drivers find is found only if a draw does. No congestion, as in the flow model.

    References
    ----------
    Sheffi, Y. (1985). Urban Transportation Networks, ch. 11.
    """
    relations = relations.sort_index()
    minutes = network.links["minutes"]
    kept = [_drive(network, relations, minutes)]
    _require_roads(kept[0], relations)
    random = np.random.default_rng(seed)
    count = np.ones(len(relations), dtype=np.intp)
    for _ in range(draws if alternatives else 0):
        noise = np.sqrt(spread * minutes) * random.standard_normal(len(minutes))
        drawn = _drive(network, relations, (minutes + noise).clip(lower=_LEAST * minutes))
        drawn = drawn.only((drawn.minutes <= stretch * kept[0].minutes) & (count <= alternatives))
        for known in kept:
            drawn = drawn.only(drawn.shared_km(known) <= most_shared * drawn.km)
        count += drawn.km > 0
        kept.append(drawn)
    return _join(kept, relations.index)


class _Drive(NamedTuple):
    """One path a relation: which links in which order, and what it costs."""

    table: pd.DataFrame
    relation: Positions
    """Relation of each row of the table."""
    link_count: int
    km: Floats
    """By relation; 0 where there is no path."""
    minutes: Floats

    def keys(self) -> NDArray[np.int64]:
        """Name each row by its relation and link."""
        codes = self.table["link_id"].cat.codes.to_numpy().astype(np.int64)
        return self.relation.astype(np.int64) * self.link_count + codes

    def shared_km(self, other: _Drive) -> Floats:
        """Sum the kilometres of the links that the other's path drives too, by relation."""
        is_shared = np.isin(self.keys(), other.keys(), kind="table")
        return np.bincount(
            self.relation[is_shared], self.table["km"].to_numpy()[is_shared], len(self.km)
        ).astype(float)

    def only(self, is_kept: NDArray[np.bool_]) -> _Drive:
        """Keep the paths of some relations."""
        rows = is_kept[self.relation]
        return self._replace(
            table=self.table[rows],
            relation=self.relation[rows],
            km=np.where(is_kept, self.km, 0.0),
            minutes=np.where(is_kept, self.minutes, 0.0),
        )


def _drive(network: Network, relations: pd.DataFrame, weight: pd.Series[float]) -> _Drive:
    table = shortest_routes(prepare(network, weight=weight), relations.reset_index(drop=True))
    relation = table.pop("pair").to_numpy()
    size, links = len(relations), network.links.loc[table["link_id"].cat.categories]
    codes = table["link_id"].cat.codes.to_numpy()
    table = table.assign(
        km=links["length_m"].to_numpy()[codes] / 1000, minutes=links["minutes"].to_numpy()[codes]
    )
    km, driven = (np.bincount(relation, table[name], size).astype(float) for name in ("km", "minutes"))
    return _Drive(table, relation, len(links), km, driven)


def _require_roads(drive: _Drive, relations: pd.DataFrame) -> None:
    lost = (drive.km == 0) & (relations["source"] != relations["target"]).to_numpy()
    if lost.any():
        raise NetworkError(
            f"no road joins the ends of the relations {name_some(relations.index[lost])}: "
            "give them nodes in the same part of the network"
        )


def _join(kept: list[_Drive], pairs: pd.Index[str]) -> Ways:
    """Give numbers to the paths of each relation from the fastest on: ``pair:1``, ``pair:2``."""
    rows = []
    for place, one in enumerate(kept):
        row = {"relation": np.arange(len(pairs)), "drive": place, "km": one.km, "minutes": one.minutes}
        rows.append(pd.DataFrame(row)[(one.km > 0) | (place == 0)])
    paths = pd.concat(rows).sort_values(["relation", "minutes", "drive"], kind="stable", ignore_index=True)
    number = paths.groupby("relation").cumcount() + 1
    paths["pair_id"] = pairs[paths["relation"]]
    paths.index = pd.Index(paths["pair_id"] + ":" + number.astype("str"), name="path_id")
    fastest = kept[0].minutes[paths["relation"]]
    table = paths[["pair_id", "km", "minutes"]].assign(extra_minutes=paths["minutes"] - fastest)
    return Ways(table, _link_rows(kept, paths))


def _link_rows(kept: list[_Drive], paths: pd.DataFrame) -> pd.DataFrame:
    """Write the links of all paths under their path_id, in the order of the paths."""
    names = np.full((len(kept), len(kept[0].km)), -1)
    names[paths["drive"], paths["relation"]] = np.arange(len(paths))
    path = np.concatenate([names[place, one.relation] for place, one in enumerate(kept)])
    order = np.argsort(path, kind="stable")
    whole = pd.concat([one.table for one in kept], ignore_index=True).iloc[order].reset_index(drop=True)
    return whole.assign(pair=pd.Categorical.from_codes(path[order], categories=paths.index))
