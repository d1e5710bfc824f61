"""Seals everything anew under the current key, after a key was put first in SEAL_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from core import attachments, sealed


class Command(BaseCommand):
    help = "用当前密钥重新加密全部敏感数据；完成后旧密钥可以从 SEAL_KEYS 中去掉"

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            if sealed.sealed_fields(model):
                count = sealed.reseal(model)
                self.stdout.write(f"{model._meta.verbose_name}：{count} 条")
        count, damaged = attachments.reseal_attachments()
        self.stdout.write(f"附件：{count} 个")
        if damaged:
            names = "、".join(map(str, damaged))
            raise CommandError(f"这些附件已损坏或丢失，未能重新加密，请从备份恢复：{names}")
