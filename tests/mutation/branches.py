# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Finds the branches of a C file of this tree, by its text alone.

A branch is a condition that no && or || divides further: what stands in the
brackets of if and while, in the middle of for, before a question mark, and in
an expression with &&, || or a comparison that is returned, assigned or given to
a function.  Comments,
strings and preprocessor lines hold none.
"""
import re
from typing import NamedTuple


class Branch(NamedTuple):
    function: str
    line: int
    start: int
    end: int
    text: str


BLANK = re.compile(
    r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    r"|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
FUNCTION = re.compile(r"^(?!SEC\()\w[^\n;=]*?(\w+)\((?:[^;{}]*?)\)\n\{", re.M)
HEAD = re.compile(r"\b(if|while|for|switch) \(")
VALUE = re.compile(r"\breturn\b|(?<![=!<>])=(?!=)|<<=|>>=")
CALL = re.compile(r"\w\(")
COMPARES = re.compile(r"[=!]=|(?<![<>-])[<>](?![<>])|<=|>=|^!")


def blanked(text):
    """The text with all that is no code made blank, at the same places."""
    return BLANK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def closing(code, opening):
    depth = 0
    for at in range(opening, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
    raise ValueError("a bracket is left open")


def divide(code, start, end, marks):
    """The parts of an expression between those marks outside brackets."""
    depth, begin, at, parts = 0, start, start, []
    while at < end:
        depth += (code[at] in "([{") - (code[at] in ")]}")
        mark = depth == 0 and next(
            (m for m in marks if code.startswith(m, at)), None)
        if mark:
            parts.append((begin, at))
            begin = at = at + len(mark)
        else:
            at += 1
    return parts + [(begin, end)]


def outermost(expression):
    """The expression without all that stands in brackets."""
    shorter = re.sub(r"[([{][^][(){}]*[])}]", "", expression)
    return expression if shorter == expression else outermost(shorter)


def value_end(code, at):
    """Where the expression that begins there is at its end."""
    depth = 0
    while depth > 0 or code[at] not in ";,)]}":
        depth += (code[at] in "([{") - (code[at] in ")]}")
        at += 1
    return at


def choice_begin(code, mark):
    """Where the condition before a question mark begins."""
    depth, at = 0, mark
    while depth > 0 or code[at - 1] not in ";,([{}?:":
        at -= 1
        depth += (code[at] in ")]}") - (code[at] in "([{")
    return max([at] + [value.end() for value in VALUE.finditer(code, at, mark)])


def trimmed(code, start, end):
    while start < end and code[start].isspace():
        start += 1
    while end > start and code[end - 1].isspace():
        end -= 1
    return start, end


def leaves(code, start, end):
    """The undivided conditions of a condition."""
    start, end = trimmed(code, start, end)
    bare = start + 1 if code[start:end].startswith("!(") else start
    if code[bare:bare + 1] == "(" and closing(code, bare) == end - 1:
        start, end = bare + 1, end - 1
        inside = divide(code, start, end, ("&&", "||"))
        if len(inside) == 1:
            yield trimmed(code, start, end)
            return
    parts = divide(code, start, end, ("&&", "||"))
    if len(parts) == 1:
        yield start, end
        return
    for part in parts:
        yield from leaves(code, *part)


def value_conditions(code, start, end):
    """The conditions in an expression whose value is kept."""
    if code[start:end].lstrip().startswith("{"):
        return  # an initialiser: each of its values stands for itself
    if "?" in outermost(code[start:end]):
        for part in divide(code, start, end, ("?", ":"))[1:]:
            yield from value_conditions(code, *part)
        return
    logical = len(divide(code, start, end, ("&&", "||"))) > 1
    if logical or COMPARES.search(outermost(code[start:end].strip())):
        yield from leaves(code, start, end)


def conditions(code):
    for head in HEAD.finditer(code):
        opening = head.end() - 1
        end = closing(code, opening)
        if head[1] == "for":
            middle = divide(code, opening + 1, end, (";",))[1]
            if code[slice(*middle)].strip():
                yield from leaves(code, *middle)
        elif head[1] != "switch":
            yield from leaves(code, opening + 1, end)
    for choice in re.finditer(r"\?", code):
        yield from leaves(code, choice_begin(code, choice.start()),
                          choice.start())
    for value in VALUE.finditer(code):
        yield from value_conditions(code, value.end(),
                                    value_end(code, value.end()))
    for call in CALL.finditer(code):
        for part in divide(code, call.end(), closing(code, call.end() - 1),
                           (",",)):
            yield from value_conditions(code, *part)


def branches(text):
    code = blanked(text)
    functions = [(f.end() - 1, closing(code, f.end() - 1), f[1])
                 for f in FUNCTION.finditer(code)]
    found = {}
    for start, end in conditions(code):
        for opening, close, name in functions:
            if opening < start < close:
                shown = " ".join(text[start:end].split())
                found[start] = Branch(name, text.count("\n", 0, start) + 1,
                                      start, end, shown)
    return [found[start] for start in sorted(found)]
