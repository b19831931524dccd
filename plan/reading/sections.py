"""What each part of a plan is (purposes, topics, forms, tasks…), and the items in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from plan.reading import rhythm, units
from plan.reading.duty import Duty
from plan.reading.labels import KEYS, Labelled, labelled
from plan.reading.naming import ascii_code
from plan.reading.ocr import plain
from plan.reading.outline import CLOSING, Node, Outline
from plan.reading.reporting import REPORT
from plan.reading.roles import role_of
from plan.reading.signature import APPENDIX

POINTS_AWAY = re.compile(
    r"(?:danh muc|chi tiet|phan cong).{0,80}ph[a-z]{1,2} l[a-z]{1,2}c|(?:theo|tai"
    r"|co) ph[a-z]{1,2} l[a-z]{1,2}c"
)
NOT_A_DUTY = re.compile(r"^(?:nhu sau|cu the|gom|bao gom|can cu ke hoach nay,? cac co quan)\W*$")
BELOW = re.compile(r"\bdinh ky\b|\bh[a-z]ng (?:tuan|thang|quy|nam)\b")
SECTIONED = ("part", "capital", "roman", "number", "deep", "paren", "letter")


@dataclass(frozen=True, slots=True)
class Item:
    """A leaf of a part: `path` is its numbering ("B.I.4.a"), `parent` that of the item above."""

    path: str
    parent: str
    node: Node
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What an item inherits from those above it."""

    role: str = ""
    path: tuple[str, ...] = ()
    lead: str = ""
    asked: bool = False
    fields: Labelled = field(default_factory=lambda: Labelled("", ()))
    group: str = ""


@dataclass(slots=True)
class Parts:
    items: dict[str, list[Item]] = field(default_factory=dict)
    duties: list[Duty] = field(default_factory=list)
    spoken: list[tuple[Duty, str]] = field(default_factory=list)
    closing: list[Node] = field(default_factory=list)
    time_text: str = ""


def parts(outline: Outline) -> Parts:
    """Walks the tree once."""
    found = Parts()
    seen = 0
    for at, node in enumerate(outline.root.children):
        letters = plain(node.text)
        if seen and (letters.startswith("noi nhan") or _is_appendix(letters)):
            below = (each for top in outline.root.children[at:] for each in top.walk())
            found.closing += filter(_orders_a_report, below)
            break
        if node.kind == "para":
            if seen and CLOSING.search(letters) and not letters.startswith("phu luc"):
                found.closing.append(node)
            continue
        if node.kind in ("bullet", "plus") and not found.items and not found.duties:
            continue
        seen += 1
        _Walk(found).visit(node, Context())
    return found


def _orders_a_report(node: Node) -> bool:
    """A paragraph below the signature or an appendix: "Định kỳ hằng tháng … báo cáo …"."""
    letters = plain(node.text)
    a_sentence = node.kind == "para" and len(letters.split()) >= 10 and not node.text.isupper()
    return a_sentence and bool(REPORT.search(letters) and BELOW.search(letters))


def _is_appendix(letters: str) -> bool:
    return bool(APPENDIX.match(letters)) and len(letters) < 60


