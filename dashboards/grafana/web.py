"""Do invoices come in over HTTP, how fast, and what keeps them out?"""

from dashboards.grafana.panel import BAD, ODD, Board, Row, graph, quantiles, rate, stat

WEB = Board(
    "web",
    "Front door",
    "What comes in over HTTP: how much, how fast, and what is refused.",
    (
        Row(
            "Now",
            (
                stat(
                    "Invoices",
                    "Invoices that come in, a second.",
                    "suffix:/s",
                    "sum(rate(manifold_web_invoices_total[$__rate_interval]))",
                    width=6,
                ),
                stat(
                    "Refused",
                    "Invoices that were not taken, a second, whatever the reason.",
                    "suffix:/s",
                    "sum(rate(manifold_web_invoices_refused_total[$__rate_interval]))",
                    steps=((0.1, ODD),),
                    width=6,
                ),
                stat(
                    "Requests under way",
                    "Requests that are being answered, streams as well.",
                    "none",
                    "sum(manifold_web_requests_under_way)",
                    width=6,
                ),
                stat(
                    "Parts away",
                    "Processes that miss the broker, the keys of requests or the document store.",
                    "none",
                    "sum(manifold_web_part_away)",
                    steps=((1.0, BAD),),
                    width=6,
                ),
            ),
        ),
        Row(
            "Invoices",
            (
                graph(
                    "Taken by kind",
                    "Invoices that Kafka has acknowledged, a second.",
                    "suffix:/s",
                    rate("manifold_web_invoices_total", "kind"),
                    stacked=True,
                ),
                graph(
                    "Refused by problem",
                    "Invoices that were not taken, a second: busy is too much at once.",
                    "suffix:/s",
                    rate("manifold_web_invoices_refused_total", "problem"),
                    stacked=True,
                ),
                graph(
                    "Keys of requests",
                    "Requests with an Idempotency-Key, a second, by what was known of the key.",
                    "suffix:/s",
                    rate("manifold_web_request_keys_total", "outcome"),
                    stacked=True,
                ),
            ),
        ),
        Row(
            "Requests",
            (
                graph(
                    "Answers by status",
                    "Requests answered, a second.",
                    "suffix:/s",
                    rate("manifold_web_requests_total", "status"),
                    stacked=True,
                ),
                graph(
                    "How long an answer takes",
                    "From the head of a request to the end of its answer, all routes together.",
                    "s",
                    *quantiles("manifold_web_request_duration_seconds"),
                ),
                graph(
                    "How long Kafka takes",
                    "From handing an invoice to the Kafka client to its acknowledgement.",
                    "s",
                    *quantiles("manifold_web_acknowledgement_duration_seconds"),
                ),
            ),
        ),
        Row(
            "Told live",
            (
                graph(
                    "Records told",
                    "Records of the topics that were told to those who watch, a second.",
                    "suffix:/s",
                    ("sum(rate(manifold_web_feed_records_total[$__rate_interval]))", "told"),
                    (
                        "sum(rate(manifold_web_feed_dropped_total[$__rate_interval]))",
                        "nobody's",
                    ),
                ),
                graph(
                    "How far behind",
                    "From the writing of the newest record to its being told, by the slowest.",
                    "s",
                    ("max(manifold_web_feed_lag_seconds)", "behind"),
                ),
                graph(
                    "Who watches",
                    "Streams and sockets that are open.",
                    "none",
                    ("sum(manifold_web_watchers)", "open"),
                ),
            ),
        ),
    ),
)
