"""Where the core can be changed, and how: one walk over the syntax tree of each of its files (libclang).

The operators, and what each point becomes:

relation    a < b      the smallest set that implies all others: <= != false; > : >= != false; <= : < == true;
                       >= : > == true; == : <= >= false; != : < > true; of pointers only == and != change places
logic       a && b     ||, a, b; a || b: &&, a, b
not         !a         a
condition   if (a)     if (!a), where a is none of the above
arithmetic  a + b      a - b, and back; * /; << >>
bits        a | b      a, b; a & b: a, b; a ^ b: a; ~a: a
constant    1          2, 0; true false; a name of an enum: the next and the one before; a macro: one more
value       return a   return 0 (NULL), return !a; where a is none of the above
delete      a = b; f() nothing: assignments, calls whose value is not used, break, continue, an early return

A mutant is known by file, function, operator, the point's number among those of that operator in the function, and
what it becomes: quorum.c:judge:relation.2:<. So its name outlives changes elsewhere.

Left out: assertions, declarations, labels, sizes, the step of a loop.
"""

import bisect
import dataclasses
import glob
import os
import re

from clang.cindex import Cursor, CursorKind as Kind, Index, StorageClass, TranslationUnit, TypeKind

from ..support import ROOT

RELATIONS = {"<": ["<=", "!=", "false"], ">": [">=", "!=", "false"], "<=": ["<", "==", "true"], ">=": [">", "==", "true"],
             "==": ["<=", ">=", "false"], "!=": ["<", ">", "true"]}