@dataclass(slots=True)
class _Walk:
    found: Parts

    def visit(self, node: Node, above: Context, at: int = 1) -> None:
        context = self._context(node, above, at)
        if context.role == "time" and not self.found.time_text:
            self.found.time_text = node.whole
        elif context.role in ("tasks", "") or self._is_really_work(node):
            self._work(node, replace(context, role="tasks"))
        else:
            self._collect(node, context)

    def _context(self, node: Node, above: Context, at: int) -> Context:
        top = node.kind in ("part", "capital", "roman") or (
            not above.path and node.kind == "number"
        )
        role = role_of(node, top) or above.role
        return replace(above, role=role, path=_under(above.path, node, at))

    def _is_really_work(self, node: Node) -> bool:
        """A part called "Nội dung" may hold tasks: units as headings, or "Chủ trì:" lines."""
        inside = [each for each in node.walk() if each is not node]
        if any(
            units.is_unit(each.text) and each.kind in ("number", "letter") and each.children
            for each in inside
        ):
            return True
        fields = [each for each in inside if _has_keys(labelled(each.text))]
        return len(fields) >= 2

    # -- purposes, topics, forms …

    def _collect(self, node: Node, context: Context) -> None:
        children = [child for child in node.children if child.kind != "para"]
        if children:
            for at, child in enumerate(children, 1):
                self.visit(child, context, at)
            return
        if node.kind in ("roman", "capital", "part") and node.children:
            for at, child in enumerate(node.children, 1):
                self._keep(child, replace(context, path=(*context.path, f"đoạn {at}")))
            return
        self._keep(node, context)

    def _keep(self, node: Node, context: Context) -> None:
        path = _path(context.path)
        parent = _path(context.path[:-1])
        text = node.whole
        self.found.items.setdefault(context.role, []).append(Item(path, parent, node, text))
        if context.role in ("forms", "topics"):
            self._spoken_rhythm(node, context, text)

    def _spoken_rhythm(self, node: Node, context: Context, text: str) -> None:
        """A form with a rhythm of its own product ("Bản tin 04 số/tháng") is a task too."""
        told = rhythm.read(text, stated=False)
        if told.rhythms:
            self.found.spoken.append((_duty(node, context, text, text), context.role))

    # -- tasks

    def _work(self, node: Node, context: Context) -> None:
        words = labelled(node.text)
        inner = [child for child in node.children if not _is_field(child)]
        fields = [labelled(child.text) for child in node.children if _is_field(child)]
        here = Labelled(words.own, (*words.fields, *(f for each in fields for f in each.fields)))
        name, body = _unit_and_body(node)
        if name:
            self._under_unit(node, name, body, inner, context)
        elif _has_keys(here):
            self._task_with_fields(node, here, inner, context)
        elif inner and self._is_group(node, inner):
            self._children(inner, replace(context, group=words.own or node.text))
        else:
            self._task(node, here, context)

    def _under_unit(
        self, node: Node, name: str, body: str, inner: list[Node], context: Context
    ) -> None:
        lead, asked = units.asked(name)
        context = replace(context, lead=lead, asked=asked, group="")
        if body:
            short = Node(node.kind, node.label, body, node.first, node.last, inner, node.mangled)
            if inner and all(child.kind != "para" for child in inner) and body.endswith(":"):
                self._children(inner, context)
            else:
                self._task(short, labelled(body), context)
        else:
            self._children(inner, context)

    def _task_with_fields(
        self, node: Node, here: Labelled, inner: list[Node], context: Context
    ) -> None:
        deeper = [child for child in inner if _holds_keys(child)]
        if deeper:
            context = replace(context, fields=here, group=here.own)
            self._children(inner, context)
        else:
            self._task(node, here, context)

    def _children(self, inner: list[Node], context: Context) -> None:
        unmarked = 0
        for at, child in enumerate(inner, 1):
            role = role_of(child, top=False) if child.kind in SECTIONED else ""
            if child.kind == "para":
                unmarked += 1
            path = _under(context.path, child, at if child.kind != "para" else unmarked)
            deeper = replace(context, path=path)
            if role and role != "tasks" and not units.is_unit(child.text):
                self._collect(child, replace(deeper, role=role))
            else:
                self._work(child, deeper)

    def _is_group(self, node: Node, inner: list[Node]) -> bool:
        """Whether the items under a heading are tasks, and it only a heading."""
        text = labelled(node.text).own or node.text
        if node.kind in ("part", "capital", "roman") or any(_holds_keys(child) for child in inner):
            return True
        marked = [child for child in inner if child.kind != "para"]
        heading = (
            len(text.split()) <= 20 and not text.rstrip().endswith(".")
        ) or text.rstrip().endswith(":")
        if not heading:
            return False
        if node.kind == "number" and not marked:
            return True
        full = [child for child in marked if len(child.text.split()) >= 5]
        return bool(full) and len(full) >= len(marked) / 2

    def _task(self, node: Node, here: Labelled, context: Context) -> None:
        own = here.own or node.text
        others = [child for child in node.children if child.kind == "para" and _doer(child.text)]
        inner = [c for c in node.children if c not in others and not _is_field(c)]
        details = " ".join(child.whole for child in inner)
        if others:
            node = replace(node, children=[c for c in node.children if c not in others])
        duty = _duty(node, context, own, f"{own} {details}".strip())
        duty = duty.with_fields(context.fields.fields).with_fields(here.fields)
        if not duty.lead:
            duty = replace(duty, lead=context.lead or units.leader(own) or _doer(own))
        if _is_duty(own, duty):
            self.found.duties.append(duty)
        for at, each in enumerate(others, 2):
            path = (*context.path, f"đoạn {at}")
            self._work(each, replace(context, path=path, lead=_doer(each.text), asked=False))


