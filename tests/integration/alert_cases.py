"""What each alert does with what Prometheus might have seen: fires, not just below, clears."""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

Labels: TypeAlias = Mapping[str, str]


class Case(Struct, frozen=True):
    """Series of an alert, and which it fires for at which instant."""

    alert: str
    series: Mapping[str, str]
    """In promtool's notation: `1x3` is 1 four times, `0+5x3` is 0, 5, 10, 15; `_` is no sample."""
    fires: Mapping[str, tuple[Labels, ...]]
    """By instant; the labels are those that the alert itself does not name."""
    interval: str = "1m"
    """Between two samples, and between two looks at the rules."""


def _decisions(*parts: tuple[int, int]) -> dict[str, str]:
    """60 decisions a minute; of them so many in time, for so many samples."""
    total, intime, before, counts = 0, 0, [], []
    for per_minute, samples in parts:
        for _ in range(samples):
            before.append(intime)
            counts.append(total)
            intime, total = intime + per_minute, total + 60
    metric = "manifold_decision_latency_seconds"
    return {
        f'{metric}_bucket{{flow="decide",le="30.0"}}': " ".join(map(str, before)),
        f'{metric}_count{{flow="decide"}}': " ".join(map(str, counts)),
    }


def _lag(group: str, state: str, records: str, seconds: str, members: str = "1x60") -> Labels:
    at = f'group="{group}",topic="invoice.uploaded",partition="0"'
    return {
        f"manifold_lag_state{{{at}}}": state,
        f"manifold_lag_records{{{at}}}": records,
        f"manifold_lag_seconds{{{at}}}": seconds,
        f'manifold_lag_members{{group="{group}"}}': members,
    }


def _records(flow: str, received: str, failed: str = "0x60") -> Labels:
    return {
        f'manifold_records_received_total{{flow="{flow}",topic="t"}}': received,
        f'manifold_records_failed_total{{flow="{flow}"}}': failed,
    }


def _requests(accepted: str, failed: str, refused: str = "0x60", health: str = "0x60") -> Labels:
    requests = "manifold_web_requests_total"
    return {
        f'{requests}{{route="/invoices",method="POST",status="2xx"}}': accepted,
        f'{requests}{{route="/invoices",method="POST",status="5xx"}}': failed,
        f'{requests}{{route="/invoices",method="POST",status="4xx"}}': refused,
        f'{requests}{{route="/health/ready",method="GET",status="5xx"}}': health,
        'manifold_web_invoices_refused_total{problem="busy"}': refused,
    }


def _acknowledged(in_time: str, count: str) -> Labels:
    metric = "manifold_web_acknowledgement_duration_seconds"
    return {f'{metric}_bucket{{le="0.1"}}': in_time, f"{metric}_count": count}


DECIDE: Labels = {"group": "decide"}
FRAUD: Labels = {"flow": "fraud"}
REFUSED: Labels = {"flow": "deliver", "reason": "delivery_refused"}
FAILED: Labels = {"flow": "notify", "reason": "delivery_failed"}
ALL: Labels = {}

