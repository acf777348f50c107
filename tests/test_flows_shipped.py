"""The model on the shipped data: the field's acceptance figure, hold-out, gateways where roads end."""

from __future__ import annotations

import pytest

from regiongeo.compile.gateways import compile_gateways
from regiongeo.errors import DataError
from regiongeo.flows import FlowResult, estimate_flows, fill_link_traffic
from regiongeo.network import build_network
from regiongeo.store import load_reference
from regiongeo.tables import GATEWAYS, ReferenceData
from regiongeo.traffic import heavy_traffic


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return load_reference()


@pytest.fixture(scope="module")
def flows(reference: ReferenceData) -> FlowResult:
    traffic = heavy_traffic(
        reference.links,
        sections=reference.traffic_sections,
        points=reference.traffic_points,
        road_municipality=reference.traffic_road_municipality,
        length_classes=reference.length_classes,
        municipalities=reference.municipalities,
        assumptions=reference.assumptions,
    )
    return estimate_flows(reference, build_network(reference.nodes, reference.links), traffic, seed=1)


def test_gateways_stand_where_their_road_ends(reference: ReferenceData) -> None:
    """The node touches its road once only, and every direction has a gateway."""
    links = reference.links
    for gateway in reference.gateways.itertuples():
        road = links[links["road"] == gateway.road]
        touches = (road["from_node"] == gateway.node_id) | (road["to_node"] == gateway.node_id)
        assert touches.sum() == 1, gateway.name
        assert touches[gateway.link_id], gateway.name
    assert set(reference.gateways["corridor"]) == set(GATEWAYS.columns[2].choices or ())


def test_gateways_are_compiled_as_shipped(reference: ReferenceData) -> None:
    made = compile_gateways(reference.nodes, reference.links)
    assert made.sort_index().to_dict() == reference.gateways.to_dict()


def test_a_network_without_their_roads_is_refused(reference: ReferenceData) -> None:
    with pytest.raises(
        DataError, match="no road ends within 3 km of gateways 'gw_e6_svinesund', 'gw_e6_vinstra'"
    ):
        compile_gateways(reference.nodes, reference.links[reference.links["road"] != "E6"])


@pytest.mark.slow
def test_counts_used_are_met(flows: FlowResult) -> None:
    used = flows.summary.loc[("used", "estimated")]
    assert used["n"] > 150
    assert used["share_below_5"] >= 0.85
    assert flows.totals["counted_truck_km_modelled"] == pytest.approx(
        flows.totals["counted_truck_km_observed"], rel=0.05
    )


@pytest.mark.slow
def test_counts_held_out_are_met_better_than_by_gravity(flows: FlowResult) -> None:
    own, gravity = (flows.summary.loc[("held_out", model)] for model in ("estimated", "gravity"))
    assert own["n"] == gravity["n"] > 90
    assert own["median_geh"] < gravity["median_geh"]
    assert own["r2"] > gravity["r2"]
    assert flows.holdout["n"].sum() == own["n"]


@pytest.mark.slow
def test_the_border_sees_what_was_counted(flows: FlowResult) -> None:
    row = flows.zones.loc["gw_e6_svinesund"]
    assert row["trucks_per_day"] == pytest.approx(row["observed_trucks"], rel=0.1)


@pytest.mark.slow
def test_empty_main_roads_get_a_figure(flows: FlowResult, reference: ReferenceData) -> None:
    observed = flows.link_flows["observed_trucks"]
    traffic = observed.to_frame("truck_aadt").assign(
        traffic_basis=observed.notna().map({True: "count", False: None})
    )
    filled = fill_link_traffic(traffic, flows, reference.links)
    modelled = filled["traffic_basis"] == "modelled"
    assert modelled.sum() > 20
    assert reference.links["road_category"][modelled].isin(["E", "R"]).all()
    assert (filled["truck_aadt"][modelled] >= 1).all()
    # Mosseveien: without a located count, and beside other roads through Oslo.
    in_oslo = (reference.links["municipality_id"] == "0301") & (reference.links["road"] == "E18")
    assert not modelled[in_oslo].any()
    assert filled["truck_aadt"][in_oslo].isna().any()
