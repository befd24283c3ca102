"""Write the page of moving skeletons: trials beside what their tokens keep."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.report.movement_page.movement_page import MovementFiles, write_movement_page

files, params = snakemake.input, snakemake.params
tokenizers, tokens = (
    dict(zip(params.folds, paths, strict=True)) for paths in (files.tokenizers, files.tokens)
)
write_movement_page(
    MovementFiles(
        files.joint_angles,
        files.trials,
        files.folds,
        tokenizers,
        tokens,
        *files.normal,
    ),
    params.cfg["trials"],
    set(params.simulated),
    snakemake.output[0],
)
job.finish(snakemake)
