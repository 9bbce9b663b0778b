"""Daily monitoring: the log, the exit status, the page, and messages that get through or wait."""

import io
import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pandas as pd
import pytest

from brandops.errors import UserError
from brandops.pipeline import alertlog
from brandops.pipeline.__main__ import main
from brandops.pipeline.alertlog import AlertLog
from brandops.pipeline.console import Console
from brandops.pipeline.monitor import Watch, acknowledge, monitor
from brandops.pipeline.stages import Rooms

PLAN = "company: Tiny\ncurrency: EUR\ntime_zone: Europe/Berlin\n"
SOURCES = "sources:\n- {name: products, table: products, kind: csv, path: 'raw/*.csv', columns: {product_id: product_id}}\n"
RULES = """rules:
- {rule: short, figure: days_of_cover, scope: product, below: 5, clears: 8, severity: critical, owner: supply, quiet_days: 2}
- {rule: wrong, figure: unexplained_stock, scope: product, above: 100, owner: logistics, quiet_days: 0}
"""
LAST = date(2025, 3, 31)


class World:
    """A profile whose one product's stock a test sets day by day."""

    def __init__(self, root, patch) -> None:
        self.root, self.data = root, root / "data" / "tiny"
        (root / "params" / "tiny").mkdir(parents=True)
        for name, text in (("plan.yml", PLAN), ("sources.yml", SOURCES), ("alerts.yml", RULES)):
            (root / "params" / "tiny" / name).write_text(text)
        (root / "requirements.lock").write_text("")
        (root / "params" / "_brand.yml").write_text(BRAND)
        days = pd.date_range("2025-01-01", LAST, name="date")
        self.stock = pd.DataFrame({"date": days, "product_id": "P1", "on_hand": 100.0, "received": 1.0, "sold": 1.0,
                                   "stock_value": 100.0, "issued_cost": 1.0, "unexplained": 0.0})  # fmt: skip
        patch.setattr("brandops.warehouse.recent.recent_marts", self.recent)
        self.errors = io.StringIO()

    def recent(self, profile, plan, as_of, days, names=("stock_daily", "products")):
        """Stock of the window, and the product's name."""
        first = pd.Timestamp(as_of) - pd.Timedelta(days=days - 1)
        kept = self.stock[self.stock["date"].between(first, pd.Timestamp(as_of))]
        made = {"stock_daily": kept, "products": pd.DataFrame({"product_id": ["P1"], "product": ["Soap"], "category": ["Care"]})}
        return {name: made[name] for name in names if name in made}

    def set(self, column: str, value: float, *days: str) -> None:
        """Change the stock record of days."""
        self.stock.loc[self.stock["date"].isin(pd.to_datetime(list(days))), column] = value

    def run(self, day: str, environment: dict | None = None, **more) -> int:
        """Monitor a day."""
        rooms = Rooms(lambda p: None, lambda *a: None, lambda p: LAST, None, None, None)
        return monitor(Watch("tiny", day, **more), Console(self.errors), environment or {}, rooms)

    def files(self) -> dict[str, bytes]:
        """Everything in the alert log's folder."""
        return {path.name: path.read_bytes() for path in sorted((self.data / "monitor").iterdir())}

    def kinds(self) -> list[tuple[str, str]]:
        """Events of the log as (day, kind)."""
        return [(event["day"], event["event"]) for event in AlertLog("tiny").events()]


BRAND = (
    "meta: {name: Tiny}\ncolor: {palette: {ink: '#123456'}, background: '#FFFFFF', foreground: '#111111', primary: '#123456', "
    "success: '#006644', warning: '#885500', danger: '#AA0033'}\n"
    "typography: {base: {family: Inter, size: 1rem, line-height: 1.5}, headings: {weight: 600}, monospace: {family: monospace}}\n"
)


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield World(tmp_path, monkeypatch)


def test_a_quiet_day_is_0_a_new_critical_alert_2_and_a_warning_alone_0(world):
    assert world.run("2025-03-10") == 0
    world.set("unexplained", 500.0, "2025-03-11")
    assert world.run("2025-03-11") == 0
    world.set("on_hand", 3.0, "2025-03-12")
    assert world.run("2025-03-12") == 2
    assert sorted(world.kinds()) == [("2025-03-11", "opened"), ("2025-03-12", "closed"), ("2025-03-12", "opened")]


def test_the_same_day_twice_changes_nothing_and_answers_the_same(world):
    world.set("on_hand", 3.0, "2025-03-12")
    assert world.run("2025-03-12") == 2
    page = (world.root / "reports" / "tiny" / "monitor" / "2025-03-12.html").read_bytes()
    before = world.files()
    assert world.run("2025-03-12") == 2
    assert world.files() == before
    assert (world.root / "reports" / "tiny" / "monitor" / "2025-03-12.html").read_bytes() == page


