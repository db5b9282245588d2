"""The rules of `bichiku verify`: every name that a finding may carry, and what must hold."""

from __future__ import annotations

from bichiku.verification.money import LINES
from bichiku.verification.policies import STATEMENTS

RULES: dict[str, str] = {
    # the folder
    "file.missing": "the run folder holds every file of a run",
    "file.unknown": "the run folder holds no table that no rule covers",
    "file.unreadable": "a table is UTF-8 text with as many cells in each row as in its header",
    "file.columns": "a table has its columns, and no other",
    "file.cell": "a cell in a column of numbers is a finite number, or empty where that has a meaning",
    "row.unknown": "a row speaks of something that the model has",
    "row.missing": "every row that the model calls for is there",
    "row.twice": "no row stands twice",
    "row.text": "units, months, countries, kinds and bases are those of the inputs",
    "columns.stated": "verify has a statement of every column of a table",
    "inputs.readable": "inputs/ is a model folder that reads without a fault",
    # the manifest
    "manifest.readable": "manifest.json has the keys that verification needs",
    "manifest.inputs": "the tables in inputs/ have the sha256 that the manifest states",
    "manifest.outputs": "the result tables have the sha256 that the manifest states",
    "manifest.model": "inputs/model.yaml is the resolved model of the manifest",
    "manifest.status": "the solver's status is optimal",
    "manifest.certificate": "the certificate holds, each of its figures within 1e-6",
    "manifest.size": "the manifest counts the nodes and branches that the model has",
    "manifest.objective": "the objective is the sum of costs.csv",
    # the tree
    "tree.probability": "a branch has the probability that follows from the crises' rates and windows",
    "tree.weights": "the branch probabilities of a period leave the plan a weight of zero to one",
    "tree.branch_days": "a branch lasts duration and recovery, cut at the horizon",
    # flows and balances
    "flows.sign": "no flow, stock, shortage, saving or gap is negative",
    "flows.contract": "a contract ships export x yearly tonnes x d/365, the same yearly tonnes at every node",
    "flows.arrived": "what arrives is route x what was sent a lead earlier on the way to the node (or was in transit)",
    "flows.balance": "stock = keep x stock before + arrivals - inputs - (demand - saved - short)",
    "flows.gap_place": "a gap is at the last node of a branch that hands back before the horizon",
    "flows.hand_back": "a branch that ends before the horizon hands back the plan's stock: stock + gap >= plan's stock",
    # limits
    "limit.spot_capacity": "shipped <= capacity x export x d/365",
    "limit.contract_capacity": "a contract's yearly tonnes <= capacity",
    "limit.project_capacity": "produced <= (existing + built, once usable) x export x d/365",
    "limit.build": "0 <= built <= max_build",
    "limit.in_vain": "nothing is sent that could only arrive after the horizon or after the branch has ended",
    "limit.saved": "saved <= max_share x demand, and nothing in the first delay_periods periods of a branch",
    "limit.demand": "saved + short <= demand",
    "limit.storage": "stock <= storage_limit_t",
    "limit.release": "keep x stock before - stock <= release_rate_t_per_day x d",
    # policies
    "policies.stated": "verify has a statement of every policy that the strategy asks for",
    **{f"policy.{family}": text for statement in STATEMENTS.values() for family, text in statement.holds.items()},
    # duals
    "dual.value": "the limit of a policy row is the one that the policy sets",
    "dual.sign": "a dual is >= 0 on a limit from below and <= 0 on a limit from above",
    "dual.slack": "a dual is zero unless its row is binding",
    "dual.penalty": "a dual on a soft limit is at most its discounted penalty, and no less where the limit is passed",
    # prices
    "prices.value": "the number that a price belongs to is that of the inputs",
    "prices.sign": "more of a floor costs, more of a cap or a capacity saves (or changes nothing)",
    "prices.range": "a price holds around its number and not below zero; one found by solving again, for one unit",
    "prices.duals": "a price from the basis is the sum of its rows' duals; one found by solving again is no less",
    "prices.idle": "a limit or a capacity that does not bind has no price",
    "prices.sentence": "a sentence says in three digits what its row says",
    # money
    **{f"cost.{line}": text for line, text in LINES.items()},
    # readings
    "sourcing.tonnes": "the plan's arrivals of a supplier or project in a calendar year",
    "sourcing.share_of_imports": "these over all imports of the material in that year",
    "sourcing.delivered_cost": "price, tariff and freight (a project's running cost) per tonne that arrives",
    "reserve.stock_t": "the plan's stock in flows.csv",
    "reserve.cover_days": "stock x d / demand of the period",
    "reserve.target_days": "the reserve policy's days at the period's last month",
    "reserve.bought_t": "the rise of the stock beyond storage losses",
    "reserve.used_t": "the fall of the stock beyond storage losses",
    "projects.existing_t_per_year": "the existing capacity of the inputs",
    "projects.used_t_per_year": "what the plan produces, a year's mean over the horizon",
    "projects.investment": "capex x built",
    "projects.subsidy": "subsidy_rate x investment",
    "projects.net_cost": "investment less subsidy",
    "shares.share": "a country's arrivals over all imports of the material in that year",
    "shares.hhi": "the sum of squared shares of that year and stage",
    "crises.short_t": "tonnes short in the branch",
    "crises.short_days": "days short in the branch",
    "crises.time_to_survive_days": "whole periods without shortage, and the covered share of the first short one",
    "crises.full_supply_after_days": "from the onset to the end of the last short period",
    "crises.stock_back_after_days": "from the onset to the end of the period that ends with the plan's stock, for good",
    "crises.damage": "discounted shortage and substitution cost of the branch",
    "summary.value": "each metric as recomputed from the other files",
    "summary.detail": "each metric speaks of the year, country or crisis that its value belongs to",
}