def _duty(node: Node, context: Context, title: str, prose: str) -> Duty:
    if context.group and len(title.split()) <= 4:
        title = f"{context.group.rstrip(' :.')}: {title}"
    return Duty(
        code=_code(context.path),
        section=_path(context.path),
        title=title,
        prose=prose,
        first=node.first,
        last=node.end,
        asked=context.asked,
        mangled=any(each.mangled for each in node.walk()),
    )


def _doer(text: str) -> str:
    """The body that begins a sentence of its own: "Ủy ban nhân dân các xã tổ chức …"."""
    name, work = units.doer(text)
    return name if work and units.is_unit(name) else ""


def _is_duty(own: str, duty: Duty) -> bool:
    letters = plain(own)
    if NOT_A_DUTY.match(letters) or sum(char.isalpha() for char in own) < 8:
        return False
    if POINTS_AWAY.search(letters) and not duty.lead:
        return False
    return len(own.split()) >= 3 or bool(duty.lead or duty.frequency)


def _has_keys(words: Labelled) -> bool:
    return any(each.kind in KEYS for each in words.fields)


def _is_field(node: Node) -> bool:
    return node.kind in ("bullet", "plus", "para", "letter") and labelled(node.text).only_fields


def _holds_keys(node: Node) -> bool:
    """Whether an item (not a mere field line) has fields of its own."""
    if _is_field(node):
        return False
    return any(_has_keys(labelled(each.text)) for each in node.walk())


def _unit_and_body(node: Node) -> tuple[str, str]:
    """("Phòng Kinh tế", "Tham mưu …") of "3. Phòng Kinh tế: Tham mưu …"; ("", "") if no unit."""
    if node.kind == "para" and not node.children and ":" not in node.text:
        return "", ""
    head, colon, body = node.text.partition(":")
    if colon and body.strip() and units.is_unit(head) and not labelled(node.text).fields:
        return head, body.strip()
    name = node.text.rstrip(" :.")
    leaf = not node.children and node.kind in ("bullet", "plus", "letter")
    if units.is_unit(name) and not leaf and len(name.split()) <= 26:
        return name, ""
    return "", ""


def _under(path: tuple[str, ...], node: Node, at: int) -> tuple[str, ...]:
    """ "3.1" says where it stands by itself: it takes the place of "3" above it."""
    step = _step(node, at)
    if node.kind == "deep":
        path = tuple(each for each in path if not step.startswith(f"{each}."))
    return (*path, step)


def _step(node: Node, at: int = 0) -> str:
    if node.kind == "para":
        return f"đoạn {at or 1}"
    if node.kind in ("bullet", "plus"):
        return f"gạch {at or 1}"
    return node.label


def _path(steps: tuple[str, ...]) -> str:
    """ "IV.1 (đoạn 2)": numbers joined by dots, unnumbered items in brackets."""
    text = ""
    for step in steps:
        if step.startswith(("đoạn", "gạch")):
            text += f" ({step})"
        else:
            text += f".{step}" if text else step
    return text.strip()


def _code(steps: tuple[str, ...]) -> str:
    """The path as an ASCII id: "IV.1.p2"."""
    return ".".join(map(ascii_code, steps))
