"""Actors: values that say who is at work and as what."""

from dataclasses import FrozenInstanceError
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from core.actor import COMMAND_LINE, SYSTEM, Actor, Forbidden, Grant

CLERK = Actor(uuid4(), "张经办", 7, (Grant("bank_clerk", organisation=7), Grant("owner_clerk")))


class TestHasRole:
    @pytest.mark.parametrize("roles", [("bank_clerk",), ("operator", "owner_clerk")])
    def test_knows_any_grants_role(self, roles):
        assert CLERK.has_role(*roles)

    @pytest.mark.parametrize("roles", [("operator",), ()])
    def test_knows_no_other(self, roles):
        assert not CLERK.has_role(*roles)

    def test_is_not_the_platforms(self):
        assert not SYSTEM.has_role("operator")


class TestRequireRole:
    def test_lets_a_holder_pass(self):
        CLERK.require_role("bank_clerk", "operator")

    @pytest.mark.parametrize("roles", [("operator",), ()])
    def test_refuses_others_with_403_in_chinese(self, roles):
        with pytest.raises(Forbidden, match="岗位") as refusal:
            CLERK.require_role(*roles)
        assert isinstance(refusal.value, PermissionDenied)
        assert refusal.value.code == "role.other"

    @pytest.mark.parametrize("platform", [SYSTEM, COMMAND_LINE])
    def test_lets_the_platform_pass(self, platform):
        platform.require_role("operator")


class TestActor:
    def test_is_a_value(self):
        assert Actor(CLERK.id, "张经办", 7, CLERK.grants) == CLERK
        assert len({CLERK, Actor(CLERK.id, "张经办", 7, CLERK.grants)}) == 1

    def test_cannot_be_promoted_on_its_way_down(self):
        with pytest.raises(FrozenInstanceError):
            CLERK.is_system = True

    def test_tells_the_platform_from_whoever_types_commands(self):
        assert SYSTEM.id != COMMAND_LINE.id
        assert (SYSTEM.name, COMMAND_LINE.name) == ("系统", "命令行")
