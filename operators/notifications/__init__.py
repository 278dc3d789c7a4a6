"""Who is told of a decision, by which way, in which language, and when."""

from operators.notifications.addressed import InvoiceNotificationAddressed, addressed
from operators.notifications.route import NotificationRoute, fits
from operators.notifications.schedule import due

__all__ = ["InvoiceNotificationAddressed", "NotificationRoute", "addressed", "due", "fits"]
