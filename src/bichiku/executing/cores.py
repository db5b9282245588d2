"""How many cores this process may use, which is seldom what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = Path("/")
_threads: int | None = None  # given to this process as a worker


def cores() -> int:
    """Cores that this process may use: those it may run on, and no more than its control groups pay for."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(allowed, int(cgroup_quota(_ROOT))))


def threads() -> int:
    """Threads that this process may keep busy: those given to it as a worker, or all cores."""
    return cores() if _threads is None else _threads


def give_threads(count: int) -> None:
    """Gives this process, as a worker among others, so many threads."""
    global _threads
    _threads = count


def thread_settings(count: int) -> dict[str, str]:
    """Environment in which numeric libraries loaded later keep to so many threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return dict.fromkeys(names, str(count))


def cgroup_quota(root: Path) -> float:
    """Cores' worth of time that the control groups of this process allow, version 1 or 2; at least one.

    Args:
        root: where the file system begins.
    """
    quotas = [float(os.cpu_count() or 1)]
    try:
        groups = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return quotas[0]
    for line in groups:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / controllers
        group = mount / path.lstrip("/")
        # a group is bound by those it is in, too; in a container its own path may not be visible
        for folder in (group, *group.parents):
            quotas.extend(_quota(folder))
            if folder == mount:
                break
    return max(1.0, min(quotas))


def _quota(group: Path) -> list[float]:
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text(encoding="utf-8").strip()
            period = (group / "cpu.cfs_period_us").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return []
    return [int(quota) / int(period)] if quota not in ("max", "-1") else []
