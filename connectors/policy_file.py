"""The policy as people write it: one YAML file, read strictly, with the line of each mistake.

Every scalar is taken as it is written, so that 0.1 never becomes a binary number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from operators.candidate import IN_FORCE
from operators.codes import CURRENCIES
from operators.decide import WORST_DECIDES
from operators.decision_table import DecisionRow
from operators.extraction.gate import gates_of
from operators.fraud.catalogue import BY_NAME
from operators.money import Amount, from_decimal, render
from operators.notifications.route import Digest, NotificationRoute
from operators.reference import ReferencePolicy, RuleSetting, SignalWeight
from operators.review import DECIDED_BY
from operators.validation import RULES

_RULE_IDS = frozenset(rule.rule_id for rule in RULES)


class PolicyError(Exception):
    """A policy that cannot be taken; one sentence for each mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


def _money(value: Decimal) -> Decimal:
    from_decimal(value)
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("is no currency of ISO 4217")
    return value


Money: TypeAlias = Annotated[Decimal, AfterValidator(_money)]
Share: TypeAlias = Annotated[Decimal, Field(ge=0, le=1000), AfterValidator(_money)]
Points: TypeAlias = Annotated[int, Field(ge=0, le=100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Limits(_Part):
    approval: Annotated[Money, Field(ge=0)]
    approval_margin_percent: Share


class _Tolerance(_Part):
    percent: Share = Decimal(0)
    amount: Annotated[Money, Field(ge=0)] = Decimal(0)


class _Tolerances(_Part):
    quantity: _Tolerance = _Tolerance()
    price: _Tolerance = _Tolerance()


def _known_rules(rules: Mapping[str, str]) -> Mapping[str, str]:
    if unknown := sorted(rules.keys() - _RULE_IDS):
        raise ValueError(f"{unknown[0]} is no rule of validation")
    return rules


class _Validation(_Part):
    maximum_age_days: Annotated[int, Field(ge=0)]
    future_days: Annotated[int, Field(ge=0)]
    peppol_rules: bool = True
    rules: Annotated[
        dict[str, Literal["ERROR", "WARNING", "INFO", "OFF"]], AfterValidator(_known_rules)
    ] = {}


def _known_signals(weights: Mapping[str, int]) -> Mapping[str, int]:
    if unknown := sorted(weights.keys() - BY_NAME.keys()):
        raise ValueError(f"{unknown[0]} is no signal; known are {', '.join(sorted(BY_NAME))}")
    return weights


class _Fraud(_Part):
    warning_score: Points
    fail_score: Points
    unusual_amount_factor: Annotated[Money, Field(gt=0)]
    weights: Annotated[dict[str, Points], AfterValidator(_known_signals)] = {}


class _Pricing(_Part):
    exchange_rate_days: Annotated[int, Field(ge=0, le=366)] = 7


_Validated: TypeAlias = Literal["APPROVED", "REJECTED", "UNKNOWN", "MISSING"]
_Matched: TypeAlias = Literal["AVAILABLE", "LIMITED", "UNAVAILABLE", "UNKNOWN", "MISSING"]
_Scored: TypeAlias = Literal["PASS", "WARNING", "FAIL", "UNKNOWN", "MISSING"]
_Priced: TypeAlias = Literal["MATCH", "DEVIATION", "MISMATCH", "UNKNOWN", "MISSING"]


class _When(_Part):
    any: tuple[_Validated | _Matched | _Scored | _Priced, ...] = ()
    validation: tuple[_Validated, ...] = ()
    inventory: tuple[_Matched, ...] = ()
    fraud: tuple[_Scored, ...] = ()
    pricing: tuple[_Priced, ...] = ()
    with_error: bool = False
    amount_from: Money | None = None
    amount_below: Money | None = None
    vendor_classes: tuple[str, ...] = ()


class _Row(_Part):
    row: Annotated[str, Field(min_length=1, max_length=60)]
    when: _When = _When()
    status: Literal["APPROVED", "REVIEW", "REJECTED"]
    approvers: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200)]