CASES = (
    # Nearly all are slow for 20 minutes: the hour and the last five minutes both say so.
    Case(
        "ManifoldErrorBudgetBurnsFast",
        _decisions((10, 20), (60, 60)),
        {"2m": (), "5m": (ALL,), "20m": (ALL,), "55m": ()},
    ),
    # 33 % are slow: six times what is allowed, and not fourteen times.
    Case(
        "ManifoldErrorBudgetBurnsFast",
        _decisions((40, 60), (60, 60)),
        {"10m": (ALL,), "58m": (ALL,), "75m": ()},
    ),
    Case("ManifoldErrorBudgetBurnsFast", _decisions((43, 120)), {"30m": (), "119m": ()}),
    # All are slow, and they are twelve an hour.
    Case(
        "ManifoldErrorBudgetBurnsFast",
        {
            'manifold_decision_latency_seconds_bucket{flow="decide",le="30.0"}': "0x60",
            'manifold_decision_latency_seconds_count{flow="decide"}': "0+0.2x60",
        },
        {"30m": (), "59m": ()},
    ),
    # An hour of it is long gone, and only the long window remembers.
    Case(
        "ManifoldErrorBudgetBurnsFast",
        _decisions((60, 30), (10, 30), (60, 60)),
        {"59m": (ALL,), "85m": ()},
    ),
    # Five hours were good, so six hours are as well; the last hour alone is bad enough.
    Case(
        "ManifoldErrorBudgetBurnsFast",
        _decisions((60, 330), (16, 64), (60, 30)),
        {"380m": (), "392m": (ALL,), "400m": ()},
    ),
    Case(
        "ManifoldErrorBudgetBurnsFast",
        _decisions((60, 330), (18, 64), (60, 30)),
        {"380m": (), "392m": (), "400m": ()},
    ),
    # At 5 minutes a sample, 6.7 % are slow for three days: more than allowed, if not by much.
    Case(
        "ManifoldErrorBudgetBurnsSlowly",
        _decisions((56, 900), (60, 100)),
        {"15m": (), "1d": (ALL,), "3d": (ALL,), "80h": ()},
        interval="5m",
    ),
    Case(
        "ManifoldErrorBudgetBurnsSlowly",
        _decisions((57, 900)),
        {"1d": (), "3d": ()},
        interval="5m",
    ),
    Case(
        "ManifoldDeadlines",
        {
            'manifold_deadlines_fired_total{flow="decide"}': "0+11x20 220x40",
            'manifold_decision_latency_seconds_count{flow="decide"}': "0+1000x60",
        },
        {"5m": (), "10m": (ALL,), "20m": (ALL,), "32m": ()},
    ),
    Case(
        "ManifoldDeadlines",
        {
            'manifold_deadlines_fired_total{flow="decide"}': "0+1x60",
            'manifold_decision_latency_seconds_count{flow="decide"}': "0+101x60",
        },
        {"30m": ()},
    ),
    Case(
        "ManifoldGroupStopped",
        {
            **_lag("decide", "0 3x4 0x60", "50x60", "50x60"),
            **_lag("fraud", "2x60", "50x60", "50x60"),
            **_lag("collect", "0x60", "0x9 5x5 0x60", "0x60", "1 0x60"),
        },
        {"1m": (), "3m": (DECIDE,), "8m": (), "12m": ({"group": "collect"},), "20m": ()},
    ),
    Case(
        "ManifoldLagStalled",
        {
            **_lag("decide", "0 2x4 0x60", "50x60", "50x60"),
            **_lag("fraud", "1x60", "50x60", "50x60"),
        },
        {"2m": (), "4m": (DECIDE,), "8m": ()},
    ),
    Case(
        "ManifoldLagGrowing",
        {
            **_lag("decide", "1x60", "0+50x20 1000-100x10 0x40", "0+10x20 200-20x10 0x40"),
            **_lag("fraud", "0x60", "0+50x60", "15x60"),
            **_lag("pricing", "0x60", "900x60", "16x60"),
            **_lag("validation", "0x60", "0+50x60", "16x20 0x40"),
        },
        {"9m": (), "15m": (DECIDE, {"group": "validation"}), "30m": (), "45m": ()},
    ),
    Case(
        "ManifoldQueueLong",
        {
            **_lag("decide", "0x60", "1001x20 1000x40", "61x60"),
            **_lag("fraud", "0x60", "9000x60", "60x60"),
            **_lag("pricing", "0x60", "1000x60", "600x60"),
        },
        {"9m": (), "11m": (DECIDE,), "22m": ()},
    ),
    Case(
        "ManifoldGroupRewound",
        {
            **_lag("decide", "0 4x10 0x60", "50x60", "50x60"),
            **_lag("fraud", "3x60", "50x60", "50x60"),
        },
        {"5m": (), "7m": (DECIDE,), "14m": ()},
    ),
    Case(
        "ManifoldLagUnknown",
        {"manifold_lag_last_success_timestamp_seconds": "0 60 60 60 60 60 360 420"},
        {"3m": (), "5m": (ALL,), "7m": ()},
    ),
    # What is late by two minutes is not yet too late.
    Case(
        "ManifoldLagUnknown",
        {"manifold_lag_last_success_timestamp_seconds": "_ _ 0+60x30"},
        {"10m": (), "20m": ()},
    ),
    # 55 dead letters a minute in a thousand records; the first ones of a series count as well.
    Case(
        "ManifoldErrorRate",
        {
            **_records("decide", "0+1000x60"),
            'manifold_dead_letters_total{flow="decide",topic="t",reason="poison"}': (
                "0+55x20 1100x40"
            ),
            **_records("fraud", "0+1000x60", "0+50x60"),
        },
        {"4m": (), "10m": ({"flow": "decide"},), "20m": ({"flow": "decide"},), "32m": ()},
    ),
    # A single record that never comes to a commit is a ticket, and wakes nobody.
    Case(
        "ManifoldErrorRate",
        _records("decide", "0x60", "0 1 2 3 3x60"),
        {"5m": (), "10m": ()},
    ),
    Case(
        "ManifoldDeadLetters",
        {
            **_records("decide", "0+100x60"),
            'manifold_dead_letters_total{flow="decide",topic="t",reason="poison"}': (
                "_ _ _ _ _ 20 20x60"
            ),
            **_records("fraud", "0+101x60"),
            'manifold_dead_letters_total{flow="fraud",topic="t",reason="poison"}': "0+1x60",
        },
        {"9m": (), "11m": ({"flow": "decide"},), "18m": ()},
    ),
    # One is enough; other reasons are others' to tell.
    Case(
        "ManifoldDeliveriesGivenUp",
        {
            'manifold_dead_letters_total{flow="deliver",topic="t",reason="delivery_refused"}': (
                "_ _ _ 1x60"
            ),
            'manifold_dead_letters_total{flow="notify",topic="t",reason="delivery_failed"}': "1x60",
            'manifold_dead_letters_total{flow="decide",topic="t",reason="poison"}': "0+5x60",
        },
        {"2m": (FAILED,), "4m": (REFUSED, FAILED), "12m": (REFUSED,), "14m": (), "40m": ()},
    ),
    Case(
        "ManifoldTransactionAborts",
        {
            'manifold_transactions_aborted_total{flow="fraud",reason="commit_failed"}': (
                "0 _ 6 6x60"
            ),
            'manifold_transactions_aborted_total{flow="decide",reason="commit_failed"}': "0 5 5x60",
        },
        {"6m": (), "8m": (FRAUD,), "25m": ()},
    ),
    Case(
        "ManifoldFlowNotReady",
        {
            'manifold_health{flow="fraud",instance="a",check="ready"}': "1 0x10 1x60",
            'manifold_health{flow="fraud",instance="b",check="ready"}': "1 0x60",
            'manifold_health{flow="decide",instance="a",check="ready"}': "1x60",
            'manifold_health{flow="decide",instance="b",check="ready"}': "0x60",
            'manifold_health{flow="fraud",instance="a",check="live"}': "0x60",
        },
        {"5m": (), "7m": (FRAUD,), "14m": ()},
    ),
    Case(
        "ManifoldProcessStandsStill",
        {
            'manifold_health{flow="fraud",job="manifold",instance="a",check="live"}': "1 0x5 1x60",
            'manifold_health{flow="fraud",job="manifold",instance="a",check="ready"}': "0x60",
        },
        {"2m": (), "4m": ({"flow": "fraud", "job": "manifold", "instance": "a"},), "8m": ()},
    ),
    # It is gone, comes back, and is gone again for longer than anybody remembers.
    Case(
        "ManifoldFlowGone",
        {
            'manifold_build_info{flow="fraud",instance="a"}': "1x5 stale _x10 1x10 stale",
            'manifold_build_info{flow="decide",instance="a"}': "1x5 stale _x100",
            'manifold_build_info{flow="decide",instance="b"}': "1x200",
        },
        {"10m": (), "12m": (FRAUD,), "20m": (), "35m": (FRAUD,), "100m": ()},
    ),
    Case(
        "ManifoldTelemetryAbsent",
        {
            'up{job="manifold",instance="a"}': "1 0x9 1x20 stale",
            'up{job="postgresql",instance="a"}': "0x60",
        },
        {
            "5m": (),
            "7m": ({"job": "manifold", "instance": "a"},),
            "15m": (),
            "33m": (),
            "38m": ({"job": "manifold"},),
        },
    ),
    # A crash a minute. What is restored is counted anew by each process, and so always once.
    Case(
        "ManifoldRestoreLoop",
        {
            'manifold_restores_total{flow="fraud",job="manifold",instance="a"}': "1x60",
            'process_start_time_seconds{job="manifold",instance="a"}': "0+60x8 480x60",
            'manifold_restores_total{flow="decide",job="manifold",instance="b"}': "0 1 2 3 3x60",
            'process_start_time_seconds{job="manifold",instance="b"}': "0 60 60x60",
        },
        {
            "5m": (),
            "7m": ({"flow": "fraud", "job": "manifold", "instance": "a"},),
            "25m": (),
        },
    ),
    # It is renewed twice, which is seen, and its group shared out twice: that is no loop.
    Case(
        "ManifoldRestoreLoop",
        {
            'manifold_restores_total{flow="fraud",job="manifold",instance="a"}': (
                "0 1 _ 0 1 _ 0 1 2 3 3x60"
            ),
            'process_start_time_seconds{job="manifold",instance="a"}': (
                "0 0 _ 120 120 _ 300 300 300 300 300x60"
            ),
        },
        {"9m": (), "14m": (), "30m": ()},
    ),
    # The group is shared out again and again.
    Case(
        "ManifoldRestoreLoop",
        {
            'manifold_restores_total{flow="fraud",job="manifold",instance="a"}': "0+1x8 8x60",
            'process_start_time_seconds{job="manifold",instance="a"}': "0x70",
        },
        {
            "5m": (),
            "7m": ({"flow": "fraud", "job": "manifold", "instance": "a"},),
            "30m": (),
        },
    ),
    Case(
        "ManifoldRestoreLoop",
        {'manifold_flow_restarts_total{flow="fraud",job="manifold",instance="up"}': "0+1x10 10x60"},
        {
            "4m": (),
            "10m": ({"flow": "fraud", "job": "manifold", "instance": "up"},),
            "30m": (),
        },
    ),
    Case(
        "ManifoldBrokersUnreachable",
        {
            'manifold_kafka_client_brokers_up{flow="fraud",client="consumer"}': "3 0x5 3x60",
            'manifold_kafka_client_brokers_up{flow="fraud",client="producer"}': "3x60",
            'manifold_kafka_client_brokers_up{flow="decide",client="consumer"}': "1x60",
            'manifold_kafka_client_brokers_up{flow="decide",client="producer"}': "0x60",
        },
        {"2m": (), "4m": (FRAUD,), "8m": ()},
    ),
    # 14 days are 1,209,600 seconds.
    Case(
        "ManifoldCertificateExpires",
        {
            'manifold_certificate_expiry_timestamp_seconds{flow="fraud",setting="a"}': (
                "1209590x30 9999999x30"
            ),
            'manifold_certificate_expiry_timestamp_seconds{flow="fraud",setting="b"}': "1219600x60",
        },
        {"9m": (), "12m": ({"setting": "a"},), "32m": ()},
    ),
    Case(
        "ManifoldCertificateExpiresNow",
        {
            'manifold_certificate_expiry_timestamp_seconds{flow="fraud",setting="a"}': (
                "172790x30 9999999x30"
            ),
            'manifold_certificate_expiry_timestamp_seconds{flow="fraud",setting="b"}': "182800x60",
        },
        {"9m": (), "12m": ({"setting": "a"},), "32m": ()},
    ),
    # Every half hour; 200 waited yesterday.
    Case(
        "ManifoldReviewsGrow",
        {
            'manifold_reviews_open{kind="DECISION",instance="a"}': "200x50 301x20 200x10",
            'manifold_reviews_open{kind="EXTRACTION",instance="a"}': "200x50 300x30",
        },
        {"24h": (), "28h": ({"kind": "DECISION"},), "38h": ()},
        interval="30m",
    ),
    Case(
        "ManifoldReviewOld",
        {
            'manifold_reviews_oldest_age_seconds{kind="DECISION",instance="a"}': (
                "172000+60x60 0x60"
            ),
            'manifold_reviews_oldest_age_seconds{kind="DECISION",instance="b"}': "0x120",
            'manifold_reviews_oldest_age_seconds{kind="EXTRACTION",instance="a"}': "172800x120",
        },
        {"40m": (), "50m": ({"kind": "DECISION"},), "65m": ()},
    ),
    # It is half open every other minute.
    Case(
        "ManifoldBreakerOpen",
        {
            'manifold_breaker_state{flow="fraud",service="rates"}': "0 2 1 2 1 2 1 2 0x60",
            'manifold_breaker_state{flow="fraud",service="erp"}': "1x60",
        },
        {"3m": (), "6m": ({**FRAUD, "service": "rates"},), "12m": ()},
    ),
    Case(
        "ManifoldModelBudget",
        {
            'manifold_model_cost_total{flow="extract",currency="USD"}': "0+0.1x50 5x300",
            'manifold_model_cost_total{flow="extract",currency="EUR"}': "0+0.01x300",
        },
        {"6h": (), "24h": ({"currency": "USD"},), "50h": ()},
        interval="10m",
    ),
    Case(
        "ManifoldRetriesGivenUp",
        {
            'manifold_retries_given_up{reason="document_missing",instance="a"}': "0 0 1x10 0x60",
            'manifold_retries_given_up{reason="unknown_schema",instance="a"}': "0x60",
        },
        {"6m": (), "8m": ({"reason": "document_missing"},), "14m": ()},
    ),
    Case(
        "ManifoldRetriesStopped",
        {
            'manifold_retries_last_success_timestamp_seconds{instance="a"}': (
                "0 60 120 120x8 660+60x20 stale"
            ),
        },
        {"7m": (), "9m": (ALL,), "15m": (), "31m": (), "40m": (ALL,)},
    ),
    Case(
        "ManifoldProbeSilent",
        {
            'manifold_probe_last_success_timestamp_seconds{instance="a"}': (
                "0 60 120 120x8 660+60x20 stale"
            ),
        },
        {"7m": (), "9m": (ALL,), "15m": (), "31m": (), "40m": (ALL,)},
    ),
    Case(
        "ManifoldProbeWrong",
        {
            'manifold_probes_total{outcome="wrong"}': "_ _ _ 1 1x60",
            'manifold_probes_total{outcome="correct"}': "0+1x60",
        },
        {"2m": (), "3m": (ALL,), "16m": (ALL,), "19m": ()},
    ),
    # Kafka is away for 20 minutes; the first failure of a series counts as well.
    Case(
        "ManifoldFrontDoorFails",
        _requests("0+100x10 1000x20 1000+100x60", "_x10 0+100x20 2000x60"),
        {"10m": (), "13m": (), "18m": (ALL,), "30m": (ALL,), "45m": ()},
    ),
    # Too many come at once: they are told 429, and the rest is taken.
    Case(
        "ManifoldFrontDoorFails",
        _requests("0+100x60", "0x60", "0+10x30 300x30"),
        {"4m": (), "10m": (ALL,), "30m": (ALL,), "42m": ()},
    ),
    # What was wrong with the request is not ours, and so is who looks whether it is well; five of
    # a hundred are few, and three of three requests a night as well.
    Case(
        "ManifoldFrontDoorFails",
        {
            **_requests("0+100x60", "0+5x60", health="0+100x60"),
            'manifold_web_invoices_refused_total{problem="unreadable"}': "0+50x60",
        },
        {"20m": (), "59m": ()},
    ),
    Case("ManifoldFrontDoorFails", _requests("0x60", "0 0 0 3 3x60"), {"9m": (), "20m": ()}),
    Case(
        "ManifoldFrontDoorSlow",
        _acknowledged("0+90x30 2700+100x60", "0+100x90"),
        {"9m": (), "15m": (ALL,), "30m": (ALL,), "42m": ()},
    ),
    Case("ManifoldFrontDoorSlow", _acknowledged("0+96x60", "0+100x60"), {"30m": (), "59m": ()}),
    # All are late, and they are one a minute.
    Case("ManifoldFrontDoorSlow", _acknowledged("0x60", "0+1x60"), {"30m": (), "59m": ()}),
    # One of two is enough. Both are gone for a quarter of an hour; later for good.
    Case(
        "ManifoldFrontDoorGone",
        {
            'manifold_web_requests_under_way{instance="a"}': "0x5 stale _x30 0x10 stale",
            'manifold_web_requests_under_way{instance="b"}': "0x20 stale _x100",
        },
        {"15m": (), "22m": (), "24m": (ALL,), "40m": (), "52m": (ALL,), "120m": ()},
    ),
)