WORDS = {"&&": "and", "||": "or"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "<<": ">>", ">>": "<<"}
STATEMENTS = {Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.CALL_EXPR, Kind.UNARY_OPERATOR}
TRANSPARENT = {Kind.UNEXPOSED_EXPR, Kind.PAREN_EXPR}
POINTERS = {TypeKind.POINTER, TypeKind.CONSTANTARRAY, TypeKind.INCOMPLETEARRAY}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change. `number` is what the schemata know it by, the same for the same source only."""
    number: int
    file: str
    function: str
    operator: str
    ordinal: int
    kind: str     # of what it becomes, within the operator
    becomes: str
    line: int
    before: str   # the point's source text, in one line

    @property
    def name(self) -> str:
        return f"{self.file}:{self.function}:{self.operator}.{self.ordinal}" + (f":{self.kind}" if self.kind else "")

    @property
    def change(self) -> str:
        """In words."""
        return f"`{self.before}` {'is left out' if self.operator == 'delete' else f'becomes `{self.becomes}`'}"


@dataclasses.dataclass
class Changes:
    """The edits that put every mutant of a file into its text."""
    inserts: list = dataclasses.field(default_factory=list)   # (offset, closes first, depth, text)
    replaced: list = dataclasses.field(default_factory=list)  # (start, end, text)

    def around(self, start: int, end: int, before: str, after: str) -> None:
        """Later calls lie inside of earlier ones, or beside them."""
        depth = len(self.inserts)
        self.inserts.append((start, 1, depth, before))
        self.inserts.append((end, 0, -depth, after))

    def apply(self, text: bytes) -> bytes:
        edits = [(at, 0, closes, depth, at, new) for at, closes, depth, new in self.inserts]
        edits += [(start, 1, 0, 0, end, new) for start, end, new in self.replaced]
        edits.sort(key=lambda edit: (edit[0], edit[2] if not edit[1] else 2, edit[3]))
        parts, at = [], 0
        for start, _, _, _, end, new in edits:
            parts += [text[at:start], new.encode()]
            at = end
        return b"".join([*parts, text[at:]])


def when(cases: list[tuple[int, str]], otherwise: str) -> str:
    """A C expression: what each mutant has here, and what everybody else has."""
    return "".join(f"VQ_IS({number}) ? {what} : " for number, what in cases) + otherwise


class Walk:
    """One file's mutants and the edits that make them."""

    def __init__(self, path: str, unit: TranslationUnit, first: int):
        self.path, self.unit = path, unit
        self.file = os.path.basename(path)
        with open(path, "rb") as source:
            self.text = source.read()
        self.mutants: list[Mutant] = []
        self.changes = Changes()
        self.first = first
        self.seen: set = set()
        self.macros = self._macros()
        for cursor in unit.cursor.get_children():
            if cursor.kind == Kind.FUNCTION_DECL and cursor.is_definition() and self._is_here(cursor):
                self._function(cursor)

    # ---- the text ----

    def _is_here(self, cursor: Cursor) -> bool:
        return cursor.location.file is not None and os.path.samefile(cursor.location.file.name, self.path)

    def _macros(self) -> dict[tuple[int, int], bool]:
        """Where macros are used: with arguments or without."""
        found = {}
        for cursor in self.unit.cursor.get_children():
            if cursor.kind == Kind.MACRO_INSTANTIATION and self._is_here(cursor):
                start, end = cursor.extent.start.offset, cursor.extent.end.offset
                found[start, end] = b"(" in self.text[start:end]
        return found

    def _in_call_of_macro(self, cursor: Cursor) -> bool:
        at = cursor.extent.start.offset
        return any(start <= at < end for (start, end), arguments in self.macros.items() if arguments)

    def _span(self, cursor: Cursor) -> tuple[int, int]:
        return cursor.extent.start.offset, cursor.extent.end.offset

    def _source(self, cursor: Cursor) -> str:
        start, end = self._span(cursor)
        return " ".join(self.text[start:end].decode().split())

    def _between(self, left: Cursor, right: Cursor) -> tuple[str, int, int]:
        """The operator between two operands, and where it stands."""
        start, end = left.extent.end.offset, right.extent.start.offset
        gap = re.sub(rb"/\*.*?\*/", lambda found: b" " * len(found[0]), self.text[start:end], flags=re.S)
        word = gap.strip()
        at = start + gap.index(word)
        return word.decode(), at, at + len(word)

    # ---- new mutants ----

    def _add(self, cursor: Cursor, operator: str, becomes: list[tuple[str, str]]) -> list[int]:
        """Mutants of one point, by kind and source text; returns their numbers."""
        key = (self.function, operator)
        self.ordinals[key] = self.ordinals.get(key, 0) + 1
        numbers = []
        for kind, what in becomes:
            numbers.append(self.first + len(self.mutants))
            self.mutants.append(Mutant(numbers[-1], self.file, self.function, operator, self.ordinals[key], kind, what,
                                       cursor.extent.start.line, self._source(cursor)))
        return numbers

    # ---- statements ----

    def _function(self, cursor: Cursor) -> None:
        self.function = cursor.spelling
        self.ordinals: dict = {}
        self.returns_bool = cursor.result_type.get_canonical().kind == TypeKind.BOOL
        self.result = cursor.result_type.get_canonical()
        body = [child for child in cursor.get_children() if child.kind == Kind.COMPOUND_STMT][0]
        returns = [node for node in body.walk_preorder() if node.kind == Kind.RETURN_STMT]
        self.last_return = returns[-1].extent.start.offset if returns else -1
        self._statement(body, None)

    def _statement(self, cursor: Cursor, parent: Cursor | None) -> None:
        children = list(cursor.get_children())
        kind = cursor.kind
        if kind == Kind.COMPOUND_STMT:
            for child in children:
                self._statement(child, cursor)
        elif kind in (Kind.CASE_STMT, Kind.DEFAULT_STMT):
            self._statement(children[-1], cursor)
        elif kind in (Kind.IF_STMT, Kind.WHILE_STMT, Kind.SWITCH_STMT):
            self._expression(children[0], decision=kind != Kind.SWITCH_STMT)
            for child in children[1:]:
                self._statement(child, cursor)
        elif kind == Kind.FOR_STMT:
            self._for(cursor, children)
        elif kind == Kind.RETURN_STMT:
            self._return(cursor, children, parent)
        elif kind in (Kind.BREAK_STMT, Kind.CONTINUE_STMT):
            self._delete(cursor)
        elif kind == Kind.DECL_STMT:
            for child in children:
                self._declaration(child)
        elif kind in STATEMENTS and not self._in_call_of_macro(cursor):
            self._delete(cursor)
            self._expression(cursor)
        elif kind == Kind.DO_STMT:
            raise NotImplementedError(f"{self.path}:{cursor.extent.start.line}: a do loop")

    def _for(self, cursor: Cursor, children: list[Cursor]) -> None:
        """`children` lack what is left out of the head."""
        *head, body = children
        start = cursor.extent.start.offset
        text = self.text[start:body.extent.start.offset]
        semicolons = [start + at for at, letter in enumerate(text) if letter == ord(";")]
        assert len(semicolons) == 2, self._source(cursor)
        for child in head:
            part = bisect.bisect(semicolons, child.extent.start.offset)
            if part == 0 and child.kind == Kind.DECL_STMT:
                self._statement(child, cursor)
            elif part < 2:
                self._expression(child, decision=part == 1)
        self._statement(body, cursor)

    def _return(self, cursor: Cursor, children: list[Cursor], parent: Cursor | None) -> None:
        if cursor.extent.start.offset != self.last_return and not self._has_false(parent):
            self._delete(cursor)
        if not children:
            return
        inner, (start, end) = self._inner(children[0]), self._span(children[0])
        plain = inner.kind in (Kind.CALL_EXPR, Kind.DECL_REF_EXPR, Kind.MEMBER_REF_EXPR) and not self._constant_of(inner)
        if self.returns_bool and plain:
            number, = self._add(children[0], "value", [("not", f"!({self._source(children[0])})")])
            self._wrap_value(start, end, "_Bool", number, "!")
        elif not self.returns_bool and self.result.kind != TypeKind.RECORD and not self._constant_of(inner) and not self._is_null(start, end):
            number, = self._add(children[0], "value", [("0", "0")])
            self.changes.around(start, end, f"(VQ_IS({number}) ? 0 : (", "))")
        self._expression(children[0])

    def _has_false(self, parent: Cursor | None) -> bool:
        """Is there a mutant already in which this `if` is never taken?"""
        if parent is None or parent.kind != Kind.IF_STMT:
            return False
        condition = self._inner(list(parent.get_children())[0])
        if condition.kind != Kind.BINARY_OPERATOR:
            return False
        left, right = condition.get_children()
        return "false" in RELATIONS.get(self._between(left, right)[0], []) and self._number(left)

    def _delete(self, cursor: Cursor) -> None:
        number, = self._add(cursor, "delete", [("", "")])
        start, end = self._span(cursor)
        self.changes.around(start, self.text.index(b";", end) + 1, f"{{ if (!VQ_IS({number})) ", " }")

    def _declaration(self, cursor: Cursor) -> None:
        """Its initialiser; the sizes of arrays stand before that."""
        if cursor.kind != Kind.VAR_DECL or cursor.storage_class == StorageClass.STATIC:
            return
        equals = self.text.find(b"=", cursor.location.offset, cursor.extent.end.offset)
        for child in cursor.get_children():
            if 0 <= equals < child.extent.start.offset:
                self._expression(child)

    # ---- expressions ----

    def _inner(self, cursor: Cursor) -> Cursor:
        while cursor.kind in TRANSPARENT and self._span(cursor) not in self.macros:
            children = list(cursor.get_children())
            if len(children) != 1:
                break
            cursor = children[0]
        return cursor

    def _number(self, cursor: Cursor) -> bool:
        return self._inner(cursor).type.get_canonical().kind not in POINTERS

    def _is_null(self, start: int, end: int) -> bool:
        return self.text[start:end] == b"NULL"

    def _wrap_value(self, start: int, end: int, of: str, number: int, sign: str) -> None:
        self.changes.around(start, end, f"({{ {of} v{number} = (", f"); VQ_IS({number}) ? {sign}v{number} : v{number}; }})")

    def _expression(self, cursor: Cursor, decision: bool = False) -> None:
        key = (*self._span(cursor), cursor.kind)
        if self._in_call_of_macro(cursor):
            return
        if cursor.kind in TRANSPARENT and self._span(cursor) not in self.macros:
            for child in cursor.get_children():
                self._expression(child, decision)
            return
        if key in self.seen or cursor.kind == Kind.CXX_UNARY_EXPR:
            return
        self.seen.add(key)
        if self._constant(cursor):
            return
        children = list(cursor.get_children())
        if cursor.kind == Kind.BINARY_OPERATOR:
            self._binary(cursor, *children)
        elif cursor.kind == Kind.UNARY_OPERATOR:
            self._unary(cursor, children[0])
        elif decision and self._span(cursor) not in self.macros:
            number, = self._add(cursor, "condition", [("not", f"!({self._source(cursor)})")])
            self._wrap_value(*self._span(cursor), "_Bool", number, "!")
        for place, child in enumerate(children):
            self._expression(child, cursor.kind == Kind.CONDITIONAL_OPERATOR and place == 0)

    def _binary(self, cursor: Cursor, left: Cursor, right: Cursor) -> None:
        operator, start, end = self._between(left, right)
        numbers = self._number(left) and self._number(right)
        if operator in RELATIONS:
            becomes = RELATIONS[operator] if numbers else [{"==": "!=", "!=": "=="}[operator]]
            words = {"true": "1", "false": "0"}
            self._operands(cursor, "relation", (operator, start, end), [(what, f"a {what} b" if what not in words else what, words.get(what, f"L {what} R")) for what in becomes])
        elif operator in ("&&", "||"):
            self._logic(cursor, operator, start, end)
        elif operator in ARITHMETIC and numbers:
            other = ARITHMETIC[operator]
            self._operands(cursor, "arithmetic", (operator, start, end), [(other, f"a {other} b", f"L {other} R")])
        elif operator in ("&", "|", "^"):
            becomes = [("left", self._source(left), "L"), ("right", self._source(right), "R")]
            self._operands(cursor, "bits", (operator, start, end), becomes[:1] if operator == "^" else becomes)

    def _operands(self, cursor: Cursor, name: str, operator: tuple[str, int, int], becomes: list[tuple[str, str, str]]) -> None:
        """`becomes`: its kind, how it is told, and a C expression in L and R. Both operands are evaluated once."""
        word, start, end = operator
        numbers = self._add(cursor, name, [(kind, told) for kind, told, _ in becomes])
        left, right = f"l{numbers[0]}", f"r{numbers[0]}"
        cases = [(number, re.sub(r"\bR\b", right, re.sub(r"\bL\b", left, what))) for number, (_, _, what) in zip(numbers, becomes)]
        self.changes.around(*self._span(cursor), f"({{ __auto_type {left} = (", f"); {when(cases, f'{left} {word} {right}')}; }})")
        self.changes.replaced.append((start, end, f"); __auto_type {right} = ("))

    def _logic(self, cursor: Cursor, operator: str, start: int, end: int) -> None:
        """The right operand is evaluated when, and only when, the mutant would."""
        left, right = cursor.get_children()
        other = {"&&": "||", "||": "&&"}[operator]
        numbers = self._add(cursor, "logic", [(WORDS[other], f"a {other} b"), ("left", self._source(left)), ("right", self._source(right))])
        value = f"l{numbers[0]}"
        same, opposite = (value, f"!{value}") if operator == "&&" else (f"!{value}", value)
        asks = when([(numbers[0], opposite), (numbers[1], "0"), (numbers[2], "1")], same)
        self.changes.around(*self._span(cursor), f"({{ _Bool {value} = (", f") : {value}; }})")
        self.changes.replaced.append((start, end, f"); ({asks}) ? (_Bool)("))

    def _unary(self, cursor: Cursor, operand: Cursor) -> None:
        start, end = self._span(cursor)
        sign = self.text[start:start + 1]
        if sign == b"!":
            number, = self._add(cursor, "not", [("drop", self._source(operand))])
            self._wrap_value(start, end, "_Bool", number, "!")
        elif sign == b"~":
            number, = self._add(cursor, "bits", [("drop", self._source(operand))])
            self._wrap_value(start, end, "__auto_type", number, "~")

    # ---- constants ----

    def _constant_of(self, cursor: Cursor) -> list[str]:
        """What a constant becomes; empty: it is none."""
        start, end = self._span(cursor)
        word = self.text[start:end].decode()
        if word in ("true", "false"):
            return ["false" if word == "true" else "true"]
        if cursor.kind == Kind.DECL_REF_EXPR and cursor.referenced.kind == Kind.ENUM_CONSTANT_DECL:
            names = [child.spelling for child in cursor.referenced.semantic_parent.get_children()]
            at = names.index(cursor.spelling)
            return sorted({names[(at + 1) % len(names)], names[at - 1]} - {cursor.spelling})
        if (start, end) in self.macros:
            is_integer = cursor.type.get_canonical().kind not in POINTERS
            return [f"{word} + 1"] if is_integer and word != "NULL" else []
        if cursor.kind == Kind.INTEGER_LITERAL:
            value = int(re.match(r"(0x)?[0-9a-fA-F]+", word)[0], 0)
            suffix = re.search(r"[uUlL]*$", word)[0]
            return [f"{value + 1}{suffix}"] + ([f"{value - 1}{suffix}"] if value else [])
        return []

    def _constant(self, cursor: Cursor) -> bool:
        becomes = self._constant_of(cursor)
        start, end = self._span(cursor)
        if becomes:
            numbers = self._add(cursor, "constant", [(what, what) for what in becomes])
            self.changes.around(start, end, f"({when([(n, f'({what})') for n, what in zip(numbers, becomes)], '(')}", "))")
        return bool(becomes) or (start, end) in self.macros


