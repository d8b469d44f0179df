"""Registry codes with Python's verdict on each, as JSON: what the browser's module is held to."""

import json
import random
import sys

from registry.domain.identifiers import ALPHABET, check_character, draw_code, grouped, normalise, parse_registry_code
from registry.domain.refusals import Refusal


def verdict(text: str) -> dict[str, object]:
    try:
        return {"text": text, "code": parse_registry_code(text), "refusal": None}
    except Refusal as refused:
        return {"text": text, "code": normalise(text), "refusal": refused.code, "reason": refused.facts.get("reason")}


def vectors(count: int = 300) -> dict[str, object]:
    chance = random.Random(7064)
    drawn = [draw_code(chance.randint(8, 12), choose=chance.choice) for _ in range(count)]
    slips = [_slip(code, chance) for code in drawn]
    typed = [f" {grouped(code).lower()} " for code in drawn[:20]] + [
        "７Ｋ３Ｍ　２Ｑ９Ｘ",
        "7K3M\u200b2Q9X",
        "ı2345678",
        "ﬁ234567",
    ]
    bodies = ["".join(chance.choice(ALPHABET + "IOUL") for _ in range(chance.randint(1, 11))) for _ in range(count)]
    return {
        "codes": [verdict(text) for text in (*drawn, *slips, *typed, "", "   ", "ABC", "A" * 13, "OOOOOOOO")],
        "checks": [[body, check_character(body)] for body in bodies],
    }


def _slip(code: str, chance: random.Random) -> str:
    """One character changed, or two neighbours swapped."""
    at = chance.randrange(len(code) - 1)
    if chance.random() < 0.5:
        return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    return code[:at] + chance.choice(ALPHABET.replace(code[at], "")) + code[at + 1 :]


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout)
