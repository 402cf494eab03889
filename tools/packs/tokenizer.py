"""Makes fixtures/tokenizer: a small CLIP vocabulary with its merges, learnt from a text about products, and the ids that transformers' CLIPTokenizer
gives for some texts.

python -m tools.packs.tokenizer      (needs the packages of tools/packs/requirements.txt, and that ftfy is not installed)

`clip` pads with <|endoftext|> as Stable Diffusion's tokenizer does, `clip-exclamation` with "!" as SDXL's second one; their files are alike but for that.
"""

import importlib.util
import json
from collections import Counter
from pathlib import Path

import transformers
from transformers.models.clip.tokenization_clip import BasicTokenizer, bytes_to_unicode

FOLDER = Path(__file__).parents[2] / "fixtures" / "tokenizer"
MERGES = 400

CORPUS = """
a product photo of a white ceramic mug on a marble shelf in soft morning light. a photo of a leather handbag standing on a wooden table, with
a garden behind it. a bottle of perfume on a podium, studio light from the left, soft shadow, high detail, 50mm. photo of a pair of sneakers on wet
concrete in the city at night, neon light. a coffee pouch on a kitchen counter, warm light, shallow depth of field, bokeh. a candle in a glass jar on
linen, winter window light, snow outside. a plush bear on a bed, pastel colors. a desk lamp on a desk, books behind it, evening. the product is
sharp, the background is out of focus. no text, no watermark, no people, no hands, not blurry, not cropped, not deformed. photograph, realistic,
professional product photography, commercial, catalogue, white background, seamless paper, reflection on glossy ground, golden hour, sunset beach, sand,
sea, palm leaves, autumn leaves, christmas tree, gift box, red ribbon, it's a gift, don't, we're, they've, i'm, you'll, he'd. a cafe terrace, a stone
terrace, moss and water, a bathroom with marble, a festive red table. best quality, masterpiece, detailed, intricate, 4k, 8k, hdr, unreal. 2024, 2025.
a moka pot, a kettle, a beanie, a scarf, a t-shirt, a tea carton, a soda can, a pump bottle, a towel stack, a wire basket, a wood stool, headphones.
"""

TEXTS = [
    "",
    " ",
    "a photo of a mug",
    "A Photo Of A MUG",
    "a  photo\tof\na\r\nmug ",
    "product photo of a leather handbag, studio light",
    "supercalifragilisticexpialidocious",
    "it's a gift, don't we're they've i'm you'll he'd",
    "IT'S THE SHOP'S BEST",
    "o'reilly's 'sky 'tis '' ' 's's",
    "rock'n'roll and ‘curly’ “quotes” it’s",
    "50mm f/1.4, 4k, 8K HDR, 2025-11-27",
    "100% cotton & 3.5 ounces @ $19.99 #sale",
    "½ liter, 2² = 4, ① ② Ⅷ ٣ ४",
    "café crème brûlée, naïve façade",
    "cafe\u0301 with a combining accent",
    "Zürich Straße ẞ ÅNGSTRÖM İstanbul",
    "ΣΊΣΥΦΟΣ ΣΑΣ",
    "кружка на столе",
    "白色背景上的产品照片",
    "製品写真 マグカップ です",
    "제품 사진 한 장",
    "صورة لمنتج أبيض",
    "תמונה של מוצר",
    "ภาพสินค้า",
    "उत्पाद की तस्वीर",
    "mug☕ and 🎁 gift 🎄🎄",
    "👩‍👩‍👧 family 👍🏽 thumbs ❤️ heart 🇩🇪",
    "a\u200bb zero\u200dwidth\ufeffjoin soft\u00adhyphen",
    "no\u00a0break\u2003em\u3000ideographic\u2028line\u2029paragraph",
    "bell\x07 null\x00 esc\x1b[0m del\x7f next\x85line unit\x1fsep",
    "\ufffd replaced \ufffd",
    "hello!",
    "!",
    "hello ! world !!",
    "wow!!! really?! ...yes...",
    "a-b_c/d\\e|f~g`h^i",
    "((mug:1.3)), [shelf], {gold|silver}",
    "<lora:style:0.8> mug",
    "<|startoftext|>a mug<|endoftext|>",
    "mug<|endoftext|>shelf <|endoftext|> end",
    "<|ENDOFTEXT|> <|StartOfText|> mug",
    "<|endoftext| > <|end",
    "http://example.com/a?b=c&d=e",
    "name@example.com",
    "ﬁne ligature ﬂow, ｆｕｌｌ ｗｉｄｔｈ １２３",
    "Ǆ ǅ ǆ titlecase",
    "H₂O, CO², x³, 5°C, 10µm, ±2 €5 £6 ¥7",
    "™ ® © § ¶ † ‡ • … – —",
    "→ ← ↑ ∞ ≈ ≠ ∑ √",
    "豈 更 compatibility, 㐀 extension, 𠀀 astral",
    "a你b好c",
    "ｱｲｳ ガギグ が か\u3099",
    "ǰ ŉ ΐ",
    "tab\vvertical\fform",
    "e\u0301\u0323 reordered, q\u0307\u0323",
    "1 12 123 1234 a1b2c3",
    "'S 'LL 'RE it'S WE'LL",
    "ſ 'ſ K",
    "así, país, día",
    *("".join(map(chr, range(first, first + 32))) for first in (0xA0, 0xC0, 0xE0, 0x100, 0x440, 0x7A0)),
    "mug " * 40,
    "product photography, " * 30,
    "x" * 300,
    "photo " * 75,
    "photo " * 76,
    "☕" * 40,
]


