"""The table of weights that both readers are held to: Python's verdicts, kept beside the browser's test."""

from __future__ import annotations

import json
import random
from pathlib import Path

from registry.domain.mass import grams_from_words, kg_text
from registry.domain.refusals import Refusal

TABLE = Path(__file__).parent / "weights_vectors.json"

WRITTEN = """
412.5|412.5kg|412.5 KG|412.5公斤|４１２．５公斤|825斤|８２５斤|825 斤|1.2吨|1.2 吨|1.2T|1.2t
350克|350g|350 G|0.5千克|0.0005kg|0.001吨
0|0.000|-0|+5|-1|-0.001斤|.5|5.|.|,|1,200|1,200.5kg|１，２００斤|12,00|1,2|1,200,000吨|1e3|1E3|NaN|nan|Infinity|inf|0x10|1_000
3磅|3lb|公斤|斤斤|kg5|5kgkg|5 k g|5公 斤|十斤|٥斤|1.5.5|--5|5-|1/2|½斤|²斤|0.1g|0.0001|0.002斤
0.003斤|1.0000斤|1.0000000
999999999999|1000000000|1000000000t|1000000001吨|1000000000000kg|1000000000000.001|10000000000000000000|9999999999999999999
99999999999999999999999999999999999999999|0000000000000000000000000000000000000012|00000000000000000000000000000000000000012
0.0000000000000000000000000000000000000|100万|约100|~5|5公斤左右|　5　斤　|5\u00a0kg|5\u200bkg|㎏|5㎏|5㌧|ｋｇ|12ｋｇ
""".replace("\n", "|")


def verdict(text: str) -> dict[str, object]:
    try:
        return {"grams": grams_from_words(text)}
    except Refusal as refused:
        return {"refusal": refused.code}


def table() -> dict[str, object]:
    chance = random.Random(500)
    keys = "0123456789.,-+ 斤公吨千克kgtＫ５．，　"
    units = ["", "kg", "斤", "吨", "g"]
    drawn = ["".join(chance.choices(keys, k=chance.randint(1, 9))) for _ in range(400)]
    numbers = [f"{chance.randint(0, 10**6)}.{chance.randint(0, 9999)}{chance.choice(units)}" for _ in range(200)]
    written = [text for text in WRITTEN.split("|") if text]
    grams = [0, 1, 10, 999, 1000, 1001, 412500, 10**15, -1, -412500, *(chance.randint(0, 10**9) for _ in range(50))]
    return {
        "words": [[text, verdict(text)] for text in dict.fromkeys(["", " ", *written, *numbers, *drawn])],
        "kilograms": [[each, kg_text(each)] for each in grams],
    }


def test_the_shared_table_of_weights_is_what_python_says() -> None:
    """Written anew by `python -m tests.js.test_weights` after a change of the rules."""
    assert json.loads(TABLE.read_text("utf-8")) == table()


if __name__ == "__main__":
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in table()["words"])  # type: ignore[attr-defined]
    kilograms = json.dumps(table()["kilograms"])
    TABLE.write_text(f'{{"words": [\n{rows}\n],\n"kilograms": {kilograms}}}\n', encoding="utf-8")
