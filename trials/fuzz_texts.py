"""Texts that have broken readers of YAML, CSV and numbers before."""

from __future__ import annotations

NUMBERS = (
    "0", "-0", "7", "007", "060", "12.5", "2.", ".5", "+3", "-3", "1e2", "1E+2", "1e-3", "0.1", "1e15",
    "1.0000000001e15", "1e16", "1e308", "1e309", "1e999", "-1e999", "1e-300", "1e-308", "1e-320", "1e-999",
    "1e-99999", "0e999999999", "123456789012345678901234567890", "0.30000000000000004",
    "0.1000000000000000055511151231257827021181583404541015625", "9" * 400, "9" * 5000, "0." + "0" * 400 + "1",
    "99999", "100000", "100001", "2.5", "0.9999999999999999", "1.0000000000000002", "nan", "NaN", ".nan", ".NaN",
    "inf", "-inf", ".inf", "-.inf", "+.Inf", "Infinity", "0x10", "0o17", "0b1", "010", "1_000", "1,5", "1.000,5",
    "1 000", "1'000", "１２", "１.５", "١٢", "१२", "−5", "–5", "5%", "5 %", "$5", "€5", "5t", "1:30", "1/2",
    "½", "²", "1e", "e5", "1e5.5", "--5", "+-5", "1.2.3", ".", "-", "+", "1d3", "1f", "1L", "1e1e1", "0x1p3", "(5)",
    "5-",
)  # fmt: skip
"""Numbers, and what might pass for one."""

WORDS = (
    "true", "false", "True", "yes", "no", "on", "off", "y", "~", "null", "NULL", "None", "NA", "N/A", "#N/A",
    "2026-01", "2026-13", "2026-00", "2026-1", "26-01", "2026-01-31", "9999-12", "0000-01", "2026-01-01T00:00:00Z",
    "to-end", "all", "default", "plan", "base", "JPN", "jpn", "XXX", "CHN", "graphite", "cobalt", "=cmd()", "=1+1",
    "+1+1", "-1+1", "@SUM(1)", "＝1", "<script>alert(1)</script>", "'", '"', '""', "a" * 101, "é", "備蓄", "e\u0301",
    "\u202eabc", "a\u200bb", "a\u00adb", "\ufeff", "😀", "\x1b[31m", "a\x07b", "../x", "..", "/etc/passwd", "C:\\x",
    "\\\\host\\share", "~root", "con", "%s", "{0}", "${HOME}", "$(id)", "`id`", "month", "quarter", "year", "spot",
    "contract", "sourced", "exporter", "ipm",
)  # fmt: skip
"""Words with a meaning to some reader, and names with signs that do harm somewhere."""

SPACED = (
    "", " ", "  5", "5  ", " 5 ", "5\u00a0", "\u00a05", "\u30005", "5\t", "\t5", "5\u200b", "\u2028", "5\x0b",
    "5\x85",
)  # fmt: skip
"""Numbers among white space."""

YAML_TRICKS = (
    "&a 5", "*a", "*nothing", "&a [*a]", "!!float 5", "!!int '5'", "!!python/object/apply:os.system [id]", "!x 5",
    "!!binary aGk=", "!!timestamp 2026-01-01", "!!set {a}", "{<<: {a: 1}}", "[", "{", "]", "}", "[5]", "{a: 5}",
    "[[5]]", "- 5", "? 5", "|\n  5", ">\n 5", "'5'", '"5"', '"\\x35"', '"\\U0001F600"', '"\\ud800"', '"\\e[31m"',
    '"\\0"', "5 # x", "5#x", "# 5", "%YAML 1.1", "---", "...", "5: 5", ": 5", "'", '"', "@x", "`x`", "%x",
    "[" * 60 + "]" * 60, "[" * 5000, "{a: " * 60, "- " * 60 + "x", "{[1]: 2}", "{1.5: 2}", "{true: 2}", "{~: 2}",
    "{2026: 5, 2026: 6}", "{2026: 5, 02026: 6}", "{2026-01: 5, '2026-01': 6}", "{2026-01: 5}", "{2026-13: 5}", "{}",
    "[]",
)  # fmt: skip
"""Values that are more than a scalar of YAML, or less."""

YAML_LINES = (
    "tables: ..\n", "tables: /etc\n", "tables: ''\n", "<<: {periods: 3}\n", "model: again\n", "periods: 100000\n",
    "a: &a [x, x]\nb: &b [*a, *a]\n", "? [a, b]\n: c\n", "5: x\n", "~: x\n", "\tx: 1\n", "x:\n  - y\n - z\n",
    "---\n", "...\n", "%TAG ! tag:x,2026:\n---\n", "carbon_price: 3\n",
    "crises:\n  a: {onsets: [{period: 1, probability: 1}], duration: 1, recovery: 0, effects: [{all: true}]}\n",
    "crises: {a: {annual_probability: 0.5, onset_every: 1, duration: 1, recovery: to-end, effects: []}}\n",
    "events:\n  =x: {from: 2026-01, to: 2026-02, effects: [{all: true, loss: 0.5}]}\n",
    "policies: {reserve_days: {cobalt: 5, 2026-01: 6}}\n",
    "policies: {share_caps: [{group: [CHN], max: 0.5, name: '=x'}]}\n", "solver: {time_limit: 1e-9}\n",
    "currency: \"\\e[31m\"\n", "strategies: {a/b: {}}\n", "strategies: {..: {}}\n", "strategies: []\n",
)  # fmt: skip
"""Lines to add to model.yaml."""

CSV_TRICKS = (
    '"', '"5', '5"', '"5"x', '"5\n6"', '"5\r\n"', "5,5", ",", "5;5", "5\r", "5\n", '""', '"#x"', "#x", "\x00",
    "a" * 200_000,
)  # fmt: skip
"""Texts that end a cell, a row or the table."""

ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "latin-1", "cp1252", "shift-jis",
    "euc-jp", "utf-7", "cp037",
)  # fmt: skip
"""Encodings that a file may come in."""

BYTES = (
    b"\x00", b"\xff", b"\xfe", b"\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\t", b'"', b"'", b",", b";", b":", b"#", b"-", b"{", b"[", b"&", b"*",
    b"!", b"|", b">", b"%", b"@", b"`", b"\\", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1b",
)  # fmt: skip
"""Bytes with a meaning."""
