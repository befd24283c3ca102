"""A simulated rehabilitation cohort: movement is generated first, labels are measured on it."""

from biomechgpt.simulation.cohort import simulate_cohort

__all__ = ["simulate_cohort"]
