"""What came of explaining a model: labels and numbers, which `bichiku.show.explanation` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bichiku.explaining.changes import Change, NoChange
from bichiku.explaining.rules import Rule
from bichiku.explaining.sacrifice import Sacrifice
from bichiku.explaining.unbounded_ray import Ray
from bichiku.model.world import World
from bichiku.program.extremes import Extreme


class Diagnosis(Enum):
    """What a model turned out to be."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NUMERICAL = "numerical"
    UNDECIDED = "undecided"


class Topic(Enum):
    """What a remark is about."""

    LATER_IS_UNDATED = auto()  # of dates that are put off
    LATER_IS_LESS = auto()
    LATER_IS_OUTSIDE = auto()
    LATER_UNTRIED = auto()
    LATER_NOT_ENOUGH = auto()
    LATER_STARTS_UNTRIED = auto()
    LATER_STARTS_NOT_ENOUGH = auto()
    FLOOR_IS_CEILING = auto()  # of a reserve to be held, and no more
    EARLIER_UNTRIED = auto()
    EARLIER_NOT_ENOUGH = auto()
    PLANES_MAY_ASK_MORE = auto()  # of a policy that is kept step by step
    PLANES_FURTHER_CONFLICTS = auto()
    PLANES_UNDECIDED = auto()
    GROUPS_TRIED_TOGETHER = auto()  # of what was left open
    COMPONENT_WITHOUT_CONFLICT = auto()
    CONFLICTS_TOO_MANY = auto()
    CONFLICTS_LATE = auto()
    COMPONENTS_UNDECIDED = auto()
    NOTHING_FOUND_IN_TIME = auto()
    NO_RAY = auto()
    SACRIFICES_LATE = auto()  # of a plan that keeps all limits


@dataclass(frozen=True)
class Remark:
    """What was looked at and does not apply, was left out or could not be told.

    Attributes:
        topic: what it is about.
        kind, material: of the rule that it is about, if it is about one.
        until: calendar year or month index that was tried last.
        materials: materials around which something is open.
        count: how many there are of what it is about.
    """

    topic: Topic
    kind: str = ""
    material: str = ""
    until: int = 0
    materials: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class OpeningStock:
    """Tonnes in store before the first period."""

    material: str
    tonnes: float


@dataclass(frozen=True)
class LateDeliveries:
    """Sources that deliver some periods after shipping, and what is under way from them at the start.

    Attributes:
        material: what they deliver.
        sources: suppliers and projects.
        shortest, longest: periods after shipping.
        tonnes: tonnes a period under way at the start, of all together.
    """

    material: str
    sources: tuple[str, ...]
    shortest: int
    longest: int
    tonnes: float


@dataclass(frozen=True)
class RouteLosses:
    """Sources of whose goods events and crises take a part on routes or from contracts."""

    material: str
    sources: tuple[str, ...]


Given = OpeningStock | LateDeliveries | RouteLosses


class Doubt(Enum):
    """Why a set of rules is not proven irreducible."""

    UNTOLD = auto()  # the solver could not tell, or not in time
    PLANES = auto()  # a policy is kept step by step


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together, and the least that must give.

    Attributes:
        rules: the rules.
        doubt: why the set is not proven irreducible; None where without any one rule the others can be kept.
        doubtful: number of rules of which that could not be told.
        given: what was taken as it is and stands behind the conflict.
        changes: changes of a single number, each enough to end this conflict.
        fixed: rules of which no change helps by itself.
        remarks: what else was looked at and does not apply.
    """

    rules: tuple[Rule, ...]
    doubt: Doubt | None
    doubtful: int
    given: tuple[Given, ...]
    changes: tuple[Change, ...]
    fixed: tuple[NoChange, ...]
    remarks: tuple[Remark, ...]

    @property
    def irreducible(self) -> bool:
        """Whether each rule is proven to be needed."""
        return self.doubt is None


@dataclass(frozen=True)
class Explanation:
    """Why a strategy has no plan.

    Attributes:
        world: the strategy's world.
        diagnosis: what the model is.
        conflicts: where it is infeasible.
        ray: what earns money without end, where it is unbounded.
        extremes: ranges of its numbers, where the solver fails.
        sacrifices: what its plan must put up with for limits to be kept, where it has one.
        remarks: what was left out or could not be told.
    """

    world: World
    diagnosis: Diagnosis
    conflicts: tuple[Conflict, ...] = ()
    ray: Ray | None = None
    extremes: tuple[Extreme, ...] = ()
    sacrifices: tuple[Sacrifice, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def strategy(self) -> str:
        """The strategy's name."""
        return self.world.strategy
