"""What warnings put into shared pages."""

from core.hook_kinds import (
    BeatTask,
    DigestLines,
    DocumentKind,
    FeedReader,
    HomeArea,
    HomeSection,
    NavigationSection,
    PanelPlace,
    SearchProvider,
    SubjectKind,
    TrackedTable,
)
from core.hooks import declare
from identity.hook_kinds import LimitSource
from identity.roles import GOVERNMENT, Role
from monitoring import acts, desk, forms, home
from monitoring.coverage import faults_section
from monitoring.hook_kinds import WarningAct
from monitoring.selectors import (
    rule_limit,
    search_warnings,
    warning_subjects,
    worst_cells,
    worst_of_project,
)
from monitoring.telling import open_work
from projects.hook_kinds import Part, ProjectColumn, ProjectTab
from projects.permissions import EMPLOYER_ROLES

declare(
    LimitSource(key="rules", selector=rule_limit),
    # What the contractor is warned of is no business of the owner's or the bank's.
    ProjectTab(
        key="warnings",
        order=80,
        label="预警",
        page="monitoring:project",
        opens_to=frozenset({Part.SUBCONTRACTOR}),
    ),
    NavigationSection(
        key="warnings",
        order=50,
        label="预警",
        page="monitoring:list",
        roles=EMPLOYER_ROLES | GOVERNMENT,
        within=("/rules/",),
    ),
    ProjectColumn(
        key="worst",
        order=10,
        label="预警",
        selector=worst_cells,
        sort=worst_of_project,
        falling=True,
        roles=EMPLOYER_ROLES | GOVERNMENT,
    ),
    PanelPlace(key="warning", subject="monitoring.models.EarlyWarning"),
    SearchProvider(key="warning", order=40, label="预警", selector=search_warnings),
)

declare(
    FeedReader(key="monitoring.rules", feed="core.Touch", task="monitoring.tasks.sweep_touched"),
    BeatTask(key="monitoring.tasks.sweep_touched", every=15),
    FeedReader(
        key="monitoring.telling",
        feed="monitoring.WarningEvent",
        task="monitoring.tasks.tell_people",
    ),
    BeatTask(key="monitoring.tasks.tell_people", every=15),
    # Each step once: what is asked again finds nothing due.
    BeatTask(key="monitoring.tasks.escalate_overdue", every=600),
    DigestLines(key="warnings", order=10, selector=open_work),
    # Does nothing once the day's sweep is done.
    BeatTask(key="monitoring.tasks.sweep_daily", every=60),
)

declare(
    HomeSection(
        key="rules-not-judging",
        order=5,
        area=HomeArea.WORK,
        roles=frozenset({Role.BUREAU_OFFICER, Role.OPERATOR}),
        selector=faults_section,
        template="components/work_section.html",
    ),
)

_BUREAU = frozenset({Role.BUREAU_OFFICER})
declare(
    HomeSection(
        key="warnings-to-sign",
        order=10,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.warnings_to_sign,
        template="components/work_section.html",
    ),
    HomeSection(
        key="warnings-to-review",
        order=11,
        area=HomeArea.WORK,
        roles=_BUREAU,
        selector=home.warnings_to_review,
        template="components/work_section.html",
    ),
    HomeSection(
        key="warnings-of-industry",
        order=12,
        area=HomeArea.WORK,
        roles=GOVERNMENT - _BUREAU,
        selector=home.warnings_of_industry,
        template="components/work_section.html",
    ),
)

# What rules read of the past.
declare(
    TrackedTable(key="monitoring.RuleSetting", known="set_at"),
    TrackedTable(
        key="monitoring.EarlyWarning",
        without=("evaluated_on", "handling", "sign_by", "settle_by", "handler"),
    ),
)

declare(
    SubjectKind(key="warning", label="预警", selector=warning_subjects),
    DocumentKind(key="transfer", label="移送单", word="移送"),
    DocumentKind(key="supervision", label="督办通知", word="督办"),
)

