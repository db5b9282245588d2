"""Any-one-country cap: the share cap for every country but the buyer's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from bichiku.model.time_path import TimePath
from bichiku.model.values import Base, MaterialChoice, NamesOrNone, SharePath, Stage, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Limit, Policy
from bichiku.policies.shares import (
    RowKey,
    ShareRow,
    add_share_rows,
    base,
    counted_sources,
    not_offered,
    share_inputs,
    share_phrases,
    share_points,
    why_idle,
    without_share,
)
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords


class CountryCapKeys(Strict):
    """Any one country's share, the buyer's own left out, at most `max`."""

    max: SharePath
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None
    except_: Annotated[NamesOrNone, Field(alias="except", default_factory=list)]


class CountryCap(Policy[CountryCapKeys]):
    """``country's arrivals ≤ max · all arrivals`` for each country that supplies the material."""

    name = "country_cap"
    keys = CountryCapKeys | None
    families = (
        Family(
            "country_cap",
            "One more point that any one country may supply, for {limit} in {material} in {year},",
            "the cap on any one country for {material}",
            "any one country",
            one_number=True,
        ),
    )
    inputs = share_inputs("country_cap")
    refers = {"country": ("except",), "material": ("materials",)}
    text = "a share of a material's imports (or supply) in each year that no single country may exceed"

    def share_rows(self, world: World) -> dict[RowKey, ShareRow]:
        """What the cap limits, by (country, material); empty without the policy."""
        asked = self.asked(world)
        if asked is None:
            return {}
        exempt = {*asked.except_, world.settings.buyer}
        rows: dict[RowKey, ShareRow] = {}
        for material in world.chosen(asked.materials):
            for country in sorted(_countries(world, material, asked.stage, asked.of) - exempt):
                rows[country, material] = ShareRow(frozenset({country}), asked.stage, asked.of, asked.max)
        return rows

    def add_rows(self, rows: RowWriter, world: World) -> None:
        add_share_rows(rows, world, self.name, self.share_rows(world), "cap")

    def limits(self, built: Built) -> Iterator[Limit]:
        yield from share_points(built, self.name, self.share_rows(built.world))

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        asked = self.asked(world)
        assert asked is not None
        value, of = words.amount(rule.value, rule.unit), base(asked.of, asked.stage)
        return f"any one country ({rule.name}) at most {value} of {of} of {rule.material} in {rule.year}"

    def phrases(self, asked: CountryCapKeys, words: PhraseWords) -> Iterator[str]:
        spared = f" but {words.names([words.country(code) for code in asked.except_])}" if asked.except_ else ""
        where = " (where it is mined)" if asked.stage == "origin" else ""
        notes = f" ({words.names(asked.materials)})" if asked.materials else ""
        what = f"{asked.of} from any one country{spared}{where}"
        yield from share_phrases("share of ", "at most", [(what, asked.max, notes)], words)

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        if self.asked(bounds.world) is None:
            return {}
        reason = why_idle(bounds, "cap", self.share_rows(bounds.world))
        return {"country_cap": reason} if reason else {}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked, world = self.asked(bounds.world), bounds.world
        if asked is None:
            return
        yield from not_offered(self.name, asked.of, asked.materials or [], world)
        materials = world.chosen(asked.materials)
        for text in without_share("except", asked.except_, asked.of, asked.stage, materials, world):
            yield self.name, text

    def path(self, rule: Limit, world: World) -> TimePath | None:
        asked = self.asked(world)
        return asked.max if asked else None

    def with_path(self, rule: Limit, world: World, path: TimePath) -> CountryCapKeys:
        asked = self.asked(world)
        assert asked is not None
        return asked.model_copy(update={"max": path})


def _countries(world: World, material: str, stage: str, of: str) -> set[str]:
    sources = counted_sources(world, material, of)
    if stage == "exporter":
        return {world.sources[source].country for source in sources}
    return {country for source in sources for country, share in world.origins[source].items() if share > 0}


COUNTRY_CAP = CountryCap()