def _sound(rows: tuple[_Row, ...]) -> tuple[_Row, ...]:
    names = [row.row for row in rows]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two rows are called “{name}”")
        if name in DECIDED_BY:
            raise ValueError(f"no row may be called “{name}”: decisions say so when no row decided")
    last = next((place for place, row in enumerate(rows) if row.when == _When()), None)
    if last is None:
        raise ValueError("the last row has to be one without conditions, for all that is left")
    if last < len(rows) - 1:
        raise ValueError(f"rows after “{names[last]}”, which has no conditions, are never reached")
    return rows


class _Review(_Part):
    four_eyes_from: Annotated[Money, Field(ge=0)] | None = None
    expire_days: Annotated[int, Field(ge=1, le=30)] = 30


Probability: TypeAlias = Annotated[Decimal, Field(ge=0, le=1), AfterValidator(_money)]


class _Reading(_Part):
    accept: Probability | None = None
    again: Probability | None = None
    model: Probability | None = None


class _Told(_Part):
    audience: Literal["CLERK", "PRODUCER", "ANY"] = "ANY"
    groups: tuple[str, ...] = ()
    vendor_classes: tuple[str, ...] = ()
    amount_from: Money | None = None


def _minute(value: object) -> int:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("is no time of the day such as 08:00")
    return int(found[1]) * 60 + int(found[2])


def _hours(value: object) -> tuple[int, int]:
    begin, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = _minute(begin.strip()), _minute(end.strip())
    except ValueError:
        raise ValueError("are no hours such as 20:00-06:00") from None
    if hours[0] == hours[1]:
        raise ValueError("begin and end at the same time: leave them out, or say when")
    return hours


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone such as Europe/Berlin") from None
    return value


_CLOCK = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\]+", re.ASCII)
_WEBHOOK = re.compile("[a-z][a-z0-9_]{0,39}")


class _Route(_Part):
    route: Annotated[str, Field(min_length=1, max_length=60)]
    when: _Told = _Told()
    channel: Literal["mail", "webhook"]
    to: Annotated[tuple[Annotated[str, Field(max_length=254)], ...], Field(min_length=1)]
    language: Literal["en", "de"] = "en"
    digest: Literal["immediately", "hourly", "daily"] = "immediately"
    daily_at: Annotated[int, BeforeValidator(_minute)] = 480
    quiet_hours: Annotated[tuple[int, int], BeforeValidator(_hours)] | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _recipients(self) -> Self:
        form = _ADDRESS if self.channel == "mail" else _WEBHOOK
        for place, each in enumerate(self.to, 1):
            if not form.fullmatch(each):
                # The address itself is nothing for a log.
                kind = "mail address" if self.channel == "mail" else "name of a webhook"
                raise ValueError(f"recipient {place} of “{self.route}” is no {kind}")
        return self


def _named_once(routes: tuple[_Route, ...]) -> tuple[_Route, ...]:
    names = [route.route for route in routes]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two routes are called “{double}”")
    return routes


class _Policy(_Part):
    version: Annotated[str, Field(min_length=1, max_length=60)]
    base_currency: Annotated[str, AfterValidator(_currency)]
    limits: _Limits
    tolerances: _Tolerances = _Tolerances()
    validation: _Validation
    fraud: _Fraud
    pricing: _Pricing = _Pricing()
    review: _Review = _Review()
    reading: _Reading = _Reading()
    decision: Annotated[tuple[_Row, ...], AfterValidator(_sound)]
    notifications: Annotated[tuple[_Route, ...], AfterValidator(_named_once)] = ()


def read_policy(text: str, policy_id: str = IN_FORCE) -> ReferencePolicy:
    """The policy in a YAML text; raises PolicyError with every mistake and its line."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        values = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise PolicyError([f"{where}this is not YAML: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise PolicyError([f"this is not YAML: {error}"]) from None
    if node is None:
        raise PolicyError(["there is nothing in it"])
    mistakes = list(_doubles(node))
    try:
        policy = _Policy.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            said = _SAID.get(each["type"], each["msg"].removeprefix("Value error, "))
            mistakes.append(_sentence(node, each["loc"], said))
        raise PolicyError(mistakes) from None
    record = _record(policy, policy_id)
    gates = gates_of(record)
    if not gates.model <= gates.second_reading <= gates.accept:
        mistakes.append(
            _sentence(
                node,
                ("reading",),
                "accept has to be the highest of them and model the lowest; left out they are "
                "0.98, 0.9 and 0.8",
            )
        )
    if mistakes:
        raise PolicyError(mistakes)
    return record


def _sentence(node: yaml.Node, path: tuple[int | str, ...], message: str) -> str:
    named = ".".join(str(step) for step in path if not str(step).startswith("literal["))
    return f"line {_line_of(node, path)}{f', {named}' if named else ''}: {message}"


_SAID = {
    "extra_forbidden": "is not known here: `manifold policy show --starter` has what there is",
    "missing": "is missing",
}
"""Of the validator's messages those that speak to programmers."""


