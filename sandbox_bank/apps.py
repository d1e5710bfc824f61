"""The sandbox bank as Django sees it: a command, no tables."""

from django.apps import AppConfig


class SandboxBankConfig(AppConfig):
    name = "sandbox_bank"
    verbose_name = "沙箱银行"
