"""Rules for energy stations: AFIR along the TEN-T roads and in urban nodes, and Enova's rules.

AFIR is a yardstick here, not law in Norway. Every figure of a rule comes from the assumptions table. Answers
are "yes", "no" or "not_known": a figure that is missing neither passes nor fails.
"""

from regiongeo.compliance.afir import check_roads, gain_by_site
from regiongeo.compliance.check import RuleCheck, check_rules
from regiongeo.compliance.corridor import Corridors, build_corridors
from regiongeo.compliance.enova import check_enova
from regiongeo.compliance.exits import build_pools, find_exits, gateway_exits
from regiongeo.compliance.facts import Fact, fact_text, pool_facts, region_facts, site_facts
from regiongeo.compliance.qualify import check_pools
from regiongeo.compliance.rules import EnovaRules, afir_rules, enova_rules, unverified_rules
from regiongeo.compliance.totals import meet_shares, sum_roads
from regiongeo.compliance.urban import check_urban_nodes

__all__ = [
    "Corridors",
    "EnovaRules",
    "Fact",
    "RuleCheck",
    "afir_rules",
    "build_corridors",
    "build_pools",
    "check_enova",
    "check_pools",
    "check_roads",
    "check_rules",
    "check_urban_nodes",
    "enova_rules",
    "fact_text",
    "find_exits",
    "gain_by_site",
    "gateway_exits",
    "meet_shares",
    "pool_facts",
    "region_facts",
    "site_facts",
    "sum_roads",
    "unverified_rules",
]
