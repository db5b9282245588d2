"""The codes of all warnings, each with what many of one kind have in common.

They stand apart from the rules in `bichiku.checking`, as reading a model must know which codes may be silenced.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # tables
    "W101": "contracts have a lead time or goods in transit, and neither is used",
    "W102": "materials have no supplier, so what a crisis leaves missing is priced at the reference price",
    "W103": "materials have less supply on the plan than demand",
    "W104": "suppliers or projects list their own country with others, and the shares do not sum to one",
    "W105": "suppliers or projects list only a part of their origins, and the rest counts as their own country's",
    "W106": "projects can deliver nothing within the horizon",
    "W107": "materials are used by nothing",
    "W108": "materials open with more than their storage holds",
    "W109": "countries are alone in a group whose name is nearly that of another",
    "W110": "models are of the first edition, and keys of theirs mean something else now",
    "W111": "strategies have changes that change nothing",
    "W112": "projects use feed from abroad and list no origins, so all that they make counts as their own country's",
    "W113": "contracts commit more of a material than is used of it",
    "W114": "contracts follow an index that nothing moves",
    "W115": "projects that can be built have no life, so their whole capex is charged to the horizon",
    # policies
    "W201": "policies can never bind",
    "W202": "policies name something that they do not touch",
    "W203": "materials cannot be bought at all under the share limits",
    "W204": "materials cannot be bought in the amount of their demand under the share limits",
    "W205": "materials are sold by too few countries for the limit on concentration",
    "W206": "materials have a reserve target that no plan can meet",
    "W207": "materials have a reserve target that takes a shortage to meet",
    "W208": "materials cannot be without shortage in a crisis that is to be survived",
    "W209": "reserve targets are longer than what is solved after the reported window",
    # crises and events
    "W301": "crises never begin",
    "W302": "crises or events change nothing",
    "W303": "effects change nothing",
    "W304": "crises have no probability",
    "W305": "chains have a period in which a crisis is more likely than none",
    "W306": "crises have a recovery shorter than goods take through a chain and its sources to come back",
    "W307": "effects would go on longer than their crisis and are cut",
    "W308": "effects name something beside others that they do not hit",
    # numbers
    "W401": "ranges of numbers are wider than the solver asks for",
    "W402": "numbers are so small that the solver leaves them out",
    "W403": "prices are far from the reference price of their material",
    "W404": "materials are cheaper to go without than to buy",
    "W405": "substitution tranches cost more than the shortage they avoid",
    "W406": "projects make something for nothing",
    "W407": "materials have a demand that jumps",
    "W408": "materials open with a stock of several years",
    "W409": "rates look like a percentage typed as a number",
    "W410": "suppliers or projects have a capacity far beyond all use",
    "W411": "suppliers have more in transit than they can ship",
    "W412": "materials have so small a demand that the solver need not keep its limits",
    "W413": "materials are worth more in stock at the horizon than a supplier asks for them",
    "W414": "suppliers or projects have a ramp longer than the horizon",
    "W415": "projects cost more a year to keep up than to build",
    "W416": "suppliers have goods in transit and no lead time, so these never arrive",
    # assumptions
    "W501": "lists of assumed rows that the answer rests on most",
    # results
    "W601": "stocks are drawn on in a crisis without an emergency of theirs",
    "W602": "projects are built and stand by on the plan",
    "W603": "strategies have the same plan under different names",
    "W604": "limits on shares are kept by what is in store or by shortage",
}

CHECK_ALONE = ("W501",)
"""Told by `bichiku check` alone: each answer says by itself how much of its cost rests on assumed rows."""
