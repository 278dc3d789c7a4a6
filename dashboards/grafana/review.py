"""Do people keep up with what they are asked?"""

from dashboards.grafana.panel import BAD, ODD, Board, Row, graph, quantiles, rate, stat

_DAY = 86_400.0

REVIEW = Board(
    "review",
    "Review",
    "What waits for a person: how much, how long, and whether it grows.",
    (
        Row(
            "Now",
            (
                stat(
                    "Decisions to review",
                    "Decisions that wait for a person.",
                    "none",
                    'sum(manifold_reviews_open{kind="DECISION"})',
                ),
                stat(
                    "Documents to review",
                    "Documents that wait for a person to say what is written in them.",
                    "none",
                    'sum(manifold_reviews_open{kind="EXTRACTION"})',
                ),
                stat(
                    "Oldest",
                    "Age of the review that has waited longest.",
                    "s",
                    "max(manifold_reviews_oldest_age_seconds)",
                    steps=((_DAY, ODD), (2 * _DAY, BAD)),
                ),
                stat(
                    "More than a day ago",
                    "How many more reviews wait than 24 hours ago.",
                    "none",
                    "sum(kind:manifold_reviews_open:growth1d)",
                    steps=((1.0, ODD), (100.0, BAD)),
                ),
                stat(
                    "Asked, last day",
                    "Reviews that were asked for in 24 hours.",
                    "none",
                    "sum(increase(manifold_reviews_requested_total[1d]))",
                ),
                stat(
                    "Answered, last day",
                    "Answers of people in 24 hours.",
                    "none",
                    "sum(increase(manifold_reviews_completed_total[1d]))",
                ),
            ),
        ),
        Row(
            "What waits",
            (
                graph(
                    "Open",
                    "Reviews that wait for a person.",
                    "none",
                    ("sum by (kind) (manifold_reviews_open)", "{{kind}}"),
                    stacked=True,
                ),
                graph(
                    "Age of the oldest",
                    "How long the review has waited that has waited longest.",
                    "s",
                    ("max by (kind) (manifold_reviews_oldest_age_seconds)", "{{kind}}"),
                    steps=((2 * _DAY, BAD),),
                ),
                graph(
                    "Growth over a day",
                    "How many more wait than 24 hours before; below zero there are fewer.",
                    "none",
                    ("kind:manifold_reviews_open:growth1d", "{{kind}}"),
                    steps=((100.0, BAD),),
                    signed=True,
                ),
            ),
        ),
        Row(
            "What comes and goes",
            (
                graph(
                    "Asked and answered",
                    "Reviews an hour.",
                    "suffix:/h",
                    (
                        "3600 * sum(rate(manifold_reviews_requested_total[$__rate_interval]))",
                        "asked",
                    ),
                    (
                        "3600 * sum(rate(manifold_reviews_completed_total[$__rate_interval]))",
                        "answered",
                    ),
                ),
                graph(
                    "Answers by outcome",
                    "Answers of people a second.",
                    "suffix:/s",
                    rate("manifold_reviews_completed_total", "outcome"),
                    stacked=True,
                ),
                graph(
                    "Share of decisions that ask a person",
                    "Of first decisions, how many are REVIEW.",
                    "percentunit",
                    (
                        "sum(rate(manifold_decisions_total"
                        '{revision="first", status="REVIEW"}[$__rate_interval])) / '
                        'sum(rate(manifold_decisions_total{revision="first"}[$__rate_interval]))',
                        "REVIEW",
                    ),
                ),
                graph(
                    "Upload to a person's decision",
                    "How long it takes from the upload to the decision that a person has made.",
                    "s",
                    *quantiles("manifold_review_duration_seconds"),
                    width=24,
                ),
            ),
        ),
    ),
    since="now-24h",
)
