"""``manage.py rules list|run|explain|void``."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from core import clock
from core.actor import COMMAND_LINE
from core.history import kept_since
from monitoring import engine, selectors, services
from monitoring.catalogue import RULES, Rule, State
from monitoring.engine import Evaluation
from monitoring.models import EarlyWarning, Level, RuleRun
from monitoring.outcomes import Outcome
from projects.models import Project

WRONG_USE = 2


class Command(BaseCommand):
    help = "规则目录、运行规则、解释一条预警。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="规则目录")
        run = actions.add_parser("run", help="运行规则")
        run.add_argument("codes", nargs="*", metavar="CODE")
        run.add_argument("--project", nargs="+", action="extend", metavar="CODE")
        run.add_argument("--as-of", type=_read_day, metavar="DATE")
        run.add_argument("--dry-run", action="store_true", help="只看结果，不写入")
        explain = actions.add_parser("explain", help="解释一条预警")
        explain.add_argument("warning", metavar="WARNING")
        void = actions.add_parser(
            "void", help="服务器时钟曾经超前：作废按某日之后日期判断的记录，随后可以重新判断"
        )
        void.add_argument("--after", type=_read_day, metavar="DATE", required=True)
        void.add_argument("--reason", required=True)
        for action in (listing, run, explain, void):
            action.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {
            "list": self._list_rules,
            "run": self._run_rules,
            "explain": self._explain_warning,
            "void": self._void_runs,
        }
        acts[options["action"]](options)

    def _list_rules(self, options: dict[str, Any]) -> None:
        rules = [_rule_json(rule) for rule in services.rules_in_order()]
        if options["as_json"]:
            self._print_json({"rules": rules})
            return
        for rule in rules:
            self.stdout.write(f"{rule['code']}  {rule['title']}  {rule['basis']}")

    def _run_rules(self, options: dict[str, Any]) -> None:
        if unknown := [code for code in options["codes"] if code not in RULES]:
            raise CommandError(f"没有这样的规则：{'、'.join(unknown)}", returncode=WRONG_USE)
        as_of = options["as_of"] or clock.today()
        projects = _read_projects(options["project"])
        # A day to come, or one before what was judged already, is for looking at only.
        codes = options["codes"] or list(RULES)
        only_prints = as_of > clock.today() or bool(engine.judged_later(codes, as_of))
        only_prints = only_prints or options["dry_run"]
        asked = {"as_of": as_of, "now": clock.now(), "codes": options["codes"]}
        if only_prints and as_of < clock.today():
            evaluations = services.replay_rules(**asked, projects=projects)
        else:
            evaluations = services.run_rules(**asked, projects=projects, dry_run=only_prints)
        if options["as_json"]:
            self._print_json(
                {
                    "as_of": as_of.isoformat(),
                    "rules": [engine.as_json(evaluation) for evaluation in evaluations],
                    "warnings": _warnings_json(evaluations),
                }
            )
        else:
            if only_prints:
                self.stdout.write(f"按 {as_of} 判断，只显示结果，不写入。")
                if as_of < clock.today():
                    self.stdout.write(_replay_note(as_of))
            for evaluation in evaluations:
                self.stdout.write(_evaluation_text(evaluation))
        if any(evaluation.status != RuleRun.Status.OK for evaluation in evaluations):
            raise CommandError("有规则运行失败，已有预警保持不变。", returncode=1)

    def _explain_warning(self, options: dict[str, Any]) -> None:
        try:
            page = selectors.warning_page(actor=COMMAND_LINE, uuid=options["warning"])
        except (EarlyWarning.DoesNotExist, ValidationError):
            message = f"没有编号为 {options['warning']} 的预警。"
            raise CommandError(message, returncode=WRONG_USE) from None
        if options["as_json"]:
            self._print_json(_explanation_json(page))
            return
        for line in _explanation_lines(page):
            self.stdout.write(line)

    def _void_runs(self, options: dict[str, Any]) -> None:
        count = services.void_runs(
            actor=COMMAND_LINE, after=options["after"], reason=options["reason"], now=clock.now()
        )
        if options["as_json"]:
            self._print_json({"after": options["after"].isoformat(), "void": count})
        else:
            self.stdout.write(f"已作废 {count} 条记录，下一次巡查重新判断。")

    def _print_json(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, default=str))


def _replay_note(as_of: date) -> str:
    """How far the past is known."""
    since = kept_since()
    if since is None or localtime(since).date() > as_of:
        first = f"自 {localtime(since):%Y-%m-%d} 起才有" if since else "还没有"
        return f"数据的历史{first}，更早的变动按现在的数据判断。"
    return "按当日结束时已知的数据判断。"


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}”不是日期，请写成 2026-10-09 的样子") from None


def _read_projects(codes: list[str] | None) -> set[int] | None:
    if not codes:
        return None
    known = dict(Project.everything.filter(code__in=codes).values_list("code", "pk"))
    if unknown := [code for code in codes if code not in known]:
        raise CommandError(f"没有这样的项目：{'、'.join(unknown)}", returncode=WRONG_USE)
    return set(known.values())


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "version": rule.version,
        "title": rule.title,
        "basis": rule.basis,
        "thresholds": {name: str(value) for name, value in rule.defaults.items()},
        "clears": rule.clears,
        "duty": rule.duty,
    }


def _warnings_json(evaluations: list[Evaluation]) -> list[dict[str, Any]]:
    found = [(e.rule, outcome) for e in evaluations for outcome in e.outcomes]
    concerned = {outcome.finding.project for _, outcome in found}
    codes = dict(Project.everything.filter(pk__in=concerned - {None}).values_list("pk", "code"))
    rows = EarlyWarning.everything.filter(rule__in={rule.code for rule, _ in found}).values_list(
        "rule", "subject", "period", "uuid"
    )
    ids: dict[tuple[str, str, str], UUID] = {(r, s, p): uuid for r, s, p, uuid in rows}
    return [_warning_json(rule, outcome, codes, ids) for rule, outcome in found]


def _warning_json(
    rule: Rule,
    outcome: Outcome,
    codes: dict[int, str],
    ids: dict[tuple[str, str, str], UUID],
) -> dict[str, Any]:
    finding = outcome.finding
    uuid = ids.get((rule.code, *finding.identity))
    return {
        "id": str(uuid) if uuid else None,
        "code": rule.code,
        "level": Level(finding.level).label if finding.level else None,
        "project": codes[finding.project] if finding.project else None,
        "subject": finding.subject,
        "period": finding.period,
        "condition": outcome.state.value,
        "because": outcome.because,
        "evidence": {"summary": finding.summary, **finding.evidence},
    }


def _evaluation_text(evaluation: Evaluation) -> str:
    rule = evaluation.rule
    if evaluation.status == RuleRun.Status.FAILED:
        return f"{rule.code} {rule.title}：运行失败（{evaluation.error}）"
    text = (
        f"{rule.code} {rule.title}：判断 {evaluation.judged} 个项目，"
        f"预警 {evaluation.found}，抑制 {evaluation.count(State.INHIBITED)}，"
        f"未知 {evaluation.count(State.UNKNOWN)}，新增 {evaluation.opened}，"
        f"解除 {evaluation.cleared}，{evaluation.milliseconds} 毫秒"
    )
    return f"{text}；{evaluation.note}" if evaluation.note else text


def _explanation_json(page: selectors.WarningPage) -> dict[str, Any]:
    warning = page.warning
    return {
        "id": str(warning.uuid),
        "rule": _rule_json(page.rule) if page.rule else {"code": warning.rule, "retired": True},
        "fired_by_version": warning.rule_version,
        "level": warning.get_level_display(),
        "project": warning.project.code if warning.project else None,
        "subject": warning.subject,
        "period": warning.period,
        "summary": warning.summary,
        "evidence": warning.evidence,
        "since": warning.since.isoformat(),
        "counted_from": warning.counted_from and warning.counted_from.isoformat(),
        "condition": warning.get_condition_display(),
        "because": warning.because,
        "handling": warning.get_handling_display(),
        "clears": page.rule.clears if page.rule else "",
        "who": page.rule.duty if page.rule else "",
        "by_when": {
            "sign": warning.sign_by.isoformat(),
            "settle": warning.settle_by.isoformat(),
        },
        "history": [
            {
                "at": e.at.isoformat(),
                "what": e.get_kind_display(),
                "who": e.actor_name,
                "note": e.note,
            }
            for e in reversed(page.events)
        ],
    }


def _explanation_lines(page: selectors.WarningPage) -> Iterator[str]:
    """The explanation as somebody at the terminal reads it."""
    warning, rule = page.warning, page.rule
    yield f"{warning.rule} {warning.title}（{page.version_note}），{warning.get_level_display()}色"
    if warning.project:
        yield f"项目：{page.line.project}（{page.line.project_code}）"
    yield f"对象：{warning.subject} {warning.period}".rstrip()
    yield f"内容：{warning.summary}"
    for label, value in page.evidence.facts:
        yield f"  {label}：{value}"
    for table in page.evidence.tables:
        for row in (table.head, *table.rows):
            yield f"    {'  '.join(cell.text for cell in row)}"
    yield f"预警日期：{warning.since}；起算日：{warning.counted_from or '—'}"
    if warning.because:
        yield f"缘由：{warning.because}"
    yield f"状况：{warning.get_condition_display()}，{warning.get_handling_display()}"
    if rule:
        yield f"依据：{rule.basis}"
        yield f"怎样解除：{rule.clears}"
        yield f"谁来办：{rule.duty}"
    else:
        yield "依据：这条规则已经停用"
    yield f"期限：签收 {warning.sign_by}，处置 {warning.settle_by}"
    yield "经过："
    for event in reversed(page.events):
        what = f"{localtime(event.at):%Y-%m-%d %H:%M} {event.get_kind_display()} {event.actor_name}"
        yield f"  {what}：{event.note}" if event.note else f"  {what}"
