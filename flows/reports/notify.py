"""Sends notifications to the webhook and the mail address in `[alerts]`."""

from __future__ import annotations

import html
import logging
import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from crawlers.errors import SourcesError
from flows.settings import Alerts, load_alerts

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

logger = logging.getLogger("newsloom")
TIMEOUT = 30.0  # seconds


def notify(alerts: Alerts, subject: str, text: str) -> list[str]:
    """Send a message to all configured recipients; returns the problems, for the log of the caller."""
    problems = []
    if alerts.webhook is not None:
        # Slack and those that speak like it read <!channel> and links in the text of a message.
        body = {"text": html.escape(f"{subject}\n\n{text}", quote=False)}
        try:
            with httpx.stream("POST", alerts.webhook, json=body, timeout=TIMEOUT) as answer:
                if not answer.is_success:
                    problems.append(f"the webhook did not accept the message: status {answer.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problems.append(f"the webhook did not accept the message: {error}")
    if alerts.mail_to is not None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = subject, alerts.mail_from, alerts.mail_to
        mail.set_content(text)
        try:
            with smtplib.SMTP(alerts.smtp_host, alerts.smtp_port, timeout=TIMEOUT) as server:
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            problems.append(f"{alerts.smtp_host}:{alerts.smtp_port} did not accept the mail: {error}")
    for problem in problems:
        logger.warning("%s", problem)
    return problems


def notify_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Report at once that a deployed run failed or crashed: a hook of the flows.

    Runs without a deployment are not reported: their users see the failure in the terminal.
    """
    if flow_run.deployment_id is None:
        return
    try:
        alerts = load_alerts(Path(flow_run.parameters["sources"]))
    except (KeyError, SourcesError) as error:  # a flow without sources, or a mistake in [alerts] itself
        logger.warning("the alert could not be sent: %s", error)
        return
    notify(alerts, f"newsloom: {flow.name} {(state.name or 'failed').lower()}", f"{flow_run.name}: {state.message}")
