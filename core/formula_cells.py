"""Cells that hold no value of the sender's: a formula's error, or a formula without its result."""

#: What the reader puts where a program other than a spreadsheet saved a formula and no value.
UNCALCULATED = "(公式没有结果)"
ERRORS = frozenset(["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"])
#: Text of such a cell → what to do about it.
WITHOUT_VALUE = {
    UNCALCULATED: "这一格是公式，文件里没有存下计算结果。请用 WPS 或 Excel 打开原表，"
    "保存一次再上传；也可以在这里直接填数。",
    **dict.fromkeys(ERRORS, "这一格的公式算不出结果，请改正公式，或直接填写。"),
}