def _line_of(node: yaml.Node, path: Sequence[int | str]) -> int:
    """The line of what stands at a path, or of the innermost part of it that is there."""
    line: int = node.start_mark.line + 1
    for step in path:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = next(((item, item) for item in node.value[step : step + 1]), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _doubles(node: yaml.Node) -> Iterator[str]:
    """Keys that stand twice in a mapping: YAML would take the last one without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[Any] = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"line {key.start_mark.line + 1}: {key.value} is given twice"
            seen.add(key.value)
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubles(item)


def _record(policy: _Policy, policy_id: str) -> ReferencePolicy:
    quantity, price = policy.tolerances.quantity, policy.tolerances.price
    return ReferencePolicy(
        policy_id=policy_id,
        version=policy.version,
        base_currency=policy.base_currency,
        approval_limit=from_decimal(policy.limits.approval),
        approval_margin_percent=from_decimal(policy.limits.approval_margin_percent),
        quantity_tolerance_percent=from_decimal(quantity.percent),
        quantity_tolerance_amount=from_decimal(quantity.amount),
        price_tolerance_percent=from_decimal(price.percent),
        price_tolerance_amount=from_decimal(price.amount),
        fraud_warning_score=policy.fraud.warning_score,
        fraud_fail_score=policy.fraud.fail_score,
        unusual_amount_factor=from_decimal(policy.fraud.unusual_amount_factor),
        maximum_age_days=policy.validation.maximum_age_days,
        future_days=policy.validation.future_days,
        peppol_rules=policy.validation.peppol_rules,
        rules=tuple(RuleSetting(*pair) for pair in sorted(policy.validation.rules.items())),
        weights=tuple(SignalWeight(*pair) for pair in sorted(policy.fraud.weights.items())),
        exchange_rate_days=policy.pricing.exchange_rate_days,
        decision=tuple(map(_row, policy.decision)),
        four_eyes_from=_amount(policy.review.four_eyes_from),
        review_expire_days=policy.review.expire_days,
        reading_accept=_amount(policy.reading.accept),
        reading_again=_amount(policy.reading.again),
        reading_model=_amount(policy.reading.model),
        notifications=tuple(map(_route, policy.notifications)),
    )


def _route(route: _Route) -> NotificationRoute:
    quiet_from, quiet_until = route.quiet_hours or (None, None)
    return NotificationRoute(
        name=route.route,
        channel="MAIL" if route.channel == "mail" else "WEBHOOK",
        recipients=route.to,
        audience=route.when.audience,
        groups=route.when.groups,
        vendor_classes=route.when.vendor_classes,
        amount_from=_amount(route.when.amount_from),
        language="EN" if route.language == "en" else "DE",
        digest=_DIGESTS[route.digest],
        daily_at=route.daily_at,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        time_zone=route.time_zone,
    )


_DIGESTS: Mapping[str, Digest] = {
    "immediately": "IMMEDIATELY",
    "hourly": "HOURLY",
    "daily": "DAILY",
}


def _row(row: _Row) -> DecisionRow:
    when = row.when
    return DecisionRow(
        name=row.row,
        status=row.status,
        approvers=row.approvers,
        reason=row.reason,
        any_branch=when.any,
        validation=when.validation,
        inventory=when.inventory,
        fraud=when.fraud,
        pricing=when.pricing,
        with_error=when.with_error,
        amount_from=_amount(when.amount_from),
        amount_below=_amount(when.amount_below),
        vendor_classes=when.vendor_classes,
    )


def _amount(value: Decimal | None) -> Amount | None:
    return None if value is None else from_decimal(value)


def write_policy(policy: ReferencePolicy) -> str:
    """The YAML text of a policy: reading it gives the same policy.

    One without a decision table gets the table by which it decides.
    """
    return yaml.dump(_values(policy), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


class _Plain(yaml.SafeDumper):
    """Writes numbers as they are given, as text without quotes."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        words = all(isinstance(each, str) for each in sequence)
        return super().represent_sequence(tag, sequence, flow_style=words)


_Plain.yaml_implicit_resolvers = {}


def _values(policy: ReferencePolicy) -> dict[str, Any]:
    quantity_amount = policy.quantity_tolerance_amount or 0
    four_eyes_from = policy.four_eyes_from
    return {
        "version": policy.version,
        "base_currency": policy.base_currency,
        "limits": {
            "approval": _plain(policy.approval_limit),
            "approval_margin_percent": _plain(policy.approval_margin_percent),
        },
        "tolerances": {
            "quantity": {
                "percent": _plain(policy.quantity_tolerance_percent),
                "amount": _plain(quantity_amount),
            },
            "price": {
                "percent": _plain(policy.price_tolerance_percent),
                "amount": _plain(policy.price_tolerance_amount),
            },
        },
        "validation": {
            "maximum_age_days": str(policy.maximum_age_days),
            "future_days": str(policy.future_days),
            "peppol_rules": str(policy.peppol_rules).lower(),
            "rules": {each.rule_id: each.severity for each in policy.rules},
        },
        "fraud": {
            "warning_score": str(policy.fraud_warning_score),
            "fail_score": str(policy.fraud_fail_score),
            "unusual_amount_factor": _plain(policy.unusual_amount_factor),
            "weights": {each.signal: str(each.points) for each in policy.weights},
        },
        "pricing": {"exchange_rate_days": str(policy.exchange_rate_days)},
        "review": {
            **({} if four_eyes_from is None else {"four_eyes_from": _plain(four_eyes_from)}),
            "expire_days": str(policy.review_expire_days),
        },
        "reading": {
            name: _plain(value)
            for name, value in (
                ("accept", policy.reading_accept),
                ("again", policy.reading_again),
                ("model", policy.reading_model),
            )
            if value is not None
        },
        "decision": [_row_values(row) for row in policy.decision or WORST_DECIDES],
        **(
            {"notifications": list(map(_route_values, policy.notifications))}
            if policy.notifications
            else {}
        ),
    }


def _route_values(route: NotificationRoute) -> dict[str, Any]:
    conditions = {
        "audience": None if route.audience == "ANY" else route.audience,
        "groups": list(route.groups),
        "vendor_classes": list(route.vendor_classes),
        "amount_from": None if route.amount_from is None else _plain(route.amount_from),
    }
    quiet = None
    if route.quiet_from is not None and route.quiet_until is not None:
        quiet = f"{_clock(route.quiet_from)}-{_clock(route.quiet_until)}"
    values = {
        "route": route.name,
        "when": {name: value for name, value in conditions.items() if value not in (None, [])},
        "channel": route.channel.lower(),
        "to": list(route.recipients),
        "language": route.language.lower(),
        "digest": route.digest.lower(),
        "daily_at": _clock(route.daily_at) if route.digest == "DAILY" else None,
        "quiet_hours": quiet,
        "time_zone": None if route.time_zone == "UTC" else route.time_zone,
    }
    return {name: value for name, value in values.items() if value not in (None, {})}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _row_values(row: DecisionRow) -> dict[str, Any]:
    conditions = {
        "any": list(row.any_branch),
        "validation": list(row.validation),
        "inventory": list(row.inventory),
        "fraud": list(row.fraud),
        "pricing": list(row.pricing),
        "with_error": "true" if row.with_error else None,
        "amount_from": None if row.amount_from is None else _plain(row.amount_from),
        "amount_below": None if row.amount_below is None else _plain(row.amount_below),
        "vendor_classes": list(row.vendor_classes),
    }
    values = {
        "row": row.name,
        "when": {name: value for name, value in conditions.items() if value not in (None, [])},
        "status": row.status,
        "approvers": row.approvers,
        "reason": row.reason,
    }
    return {name: value for name, value in values.items() if value not in (None, {})}


def _plain(amount: Amount) -> str:
    return render(amount, 0)
