"""Who a user is, with all that a request needs to know about it."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity.models import Organisation, User


class UserBackend(ModelBackend):
    """Users sign in while they and their organisation are enabled."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        return (
            isinstance(user, User)
            and user.is_active
            and user.organisation.status != Organisation.Status.DISABLED
        )

    def get_user(self, user_id: int) -> User | None:
        """The user with its organisation and grants: three queries, whatever their number."""
        user = User.objects.with_grants().filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None