#: In the order in which the next lawful step is looked for: the first open one is the main button.
declare(
    WarningAct(
        key="close",
        order=10,
        label="复核销号",
        rule=desk.CLOSE,
        form=forms.ReviewForm,
        perform=acts.close,
        confirm="销号后这条预警结束，不能再反馈或退回；销号记在您名下，不能撤销。",
        heavy=True,
    ),
    WarningAct(
        key="sign",
        order=20,
        label="签收",
        rule=desk.SIGN,
        form=forms.SignForm,
        perform=acts.sign,
        confirm="签收记在您名下，责任单位随即看到处置期限；签收人不能再复核销号，签收不能撤销。",
    ),
    WarningAct(
        key="decide_extension",
        order=30,
        label="决定延期",
        rule=desk.DECIDE_EXTENSION,
        form=forms.DecideForm,
        perform=acts.decide_extension,
        confirm="一条预警只能延期一次，决定不能更改。",
    ),
    WarningAct(
        key="report",
        order=40,
        label="反馈处置情况",
        rule=desk.REPORT,
        form=forms.ReportForm,
        perform=acts.report,
    ),
    WarningAct(
        key="supervise",
        order=50,
        label="督办",
        rule=desk.SUPERVISE,
        form=forms.SuperviseForm,
        perform=acts.supervise,
        confirm="签发编号的督办通知，记在本机关名下。",
    ),
    WarningAct(
        key="remind",
        order=60,
        label="催办",
        rule=desk.REMIND,
        form=forms.RemindForm,
        perform=acts.remind,
    ),
    WarningAct(
        key="order",
        order=70,
        label="责令限期改正",
        rule=desk.ORDER,
        form=forms.OrderForm,
        perform=acts.order,
        confirm="签发编号的指令书，期限从明天起算，记在本机关名下。",
    ),
    WarningAct(
        key="send_back",
        order=80,
        label="退回反馈",
        rule=desk.SEND_BACK,
        form=forms.NoteForm,
        perform=acts.send_back,
        confirm="退回后由责任单位重新处置和反馈，退回的理由对方看得见。",
        heavy=True,
    ),
    WarningAct(
        key="talk",
        order=90,
        label="约谈",
        rule=desk.TALK,
        form=forms.TalkForm,
        perform=acts.talk,
    ),
    WarningAct(
        key="to_police",
        order=100,
        label="转公安机关",
        rule=desk.TO_POLICE,
        form=forms.TransferForm,
        perform=acts.transfer_to_police,
        confirm="签发编号的移送单，不能收回。",
        heavy=True,
    ),
    WarningAct(
        key="to_case",
        order=110,
        label="转立案",
        rule=desk.TO_CASE,
        form=forms.TransferForm,
        perform=acts.transfer_to_case,
        confirm="签发编号的移送单，不能收回。",
    ),
    WarningAct(
        key="to_industry",
        order=120,
        label="转行业主管部门",
        rule=desk.TO_INDUSTRY,
        form=forms.IndustryForm,
        perform=acts.transfer_to_industry,
        confirm="签发编号的移送单，不能收回。",
    ),
    WarningAct(
        key="report_up",
        order=130,
        label="上报",
        rule=desk.REPORT_UP,
        form=forms.NoteForm,
        perform=acts.report_up,
    ),
    WarningAct(
        key="ask_extension",
        order=140,
        label="申请延期",
        rule=desk.ASK_EXTENSION,
        form=forms.ExtensionForm,
        perform=acts.ask_extension,
    ),
    WarningAct(
        key="assign",
        order=150,
        label="指定经办人",
        rule=desk.ASSIGN,
        form=forms.AssignForm,
        perform=acts.assign,
    ),
    WarningAct(
        key="dismiss",
        order=160,
        label="误报注销",
        rule=desk.DISMISS,
        form=forms.ReviewForm,
        perform=acts.dismiss,
        confirm="注销后这条预警不再办理，理由和材料留存备查；注销记在您名下，不能撤销。",
        heavy=True,
    ),
    WarningAct(
        key="comment",
        order=170,
        label="补充情况",
        rule=desk.COMMENT,
        form=forms.CommentForm,
        perform=acts.comment,
    ),
)
