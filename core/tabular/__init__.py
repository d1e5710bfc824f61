"""Spreadsheets as people send them, into checked rows.

sheets → blocks → header → mapping → rowkinds → workerrows → summing → account, each step in the
module of its name and `workbook.read_workbook` their order; then clean → resolve → check → stage.
None of them knows Django's models. What an app adds is a `Table` (its module ``tables.py``):
columns with the fields of its forms, a resolve step that finds whom a row means, and checks of the
lines:

    from core.fields import CardNumberField, IdNumberField, MoneyField, NameField
    from core.tabular.tables import CheckedLine, Column, Issue, Row, Table, check_rows, each_line

    def resolve_worker(row: Row, context: Register) -> Worker | None:
        return context.workers.get(row["id"])

    def net_adds_up(line: CheckedLine[Worker], context: Register) -> Iterator[Issue]:
        if line.has("gross", "net") and line["net"] > line["gross"]:
            yield line.fault("net", "net_mismatch", "实发大于应发，请核对。")

    PAY_SHEET = Table(
        columns=(Column("name", "姓名", NameField(), aliases=("工人姓名",), example="张小明"),
                 Column("id", "身份证号码", IdNumberField(), aliases=("身份证号", "证件号码")),
                 Column("net", "实发工资", MoneyField(), aliases=("实发金额", "应发项目/实发"))),
        resolve=resolve_worker,
        checks=(each_line(net_adds_up),),         # in the order register, arithmetic
        totals=("net",))

Rows from anywhere are judged by `check_rows`, which knows no file, page or database:

    lines, issues = check_rows(PAY_SHEET, rows, Register(…))
    lines[0].found, lines[0]["net"], issues[0].message

A file goes the same way:

    from core.tabular.errors import Unreadable
    from core.tabular.marking import mark_copy
    from core.tabular.reading import Reading, check_reading, edit_cells, read_rows
    reading = read_rows(file_bytes, "9月.xlsx", PAY_SHEET, remembered={"实发数": "net"})
    reading = check_reading(reading, PAY_SHEET, Register(…))
    reading.lines, reading.issues, reading.totals, reading.tables, reading.account
    reading = edit_cells(reading, PAY_SHEET, {(7, "net"): "4463.50"})  # mended; check it anew
    reading = Reading.from_json(reading.to_json())                     # sealed by the caller
    marked = mark_copy(file_bytes, reading, PAY_SHEET)                 # xlsx bytes

A column whose `field.required` is false may stay blank; `Column(required=False)` may be absent
altogether. For attendance grids `day_columns(field)` gives the columns day1 … day31.
`read_rows(choices=Choices(columns={(0, 3, 5): "net"}, sheets={1: "skip"}, hidden="read"))` says
what the sender chose: the sixth column of the table whose header stands in row 3 of the first
worksheet. Rows are named by their `key` everywhere; it is the row's number in a workbook of one
table.

`Unreadable` says in Chinese why a file cannot be read and what to do; it carries a `code`.
"""
