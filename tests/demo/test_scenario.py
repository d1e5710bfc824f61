"""The story's parts: found by their apps' names, lower apps first."""

import sys
from types import ModuleType

from demo import scenario
from demo.scenario import Scenario, scenario_kinds


class TestScenarioKinds:
    def test_are_those_of_the_apps_in_the_order_of_their_layers(self):
        apps = [kind.__module__ for kind in scenario_kinds()]
        assert apps == [
            *("demo.identity", "demo.projects", "demo.accounts", "demo.workers"),
            *("demo.payroll", "demo.bonds", "demo.notices", "demo.monitoring"),
            "demo.supervision",
        ]

    def test_take_in_a_new_apps_without_a_list(self, monkeypatch):
        # Django's own app of this name stands for one that comes later.
        module = ModuleType("demo.sessions")
        module.Scenario = type("Scenario", (Scenario,), {})
        monkeypatch.setitem(sys.modules, "demo.sessions", module)
        found = scenario.find_spec
        monkeypatch.setattr(
            scenario, "find_spec", lambda name: name == "demo.sessions" or found(name)
        )
        assert module.Scenario in scenario_kinds()