def test_an_acknowledged_alert_is_no_news_any_more(world):
    world.set("on_hand", 3.0, "2025-03-12")
    world.run("2025-03-12")
    acknowledge("tiny", "short:P1:2025-03-12", "li", Console(world.errors))
    assert world.run("2025-03-12") == 0
    shown = json.loads((world.root / "reports" / "tiny" / "monitor" / "2025-03-12.json").read_text())
    assert [event["event"] for event in shown["events"]] == ["opened", "acknowledged"]
    assert shown["open"][0]["acknowledged_by"] == "li" and world.kinds()[-1] == ("2025-03-12", "acknowledged")
    with pytest.raises(UserError, match="acknowledged on 2025-03-12 by li"):
        acknowledge("tiny", "short:P1:2025-03-12", "wang", Console(world.errors))
    with pytest.raises(UserError, match=r"ALERT=shorts:P1:2025-03-12: no such alert; did you mean short:P1:2025-03-12\?"):
        acknowledge("tiny", "shorts:P1:2025-03-12", "wang", Console(world.errors))


def test_days_without_a_run_are_caught_up_on_in_order(world):
    world.run("2025-03-10")
    world.set("on_hand", 3.0, "2025-03-12", "2025-03-13")
    assert world.run("2025-03-15") == 0, "it opened on the 12th and ended on the 14th: not news of the 15th"
    assert world.kinds() == [("2025-03-12", "opened"), ("2025-03-14", "closed")]
    assert AlertLog("tiny").state.last_day == date(2025, 3, 15)


def test_a_critical_alert_of_a_day_nobody_watched_is_news_of_the_next_run(world):
    world.run("2025-03-10")
    world.set("on_hand", 3.0, "2025-03-12", "2025-03-13", "2025-03-14")
    assert world.run("2025-03-13") == 2 and world.run("2025-03-13") == 2
    assert world.run("2025-03-14") == 0, "told yesterday"


def test_an_earlier_day_is_shown_as_the_log_knows_it_and_changes_nothing(world):
    world.set("on_hand", 3.0, "2025-03-12")
    world.run("2025-03-12")
    world.run("2025-03-20")
    before = world.files()
    assert world.run("2025-03-12") == 2 and world.run("2025-03-11") == 0
    assert world.files() == before


def test_a_run_killed_before_its_events_were_recorded_is_completed_by_the_next(world, monkeypatch):
    world.set("on_hand", 3.0, "2025-03-12")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(
            alertlog.AlertLog, "_complete", lambda self: (_ for _ in ()).throw(KeyboardInterrupt) if self.state.last_day else None
        )
        world.run("2025-03-12")
    assert not (world.data / "monitor" / "log.jsonl").exists()
    assert world.kinds() == [("2025-03-12", "opened")]
    with (world.data / "monitor" / "log.jsonl").open("ab") as stream:
        stream.write(b'{"number": 2, "day"')  # cut short
    world.run("2025-03-13")
    assert world.kinds() == [("2025-03-12", "opened"), ("2025-03-13", "closed")]


def test_a_rule_that_is_taken_out_ends_its_alerts(world):
    world.set("on_hand", 3.0, "2025-03-12", "2025-03-13")
    world.run("2025-03-12")
    (world.root / "params" / "tiny" / "alerts.yml").write_text(RULES.split("\n")[0] + "\n" + RULES.split("\n")[2] + "\n")
    world.run("2025-03-13")
    assert AlertLog("tiny").state.open_alerts() == []


@pytest.mark.parametrize(("day", "said"), [("2025-04-01", "after the data, which end on 2025-03-31"), ("soon", "not a date")])
def test_a_day_that_is_none_or_has_no_data_is_refused(world, day, said):
    with pytest.raises(UserError, match=said):
        world.run(day)


def test_the_page_speaks_the_readers_language(world):
    world.set("on_hand", 3.0, "2025-03-12")
    world.run("2025-03-12", language="zh")
    page = (world.root / "reports" / "tiny" / "monitor" / "2025-03-12.zh.html").read_text()
    assert 'lang="zh"' in page and "严重" in page and "Soap" in page and "http" not in page.replace("http-equiv", "")


def test_the_command_line_gives_monitorings_own_status(world, monkeypatch, capsys):
    rooms = Rooms(lambda p: None, lambda *a: None, lambda p: LAST, None, None, None)
    monkeypatch.setattr("brandops.pipeline.stages.Rooms.standard", classmethod(lambda cls: rooms))
    world.set("on_hand", 3.0, "2025-03-12")
    given = ["monitor", "--profile", "tiny", "--date", "2025-03-12"]
    assert main(given, {}) == 2
    assert main(["acknowledge", "--profile", "tiny", "--alert", "short:P1:2025-03-12", "--by", "li"], {}) == 0
    assert main(given, {}) == 0
    assert main(["monitor", "--profile", "tiny", "--date", "never"], {}) == 1
    assert capsys.readouterr().out.splitlines() == ["reports/tiny/monitor/2025-03-12.html"] * 2


