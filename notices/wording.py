"""The fixed words of the board and of its page, in Chinese and Uyghur (core.languages)."""

from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_noop as _

from core.languages import in_language, unreviewed

TERMS = {
    "title": _("农民工维权信息告示牌"),
    "motto": _("农民工有按时足额获得工资的权利。任何单位和个人不得拖欠农民工工资。"),
    "project": _("工程项目"),
    "project_code": _("项目编号"),
    "address": _("项目地址"),
    "period": _("开工、竣工日期"),
    "amount": _("合同金额"),
    "parties": _("参建单位与责任人"),
    "owner": _("建设单位"),
    "contractor": _("施工总承包单位"),
    "project_department": _("所在项目部"),
    "project_manager": _("项目经理"),
    "subcontractors": _("分包单位"),
    "industry_department": _("行业主管部门"),
    "labour_officer": _("劳资专管员"),
    "wages": _("工资标准与支付日期"),
    "minimum_wage": _("当地最低工资标准"),
    "monthly": _("元/月"),
    "hourly": _("元/小时"),
    "unconfirmed": _("待核实"),
    "pay_day": _("工资支付日期"),
    "pays_last_month": _("每月%(day)s日发放上月工资"),
    "pays_this_month": _("每月%(day)s日发放当月工资"),
    "pays_before_holidays": _("遇法定节假日或休息日，提前支付"),
    "pays_on_last_day": _("当月没有这一日的，在当月最后一日发放"),
    "account": _("工资专用账户"),
    "paid_to_card": _("工资由总承包单位从专用账户直接发到本人工资卡；任何单位和个人不得扣押工资卡"),
    "bond": _("工资保证金"),
    "channels": _("投诉举报与维权渠道"),
    "industry_complaints": _("行业主管部门投诉举报电话"),
    "inspectorate_complaints": _("劳动保障监察投诉举报电话"),
    "arbitration": _("劳动争议调解仲裁申请渠道"),
    "legal_aid": _("法律援助申请渠道"),
    "legal_service_hotline": _("公共法律服务"),
    "labour_hotline": _("人社服务"),
    "government_hotline": _("政务服务便民"),
    # Only what the page behind the code can do by now (templates/notices/public.html).
    "scan": _("扫码核对本告示牌、\n拨打维权电话"),
    "awaiting_review": _("维吾尔文待审核"),
    "is_current": _("本告示牌现行有效"),
    "has_changed": _("告示牌内容已有变化，下列各项以最新内容为准"),
    "is_replaced": _("这是旧版告示牌，现场应张贴新版"),
    "on_board": _("牌上写的"),
    "now": _("现在是"),
    "sign_in": _("单位人员登录平台"),
}


@dataclass(frozen=True)
class Term:
    """One label or sentence in both languages."""

    zh: str
    ug: str

    def filled(self, **values: object) -> "Term":
        return Term(self.zh % values, self.ug % values)


@dataclass(frozen=True)
class Wording:
    """All terms, and whether a native reader has approved the Uyghur of every one."""

    terms: dict[str, Term]
    reviewed: bool

    def __getitem__(self, key: str) -> Term:
        return self.terms[key]


@cache
def board_wording() -> Wording:
    """The wording of the notice board."""
    terms = {key: Term(zh, in_language(zh, "ug")) for key, zh in TERMS.items()}
    return Wording(terms, reviewed=unreviewed("ug").isdisjoint(TERMS.values()))
