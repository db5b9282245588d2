"""Parts of a program solved at the same time, until one of them says that there is no point in going on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from bichiku.executing import threads
from bichiku.solving.solution import Solution, Status


def side_by_side(
    parts: Sequence[int], solve: Callable[[int], Solution], stop: Callable[[int], None]
) -> Generator[tuple[int, Solution], None, None]:
    """Solves parts on all cores and yields each as it comes in; begins with the first ones.

    HiGHS leaves the interpreter's lock while it runs, so threads do. Ends early, without the parts that still run then,
    at one that is neither optimal nor unbounded: beside a part that is unbounded, another may have no point at all, and
    then there is none to begin at.

    Args:
        parts: their numbers.
        solve: solves one.
        stop: tells one that it is to stop, which it may hear some seconds later.
    """
    pool = ThreadPoolExecutor(max_workers=threads())
    futures = {pool.submit(solve, part): part for part in parts}
    waiting = set(parts)

    def stop_all() -> None:
        for future in futures:
            future.cancel()
        for part in waiting:
            stop(part)

    try:
        for done in as_completed(futures):
            waiting.discard(futures[done])
            yield futures[done], done.result()
            if done.result().status not in (Status.OPTIMAL, Status.UNBOUNDED):
                stop_all()
                break
    except BaseException:
        stop_all()
        pool.shutdown(wait=False)
        raise
    pool.shutdown()
