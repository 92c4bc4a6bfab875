"""Text in UTF-16 without the mark that tells so."""


def encoding_of_pairs(data: bytes) -> str | None:
    """The UTF-16 that a text without its mark is in: every other byte of western text is zero. None where it is not."""
    if b"\x00" not in data:
        return None
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        zeros, others = data[first::2], data[1 - first :: 2]
        if zeros.count(0) * 10 >= len(zeros) * 6 and others.count(0) * 100 <= len(others):
            return encoding
    return None
