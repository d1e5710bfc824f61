"""What core refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "state.changed": _(
            "没有办理：刚才已经有人办理过，状态变了。请刷新页面，按现在的状态办理。"
        ),
        "day.to_come": _("日期不能晚于今天，到那天再办理。"),
        "role.other": _("这项操作归别的岗位办理。"),
        "mailbox.link_dead": _(
            "没有确认：链接已过期，或者邮箱后来又换过。请在消息设置里重新填写邮箱，打开新的确认邮件。"
        ),
        "delivery.under_way": _("没有再发：这条消息正在发送，或者已经送出。"),
        "purpose.missing": _("请选择查看目的。"),
        "purpose.unexplained": _("选择“其他”时请写明查看目的。"),
        "file.empty": _("“%(name)s”是空文件，请检查后重新上传。"),
        "file.too_large": _("“%(name)s”超过 %(most)s MB，请压缩或拆分后再上传。"),
        "file.other_kind": _("“%(name)s”%(found)s，这里只能上传：%(wanted)s。"),
        "document.of_another": _("这份文书由别的单位签发，只有签发单位可以办理。"),
        "document.served": _("%(number)s 已经送达，不必再记录。"),
        "document.revoked": _("%(number)s 已经撤销，不能再办理。"),
        "document.served_on_another_day": _("送达日期应在签发之日（%(day)s）之后，且不晚于今天。"),
        "document.refused_without_note": _("拒收请写明经过和见证人。"),
        "upload.changed": _("这份上传的状态已经变化，请刷新页面后再办理。"),
        "upload.faulty_rows": _(
            "还有 %(count)s 行有错误，全部改正后才能入库；已上传的内容都还在。"
        ),
        "upload.nothing_to_undo": _("没有可以撤销的修改。"),
        "upload.other_month": _("表里没有写这个月份，不能改到这个月。请重新选择月份上传。"),
        "upload.no_such_cell": _("没有保存：表里没有这一格或这一行。请刷新页面后再改。"),
        "upload.too_many_cells": _("没有保存：一次最多改 %(most)s 格，请分几次粘贴。"),
        "upload.paste_too_wide": _("没有保存：粘贴的内容比表格宽，从这一格起只有 %(columns)s 列。"),
        "upload.paste_too_long": _(
            "没有保存：粘贴的行比本页有错误的行多，从这一行起只有 %(rows)s 行。"
            "请先显示全部行再粘贴。"
        ),
        "upload.no_good_row": _("没有一行可以入库，请按问题清单改正后再试；已上传的内容都还在。"),
    }
)
