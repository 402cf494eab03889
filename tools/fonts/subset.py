"""Makes the fonts in templates/fonts/ out of Debian's packages: the small ones whole, Chinese, Japanese, Korean and the emoji cut down to what captions need.

    apt-get download fonts-inter fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
    for package in *.deb; do dpkg -x "$package" debian; done
    pip install fonttools==4.68.0
    python3 tools/fonts/subset.py debian

Writes the faces and prints the table of templates/fonts/README.md. Same packages, same bytes. Knows nothing of how packshot uses them.
"""

import hashlib
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

TARGET = Path(__file__).resolve().parents[2] / "templates" / "fonts"
OPENTYPE, TRUETYPE = "usr/share/fonts/opentype", "usr/share/fonts/truetype"
CJK = f"{OPENTYPE}/noto/NotoSansCJK-Bold.ttc"
# Target -> source that is copied as it is.
WHOLE = {
    "Inter-Regular.otf": f"{OPENTYPE}/inter/Inter-Regular.otf",
    "Inter-SemiBold.otf": f"{OPENTYPE}/inter/Inter-SemiBold.otf",
    "Inter-Bold.otf": f"{OPENTYPE}/inter/Inter-Bold.otf",
    "NotoSansArabic-Regular.ttf": f"{TRUETYPE}/noto/NotoSansArabic-Regular.ttf",
    "NotoSansArabic-Bold.ttf": f"{TRUETYPE}/noto/NotoSansArabic-Bold.ttf",
}
# What stands between words of all three languages: CJK symbols, full-width forms, signs of money and measure, circled numbers.
PUNCTUATION = [*range(0x3000, 0x3020), *range(0xFF01, 0xFF61), *range(0xFFE0, 0xFFE7), *range(0x2460, 0x2474), 0x00B7, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x2103, 0x203B, 0x30FB]
KANA = [*range(0x3041, 0x3097), *range(0x3099, 0x30A0), *range(0x30A0, 0x3100), *range(0x31F0, 0x3200)]
# Chosen by hand: what shops put on their pictures. Joined ones, flags and skin tones are left out.
EMOJI = (
    "😀😃😄😁😆😅🤣😂🙂😉😊😇🥰😍🤩😘😋😛😜🤪😎🤓🧐🥳😏😌😴🤤😮😲🥺😭😱🤯😳🤔🤗🤭🤫🙄😬🥵🥶🤑👻🤖👽💩😺"
    "👋🤚✋🖐👌✌🤞🤟🤘🤙👈👉👆👇☝👍👎✊👊👏🙌👐🤲🙏💪✍💅👀👂👃👄🧠🦷👶👧👦👩👨👵👴👑💄💋"
    "❤🧡💛💚💙💜🖤🤍🤎💔❣💕💞💓💗💖💘💝💟💯💢💥💫💦💨💬💭💤"
    "🔥✨⭐🌟⚡☀🌤⛅🌧❄☃⛄🌈🌙🌍🌊💧🌱🌿🍀🌵🌴🌲🍁🍂🌸🌺🌻🌹🌷💐🌾🍃🪴"
    "🐶🐱🐰🦊🐻🐼🐯🦁🐮🐷🐸🐵🐔🐧🐦🦄🐝🦋🐢🐟🐳🐾"
    "🍎🍊🍋🍌🍉🍇🍓🍒🍑🥭🍍🥥🥝🍅🥑🥦🌽🥕🌶🍞🥐🧀🍳🍔🍟🍕🌮🍣🍜🍰🎂🧁🍫🍬🍭🍯🍼☕🍵🧃🍷🍸🍹🍺🥂🍽"
    "⚽🏀🎾🏐⛳🏊🚴🏃🧘🏆🥇🥈🥉🎮🎯🎲🎨🎵🎶🎤🎧🎸📷📸🎥🎬📚📖✏📌📎✂🔑🔒🔓🔧🔨⚙💡🔦🕯🔋🔌💻📱⌚"
    "🚗🚕🚌🚲🛵✈🚀🚁🚢⛵🚚🛒🛍🎁🎀🎈🎉🎊🎄🎃🎆🧨🧧🏮💰💵💳💎⚖🏷📦📫📮📣📢🔔⏰⏳⌛📅📈📉📍🗺🧭"
    "🏠🏡🏢🏪🏫🏥🏨⛺🏖🏝🏔🛋🛏🛁🚿🚪🪑🖼🧺🧼🧽🧹🧴🧸👕👖👗👙👚👜👛👝🎒👞👟👠👡👢🧢👒🎩🕶👓💍🧣🧤🧥🧦🌂☂☔"
    "✅☑✔❌❎❗❓‼⁉⚠🚫♻➡⬅⬆⬇↗↘🔄🔍🔎🆕🆓🆗🆒🔝🔜💲➕➖✖🔴🟠🟡🟢🔵🟣⚫⚪🟤⬛⬜🔶🔷ℹ©®™"
    "#*0123456789\u20e3\u200d\ufe0f"
)


