"""What notice boards refuse, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "notice.no_contractor": _("项目还没有施工总承包单位，不能生成告示牌。"),
        "notice.before_made": _("这一版告示牌 %(made)s 才生成，张贴日期不能更早。"),
        "photo.broken": _("照片打不开，可能没有传完整，请重新拍照后上传。"),
        "photo.too_many_pixels": _("照片尺寸过大，请用手机相机重新拍照后上传。"),
    }
)
