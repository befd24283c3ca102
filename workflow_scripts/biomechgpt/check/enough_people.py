"""Whether questions have the people that docs/tasks.md says they need."""

from collections.abc import Iterator, Mapping, Sequence

from biomechgpt.check.findings import Finding
from biomechgpt.check.task_counts import TaskCount
from biomechgpt.evaluation.conformal import participants_needed
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS, T_TEST_PARTICIPANTS
from biomechgpt.settings.variants_section import VariantSettings

# One half is scored at the temperature of the other.
VALIDATION_FOR_SETS = 2 * participants_needed(0.9)


def too_few(counts: Sequence[TaskCount], least: int) -> Iterator[Finding]:
    """What has too few people; a task with fewer than `least` to train on is left out."""
    kept = []
    for count in counts:
        if short := _left_out(count, least):
            yield _look(f"tasks.{count.task} is left out: {short}")
        else:
            kept.append(count)
            yield from (
                _look(f"tasks.{count.task}: {sentence}") for sentence in _rare_options(count)
            )
    tested = {c.task: c.tested for c in kept if c.tested < T_TEST_PARTICIPANTS}
    if tested:
        yield _look(
            f"Fewer than {T_TEST_PARTICIPANTS} people are tested, so that a verdict needs a t-test that "
            f"agrees: {_numbers(tested)}. presets/small_cohort.yaml tests everybody."
        )
    validation = {c.task: min(c.validation.values()) for c in kept}
    few = {
        task: n_people for task, n_people in validation.items() if n_people < VALIDATION_FOR_SETS
    }
    if few:
        yield _look(
            f"Sets and intervals of 90 % need {VALIDATION_FOR_SETS} people to validate on "
            f"(split.validation_fraction): {_numbers(few)}."
        )


def nothing_to_learn(
    counts: Sequence[TaskCount], least: int, variants: Mapping[str, VariantSettings]
) -> Iterator[Finding]:
    """The variants that have no task left to learn in some fold, which stops the run."""
    for name, variant in variants.items():
        own = [count for count in counts if variant.tasks == "all" or count.task in variant.tasks]
        for fold in counts[0].training:
            if all(count.training[fold] < least for count in own):
                yield Finding(
                    "stops",
                    "questions",
                    f"variants.{name}: none of its tasks has {least} people to train on in {fold}; add "
                    "people, lower questions.min_training_participants, or take the variant out",
                )
                break


def _left_out(count: TaskCount, least: int) -> str:
    """Why a task is not asked in some fold; empty where it is in all."""
    n_people = min(count.training.values())
    if count.absence or n_people >= least:
        return count.absence
    return f"{n_people} people with its label to train on, questions.min_training_participants is {least}"


def _rare_options(count: TaskCount) -> Iterator[str]:
    people = count.people_of_options
    absent = [option for option, n_people in people.items() if n_people == 0]
    single = [option for option, n_people in people.items() if n_people == 1]
    few = {
        option: n_people
        for option, n_people in people.items()
        if 1 < n_people < FEWEST_PARTICIPANTS
    }
    if absent:
        yield f"no people for {', '.join(absent)}; take that out of options, or see how the tables write it"
    if single:
        yield (
            f"one person for {', '.join(single)}, which nobody else can teach; name it in ignore instead of "
            "options"
        )
    if few:
        yield f"macro F1 depends on few people: {_numbers(few)}"


def _numbers(of_names: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in of_names.items())


def _look(sentence: str) -> Finding:
    return Finding("look", "questions", sentence)
