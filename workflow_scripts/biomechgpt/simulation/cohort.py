"""The whole simulated cohort: people, their trials, and the folder that holds them."""

import os
from pathlib import Path

import numpy as np

from biomechgpt.files import replacing
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation import sidecars
from biomechgpt.simulation.people import Person, assign_diagnoses, draw_person
from biomechgpt.simulation.plan import Planned, Protocol, assign_protocols, plan_trials
from biomechgpt.simulation.simulated_trial import SimulatedTrial, simulate_trial
from biomechgpt.simulation.writing import write_json, write_motion, write_table


def simulate_cohort(
    folder: str | os.PathLike, settings: SimulateSettings, normal_gait: dict, cohort: dict
) -> None:
    """Write a cohort folder of simulated people (docs/contracts.md).

    `normal_gait` and `cohort` are the contents of resources/normal_gait.yaml and
    simulated_cohort.yaml. The same arguments give the same bytes; every person has a seed of their
    own.
    """
    with replacing(folder) as temporary:
        temporary.mkdir()
        people, protocols, choices = _draw_people(settings, normal_gait, cohort)
        rows = []
        for person, protocol in zip(people, protocols, strict=True):
            rows += _simulate_person(temporary, person, protocol, settings, normal_gait, cohort)
        _drop_labels(rows, cohort["people"]["missing_device_share"], choices)
        write_table(temporary / "participants.tsv", [_participant_row(p) for p in people])
        write_table(temporary / "trials.tsv", rows)
        write_json(temporary / "participants.json", sidecars.PARTICIPANTS)
        write_json(temporary / "trials.json", sidecars.TRIALS)
        write_json(temporary / "dataset_description.json", sidecars.DESCRIPTION)
        (temporary / "README").write_text(sidecars.README, encoding="utf-8")


def _draw_people(
    settings: SimulateSettings, normal_gait: dict, cohort: dict
) -> tuple[list[Person], list[Protocol], np.random.Generator]:
    count = settings.participants
    shared, *own = np.random.SeedSequence(settings.seed).spawn(count + 1)
    choices = np.random.default_rng(shared)
    diagnoses = assign_diagnoses(count, cohort["people"], choices)
    people = [
        draw_person(f"S{i + 1:03d}", diagnosis, labelled, own[i], normal_gait, cohort)
        for i, (diagnosis, labelled) in enumerate(diagnoses)
    ]
    return people, assign_protocols(people, cohort["activities"], choices), choices


def _simulate_person(
    folder: Path,
    person: Person,
    protocol: Protocol,
    settings: SimulateSettings,
    normal_gait: dict,
    cohort: dict,
) -> list[dict]:
    rows = []
    (folder / "motion" / person.participant_id).mkdir(parents=True)
    planned = plan_trials(person, protocol, settings.max_trials_per_participant, cohort)
    for number, plan in enumerate(planned, start=1):
        trial = simulate_trial(person, plan, normal_gait, cohort, settings.frame_rate_hz)
        name = f"{person.participant_id}_T{number:02d}"
        file = f"motion/{person.participant_id}/{name}.mot"
        write_motion(folder / file, trial.tracks.time_s, trial.measured_deg, trial.pelvis_m)
        rows.append(_trial_row(name, file, person, plan, trial, protocol))
    return rows


def _trial_row(
    name: str, file: str, person: Person, plan: Planned, trial: SimulatedTrial, protocol: Protocol
) -> dict:
    labels = trial.labels
    speed, cadence = labels.get("walking_speed_m_s"), labels.get("cadence_steps_min")
    on_walkway = protocol.walkway and speed is not None
    return {
        "trial_id": name,
        "participant_id": person.participant_id,
        "file": file,
        "activity": plan.activity,
        "condition": plan.condition,
        "assistive_device": plan.device,
        "walking_speed_m_s": round(speed, 3) if on_walkway else None,
        "cadence_steps_min": round(cadence, 1) if on_walkway else None,
        "tug_s": round(labels["tug_s"], 2) if "tug_s" in labels else None,
        "fsst_s": round(labels["fsst_s"], 2) if "fsst_s" in labels else None,
    }


def _participant_row(person: Person) -> dict:
    sick, known = person.diagnosis is not None, person.labelled
    prosthesis = person.diagnosis == "lower limb prosthesis user"
    return {
        "participant_id": person.participant_id,
        "impaired": ("yes" if sick else "no") if known else None,
        "diagnosis": person.diagnosis if known else None,
        "subtype": person.subtype if known else None,
        "affected_side": person.affected_side if known and sick else None,
        "severity": round(person.severity, 3) if known and sick else None,
        "fall_history": ("yes" if person.fall_history else "no") if prosthesis else None,
        "height_m": round(person.height_m, 3),
        "age_years": round(person.age_years, 1),
        "sex": "male" if person.male else "female",
    }


def _drop_labels(rows: list[dict], share: float, random: np.random.Generator) -> None:
    """Remove the device of some trials, as if nobody had written it down."""
    for row, missing in zip(rows, random.random(len(rows)) < share, strict=True):
        if missing:
            row["assistive_device"] = None
