"""A payment before it is ordered: how much, from which account, what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from accounts import selectors as accounts
from accounts.models import SpecialAccount
from accounts.selectors import Balance
from core.actor import Actor
from core.errors import Refused
from core.masking import mask_name
from core.money import yuan
from payroll.models import PayLine, PaymentItem, PaySheet
from workers.models import WageCard

#: Lines that no bank is working on.
UNPAID = (PayLine.Status.UNPAID, PayLine.Status.FAILED)


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """The payment of a sheet's unpaid lines as it would be ordered now; amounts in 元.

    ``lines`` carry the card that each would be paid to; ``to_same_card`` counts those of them that
    the bank returned and that would go to the same card again. ``balance`` is what the bank last
    said of the account, ``under_way`` what other orders are still taking from it. ``obstacles``
    forbid the payment, the first the worst.
    """

    account: SpecialAccount | None
    lines: Sequence[PayLine]
    total: Decimal
    to_same_card: int
    balance: Balance | None
    under_way: Decimal
    obstacles: Sequence[Refused]

    @property
    def balance_after(self) -> Decimal | None:
        """What is left on the account once this and what is under way are paid; None: unknown."""
        return self.balance.amount - self.under_way - self.total if self.balance else None


def payment_plan(*, actor: Actor, sheet: PaySheet, as_of: date, lock: bool = False) -> PaymentPlan:
    """What would be paid of a sheet, to whom and from where, and all that forbids it 条例31.

    Lines that the bank returned go to the card that the worker has now. A balance that nobody
    knows forbids nothing: the bank decides. ``lock`` holds the account's row until the transaction
    ends: two sheets of one project do not both count on the same balance.
    """
    obstacles: list[Refused] = []
    open_ones = SpecialAccount.objects.visible_to(actor).exclude(
        status=SpecialAccount.Status.CLOSED
    )
    if lock:
        open_ones = open_ones.select_for_update(of=("self",))
    account = open_ones.select_related("bank").filter(project=sheet.project_id).first()
    if account is None:
        obstacles.append(Refused("payment.no_account"))
    elif account.status != SpecialAccount.Status.ACTIVE:
        obstacles.append(Refused("payment.account_barred", status=account.get_status_display()))

    unpaid = PayLine.objects.visible_to(actor).filter(sheet=sheet, status__in=UNPAID, net__gt=0)
    # A bond pays what it has claimed (payroll.services.claims).
    unpaid = unpaid.exclude(pk__in=claimed_lines().filter(line__sheet=sheet).values("line"))
    lines = list(unpaid.select_related("engagement__person").order_by("row"))
    if not lines:
        obstacles.append(Refused("payment.nothing_to_pay"))
    cards = {
        card.person_id: card
        for card in WageCard.objects.filter(
            person__in={line.engagement.person_id for line in lines},
            valid_to__isnull=True,
            valid_from__lte=as_of,
        )
    }
    without = [line for line in lines if line.engagement.person_id not in cards]
    if without:
        names = "、".join(mask_name(line.engagement.person.name) for line in without[:5])
        if len(without) > 5:
            names += f"等 {len(without)} 人"
        obstacles.append(Refused("payment.no_card", workers=names))
    to_same_card = 0
    for line in lines:
        card = cards.get(line.engagement.person_id)
        if card is None:
            continue
        to_same_card += line.status == PayLine.Status.FAILED and line.card_id == card.pk
        line.card = card

    total = sum((line.net for line in lines), Decimal(0))
    balance = accounts.last_balance(account=account) if account else None
    items = PaymentItem.everything.filter(order__account=account, status=PaymentItem.Status.PENDING)
    under_way = items.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    if balance and (missing := total + under_way - balance.amount) > 0:
        obstacles.append(
            Refused(
                "payment.not_covered",
                balance=yuan(balance.amount),
                on=f"{balance.on:%Y-%m-%d}",
                total=yuan(total),
                missing=yuan(missing),
            )
        )
    return PaymentPlan(account, lines, total, to_same_card, balance, under_way, obstacles)


def claimed_lines() -> QuerySet[PaymentItem]:
    """The items of lines that are being paid, or are paid, from elsewhere than the account."""
    items = PaymentItem.everything.exclude(status=PaymentItem.Status.FAILED)
    return items.filter(order__isnull=True)
