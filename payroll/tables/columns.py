"""The columns of a pay sheet, under the headings that site offices give them."""

from core.fields import (
    CardNumberField,
    DaysField,
    IdNumberField,
    MoneyField,
    NameField,
    PhoneField,
    RateField,
    TextField,
)
from core.tabular.tables import Column


def _optional_money(name: str, title: str, *aliases: str) -> Column:
    return Column(name, title, MoneyField(required=False), aliases=aliases, required=False)


COLUMNS = (
    Column(
        "name", "姓名", NameField(), aliases=("工人姓名", "名字", "姓名（全称）"), example="张小明"
    ),
    Column(
        "id",
        "身份证号码",
        IdNumberField(),
        aliases=("身份证号", "身份证", "公民身份号码", "证件号码", "身份证件号码", "居民身份证号"),
        example="650102199001011234",
    ),
    Column(
        "team",
        "班组",
        TextField(max_length=40, required=False),
        aliases=("班组名称", "所属班组", "施工班组", "队组"),
        required=False,
        example="钢筋班",
    ),
    Column(
        "trade",
        "工种",
        TextField(max_length=30, required=False),
        aliases=("岗位", "工种名称", "职务工种"),
        required=False,
        example="钢筋工",
    ),
    Column(
        "days",
        "出勤天数",
        DaysField(required=False),
        aliases=(
            "出勤",
            "考勤天数",
            "出勤工日",
            "工日",
            "工日数",
            "出工天数",
            "天数",
            "工数",
            "出勤天数/工时",
        ),
        required=False,
        example="26.5",
    ),
    Column(
        "rate",
        "日工资",
        RateField(required=False),
        aliases=(
            "日工资标准",
            "日薪",
            "单价",
            "工日单价",
            "工资标准",
            "日工资/单价",
            "计时单价",
            "工价",
        ),
        required=False,
        example="260",
    ),
    _optional_money("overtime", "加班工资", "加班", "加班费", "加班金额", "加班补助"),
    _optional_money(
        "allowance", "补贴", "津贴", "补助", "津补贴", "津贴补贴", "高温津贴", "其他应发"
    ),
    _optional_money("bonus", "奖金", "绩效", "绩效工资", "奖励"),
    Column(
        "gross",
        "应发工资",
        MoneyField(),
        aliases=(
            "应发",
            "应发金额",
            "应发合计",
            "应发工资合计",
            "应付工资",
            "应得工资",
            "工资总额",
            "应发数",
        ),
        example="6760.00",
    ),
    _optional_money("advance", "借支", "预支", "预支工资", "借款", "扣借支", "已借支", "预借"),
    _optional_money("living", "生活费", "预支生活费", "已发生活费", "已付生活费"),
    _optional_money(
        "deduction", "代扣", "扣款", "代扣代缴", "代扣款", "代扣费用", "扣除", "应扣", "其他代扣"
    ),
    _optional_money("insurance", "社保", "代扣社保", "社会保险", "社保个人部分", "保险"),
    _optional_money("tax", "个税", "个人所得税", "代扣个税", "所得税"),
    _optional_money("meals", "伙食费", "餐费", "扣伙食费", "饭费", "水电费"),
    _optional_money("fines", "其他扣款", "罚款", "其他扣除", "工具费"),
    _optional_money(
        "deductions", "扣除合计", "扣款合计", "应扣合计", "代扣合计", "扣除项目合计", "扣除金额合计"
    ),
    Column(
        "net",
        "实发工资",
        MoneyField(),
        aliases=(
            "实发",
            "实发金额",
            "实发合计",
            "实发工资合计",
            "实付工资",
            "实领工资",
            "实发数",
            "实领金额",
            "净发工资",
        ),
        example="6223.50",
    ),
    Column(
        "card",
        "银行卡号",
        CardNumberField(),
        aliases=(
            "工资卡号",
            "工资卡银行账号",
            "银行账号",
            "卡号",
            "银行卡账号",
            "工资卡账号",
            "账号",
            "开户账号",
        ),
        example="6217001234567890123",
    ),
    Column(
        "bank",
        "开户银行",
        TextField(max_length=60, required=False),
        aliases=("开户行", "银行名称", "所属银行", "开户行名称", "开户银行名称"),
        required=False,
        example="中国建设银行",
    ),
    Column(
        "phone",
        "联系电话",
        PhoneField(required=False),
        aliases=("手机号码", "手机号", "电话", "联系方式", "手机", "电话号码"),
        required=False,
        example="13812341234",
    ),
)
