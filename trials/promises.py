"""What bichiku promises, the test that holds each promise, and the trial whose figures bear it out.

    python -m trials.promises --write      # puts the table into docs/trust.md

The figures come from ``trials/results/``, which the trials write.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bichiku.model.warning_codes import CODES
from trials.results import RESULTS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->"

Figures = dict[str, Any]


@dataclass(frozen=True)
class Promise:
    """One line of the table.

    Attributes:
        text: what is promised.
        tests: the tests that hold it, by file (from the top of the repository) and function.
        trial: name of the trial whose result bears it out.
        figure: words with the trial's figures.
    """

    text: str
    tests: dict[str, tuple[str, ...]]
    trial: str
    figure: Callable[[Figures], str]


PROMISES = (
    Promise(
        "A plan is optimal: feasible, with duals that prove that none is cheaper, each within 1e-6",
        {
            "tests/test_certify.py": (
                "test_an_optimum_holds",
                "test_a_row_that_is_not_kept_is_named",
                "test_a_point_that_keeps_all_rows_but_costs_more_does_not_hold",
                "test_a_dual_that_is_off_leaves_a_gap",
            ),
        },
        "residuals",
        lambda f: (
            f"{f['runs']} runs of Japan and the tutorial, largest violation or gap "
            f"{f['largest of the certificate']:.0e}"
        ),
    ),
    Promise(
        "Everything in a run follows from its files: balances, limits, weights, costs, shares, crises",
        {
            "tests/verify/test_verify.py": ("test_a_good_run_holds",),
            "tests/verify/test_random_runs.py": ("test_random_runs_verify",),
        },
        "residuals",
        lambda f: (
            f"{f['checks']:,} checks, {f['broken']} fail, largest residual {f['largest residual']:.0e} of its terms"
        ),
    ),
    Promise(
        "A number changed in a run is found",
        {
            "tests/verify/test_verify.py": (
                "test_one_number_changed",
                "test_one_flow_changed",
            ),
            "tests/verify/test_every_rule.py": ("test_each_rule_finds_its_breach",),
        },
        "tampering",
        lambda f: (
            f"{f['numbers changed']:,} numbers changed by a thousandth: {f['found by recomputing']} found by "
            f"recomputing, {f['found by digest only']} (duals and prices) by their file's digest, {f['missed']} missed"
        ),
    ),
    Promise(
        "The program is the one that the formulation describes: a second builder agrees",
        {
            "tests/build/test_agreement.py": (
                "test_the_tutorial_costs_the_same",
                "test_the_worked_cases_cost_the_same",
                "test_random_models_cost_the_same",
                "test_random_models_with_several_policies_cost_the_same",
                "test_random_models_with_a_policy_cost_the_same",
            ),
            "tests/test_registry.py": ("test_a_policy_has_a_statement_in_the_second_builder",),
            "tests/test_second_scope.py": ("test_what_is_not_stated_is_refused",),
        },
        "drawn_models",
        lambda f: (
            f"{f['models']:,} drawn models, {f['without a plan']} of them without a plan, at most "
            f"{f['most apart']:.0e} apart, {f['complaints']} disagreements"
        ),
    ),
    Promise(
        "The answer does not depend on the solver: simplex, interior point, SoPlex and GLPK agree",
        {
            "tests/solve/test_second_solver.py": (
                "test_solvers_agree_on_random_models",
                "test_solvers_agree_on_the_tutorial",
            ),
        },
        "solvers",
        lambda f: (
            f"{f['Japan: programs']} strategies of Japan at most {f['Japan: largest disagreement']:.0e} apart, "
            f"{f['random: programs']} drawn programs at most {f['random: largest disagreement']:.0e}, "
            f"verdicts that differ: {f['Japan: verdicts that differ'] + f['random: verdicts that differ']}"
        ),
    ),
    Promise(
        "Branches solved apart from the plan lead to the optimum of the whole",
        {
            "tests/solve/test_decomposed.py": (
                "test_drawn_models_have_the_same_optimum_or_none",
                "test_what_does_not_settle_falls_back_to_the_whole_and_says_so",
            ),
        },
        "branches",
        lambda f: (
            f"{f['models']:,} drawn models, {f['without a plan']} of them without a plan, at most "
            f"{f['most apart']:.0e} apart, {f['complaints']} disagreements; of {f['parts']} parts "
            f"{f['parts with a plan that fell back to the whole']} with a plan fell back to the whole"
        ),
    ),
    Promise(
        "A model without a plan is explained, and each way out that is called checked is one",
        {
            "tests/explain/test_drawn.py": (
                "test_every_rule_of_an_irreducible_set_is_needed",
                "test_a_verified_change_is_enough_when_typed_and_a_little_less_is_not",
            ),
        },
        "explanations",
        lambda f: (
            f"{f['models without a plan']} drawn models, {f['conflicts']} conflicts, {f['proven irreducible']} of "
            f"them proven irreducible, {f['ways out typed in']} ways out typed in, {f['complaints']} failed"
        ),
    ),
    Promise(
        "What a broken plan comes to is what is published, and what is worked out by hand: time to survive, loss, the "
        "loss of a country, perfect information",
        {
            "tests/stress/test_dated.py": (
                "test_a_published_time_to_survive",
                "test_the_published_time_beyond_the_two_years_of_the_case",
                "test_the_store_and_others_fill_what_they_can",
            ),
            "tests/stress/test_value.py": ("test_perfect_information_is_worth_what_is_published",),
            "tests/stress/test_loss_map.py": (
                "test_graphite_without_china",
                "test_graphite_without_china_and_mozambique",
                "test_tungsten_without_china_loses_canadas_chinese_feed",
            ),
            "tests/stress/test_noise.py": ("test_demand_of_a_year_moves_the_tonnes_short",),
        },
        "stress",
        lambda f: (
            f"{f['published numbers']} published numbers (HEC Montréal, the gas company) at most "
            f"{f['published, most apart']:.0e} apart; {f['models']} drawn models operated through their own "
            f"{f['own futures']:,} futures cost what was solved for, at most {f['own futures, most apart']:.0e} apart"
        ),
    ),
    Promise(
        "Who operates a plan without knowing what comes never pays less than who knows",
        {
            "tests/stress/test_operation.py": (
                "test_operation_is_no_cheaper_than_with_foresight_and_as_cheap_where_the_length_is_certain",
            ),
            "tests/stress/test_draws.py": ("test_who_does_not_know_never_pays_less",),
            "tests/stress/test_noise.py": ("test_who_does_not_know_the_noise_never_pays_less",),
        },
        "stress",
        lambda f: (
            f"{f['draws']:,} draws of {f['models']} drawn models, {f['episodes']:,} episodes, with noise of demand and "
            f"prices: {f['cheaper than with foresight']} cheaper without foresight"
        ),
    ),
    Promise(
        "A seed gives the same futures for every strategy, on one core and on two",
        {
            "tests/stress/test_draws.py": (
                "test_strategies_meet_the_same_futures",
                "test_the_same_seed_gives_the_same_and_another_seed_another",
                "test_two_cores_find_the_same",
            ),
            "tests/stress/test_noise.py": (
                "test_strategies_meet_the_same_noise_and_a_seed_gives_it_again",
                "test_two_cores_find_the_same_noise",
            ),
            "tests/stress/test_loss_map.py": ("test_one_core_and_two_find_the_same",),
            "tests/doubt/test_run.py": ("test_two_cores_find_what_one_finds",),
        },
        "stress",
        lambda f: (
            f"{f['draws']:,} draws of {f['models']} drawn models on one core and on two: "
            f"{f['models that two cores find otherwise']} models differ in any digit"
        ),
    ),
    Promise(
        "What turns a choice between strategies, and where, is what is found on paper",
        {
            "tests/doubt/test_by_hand.py": (
                "test_each_world_costs_what_it_costs_on_paper",
                "test_the_switching_value_is_that_of_paper",
                "test_regret_is_over_the_best_candidate_of_each_world",
            ),
            "tests/doubt/test_operation.py": ("test_in_the_world_it_was_chosen_in_a_plan_costs_what_it_cost",),
        },
        "doubt",
        lambda f: (
            f"{f['choices']} choices in {f['worlds']} worlds, {f['turns']} switching values, at most "
            f"{f['most apart']:.0e} apart, {f['complaints']} wrong"
        ),
    ),
    Promise(
        "What looks wrong in a model is warned of before it is solved",
        {
            "tests/check/test_codes.py": (
                "test_every_code_has_a_rule",
                "test_every_code_has_a_model_that_triggers_it",
            ),
        },
        "warnings",
        lambda f: f"{f['codes']} warnings, each with a model that triggers it",
    ),
    Promise(
        "Whatever bytes a model is made of: clear faults and exit status 2, or the numbers that were written",
        {
            "tests/read/test_fuzz.py": ("test_spoilt_inputs_are_refused_clearly_or_read_right",),
        },
        "fuzz",
        lambda f: (
            f"{f['inputs']:,} inputs, {f['distinct defects']} distinct defects found"
            f"{', mended since' if f['distinct defects'] else ''}; at most "
            f"{f['peak memory, MB']:,} MB and {f['slowest input, processor seconds']} s each"
        ),
    ),
    Promise(
        "A slip of the pen that leaves an input looking valid is refused, warned of or changes the model",
        {
            "tests/read/test_slips_drawn.py": ("test_no_slip_is_silent_and_what_a_rule_calls_the_same_is",),
        },
        "slips",
        lambda f: (
            f"{f['slips'] - f['the same by rule']:,} slips: {f['refused']:,} refused, {f['changed']:,} change the "
            f"model, {f['warned of']:,} warned of, {f['silent']:,} silent; {f['the same by rule']:,} more mean the "
            "same by rule"
        ),
    ),
    Promise(
        "A killed call leaves whole results or marked ones, no process, and the next call works",
        {
            "tests/test_disturbed_calls.py": ("test_a_kill_leaves_what_was_complete_and_the_next_call_works",),
        },
        "kills",
        lambda f: f"{f['survived']} of {f['kills']} kills survived",
    ),
    Promise(
        "Ctrl-C ends any call within two seconds and says what is kept",
        {
            "tests/test_disturbed_calls.py": (
                "test_ctrl_c_says_what_is_kept_and_leaves_no_process",
                "test_ctrl_c_is_heard_while_the_program_is_still_loading",
            ),
        },
        "interrupts",
        lambda f: f"{f['interrupts']} interrupts, {f['complaints']} complaints, slowest end {f['slowest end, s']} s",
    ),
    Promise(
        "A full disk or a forbidden folder is told, and nothing is left half-done",
        {
            "tests/test_disturbed_calls.py": (
                "test_a_full_disk_is_told_and_leaves_nothing_half_done",
                "test_a_file_that_may_not_grow_is_told_and_leaves_nothing_half_done",
                "test_a_folder_that_may_not_be_written_to_is_told",
            ),
        },
        "full_disk",
        lambda f: (
            f"{f['full disks']} full disks, {f['forbidden folders']} forbidden folders, {f['complaints']} complaints"
        ),
    ),
    Promise(
        "Two calls at once on one output folder do not hurt each other",
        {
            "tests/test_disturbed_calls.py": ("test_two_calls_at_once_do_not_hurt_each_other",),
        },
        "together",
        lambda f: f"{f['pairs']} pairs, {f['complaints']} complaints",
    ),
    Promise(
        "A run can be repeated, and another Python gives the same results",
        {
            "tests/test_disturbed_calls.py": ("test_another_interpreter_gives_the_same_results",),
            "tests/test_repeat.py": ("test_a_repeat_is_the_same_to_the_byte_and_has_the_same_name",),
        },
        "interpreters",
        lambda f: f"{f['same results']} of {f['other interpreters']} other Python versions with the newest packages",
    ),
)


def table() -> str:
    """The table in Markdown, a line for each promise."""
    lines = ["| promise | tests that hold it | figure | command |", "|---|---|---|---|"]
    for promise in PROMISES:
        result = _result(promise.trial)
        tests = "; ".join(
            f"`{file}`: {', '.join(f'`{name}`' for name in functions)}" for file, functions in promise.tests.items()
        )
        lines.append(f"| {promise.text} | {tests} | {promise.figure(result['figures'])} | `{result['command']}` |")
    return "\n".join(lines) + "\n"


def _result(trial: str) -> dict[str, Any]:
    if trial == "warnings":  # counted, not measured
        return {"command": "python -m pytest tests/check", "figures": {"codes": len(CODES)}}
    return dict(json.loads((RESULTS / f"{trial}.json").read_text(encoding="utf-8")))


def main(write: Annotated[bool, typer.Option("--write", help="Put the table into docs/trust.md.")] = False) -> None:
    """Prints the table of promises."""
    made = table()
    if write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    else:
        typer.echo(made)


if __name__ == "__main__":
    typer.run(main)
