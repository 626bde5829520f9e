"""The catalogue of metrics: every name a dashboard or an alert may rely on stands here, and only here."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

FEED_ITEMS = Counter("salwatch_feed_items", "Lines of partner feeds by outcome", ["service", "outcome"])
EVENTS_APPENDED = Counter("salwatch_events_appended", "Events appended to the log", ["type"])
GROUP_COMMIT_SIZE = Histogram(
    "salwatch_group_commit_units",
    "Requests committed together",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
TAIL_LAG_EVENTS = Gauge("salwatch_tail_lag_events", "Events not yet published or applied", ["reader", "publisher"])
TAIL_LAG_SECONDS = Gauge(
    "salwatch_tail_lag_seconds", "Age of the oldest event not yet published or applied", ["reader", "publisher"]
)
RECORDS_IGNORED = Counter("salwatch_records_ignored", "Records of a topic that are no events of its log", ["topic"])
PARKED_EVENTS = Gauge(
    "salwatch_parked_events", "Events set aside because they could not be applied", ["consumer", "publisher"]
)
LEDGER_IMBALANCE = Gauge(
    "salwatch_ledger_imbalance", "What a ledger is out by: anything but 0 is a mistake", ["service", "ledger"]
)
OPEN_EXCEPTIONS = Gauge(
    "salwatch_open_exceptions", "Shortfalls that nothing has settled yet", ["service", "ledger", "code"]
)
REQUEST_SECONDS = Histogram(
    "salwatch_http_request_seconds",
    "Duration of HTTP requests",
    ["service", "method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