def learn():
    """Merges of byte pairs as CLIP's tokenizer counts them, the most frequent first, ties by their spelling."""
    letters = bytes_to_unicode()
    words = Counter()
    for word in " ".join(BasicTokenizer(strip_accents=False, do_split_on_punc=False).tokenize(CORPUS)).split():
        for part in word.replace(",", " ,").replace(".", " .").split():
            spelt = [letters[byte] for byte in part.encode()]
            words[(*spelt[:-1], spelt[-1] + "</w>")] += 1
    merges = []
    while len(merges) < MERGES:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = Counter()
        for word, count in words.items():
            out, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                out.append("".join(word[i : i + step]))
                i += step
            merged[tuple(out)] += count
        words = merged
    return merges


def main():
    assert importlib.util.find_spec("ftfy") is None, "with ftfy CLIPTokenizer gives other ids"
    merges = learn()
    letters = list(bytes_to_unicode().values())
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    for name, pad in (("clip", "<|endoftext|>"), ("clip-exclamation", "!")):
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        specials = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "pad_token": pad}
        token = {"content": "<|startoftext|>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        config = dict(specials, bos_token=dict(token, __type="AddedToken"), add_prefix_space=False, do_lower_case=True, errors="replace", model_max_length=77, tokenizer_class="CLIPTokenizer")
        (folder / "special_tokens_map.json").write_text(json.dumps(dict(specials, bos_token=token), indent=1) + "\n")
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
        (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False, separators=(",", ":")) + "\n")
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    tokenizers = {name: transformers.CLIPTokenizer.from_pretrained(FOLDER / name) for name in ("clip", "clip-exclamation")}
    cases = []
    for text in TEXTS:
        case = {"text": text}
        for name, tokenizer in tokenizers.items():
            ids = tokenizer(text, padding="max_length", max_length=77, truncation=True)["input_ids"]
            assert len(ids) == 77
            while ids and ids[-1] == tokenizer.pad_token_id:
                ids.pop()
            case[name] = ids
        case["count"] = len(tokenizers["clip"](text)["input_ids"]) - 2
        cases.append(case)
    # What the two share lies once.
    for file in ("vocab.json", "merges.txt"):
        (FOLDER / "clip-exclamation" / file).unlink()
    head = {"transformers": transformers.__version__, "pad": {name: tokenizer.pad_token_id for name, tokenizer in tokenizers.items()}}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (FOLDER / "ids.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    print(f"{len(cases)} texts, {len(vocab)} tokens")


if __name__ == "__main__":
    main()
