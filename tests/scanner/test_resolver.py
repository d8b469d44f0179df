"""One table of what a scan may hit, asked by the holder, by another party and by nobody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from registry.domain.identifiers import draw_code
from registry.domain.parties import ANONYMOUS
from scanner.digital_link import hosts_of
from scanner.resolver import ANSWERS, Resolution, resolve
from tests.scanner.shelf import a_batch, a_container, a_label, a_party

OURS = hosts_of("https://huiliu.example")
BATTERY = "001PB01ABCDEFGC1A0000001"
MINE, CAGE, ROLL, NEVER, REVERSED, CLOSED = (draw_code() for _ in range(6))
WRONG = MINE[:-1] + next(each for each in "23456789" if each != MINE[-1])


class Shelf:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.party = a_party(session, name="甲")
        self.other = a_party(session, name="乙")
        self.batch = a_batch(
            session, self.party, codes={"registry": MINE, "gb34014": BATTERY, "serial": "SN-2024/77 A"}
        )
        self.cage = a_container(session, self.party, code=CAGE)
        a_label(session, self.party, code=ROLL)
        a_batch(session, self.party, codes={"registry": REVERSED}, status="void", released=True)
        a_batch(session, self.party, codes={"registry": CLOSED}, status="closed", released=True)

    def ask(self, text: str, who: str = "holder") -> Resolution:
        actor = {"holder": self.party.actor, "other": self.other.actor, "nobody": ANONYMOUS}[who]
        return resolve(self.session, actor=actor, text=text, our_hosts=OURS)


@pytest.fixture
def shelf(session: Session) -> Shelf:
    return Shelf(session)


TABLE = {
    "our QR": (f"HTTPS://HUILIU.EXAMPLE/B/{MINE}", "batch", "not_yours"),
    "our code, spoken": (f"{MINE[:4]} {MINE[4:]}".lower(), "batch", "not_yours"),
    "its battery code": (BATTERY.lower(), "batch", "not_yours"),
    "its serial": ("sn-2024/77  a", "batch", "not_yours"),
    "a batch that came to its end": (CLOSED, "batch", "not_yours"),
    "a container": (CAGE, "container", "not_yours"),
    "a label of a roll": (ROLL, "bind", "not_yours"),
    "a label whose collection was reversed": (REVERSED, "bind", "not_yours"),
    "a code never drawn": (NEVER, "unknown", "unknown"),
    "a wrong check character": (WRONG, "mistyped", "mistyped"),
    "a battery nobody registered": ("002MB01ABCDEFGC1A0000001", "register", "register"),
    "a serial nobody registered": ("XJ-778-A", "register", "register"),
    "a shop's code": ("6901234567892", "register", "register"),
    "another system": ("https://track.example/q/8", "foreign", "foreign"),
    "a damaged label": (f"HTTPS://HUILIU.EXAMPLE/B/{MINE[:5]}", "unreadable", "unreadable"),
    "nothing": ("  ", "unreadable", "unreadable"),
}


@pytest.mark.parametrize(("text", "answer", "to_others"), TABLE.values(), ids=TABLE.keys())
def test_a_scan_is_answered_by_what_it_names_and_who_asks(shelf: Shelf, text: str, answer: str, to_others: str) -> None:
    assert shelf.ask(text).answer == answer
    assert shelf.ask(text, "other").answer == to_others
    assert shelf.ask(text, "nobody").answer == to_others


def test_the_holder_is_given_the_id_and_nobody_else_is(shelf: Shelf) -> None:
    assert shelf.ask(MINE).standing.id == shelf.batch
    assert shelf.ask(CAGE).standing.id == shelf.cage
    for who in ("other", "nobody"):
        assert shelf.ask(MINE, who).standing.id is None
        assert shelf.ask(CAGE, who).standing.id is None


def test_a_batch_that_came_to_its_end_still_opens_and_is_not_live(shelf: Shelf) -> None:
    assert shelf.ask(CLOSED).standing.live is False
    assert shelf.ask(MINE).standing.live is True


@given(text=st.one_of(st.text(), st.sampled_from([MINE, CAGE, BATTERY]).map(str.lower)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_the_resolver_raise(shelf: Shelf, text: str) -> None:
    assert shelf.ask(text).answer in ANSWERS