def rows(codec: str, first: int, last: int) -> list[int]:
    """The characters of rows of a 94 by 94 character set, as code points."""
    found = []
    for row in range(first, last + 1):
        for cell in range(1, 95):
            try:
                found.append(ord(bytes([0xA0 + row, 0xA0 + cell]).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def cut(font: TTFont, wanted: list[int], features: list[str]) -> TTFont:
    """The font with the wanted characters and features, and nothing of vertical lines and hints."""
    options = Options()
    options.layout_features = features
    options.name_IDs = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    font.recalcTimestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    return font


def renamed(font: TTFont, family: str, style: str) -> TTFont:
    """A cut font must not pass for the whole one; its names say that it is a part. Notices of copyright and license stay."""
    table = font["name"]
    for record in list(table.names):
        new = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}", 16: family, 17: style}.get(record.nameID)
        if new is not None:
            table.setName(new, record.nameID, record.platformID, record.platEncID, record.langID)
    if "CFF " in font:
        font["CFF "].cff.fontNames[0] = f"{family.replace(' ', '')}-{style}"
    return font


def subsets(source: Path):
    """File name and font of everything that is cut."""
    # GB 2312: 6,763 hanzi; level 1 of JIS X 0208: 2,965 kanji; KS X 1001: 2,350 syllables.
    parts = {
        "NotoSansSC-Bold.otf": (2, "Noto Sans SC Part", PUNCTUATION + rows("gb2312", 16, 87)),
        "NotoSansJP-Bold.otf": (0, "Noto Sans JP Part", PUNCTUATION + KANA + rows("euc_jp", 16, 47)),
        "NotoSansKR-Bold.otf": (1, "Noto Sans KR Part", PUNCTUATION + rows("euc_kr", 16, 40)),
    }
    for name, (index, family, wanted) in parts.items():
        font = TTCollection(source / CJK, lazy=True).fonts[index]
        yield name, renamed(cut(font, wanted, ["ccmp", "kern"]), family, "Bold")
    emoji = TTFont(source / f"{TRUETYPE}/noto/NotoColorEmoji.ttf")
    yield "NotoColorEmoji.ttf", renamed(cut(emoji, [ord(c) for c in EMOJI], ["ccmp"]), "Noto Color Emoji Part", "Regular")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("subset: name the folder that the packages were unpacked into; this file's head says how")
    source = Path(sys.argv[1])
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, path in WHOLE.items():
        (TARGET / name).write_bytes((source / path).read_bytes())
    for name, font in subsets(source):
        font.save(TARGET / name)
    for path in sorted(TARGET.glob("*.?tf")):
        data = path.read_bytes()
        with TTFont(path) as font:
            version = font["name"].getDebugName(5).split(";")[0].removeprefix("Version ")
            print(f"| `{path.name}` | {version} | {len(font.getBestCmap()):,} | {len(data):,} | `{hashlib.sha256(data).hexdigest()}` |")


if __name__ == "__main__":
    main()
