"""A file with line ends of other systems: literals have Python's.

This text has several lines."""

NAME = "n"


def texts(x: int) -> list[object]:
    """Several
    lines."""
    return [
        """x
y""",
        f"""p{x}
q{{z
}}{x:>4}""" if x else "",
        rf"""raw\n{x}
""",
        b"""uv\r\n""",
        r"""w\
z""",
        "escaped\r\n" """and
"\'more""",
        f"{x = }",
        """continued \
here""", "at \
an end",
    ]


class Shape:
    """Of
    two lines."""

    def told(self) -> str:
        return f"""{NAME}
{self.__doc__}"""


def fails() -> None:
    text = """
    """
    raise ValueError(
        text
    )


print(texts.__doc__, Shape().told())
try:
    fails()
except ValueError as error:
    assert error.__traceback__ is not None and error.__traceback__.tb_next is not None
    print(repr(error), error.__traceback__.tb_next.tb_lineno)
print(texts(7))
