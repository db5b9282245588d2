"""The time axis of a model, and checks of what must lie on it: dates, onsets, demand."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any

from bichiku.model.calendar import Calendar, month_index, month_label
from bichiku.model.faults import Fault, FaultLog, listed
from bichiku.model.settings import Crisis, Event, Settings
from bichiku.reading.document import Document
from bichiku.reading.references import Tables
from bichiku.reading.settings import part


def read_calendar(document: Document, log: FaultLog) -> Calendar | None:
    """The time axis of a document, whatever else is wrong with it; None where the axis itself does not hold."""
    axis = {key: document.data.get(key) for key in ("start", "periods", "resolution")}
    settings = part(Settings, {"model": "any", **axis})
    if settings is None:
        return None
    calendar = Calendar(settings.start, settings.periods, settings.resolution, settings.periods)
    try:
        until = month_index(str(document.data["report_until"]))
    except (KeyError, ValueError):
        return calendar
    if until > calendar.ends[-1] or until < calendar.begins[0]:
        log.add(document.fault(("report_until",), "lies outside the periods that are solved"))
    elif until < calendar.ends[0]:
        first, last = (month_label(int(calendar.ends[at])) for at in (0, -1))
        log.add(document.fault(("report_until",), f"no period has ended by then; {first} to {last} can be given"))
    return replace(calendar, reported=int((calendar.ends <= until).sum()))


def check_dates(document: Document, calendar: Calendar, materials: Set[str], log: FaultLog) -> None:
    """Events and onsets lie inside the horizon, no onset is listed twice, and no material is named like a date there.

    A material named like a month or year of the horizon is a fault only where reserve days have it as a key.
    """
    log.extend(_event_faults(document, calendar))
    log.extend(_onset_faults(document, calendar))
    log.extend(_date_or_material(document, calendar, materials))


def check_demand(tables: Tables, calendar: Calendar, log: FaultLog) -> None:
    """A material with demand in one year of the horizon needs it in every year, and a shortage cost."""
    demand, materials = tables["demand"], tables["materials"]
    if not demand.complete:
        return
    solved = set(calendar.month_years.ravel().tolist())
    years = sorted(solved)
    inside = sorted({row.material for row in demand.rows.values() if row.year in solved})
    in_doubt = {key[0] for key in demand.rejected}
    if demand.rows and not inside and not in_doubt:
        span = f"{years[0]} to {years[-1]}"
        log.add(Fault(demand.file, None, "year", f"no demand lies in the years that are solved, {span}"))
    for material in inside:
        missing = [str(year) for year in years if (material, str(year)) not in demand.rows]
        if missing and material not in in_doubt:
            log.add(Fault(demand.file, None, "year", f"{material!r} has no demand for {listed(missing)}"))
        row = materials.rows.get((material,))
        in_tranches = any(key[0] == material for key in (*tables["shortage"].rows, *tables["shortage"].rejected))
        if row is not None and row.shortage_cost is None and tables["shortage"].complete and not in_tranches:
            message = f"{material!r} has demand but no shortage_cost"
            log.add(materials.fault((material,), "shortage_cost", message, "give the lost output per tonne short"))


def _named(document: Document, key: str) -> dict[Any, Any]:
    found = document.data.get(key)
    return found if isinstance(found, dict) else {}


def _date_or_material(document: Document, calendar: Calendar, materials: Set[str]) -> Iterator[Fault]:
    dates = {month_label(month) for month in range(calendar.first_month, int(calendar.ends[-1]) + 1)}
    dates |= {date[:4] for date in dates}
    policies = _named(document, "policies")
    days = policies.get("reserve_days")
    for key in days if isinstance(days, dict) else {}:
        if key in materials & dates:
            message = f"{key!r} may be a material or a date of the horizon"
            yield document.fault(("policies", "reserve_days", key), message, "give the material another name")


def _event_faults(document: Document, calendar: Calendar) -> Iterator[Fault]:
    for name, data in _named(document, "events").items():
        event = part(Event, data)
        if event is not None and (event.from_ > calendar.ends[-1] or event.to < calendar.first_month):
            path = ("events", name, "from")
            yield document.fault(path, "the event lies outside the periods that are solved")


def _onset_faults(document: Document, calendar: Calendar) -> Iterator[Fault]:
    for name, data in _named(document, "crises").items():
        crisis = part(Crisis, data)
        seen: set[int] = set()
        for i, onset in enumerate(crisis.onsets or [] if crisis else []):
            path = ("crises", name, "onsets", i, "period")
            if onset.period > calendar.periods:
                yield document.fault(path, f"{onset.period} is after the last period")
            if onset.period in seen:
                yield document.fault(path, f"{onset.period} is listed twice")
            seen.add(onset.period)