# Delivery -----------------------------------------------------------------------------------------------------------------


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; keeps what it is sent, refuses while `server.refuse`."""

    def handle(self):
        def say(text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        say("220 here")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                say("354 go on")
                text = b""
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    text += part
                self.server.kept.append(text.decode())
                say("250 taken")
            elif word == b"QUIT":
                return say("221 bye")
            elif word == b"MAIL" and self.server.refuse:
                say("451 later")
            else:
                say("250 ok")


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted; answers with `server.status`."""

    def do_POST(self):
        self.server.kept.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def serving(server, **facts):
    """Run a server in a thread."""
    server.kept = []
    for name, value in facts.items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def mail(port: int) -> dict[str, str]:
    return {"BRANDOPS_SMTP_HOST": "127.0.0.1", "BRANDOPS_SMTP_PORT": str(port), "BRANDOPS_SMTP_FROM": "brandops@example.org",
            "BRANDOPS_SMTP_TO": "li@example.org, wang@example.org"}  # fmt: skip


def test_a_mail_tells_what_is_new_once(world):
    world.set("on_hand", 3.0, "2025-03-12", "2025-03-13")
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Mailbox), refuse=False) as server:
        settings = mail(server.server_address[1])
        assert world.run("2025-03-12", settings) == 2
        assert world.run("2025-03-12", settings) == 2 and world.run("2025-03-13", settings) == 0
        assert len(server.kept) == 1, "what was told is not told again"
        told = server.kept[0].replace("=\r\n", "")  # a mail's long lines are folded
        assert "Soap" in told and "short:P1:2025-03-12" in told and "wang@example.org" in told


def test_a_message_that_was_refused_waits_and_goes_out_with_the_next_run(world):
    world.set("on_hand", 3.0, "2025-03-12")
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Mailbox), refuse=True) as server:
        settings = mail(server.server_address[1])
        assert world.run("2025-03-12", settings) == 2
        assert "smtp: the mail server answered 451; 1 events wait for the next run" in world.errors.getvalue()
        assert world.run("2025-03-13", settings) == 1, "quiet, but the message did not go out"
        shown = json.loads((world.root / "reports" / "tiny" / "monitor" / "2025-03-13.json").read_text())
        assert shown["undelivered"] == {"smtp": 2} and not server.kept
        server.refuse = False
        assert world.run("2025-03-13", settings) == 0
        assert len(server.kept) == 1 and "short:P1:2025-03-12" in server.kept[0].replace("=\r\n", "")
    assert AlertLog("tiny").state.outbox == {}


def test_a_webhook_gets_the_events_and_an_answer_of_500_is_a_failure(world):
    world.set("on_hand", 3.0, "2025-03-12")
    with serving(HTTPServer(("127.0.0.1", 0), Hook), status=500) as server:
        settings = {"BRANDOPS_WEBHOOK_URL": f"http://127.0.0.1:{server.server_address[1]}/secret-token"}
        world.run("2025-03-12", settings)
        server.status = 204
        assert world.run("2025-03-13", settings) == 0
        posted = server.kept[-1]
    assert [event["event"] for event in posted["events"]] == ["opened", "closed"]
    assert posted["company"] == "Tiny" and "Soap" in posted["text"]


def test_a_dead_server_loses_no_alert_and_no_secret_reaches_a_file_or_the_log(world):
    world.set("on_hand", 3.0, "2025-03-12")
    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as free:
        port = free.server_address[1]
    secrets = {"BRANDOPS_SMTP_USER": "user-7Q", "BRANDOPS_SMTP_PASSWORD": "pass-9Z", "BRANDOPS_SMTP_TLS": "none",
               "BRANDOPS_WEBHOOK_URL": f"http://127.0.0.1:{port}/token-5X"}  # fmt: skip
    assert world.run("2025-03-12", mail(port) | secrets) == 2
    assert {name: len(waiting) for name, waiting in AlertLog("tiny").state.outbox.items()} == {"smtp": 1, "webhook": 1}
    written = b"".join(path.read_bytes() for path in world.root.rglob("*") if path.is_file()) + world.errors.getvalue().encode()
    assert not [secret for secret in ("user-7Q", "pass-9Z", "token-5X") if secret.encode() in written]


@pytest.mark.parametrize(("settings", "said"), [
    ({"BRANDOPS_SMTP_HOST": "mail"}, "BRANDOPS_SMTP_FROM: not set"),
    ({"BRANDOPS_WEBHOOK_URL": "ftp://x"}, "must begin with http"),
    ({"BRANDOPS_SMTP_HOST": "m", "BRANDOPS_SMTP_FROM": "a", "BRANDOPS_SMTP_TO": "b", "BRANDOPS_SMTP_PORT": "smtp"}, "not a port"),
    ({"BRANDOPS_SMTP_HOST": "m", "BRANDOPS_SMTP_FROM": "a", "BRANDOPS_SMTP_TO": "b", "BRANDOPS_SMTP_TLS": "yes"}, "not a way"),
])  # fmt: skip
def test_a_channel_configured_in_part_is_refused_before_anything_runs(world, settings, said):
    with pytest.raises(UserError, match=said):
        world.run("2025-03-12", settings)
    assert not (world.data / "monitor").exists()


def test_catching_up_reaches_back_a_month_and_says_so(world):
    world.run("2025-02-01")
    world.run(str(date(2025, 2, 1) + timedelta(days=50)))
    assert "only the last 31 days are caught up on" in world.errors.getvalue()