def sources() -> list[str]:
    """The core's files that are mutated, as paths: no tests, fakes, fuzzers; the header that has code in it."""
    folder = os.path.join(ROOT, "core")
    names = [name for name in sorted(os.listdir(folder)) if name.endswith(".c") and not name.endswith("_test.c")]
    return [os.path.join(folder, name) for name in [*names, "internal.h"] if not name.startswith(("fuzz_", "fake_", "bench_"))]


def compiler_headers() -> str:
    """Where libclang finds stddef.h: the compiler's own folder."""
    folders = sorted(os.path.join(folder, "include") for folder in _clang_folders())
    return folders[-1] if folders else ""


def _clang_folders() -> list[str]:
    return [path for path in glob.glob("/usr/lib/llvm-*/lib/clang/*") if os.path.isdir(os.path.join(path, "include"))]


def parse(path: str, root: str = ROOT) -> TranslationUnit:
    """Raises ValueError with the compiler's words when the file is wrong."""
    arguments = ["-x", "c", "-std=c17", "-D_GNU_SOURCE", f"-I{root}", f"-I{compiler_headers()}"]
    unit = Index.create().parse(path, args=arguments, options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    wrong = [str(told) for told in unit.diagnostics if told.severity >= 3]
    if wrong:
        raise ValueError("; ".join(wrong))
    return unit


def walk(paths: list[str] | None = None, root: str = ROOT) -> list[Walk]:
    """Every file's mutants, numbered from 1 through all of them."""
    walks, first = [], 1
    for path in paths or sources():
        walks.append(Walk(path, parse(path, root), first))
        first += len(walks[-1].mutants)
    return walks
