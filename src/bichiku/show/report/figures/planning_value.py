"""What plans cost beyond perfect foresight: on average with EVPI and VSS marked, and in every future."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from bichiku.show.numbers import Scale
from bichiku.show.phrases import listed
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, INK, ORANGE, RED, SOFT, bare, beside, picture
from bichiku.show.value_words import plan_words, plans_of
from bichiku.stressing.value import FORESIGHT, MEAN, OWN, PlanningValue

ROOM = 1.3  # of the longest bar, for the words beside it


def policies_picture(found: PlanningValue, strategy: str) -> Picture:
    """A bar for each plan: expected cost beyond that of perfect foresight, EVPI and VSS marked."""
    plans = plans_of(found, strategy).drop(FORESIGHT).dropna(subset="mean_regret")
    money = Scale(float(plans["mean_regret"].abs().max()), found.world.settings.currency)
    names = [plan_words(found, str(plan)) for plan in plans.index]
    told = [f"{name} {money(value)}" for name, value in zip(names, plans["mean_regret"], strict=True)]
    evpi = float(plans.loc[OWN, "mean_regret"])

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, (plan, row) in enumerate(plans.iterrows()):
            value = row["mean_regret"] / money.divisor
            axes.barh(place, value, 0.6, color=BLUE if plan == OWN else SOFT)
            text = money(row["mean_regret"])
            if plan == OWN:
                text += " = EVPI"
            elif plan == MEAN:
                text += f" = EVPI + VSS of {money(row['over_the_model'])}"
            beside(axes, max(value, 0.0), place, text, fontsize=8.5, color=INK)
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.axvline(evpi / money.divisor, color=BLUE, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.set_yticks(np.arange(len(plans)), names)
        axes.set_ylim(len(plans) - 0.4, -0.6)
        low = min(0.0, float(plans["mean_regret"].min()) / money.divisor)
        axes.set_xlim(ROOM * low, ROOM * float(plans["mean_regret"].max()) / money.divisor)
        axes.xaxis.set_major_formatter("{x:,.10g}")
        axes.set_xlabel(money.unit)
        axes.grid(axis="x")
        bare(axes, "left")

    return picture(
        key=f"policies-{strategy}",
        title="What each plan costs beyond perfect foresight",
        units=f"{money.unit}, expected over the model's own futures; zero is perfect foresight",
        source="value.csv (mean_regret)",
        alt=f"Bars of the expected cost of each plan beyond perfect foresight, {money.unit}: {listed(told)}.",
        height=0.8 + 0.36 * len(plans),
        paint=paint,
        data=plans.reset_index(),
    )


def regrets_picture(found: PlanningValue, strategy: str) -> Picture:
    """A tick for each plan and future: what it costs more there than the plan that knew it."""
    regret = found.tables["futures"]
    mine = regret[(regret["strategy"] == strategy) & (regret["plan"] != FORESIGHT)]
    plans = list(dict.fromkeys(mine["plan"]))
    money = Scale(float(mine["regret"].abs().max()), found.world.settings.currency)
    of = {plan: mine.loc[mine["plan"] == plan, "regret"].to_numpy(dtype=float) for plan in plans}
    told = [f"{plan_words(found, plan)} {money(values.min())} to {money(values.max())}" for plan, values in of.items()]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, (plan, values) in enumerate(of.items()):
            shown = values / money.divisor
            colour = BLUE if plan == OWN else SOFT
            axes.plot(shown, np.full(len(shown), place), "|", color=colour, markersize=10, markeredgewidth=0.6)
            axes.plot(np.median(shown), place, "o", color=ORANGE, markersize=6, label="half of the futures have less")
            axes.plot(shown.max(), place, "D", color=RED, markersize=5, label="worst")
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.set_yticks(np.arange(len(of)), [plan_words(found, plan) for plan in of])
        axes.set_ylim(len(of) - 0.4, -0.6)
        axes.xaxis.set_major_formatter("{x:,.10g}")
        axes.set_xlabel(f"regret, {money.unit}")
        axes.grid(axis="x")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[:2], labels[:2], loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
        bare(axes, "left")

    return picture(
        key=f"regrets-{strategy}",
        title="Regret in every future",
        units=f"{money.unit} more than the plan that knew the future; each tick is a future, however likely",
        source="futures.csv (regret)",
        alt=f"Ticks of the regret of each plan in each of the futures, {money.unit}: {listed(told)}.",
        height=1.0 + 0.36 * len(plans),
        paint=paint,
        data=mine,
    )
