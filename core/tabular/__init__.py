"""Spreadsheets as people send them, into checked rows.

read → locate → map → clean → check → stage, each step in the module of its name, none of them
knowing Django's models. What an app adds is a `Schema`; the fields are those of its forms:

    from core.fields import CardNumberField, IdNumberField, MoneyField, NameField
    from core.tabular.reading import Reading, read_table, recheck
    from core.tabular.schema import Column, Issue, Row, Schema, each_row

    @each_row
    def net_adds_up(row: Row) -> Iterator[Issue]:     # or: def check(rows: Sequence[Row])
        if row.has("gross", "net") and row["net"] > row["gross"]:
            yield row.fault("net", "net_mismatch", "实发大于应发，请核对。")

    SCHEMA = Schema(
        columns=(Column("name", "姓名", NameField(), aliases=("工人姓名",), example="张小明"),
                 Column("id", "身份证号码", IdNumberField(), aliases=("身份证号", "证件号码")),
                 Column("net", "实发工资", MoneyField(), aliases=("实发金额", "应发项目/实发"))),
        checks=(net_adds_up,),                    # in the order register, arithmetic
        totals=("net",))

    from core.tabular.errors import Unreadable
    from core.tabular.marking import mark_copy
    reading = read_table(file_bytes, "9月.xlsx", SCHEMA, remembered={"实发数": "net"})
    reading.rows[0].number, reading.rows[0]["net"], reading.issues, reading.totals, reading.mapping
    reading = recheck(reading, SCHEMA, {(7, "net"): "4463.50"})   # a cell mended on screen
    reading = Reading.from_json(reading.to_json())                # staged, sealed by the caller
    marked = mark_copy(file_bytes, reading, SCHEMA)                # xlsx bytes

`Schema.with_checks(…)` adds checks that need the database, bound by the caller. A column whose
`field.required` is false may stay blank; `Column(required=False)` may be absent altogether. For
attendance grids `day_columns(field)` gives the columns day1 … day31. `read_table(override={3:
"net", 5: None})` maps columns (counted from 0) as the user chose on screen.

`Unreadable` says in Chinese why a file cannot be read and what to do; it carries a `code`.
"""
