"""Telling people: e-mail and webhook, where the environment configures them; the files of a run are always written.

| variable | meaning |
|---|---|
| BRANDOPS_SMTP_HOST, BRANDOPS_SMTP_PORT (25) | mail server; with neither, no mail |
| BRANDOPS_SMTP_FROM, BRANDOPS_SMTP_TO | sender; receivers, parted by commas |
| BRANDOPS_SMTP_USER, BRANDOPS_SMTP_PASSWORD | where the server asks for them |
| BRANDOPS_SMTP_TLS | `starttls` (default where a user is given), `ssl` or `none` |
| BRANDOPS_WEBHOOK_URL | receives the message as JSON by POST |

Secrets stay in the environment: no file and no message of ours holds a value of these variables.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from brandops.errors import UserError

TIMEOUT = 10  # seconds; a dead server must not hold up the day's run
SMTP, WEBHOOK = "smtp", "webhook"


class DeliveryFailed(Exception):
    """A channel did not take a message; the text says why, without addresses or secrets."""


def configured(environment: Mapping[str, str]) -> list[str]:
    """Channels the environment configures.

    Raises
    ------
    UserError
        A channel that is configured in part, a port that is none, a way of encryption that is not known.
    """
    found = []
    if environment.get("BRANDOPS_SMTP_HOST"):
        for name in ("BRANDOPS_SMTP_FROM", "BRANDOPS_SMTP_TO"):
            if not environment.get(name):
                raise UserError(f"{name}: not set, but BRANDOPS_SMTP_HOST is; set both or neither")
        if not environment.get("BRANDOPS_SMTP_PORT", "25").isdigit():
            raise UserError("BRANDOPS_SMTP_PORT: not a port number")
        if _encryption(environment) not in ("starttls", "ssl", "none"):
            raise UserError("BRANDOPS_SMTP_TLS: not a way of encryption; allowed: starttls, ssl, none")
        found.append(SMTP)
    url = environment.get("BRANDOPS_WEBHOOK_URL")
    if url:
        if not url.startswith(("http://", "https://")):
            raise UserError("BRANDOPS_WEBHOOK_URL: must begin with http:// or https://")
        found.append(WEBHOOK)
    return found


def deliver(channel: str, subject: str, text: str, content: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Send one message through a channel.

    Raises
    ------
    DeliveryFailed
        The server was not reached or refused.
    """
    {SMTP: _mail, WEBHOOK: _post}[channel](subject, text, content, environment)


def _mail(subject: str, text: str, content: dict[str, Any], environment: Mapping[str, str]) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, environment["BRANDOPS_SMTP_FROM"]
    message["To"] = [part.strip() for part in environment["BRANDOPS_SMTP_TO"].split(",") if part.strip()]
    message.set_content(text)
    host, port = environment["BRANDOPS_SMTP_HOST"], int(environment.get("BRANDOPS_SMTP_PORT", "25"))
    how, user = _encryption(environment), environment.get("BRANDOPS_SMTP_USER")
    try:
        if how == "ssl":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        with server:
            if how == "starttls":
                server.starttls(context=ssl.create_default_context())
            if user:
                server.login(user, environment.get("BRANDOPS_SMTP_PASSWORD", ""))
            refused = server.send_message(message)
        if refused:
            raise DeliveryFailed(f"{len(refused)} receivers refused")
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise DeliveryFailed(f"{len(error.recipients)} receivers refused") from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(f"the mail server was not to be used ({type(error).__name__})") from None


def _post(subject: str, text: str, content: dict[str, Any], environment: Mapping[str, str]) -> None:
    body = json.dumps({"subject": subject, "text": text, **content}, ensure_ascii=False).encode()
    request = urllib.request.Request(
        environment["BRANDOPS_WEBHOOK_URL"], data=body, headers={"Content-Type": "application/json; charset=utf-8"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            if not 200 <= answer.status < 300:
                raise DeliveryFailed(f"the webhook answered {answer.status}")
    except urllib.error.HTTPError as error:
        raise DeliveryFailed(f"the webhook answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise DeliveryFailed(f"the webhook was not reached ({type(error).__name__})") from None


def _encryption(environment: Mapping[str, str]) -> str:
    return environment.get("BRANDOPS_SMTP_TLS") or ("starttls" if environment.get("BRANDOPS_SMTP_USER") else "none")
