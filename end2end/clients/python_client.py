"""The client of openapi-python-client: a module for each operation."""

import os
import time
from typing import TypeVar
from uuid import uuid4

from frontdesk_client import AuthenticatedClient
from frontdesk_client.api.orders import orders_place
from frontdesk_client.api.payments import payments_pay, payments_read
from frontdesk_client.api.refunds import refunds_request
from frontdesk_client.api.users import users_create, users_list, users_read, users_update
from frontdesk_client.models import (
    CreateUser,
    NewOrderLine,
    Order,
    Payment,
    PayOrder,
    PlaceOrder,
    Problem,
    Refund,
    RequestRefund,
    UpdateUser,
    User,
    UserPage,
    UsersListSort,
)
from frontdesk_client.types import UNSET, Unset

T = TypeVar("T")


def expect(kind: type[T], answer: object) -> T:
    """Returns the answer, or fails with the problem."""
    assert isinstance(answer, kind), answer
    return answer


def key() -> str:
    return str(uuid4())


client = AuthenticatedClient(base_url=os.environ["FRONTDESK_API"], token=os.environ["FRONTDESK_TOKEN"])

users: list[User] = []
for name in ["Ann", "Bob", "Cid"]:
    body = CreateUser(name=name, email=f"{name}.python@example.com")
    users.append(expect(User, users_create.sync(client=client, body=body, idempotency_key=key())))
ann = users[0]
assert ann.email == "Ann.python@example.com" and ann.removed_at is None

taken = expect(Problem, users_create.sync(client=client, body=CreateUser(name="Ann", email=ann.email)))
assert taken.error == "EMAIL_EXISTS"

listed: list[str] = []
cursor: str | Unset | None = UNSET
while cursor is not None:
    page = expect(UserPage, users_list.sync(client=client, limit=2, sort=UsersListSort.NAME, cursor=cursor))
    listed.extend(str(user.id) for user in page.items)
    cursor = page.next_ or None
assert all(listed.count(str(user.id)) == 1 for user in users)

read = users_read.sync_detailed(ann.id, client=client)
change = UpdateUser(name="Ann Lee")
changed = users_update.sync(ann.id, client=client, body=change, if_match=read.headers["etag"])
assert expect(User, changed).name == "Ann Lee"

line = NewOrderLine(description="Coffee, 250 g", quantity=2, unit_price=625)
place = PlaceOrder(customer_id=ann.id, currency="EUR", lines=[line])
order = expect(Order, orders_place.sync(client=client, body=place, idempotency_key=key()))
assert (order.total.minor, order.total.currency) == (1250, "EUR")

pay = PayOrder(order_id=order.id, method="pm_card_ok")
payment = expect(Payment, payments_pay.sync(client=client, body=pay, idempotency_key=key()))
while payment.state in ("pending", "unknown"):
    time.sleep(0.1)
    payment = expect(Payment, payments_read.sync(payment.id, client=client))
assert payment.state == "succeeded"

ask = RequestRefund(payment_id=payment.id, amount=625, reason="Arrived broken")
refund = expect(Refund, refunds_request.sync(client=client, body=ask, idempotency_key=key()))
assert refund.amount.minor == 625
