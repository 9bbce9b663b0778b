"""Names for reading, of what registers write in capitals."""

_KEPT = {"USA", "US", "UK", "II", "III", "IV"}


def readable(text: str) -> str:
    """`BROWN FORMAN CORP.` as Brown Forman Corp.; a name that is not all in capitals stays as it is."""
    if text != text.upper():
        return text
    # A word without a vowel is an abbreviation (MHW, LLC).
    words = (word if word in _KEPT or not set(word) & set("AEIOUY") else word.capitalize() for word in text.split())
    return " ".join(words)
