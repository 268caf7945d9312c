#!/usr/bin/env python3
"""Our English sentiment against the original: vaderSentiment 3.3.2 (`pip install vaderSentiment==3.3.2`; skipped without).

  test_sentiment.py                  compares some thousands of random and real sentences
  test_sentiment.py --write-golden   also writes tests/golden/text/vader.tsv, which a unit test reads without the package
KENKO_SEED=N draws other sentences, KENKO_LONG=1 more of them.
"""
import os
import pathlib
import random
import subprocess
import sys
import unittest

try:
    from vaderSentiment import vaderSentiment as vader
except ImportError:
    vader = None

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
GOLDEN = TREE / "tests" / "golden" / "text" / "vader.tsv"
FILLERS = """the a it this that was is are we have has our account page report invoice since yesterday at of in to kind sort
just only so very this doubt least most with and or nor by""".split()
SPECIAL = ["but", "But", "BUT", "no", "No", "never so", "never this", "without doubt", "without a doubt", "kind of", "sort of",
           "just enough", "least", "at least", "very least", "no good or", "yeah right", "the shit", "bus stop", "to die for",
           "kiss of death", "don't", "WASN'T", "couldn\u2019t", "\u00c9t\u00e9", "na\u00efve", "(", "--", "...", "\u00a0", "\u3000"]


def random_sentences(analyzer, count, seed):
    rng = random.Random(seed)
    terms = sorted(w for w in analyzer.lexicon if w == w.lower() and " " not in w)
    strong = [w for w in terms if w.isalpha()]
    boosters, negations = sorted(vader.BOOSTER_DICT), sorted(vader.NEGATE)
    emoji = sorted(e for e in analyzer.emojis if len(e) == 1)
    kinds = [(strong, 8), (terms, 2), (boosters, 4), (negations, 3), (FILLERS, 8), (SPECIAL, 3), (emoji, 1)]
    lists, weights = [k for k, _ in kinds], [w for _, w in kinds]
    for _ in range(count):
        words = []
        for words_of_kind in rng.choices(lists, weights, k=rng.randint(1, rng.choice([4, 12, 30]))):
            word = rng.choice(words_of_kind)
            shape = rng.random()
            if shape < 0.08:
                word = word.upper()
            elif shape < 0.2:
                word = word.capitalize()
            if rng.random() < 0.15:
                word += rng.choice([",", ".", "!", "!!", "!!!", "?", "??", "?!", "...", ")", ";"])
            words.append(word)
        yield rng.choice([" ", " ", " ", "  ", "\n"]).join(words) + rng.choice(["", "", ".", "!", "!!!!!", "????"])


def real_sentences():
    """What was written to be read: the documents of this tree."""
    for path in sorted(TREE.glob("docs/*.md")) + [TREE / "README.md"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield line.strip()


def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def ours(texts):
    program = pathlib.Path(os.environ["KENKO_BIN"]).parent / "kenko_read_texts"
    answer = subprocess.run([str(program), "--language", "en"], input="".join(escaped(t) + "\n" for t in texts).encode(),
                            stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return [line.split("\t")[0] for line in answer]


@unittest.skipIf(vader is None, "the package vaderSentiment is not installed")
class Oracle(unittest.TestCase):
    def compare(self, texts):
        analyzer = vader.SentimentIntensityAnalyzer()
        scores = ours(texts)
        self.assertEqual(len(scores), len(texts))
        opinions = 0
        for text, score in zip(texts, scores):
            # The original does not know the typographic apostrophe; we read it as a plain one.
            expected = analyzer.polarity_scores(text.replace("\u2019", "'"))["compound"]
            opinions += score != "-"
            self.assertAlmostEqual(0.0 if score == "-" else float(score), expected, delta=1e-4, msg=repr(text))
        return opinions

    def test_random_sentences(self):
        seed = int(os.environ.get("KENKO_SEED", "1"))
        count = 100_000 if os.environ.get("KENKO_LONG") else 6_000
        texts = list(random_sentences(vader.SentimentIntensityAnalyzer(), count, seed))
        self.assertGreater(self.compare(texts), count * 0.75, f"seed {seed}")

    def test_real_sentences(self):
        texts = list(real_sentences())
        self.assertGreater(len(texts), 300)
        self.assertGreater(self.compare(texts), 50)


def write_golden():
    analyzer = vader.SentimentIntensityAnalyzer()
    texts = list(random_sentences(analyzer, 1200, 20))
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    lines = ["# Written by tests/binary/test_sentiment.py --write-golden: what vaderSentiment 3.3.2 says, a tab, the text."]
    lines += [f"{analyzer.polarity_scores(t.replace(chr(0x2019), chr(39)))['compound']}\t{escaped(t)}" for t in texts]
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--write-golden" in sys.argv:
        sys.argv.remove("--write-golden")
        write_golden()
    unittest.main()
