"""Ask one fine-tuned model the questions of its fold's validation and test participants."""

from pathlib import Path

from biomechgpt import job
from biomechgpt.language_model.model_folder import check_tokens, load_model
from biomechgpt.language_model.prediction import predict, prediction_rows, read_questions
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.tokenizer.tokens import read_tokens

log = job.start(snakemake.log[0], snakemake.rule)
given, names = snakemake.input, snakemake.wildcards
model = load_model(Path(given.model[0]))
table = read_tokens(given.tokens)
check_tokens(table.metadata, model.description["tokenizer_sha256"], given.model[0])
questions = read_questions(given.questions, ["validation", "test"])
tasks = model.description["tasks"]
questions = questions[questions["task"].isin(tasks)]
motions = dict(zip(table.trial_ids, table.tokens, strict=True))
answered = predict(model, questions, motions, tasks)
rows = prediction_rows(answered, names.fold, names.variant, int(names.seed))
write_predictions(snakemake.output[0], rows)
