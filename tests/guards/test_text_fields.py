"""Whoever types text types into a field of core.fields, which refuses what nobody sees."""

import importlib

from django import forms
from django.apps import apps

#: Fields that take what is typed as it is, and why.
EXCEPTIONS = {
    "SignInForm.username": "compared with user names, which cannot hold any; never shown to others",
    "StatusForm.from_status": "hidden, compared with the state",
    "PaperForm.act": "hidden, compared with the acts of bonds",
    "PaperForm.name": "hidden, compared with the papers that the policy asks for",
    "DownloadForm.paper": "a size that is read or refused",
}


def all_forms(base=forms.BaseForm):
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def test_plain_text_goes_through_the_rule_of_core():
    for app in apps.get_app_configs():
        if importlib.util.find_spec(f"{app.name}.forms"):
            importlib.import_module(f"{app.name}.forms")
    ours = {app.name for app in apps.get_app_configs() if not app.name.startswith("django")}
    plain = {
        f"{form.__name__}.{name}"
        for form in all_forms()
        if form.__module__.split(".")[0] in ours
        for name, field in form.base_fields.items()
        if type(field) is forms.CharField and not isinstance(field.widget, forms.PasswordInput)
    }
    assert plain == set(EXCEPTIONS)
