"""Share caps and floors: a group's share of a material, per calendar year of the plan.

The China-share cap is one of these: ``{group: [CHN], stage: exporter, max: 0.5}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from bichiku.model.time_path import TimePath
from bichiku.model.values import Base, EventName, MaterialChoice, Names, NotNegative, SharePath, Stage, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Limit, Policy
from bichiku.policies.shares import (
    RowKey,
    Sense,
    ShareRow,
    add_share_rows,
    base,
    not_offered,
    share_inputs,
    share_phrases,
    share_points,
    why_idle,
    without_share,
)
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords


class ShareLimit(Strict):
    """What share caps and floors have in common."""

    group: Names
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None
    name: EventName | None = None
    soft: NotNegative | None = None

    @property
    def title(self) -> str:
        """Its name, or else its group."""
        return self.name or "+".join(self.group)


class ShareCap(ShareLimit):
    """A group's share of a material's imports (or supply), per calendar year, at most `max`."""

    max: SharePath


class ShareFloor(ShareLimit):
    """A group's share of a material's imports (or supply), per calendar year, at least `min`."""

    min: SharePath


class ShareLimits(Policy[list[ShareLimit]]):
    """``group's arrivals ≤ max · all arrivals`` for each cap, ``≥ min · all arrivals`` for each floor."""

    sense: ClassVar[Sense]
    bound: ClassVar[str]
    key: ClassVar[str]
    default = []
    shape = "list"
    refers = {"country or group": ("*.group",), "material": ("*.materials",)}

    def share_rows(self, world: World) -> dict[RowKey, ShareRow]:
        """What the limits are on, by (name of the limit, material); a second one on a group is ``name #2``."""
        return self.rows_of(enumerate(self.asked(world) or []), world)

    def rows_of(self, limits: Any, world: World) -> dict[RowKey, ShareRow]:
        """As `share_rows`, for some limits with their places in the list."""
        rows: dict[RowKey, ShareRow] = {}
        for position, limit in limits:
            path = getattr(limit, self.key)
            row = ShareRow(world.members(limit.group), limit.stage, limit.of, path, limit.soft, position)
            for material in world.chosen(limit.materials):
                rows[_free_name(limit.title, material, rows), material] = row
        return rows

    def _limit_of(self, rule: Limit, world: World) -> ShareLimit:
        limits = self.asked(world)
        assert limits is not None
        return limits[self.share_rows(world)[rule.name, rule.material].position]

    def add_rows(self, rows: RowWriter, world: World) -> None:
        add_share_rows(rows, world, self.name, self.share_rows(world), self.sense)

    def limits(self, built: Built) -> Iterator[Limit]:
        yield from share_points(built, self.name, self.share_rows(built.world))

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        value, limit = words.amount(rule.value, rule.unit), self._limit_of(rule, world)
        of = base(limit.of, limit.stage)
        return f"share {self.sense} {rule.name}: {self.bound} {value} of {of} of {rule.material} in {rule.year}"

    def phrases(self, asked: list[ShareLimit], words: PhraseWords) -> Iterator[str]:
        limits = []
        for limit in asked:
            where = " (where it is mined)" if limit.stage == "origin" else ""
            what = f"{limit.of} from {words.countries(limit.group)}{where}"
            limits.append((what, getattr(limit, self.key), _notes(limit, words)))
        yield from share_phrases("share of ", self.bound, limits, words)

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        found = {}
        for position, limit in enumerate(self.asked(bounds.world) or []):
            reason = why_idle(bounds, self.sense, self.rows_of([(position, limit)], bounds.world))
            if limit.soft == 0.0:
                reason = "soft is 0, so that nothing is paid for what goes beyond it"
            if reason:
                found[self.where(position, limit)] = reason
        return found

    def where(self, position: int, limit: ShareLimit) -> str:
        """Where a limit stands below ``policies``, with its name."""
        return f"{self.name}[{position}] ({limit.title})"

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        for position, limit in enumerate(self.asked(bounds.world) or []):
            where, world = self.where(position, limit), bounds.world
            yield from not_offered(where, limit.of, limit.materials or [], world)
            dead = list(
                without_share("group", limit.group, limit.of, limit.stage, world.chosen(limit.materials), world)
            )
            if len(dead) < len(limit.group):  # where all are, the limit as a whole can never bind
                yield from ((where, text) for text in dead)

    def path(self, rule: Limit, world: World) -> TimePath | None:
        found: TimePath = getattr(self._limit_of(rule, world), self.key)
        return found

    def with_path(self, rule: Limit, world: World, path: TimePath) -> list[ShareLimit]:
        limits = list(self.asked(world) or [])
        position = self.share_rows(world)[rule.name, rule.material].position
        limits[position] = limits[position].model_copy(update={self.key: path})
        return limits


class ShareCaps(ShareLimits):
    """Upper limits."""

    name = "share_caps"
    keys = list[ShareCap]
    sense, bound, key = "cap", "at most", "max"
    families = (
        Family(
            "share_caps",
            "One more point of the cap {limit} on {material} in {year}",
            "the share cap {limit} on {material}",
            "cap {name}",
        ),
    )
    inputs = share_inputs("share_caps")
    text = "shares of a material's imports (or supply) in each year that a group of countries may not exceed"


class ShareFloors(ShareLimits):
    """Lower limits."""

    name = "share_floors"
    keys = list[ShareFloor]
    sense, bound, key = "floor", "at least", "min"
    families = (
        Family(
            "share_floors",
            "One more point of the floor {limit} on {material} in {year}",
            "the share floor {limit} on {material}",
            "floor {name}",
            tighter_by_less=True,
        ),
    )
    inputs = share_inputs("share_floors")
    text = "shares of a material's imports (or supply) in each year that a group of countries must reach"


def _free_name(name: str, material: str, taken: Mapping[RowKey, ShareRow]) -> str:
    candidates: Sequence[str] = [name, *(f"{name} #{number}" for number in range(2, len(taken) + 2))]
    return next(candidate for candidate in candidates if (candidate, material) not in taken)


def _notes(limit: ShareLimit, words: PhraseWords) -> str:
    """What a limit is called, which materials it is on, and what it costs to pass it, in brackets."""
    notes = [": ".join(part for part in (limit.name, words.names(limit.materials or [])) if part)]
    if limit.soft is not None:
        notes.append(f"soft, at {words.money(limit.soft)} a tonne")
    text = "; ".join(note for note in notes if note)
    return f" ({text})" if text else ""


SHARE_CAPS = ShareCaps()
SHARE_FLOORS = ShareFloors()
