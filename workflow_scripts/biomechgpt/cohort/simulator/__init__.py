"""A simulated rehabilitation cohort: movement is generated first, labels are measured on it."""

from biomechgpt.cohort.simulator.cohort import simulate_cohort

__all__ = ["simulate_cohort"]
