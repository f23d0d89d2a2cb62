"""How results look in a cell: plain text for a terminal, HTML for a page, both built from wire records.

Colours come from Jupyter's own variables with a literal behind them, so that light, dark and exported pages all read;
state is never shown by colour alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from sandbox_kernel import wire
from sandbox_kernel.versions.artifact import CompileReport
from sandbox_kernel.versions.records import Change

STYLE = """<style>
.sk-Out{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.5;
 color:var(--jp-ui-font-color1,#222);border-left:4px solid var(--jp-border-color1,#bbb);padding:4px 12px;margin:2px 0}
.sk-Out.ok{border-color:var(--jp-success-color1,#2e7d32)}.sk-Out.no{border-color:var(--jp-error-color1,#c62828)}
.sk-Out h4{margin:0;font-size:13px;font-weight:600}.sk-Out p{margin:2px 0}
.sk-Out ul{margin:2px 0;padding-left:20px}.sk-Out .dim{color:var(--jp-ui-font-color2,#666)}
.sk-Out code,.sk-Out pre,.sk-Out .mono{font-family:var(--jp-code-font-family,monospace);font-size:12px}
.sk-Out pre{margin:4px 0;white-space:pre-wrap;background:var(--jp-layout-color2,#f3f3f3);padding:6px 8px;border-radius:3px}
.sk-Out table{border-collapse:collapse;margin:4px 0}.sk-Out th{text-align:left;font-weight:600}
.sk-Out td,.sk-Out th{padding:2px 10px 2px 0;text-align:left;vertical-align:top;background:none}
.sk-Out .add{background:rgba(46,160,67,.18)}.sk-Out .del{background:rgba(248,81,73,.18)}
.sk-Out .sides td{white-space:pre-wrap}
.sk-Out .hunk{color:var(--jp-info-color1,#1565c0)}.sk-Out .mono div{white-space:pre-wrap;padding:0 6px}
</style>"""

_ACTIONS = {"patched": "changed in place", "kept old": "kept as it was"}


class Rich:
    """A result that shows as HTML where the front end can, as text elsewhere."""

    def __init__(self, text: str, html: str, *, tone: str = "") -> None:
        self.text = text
        self.html = f'{STYLE}<div class="sk-Out {tone}">{html}</div>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:  # Any: IPython passes include and exclude
        return {"text/plain": self.text, "text/html": self.html}

    def __repr__(self) -> str:
        return self.text


def notice(text: str) -> Rich:
    """Something that the learner must know and did not ask for."""
    return Rich(f"note: {text}", f"<p><b>Note:</b> {escape(text)}</p>", tone="no")


def applied(result: wire.Applied) -> Rich:
    """What became of an edit."""
    lines, html = [result.summary], [f"<h4>{escape(result.summary)}</h4>"]
    if result.ok:
        notes = [_object_line(change) for change in result.objects if change.reason or change.action == "kept old"]
        lines += [f"  {note}" for note in notes]
        html.append(_bullets(notes))
        html.append(f'<p class="dim">{escape(_by_action(result.objects))}</p>')
    text, part = _problems(result.problems)
    lines += text
    html.append(part)
    if result.traceback:
        lines.append(result.traceback.rstrip())
        html.append(f"<pre>{escape(result.traceback.rstrip())}</pre>")
    return Rich("\n".join(lines), "".join(html), tone="ok" if result.ok else "no")


def _object_line(change: wire.ObjectReport) -> str:
    action = _ACTIONS.get(change.action, change.action)
    return f"{change.module}.{change.name}: {action}" + (f" ({change.reason})" if change.reason else "")


def _by_action(objects: Sequence[wire.ObjectReport]) -> str:
    """`changed in place: Till.handle_call, euros · run again: GREETING`."""
    names: dict[str, list[str]] = {}
    for change in objects:
        names.setdefault(_ACTIONS.get(change.action, change.action), []).append(change.name)
    return " · ".join(f"{action}: {_listed(found)}" for action, found in names.items())


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _bullets(items: Iterable[str]) -> str:
    inner = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{inner}</ul>" if inner else ""


def _problems(problems: Sequence[wire.Problem]) -> tuple[list[str], str]:
    lines, items = [], []
    for problem in problems:
        place = f"line {problem.line}" if problem.line else ""
        lines.append(f"  {problem.severity}{', ' + place if place else ''}: {problem.message}")
        hint = ""
        if problem.hint:
            lines.append(f"    -> {problem.hint}")
            hint = f'<br><span class="dim">→ {escape(problem.hint)}</span>'
        head = f"<b>{problem.severity}{', ' + place if place else ''}</b>"
        items.append(f"<li>{head}: {escape(problem.message)}{hint}</li>")
    return lines, f"<ul>{''.join(items)}</ul>" if items else ""


def history(result: wire.History, counts: wire.Statistics | None = None) -> Rich:
    """The versions of a module, newest first; a star marks the live one."""
    head = f"{result.module}: {result.total} version{'s' if result.total != 1 else ''}, version {result.live} is live"
    told = _counts(counts) if counts else ""
    lines, rows = [head, *filter(None, [told])], []
    for version in result.versions:
        mark = "*" if version.number == result.live else " "
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(version.time))
        change = f"+{version.added_lines} -{version.removed_lines}"
        note = version.reason if version.outcome == "rejected" else version.message
        tags = f" [{', '.join(version.tags)}]" if version.tags else ""
        lines.append(f"{mark} v{version.number:<4} {when}  {version.outcome:<8} {change:<9} {note}{tags}")
        live = "<b>● live</b>" if version.number == result.live else escape(version.outcome)
        rows.append(
            f"<tr><td><b>v{version.number}</b></td><td>{live}</td><td>{when}</td><td class='mono'>{change}</td>"
            f"<td>{escape(version.author)}</td><td>{escape(note)}{escape(tags)}</td></tr>"
        )
    columns = "".join(f"<th>{name}</th>" for name in ("", "state", "when", "lines", "by", "note"))
    about = f'<p class="dim">{escape(told)}</p>' if told else ""
    return Rich("\n".join(lines), f"<h4>{escape(head)}</h4>{about}<table><tr>{columns}</tr>{''.join(rows)}</table>")


def _counts(counts: wire.Statistics) -> str:
    changes = f"{counts.accepted} change{'s' if counts.accepted != 1 else ''} accepted, {counts.rejected} refused"
    back = f", {counts.rollbacks} rollback{'s' if counts.rollbacks != 1 else ''}" if counts.rollbacks else ""
    lines = f"+{counts.added_lines} -{counts.removed_lines} lines"
    return f"{changes}{back}; {lines}; {counts.median_ms:.0f} ms a change (median)"


def side_by_side(result: wire.Diff) -> Rich:
    """Both texts beside each other; a mark between them says what differs, besides the colour."""
    marks = {"same": "", "changed": "|", "added": ">", "removed": "<"}
    width = max((len(row.left) for row in result.rows), default=0)
    text = [f"{row.left:<{width}} {marks[row.kind] or ' '} {row.right}".rstrip() for row in result.rows]
    left, right = (f"v{n}" if n else "saved file" for n in (result.left, result.right))
    cells = []
    for row in result.rows:
        old, new = (
            ("del" if row.kind in ("changed", "removed") else ""),
            ("add" if row.kind in ("changed", "added") else ""),
        )
        cells.append(
            f"<tr><td class='dim'>{row.left_line or ''}</td><td class='{old}'>{escape(row.left)}</td>"
            f"<td>{escape(marks[row.kind])}</td>"
            f"<td class='dim'>{row.right_line or ''}</td><td class='{new}'>{escape(row.right)}</td></tr>"
        )
    head = f'<tr><th></th><th scope="col">{left}</th><th></th><th></th><th scope="col">{right}</th></tr>'
    table = f'<table class="mono sides">{head}{"".join(cells)}</table>'
    return Rich("\n".join(text), f"<h4>{escape(result.module)}: {left} and {right}</h4>{table}")


def diff(result: wire.Diff) -> Rich:
    """A unified diff, coloured, with + and - kept in front of each line."""
    left, right = (f"v{n}" if n else "saved file" for n in (result.left, result.right))
    if not result.unified:
        text = f"{result.module}: {left} and {right} are the same"
        return Rich(text, f"<h4>{escape(text)}</h4>")
    kinds = {"+": "add", "-": "del", "@": "hunk"}
    lines = result.unified.splitlines()
    body = "".join(f'<div class="{kinds.get(line[:1], "")}">{escape(line) or "&nbsp;"}</div>' for line in lines)
    head = f"{result.module}: {left} → {right}"
    return Rich(result.unified, f'<h4>{escape(head)}</h4><div class="mono">{body}</div>')


_MARKS = {"running": "●", "crashed": "■", "restarting": "◆", "stopped": "○", "suspended": "◇", "blocked": "▲"}


def tree(result: wire.Tree) -> Rich:
    """The supervision tree as indented lines."""
    if not result.roots:
        text = "no supervisor is running; start one with %sandbox_start MODULE"
        return Rich(text, f"<p>{escape(text)}</p>")
    lines = [line for root in result.roots for line in _node_lines(root, "", "")]
    return Rich("\n".join(lines), f"<pre>{escape(chr(10).join(lines))}</pre>")


def _node_lines(node: wire.TreeNode, first: str, rest: str) -> list[str]:
    mark = _MARKS.get(node.status, "●")
    facts = [node.status]
    if node.kind == "supervisor":
        facts += [node.strategy, f"{node.restarts} of {node.max_restarts} restarts in {node.max_seconds:g} s"]
    else:
        facts += [f"{node.mailbox} waiting"] if node.mailbox else []
        facts += [f"restarted {node.restarts}x"] if node.restarts else []
        facts += [f"state {node.state}"] if node.state else []
    lines = [f"{first}{mark} {node.name or node.id} ({', '.join(facts)})"]
    if node.last_crash:
        lines.append(f"{rest}    last crash: {node.last_crash}")
    for index, child in enumerate(node.children):
        end = index == len(node.children) - 1
        lines += _node_lines(child, rest + ("└─ " if end else "├─ "), rest + ("   " if end else "│  "))
    return lines


def info(snapshot: wire.Snapshot) -> Rich:
    """Which sandbox this is and what is in it."""
    hello = snapshot.hello
    lines = [
        f"sandbox {hello.sandbox} in {hello.directory}",
        f"process {hello.pid}, Python {hello.python}, sandbox-kernel {hello.package}",
    ]
    rows = []
    for module in snapshot.modules:
        state = f"v{module.live} is live" if module.live else "not loaded yet"
        edited = "; the saved file differs: %sandbox_reload takes it" if module.edited else ""
        lines.append(f"  {module.name}: {state}, {module.versions} version(s), {module.lines} lines{edited}")
        rows.append(
            f"<tr><td><code>{escape(module.name)}</code></td><td>{state}</td><td>{module.versions} version(s)</td>"
            f"<td>{module.lines} lines</td><td>{escape(edited.lstrip('; '))}</td></tr>"
        )
    if not rows:
        lines.append("  no modules yet; make one with %%sandbox_module NAME")
    table = f"<table>{''.join(rows)}</table>" if rows else f"<p>{escape(lines[-1].strip())}</p>"
    head = f"<h4>{escape(lines[0])}</h4><p class='dim'>{escape(lines[1])}</p>"
    return Rich("\n".join(lines), head + table)


def timeline(changes: Sequence[Change]) -> Rich:
    """All changes over all modules, newest first."""
    if not changes:
        return sentence("no change was made yet; make a module with %%sandbox_module NAME")
    lines, rows = [], []
    for change in changes:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(change.time))
        moves = ", ".join(_move(name, change.before.get(name, 0), number) for name, number in change.versions.items())
        note = change.reason if change.outcome == "rejected" else change.note
        cells = (str(change.id), when, change.kind, change.outcome, moves, note)
        lines.append(f"{change.id:>5}  {when}  {change.kind:<8} {change.outcome:<8}  {moves}  {note}".rstrip())
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("", "when", "what", "outcome", "versions", "note"))
    return Rich("\n".join(lines), f"<table><tr>{head}</tr>{''.join(rows)}</table>")


def _move(name: str, before: int, after: int) -> str:
    if not after:
        return f"{name} v{before} taken away"
    return f"{name} v{before} → v{after}" if before else f"{name} v{after}"


def report(found: CompileReport) -> Rich:
    """What a compilation of several modules found."""
    return Rich(str(found), found._repr_html_(), tone="ok" if found.ok else "no")


def sentence(text: str) -> Rich:
    return Rich(text, paragraph(text))


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
