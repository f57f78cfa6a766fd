"""Mixed-integer linear models and the call to HiGHS that solves them, to proven optimality."""

from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

INFINITY = float("inf")
TIME_LIMIT_S = 20.0


class Unsolved(Exception):
    """The solver gave no proven answer in its time: neither an optimum nor a proof that there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """A constraint ``lower <= sum of coefficient x column <= upper``."""

    lower: float
    upper: float
    terms: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Model:
    """Columns between 0 and 1, the first ``integers`` of them whole; ``fixed`` ones are 1."""

    columns: int
    integers: int
    fixed: frozenset[int]
    rows: tuple[Row, ...]


class Session:
    """One model in the solver's memory, asked several questions one after another.

    One thread and a fixed seed make the same question give the same answer.
    """

    def __init__(self, model: Model) -> None:
        self._columns = model.columns
        self._rows = 0
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_feasibility_tolerance", 1e-9),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_lp(model))
        for row in model.rows:
            self.add(row)

    def add(self, row: Row) -> int:
        """Add a constraint and return its number, by which :meth:`bound` changes it."""
        index = np.fromiter(row.terms.keys(), dtype=np.int32, count=len(row.terms))
        value = np.fromiter(row.terms.values(), dtype=np.float64, count=len(row.terms))
        self._highs.addRow(row.lower, row.upper, len(row.terms), index, value)
        self._rows += 1
        return self._rows - 1

    def bound(self, row: int, lower: float, upper: float) -> None:
        """Give a constraint new bounds."""
        self._highs.changeRowBounds(row, lower, upper)

    def minimise(self, objective: Mapping[int, float], *, unit: float) -> tuple[float, ...] | None:
        """Return the values of all columns at the optimum, or None when nothing satisfies the constraints.

        Two sets of whole columns differ in the objective by a multiple of ``unit``: an answer that is proven to be
        less than that from the best is the best.
        """
        self._highs.setOptionValue("mip_abs_gap", 0.9 * unit)
        cost = np.zeros(self._columns)
        for column, value in objective.items():
            cost[column] = value
        self._highs.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), cost)
        # The solver's clock runs on from question to question; the limit is for each of them.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + TIME_LIMIT_S)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return tuple(self._highs.getSolution().col_value)
        if status == highspy.HighsModelStatus.kModelEmpty:
            return (0.0,) * self._columns
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        raise Unsolved(self._highs.modelStatusToString(status))

    def maximise(self, objective: Mapping[int, float], *, unit: float) -> tuple[float, ...] | None:
        """Return the values of all columns at the optimum, or None when nothing satisfies the constraints."""
        return self.minimise({column: -value for column, value in objective.items()}, unit=unit)


def _lp(model: Model) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_ = model.columns
    lp.num_row_ = 0
    lp.col_cost_ = np.zeros(model.columns)
    lower = np.zeros(model.columns)
    lower[sorted(model.fixed)] = 1.0
    lp.col_lower_ = lower
    lp.col_upper_ = np.ones(model.columns)
    lp.row_lower_ = np.empty(0)
    lp.row_upper_ = np.empty(0)
    lp.integrality_ = integrality(model)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.zeros(1, dtype=np.int32)
    lp.a_matrix_.index_ = np.empty(0, dtype=np.int32)
    lp.a_matrix_.value_ = np.empty(0)
    return lp


def integrality(model: Model) -> list[highspy.HighsVarType]:
    """Return the kind of each column: whole numbers first, then continuous ones."""
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    return [whole] * model.integers + [real] * (model.columns - model.integers)
