"""Who may sign in with a password."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity.models import User


class UserBackend(ModelBackend):
    """Users sign in while they and their organisation are enabled."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        return isinstance(user, User) and user.may_sign_in

    def get_user(self, user_id: int) -> User | None:
        """The user with its organisation and grants, in one query."""
        user = User.objects.with_grants().filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None
