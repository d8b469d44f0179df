"""Every text a scanner may give, as a table; and that no text whatever makes the parser raise."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.identifiers import ALPHABET, check_character, draw_code
from scanner.digital_link import LONGEST_NAME, SCHEMES, hosts_of, parse

OURS = hosts_of("https://huiliu.example", "http://127.0.0.1:8000", "https://former.example:443/")
CODE = "7K3M2Q9XA" + check_character("7K3M2Q9XA")
WRONG = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
FULL_BATTERY = "001PB01ABCDEFGC1A0000001"

REGISTRY_TEXTS = {
    "the QR of our labels": f"HTTPS://HUILIU.EXAMPLE/B/{CODE}",
    "the same in lower case": f"https://huiliu.example/b/{CODE.lower()}",
    "with what a chat adds": f"https://huiliu.example/B/{CODE}?from=groupmessage#top",
    "a trailing slash": f"https://huiliu.example/B/{CODE}/",
    "a former host": f"https://former.example/B/{CODE}",
    "a host with its port": f"HTTP://127.0.0.1:8000/B/{CODE}",
    "without the scheme": f"huiliu.example/B/{CODE}",
    "full width": f"ＨＴＴＰＳ：／／ＨＵＩＬＩＵ．ＥＸＡＭＰＬＥ／Ｂ／{CODE}",
    "a wedge through a Chinese input method": f"HTTPS：、、HUILIU。EXAMPLE、B、{CODE}",
    "a symbology prefix": f"]Q1HTTPS://HUILIU.EXAMPLE/B/{CODE}",
    "blanks within": f"HTTPS://HUILIU.EXAMPLE/B/{CODE[:4]} {CODE[4:]}",
    "the bare code": CODE,
    "as read aloud": f" {CODE[:4]} {CODE[4:8]}-{CODE[8:]}\r\n",
    "lower case": CODE.lower(),
    "a zero-width space from a web page": f"{CODE[:4]}\u200b{CODE[4:]}",
}


@pytest.mark.parametrize("text", REGISTRY_TEXTS.values(), ids=REGISTRY_TEXTS.keys())
def test_a_text_of_ours_gives_the_registry_code(text: str) -> None:
    found = parse(text, our_hosts=OURS)
    assert (found.scheme, found.normalised, found.findings) == ("registry", CODE, ())


FOREIGN = {
    "another host": f"https://evil.example/B/{CODE}",
    "our host as user name": f"https://huiliu.example@evil.example/B/{CODE}",
    "our host as a label of theirs": f"https://huiliu.example.evil.example/B/{CODE}",
    "our host on another port": f"https://huiliu.example:8443/B/{CODE}",
    "a broken address": "http://[",
    "a bad port": f"https://huiliu.example:notaport/B/{CODE}",
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN.keys())
def test_an_address_that_is_not_ours_gives_no_code(text: str) -> None:
    found = parse(text, our_hosts=OURS)
    assert (found.scheme, found.normalised) == ("foreign_url", None)


def test_our_address_is_foreign_when_no_host_is_ours() -> None:
    """The negative control of the host check: without the list even our own label is a stranger."""
    assert parse(f"https://huiliu.example/B/{CODE}").scheme == "foreign_url"


GS1_TEXTS = {
    "element strings as scanned": ("010952123454321321ABC\x1d10L1", "(01)09521234543213(10)L1(21)ABC"),
    "with a symbology prefix": ("]d2010952123454321321ABC", "(01)09521234543213(21)ABC"),
    "in brackets, as printed": ("(01) 09521234543213 (21) ABC", "(01)09521234543213(21)ABC"),
    "a digital link": ("https://id.gs1.org/01/09521234543213/21/12345?17=250101", "(01)09521234543213(21)12345"),
    "a digital link of any host": ("HTTPS://BRAND.EXAMPLE/P/01/09521234543213/21/X1", "(01)09521234543213(21)X1"),
    "a pallet": ("00395212345432133333", "(00)395212345432133333"),
}


@pytest.mark.parametrize(("text", "name"), GS1_TEXTS.values(), ids=GS1_TEXTS.keys())
def test_gs1_keys_have_one_spelling(text: str, name: str) -> None:
    found = parse(text, our_hosts=OURS)
    assert (found.scheme, found.normalised, found.findings) == ("gs1", name, ())


def test_a_shop_code_names_a_product_and_says_so() -> None:
    found = parse("6901234567892")
    assert (found.scheme, found.normalised) == ("gs1", "(01)06901234567892")
    assert found.findings == ("gs1_names_a_product",)


def test_a_serial_that_starts_like_a_gs1_key_of_free_text_stays_a_serial() -> None:
    assert parse("8004ABC1").scheme == "serial"
    assert parse("(8004)9521234ABC1").scheme == "gs1"


def test_a_battery_code_is_known_in_its_three_lengths() -> None:
    for text in (FULL_BATTERY, "001PB01C1A0000001RP", "001PB01C1A0000001R"):
        assert (parse(text.lower()).scheme, parse(text).normalised) == ("gb34014", text)
    assert parse("001PB01C1A0000001R").findings == ("gb34014_cascade_mark_missing_letter",)


def test_a_mistyped_code_is_kept_as_a_serial_that_says_the_check_failed() -> None:
    found = parse(WRONG)
    assert (found.scheme, found.normalised, found.findings) == ("serial", WRONG, ("code_check_character",))


def test_a_damaged_label_of_ours_is_unreadable_and_never_a_serial() -> None:
    for text, finding in ((WRONG, "code_check_character"), ("", "code_malformed"), ("AB", "code_malformed")):
        found = parse(f"HTTPS://HUILIU.EXAMPLE/B/{text}", our_hosts=OURS)
        assert (found.scheme, found.normalised, found.findings) == ("unreadable", None, (finding,))


def test_an_address_of_ours_without_a_code_says_so() -> None:
    assert parse("https://huiliu.example/batches", our_hosts=OURS).findings == ("address_without_code",)


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t", "---", "\x00", "\x1d", "。。"])
def test_a_text_without_a_letter_or_digit_is_unreadable(text: str) -> None:
    assert parse(text, our_hosts=OURS).findings == ("text_empty",)


@pytest.mark.parametrize("text", ["A" * (LONGEST_NAME + 1), "A" * 10_000, "ﷺ" * 4_000])
def test_a_text_too_long_to_be_a_name_is_unreadable(text: str) -> None:
    assert parse(text, our_hosts=OURS).findings == ("text_too_long",)


def test_a_producers_serial_is_kept_with_its_hyphens() -> None:
    found = parse("  sn－2024/77  a\r\n")
    assert (found.scheme, found.normalised) == ("serial", "SN-2024/77 A")
    assert found.spellings[:2] == ("SN-2024/77 A", "SN2024/77A")


scanned_texts = st.one_of(
    st.text(),
    st.text(alphabet=string.printable + "。、：／ＡＢ１２\x1d"),
    st.builds(
        "{}{}".format, st.sampled_from(["https://huiliu.example/b/", "]Q1", "(01)", "01", "http://", "8003"]), st.text()
    ),
    st.text(alphabet=ALPHABET + "IOUL", min_size=7, max_size=25),
    st.text(alphabet="0123456789", min_size=6, max_size=40),
)


@given(scanned_texts)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    found = parse(text, our_hosts=OURS)
    assert found.scheme in SCHEMES
    assert (found.normalised is None) == (found.scheme in ("foreign_url", "unreadable"))
    assert found.normalised is None or len(found.normalised) <= LONGEST_NAME


@given(st.integers(8, 12).map(draw_code), st.booleans(), st.integers(0, 8))
def test_every_drawn_code_is_read_in_any_case_with_blanks_and_from_its_label(code: str, lower: bool, at: int) -> None:
    typed = f"{code[:at]} {code[at:]}"
    assert parse(typed.lower() if lower else typed).normalised == code
    assert parse(f"HTTPS://HUILIU.EXAMPLE/B/{code}", our_hosts=OURS).normalised == code


@given(scanned_texts)
def test_the_one_spelling_is_read_back_as_itself(text: str) -> None:
    found = parse(text, our_hosts=OURS)
    if found.normalised is not None and found.scheme != "serial":
        again = parse(found.normalised, our_hosts=OURS)
        assert (again.scheme, again.normalised) == (found.scheme, found.normalised)
