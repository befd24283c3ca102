"""Write the page of moving skeletons: trials beside what their tokens keep."""

from biomechgpt import job

job.start(snakemake.log[0], snakemake.rule)

from biomechgpt.report.movement_page import Sources, write_movement_page

given = snakemake.input
write_movement_page(
    Sources(given.joint_angles, given.trials, given.folds, given.tokenizers, given.tokens),
    snakemake.params.cfg["trials"],
    set(snakemake.params.simulated),
    snakemake.output[0],
)
