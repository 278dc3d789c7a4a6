"""Documents that are read, and the language model."""

from connectors.metric import Metric, counter, histogram

_CONFIDENCE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)
"""The gates of the policy as it comes are among them: 0.80, 0.90, 0.98."""
_DOCUMENT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_MODEL = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)

EXTRACTION_DOCUMENTS = counter(
    "extract",
    "manifold_extraction_documents_total",
    "Documents by route (XML, EMBEDDED_XML, TEXT_LAYER, RASTER, none) and outcome (accepted, "
    "review, or the reason of the dead letter).",
    "flow",
    "route",
    "outcome",
)
EXTRACTION_DURATION = histogram(
    "extract",
    "manifold_extraction_duration_seconds",
    _DOCUMENT,
    "What reading a document takes, all stages together.",
    "flow",
    "route",
)
EXTRACTION_STAGE_DURATION = histogram(
    "extract",
    "manifold_extraction_stage_duration_seconds",
    _DOCUMENT,
    "What a stage takes for a document.",
    "flow",
    "stage",
)
EXTRACTION_OVER_BUDGET = counter(
    "extract",
    "manifold_extraction_over_budget_total",
    "Documents for which a stage took longer than its time budget.",
    "flow",
    "stage",
)
EXTRACTION_CONFIDENCE = histogram(
    "extract",
    "manifold_extraction_confidence_ratio",
    _CONFIDENCE,
    "How sure a value that was read is, as a probability.",
    "flow",
    "route",
)
EXTRACTION_CACHED = counter(
    "extract",
    "manifold_extraction_cached_total",
    "Documents that were known already and not read again.",
    "flow",
)
EXTRACTION_ATTEMPTS_FAILED = counter(
    "extract",
    "manifold_extraction_attempts_failed_total",
    "Attempts to read a document that its worker did not survive or finish, by reason: hung, died, "
    "memory, raised.",
    "flow",
    "reason",
    every=(
        "hung",
        "died",
        "memory",
        "raised",
    ),
)
MODEL_CALLS = counter(
    "extract",
    "manifold_model_calls_total",
    "Questions to the language model by outcome: answered, or why there is no answer.",
    "flow",
    "model",
    "outcome",
)
MODEL_CALL_DURATION = histogram(
    "extract",
    "manifold_model_call_duration_seconds",
    _MODEL,
    "What a question to the language model takes, all attempts together.",
    "flow",
    "model",
)
MODEL_TOKENS = counter(
    "extract",
    "manifold_model_tokens_total",
    "Tokens of the language model, by direction: input, output, cache_read, cache_write.",
    "flow",
    "model",
    "direction",
)
MODEL_COST = counter(
    "extract",
    "manifold_model_cost_total",
    "What the language model has cost, in units of the currency.",
    "flow",
    "model",
    "currency",
)

METRICS: tuple[Metric, ...] = (
    EXTRACTION_DOCUMENTS,
    EXTRACTION_DURATION,
    EXTRACTION_STAGE_DURATION,
    EXTRACTION_OVER_BUDGET,
    EXTRACTION_CONFIDENCE,
    EXTRACTION_CACHED,
    EXTRACTION_ATTEMPTS_FAILED,
    MODEL_CALLS,
    MODEL_CALL_DURATION,
    MODEL_TOKENS,
    MODEL_COST,
)
