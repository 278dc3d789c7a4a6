"""Are documents read, how fast, how surely, and at what cost?"""

from dashboards.grafana.panel import BAD, GOOD, ODD, Board, Row, graph, quantiles, rate, stat

_DOCUMENTS = "sum(rate(manifold_extraction_documents_total[$__rate_interval]))"
_SURE = (
    'sum(rate(manifold_extraction_confidence_ratio_bucket{le="0.9"}[$__rate_interval]))'
    " / sum(rate(manifold_extraction_confidence_ratio_count[$__rate_interval]))"
)

EXTRACTION = Board(
    "extraction",
    "Extraction",
    "Documents that are read: by which route, how long it takes, how sure it is, what it costs.",
    (
        Row(
            "Now",
            (
                stat(
                    "Documents a second",
                    "Documents that were dealt with, whatever became of them.",
                    "suffix:/s",
                    _DOCUMENTS,
                ),
                stat(
                    "Read without a person",
                    "Share of documents whose invoice was accepted as it was read.",
                    "percentunit",
                    "(sum(rate(manifold_extraction_documents_total"
                    f'{{outcome="accepted"}}[$__rate_interval])) or vector(0)) / {_DOCUMENTS}',
                    steps=((0.5, ODD), (0.8, GOOD)),
                ),
                stat(
                    "p95 of reading",
                    "95 of 100 documents were read at least this fast, all stages together.",
                    "s",
                    quantiles("manifold_extraction_duration_seconds")[1][0],
                    steps=((10.0, ODD), (20.0, BAD)),
                ),
                stat(
                    "Values sure by less than 0.9",
                    "Share of the values read whose probability of being right is at most 0.9.",
                    "percentunit",
                    _SURE,
                    steps=((0.25, ODD), (0.5, BAD)),
                ),
                stat(
                    "Attempts that failed",
                    "In 10 minutes: a worker was killed by a document, or did not end.",
                    "none",
                    "sum(increase(manifold_extraction_attempts_failed_total[10m])) or vector(0)",
                    steps=((1.0, ODD), (10.0, BAD)),
                ),
                stat(
                    "Model, last day",
                    "What the language model has cost in 24 hours, in units of its currency.",
                    "none",
                    "sum(currency:manifold_model_cost:increase1d) or vector(0)",
                    steps=((4.0, ODD), (5.0, BAD)),
                ),
            ),
        ),
        Row(
            "Documents",
            (
                graph(
                    "By route",
                    "Documents a second by how they are read: as XML, from the text layer, or by "
                    "character recognition.",
                    "suffix:/s",
                    rate("manifold_extraction_documents_total", "route"),
                    stacked=True,
                ),
                graph(
                    "By outcome",
                    "Documents a second: accepted, asked a person about, or the reason of the "
                    "dead letter.",
                    "suffix:/s",
                    rate("manifold_extraction_documents_total", "outcome"),
                    stacked=True,
                ),
                graph(
                    "Known already",
                    "Documents a second that came from the cache and were not read again.",
                    "suffix:/s",
                    rate("manifold_extraction_cached_total", "flow"),
                ),
            ),
        ),
        Row(
            "Time",
            (
                graph(
                    "Reading, p95 by route",
                    "What reading a document takes, all stages together.",
                    "s",
                    *quantiles("manifold_extraction_duration_seconds", by="route"),
                ),
                graph(
                    "Stages, p95",
                    "What each stage takes for a document.",
                    "s",
                    *quantiles("manifold_extraction_stage_duration_seconds", by="stage"),
                ),
                graph(
                    "Over budget",
                    "Documents a second for which a stage took longer than its time budget.",
                    "suffix:/s",
                    rate("manifold_extraction_over_budget_total", "stage"),
                ),
            ),
        ),
        Row(
            "How sure, and what went wrong",
            (
                graph(
                    "Confidence by route, median",
                    "How probable it is that a value is right, of the middle one.",
                    "percentunit",
                    (
                        "histogram_quantile(0.5, sum by (le, route) "
                        "(rate(manifold_extraction_confidence_ratio_bucket[$__rate_interval])))",
                        "{{route}}",
                    ),
                ),
                graph(
                    "Values below the gates",
                    "Share of the values read whose probability is at most 0.8, 0.9 and 0.98.",
                    "percentunit",
                    *(
                        (_SURE.replace('"0.9"', f'"{gate}"'), f"at most {gate}")
                        for gate in (0.8, 0.9, 0.98)
                    ),
                ),
                graph(
                    "Attempts that failed",
                    "A second, by reason: a worker hung, died, ran out of memory, or raised. After "
                    "three a document is a dead letter.",
                    "suffix:/s",
                    rate("manifold_extraction_attempts_failed_total", "reason"),
                ),
            ),
        ),
        Row(
            "Language model",
            (
                graph(
                    "Questions",
                    "Questions a second by outcome: answered, or why there is no answer.",
                    "suffix:/s",
                    rate("manifold_model_calls_total", "outcome"),
                    stacked=True,
                    width=6,
                ),
                graph(
                    "Time, p95",
                    "What a question takes, all attempts together.",
                    "s",
                    *quantiles("manifold_model_call_duration_seconds", by="model"),
                    width=6,
                ),
                graph(
                    "Tokens",
                    "Tokens a second by direction.",
                    "suffix:/s",
                    rate("manifold_model_tokens_total", "direction"),
                    width=6,
                ),
                graph(
                    "Cost, last day",
                    "What it has cost in 24 hours, in units of the currency.",
                    "none",
                    ("currency:manifold_model_cost:increase1d", "{{currency}}"),
                    steps=((5.0, BAD),),
                    width=6,
                ),
            ),
        ),
    ),
    since="now-6h",
)
