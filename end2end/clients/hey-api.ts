// The client of hey-api: a function for each operation.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { client } from './generated/hey-api/client.gen.ts';
import {
  ordersPlace,
  paymentsPay,
  paymentsRead,
  refundsRequest,
  usersCreate,
  usersList,
  usersRead,
  usersUpdate,
} from './generated/hey-api/index.ts';
import type { Payment, User } from './generated/hey-api/index.ts';
import { settings } from './settings.ts';

const { baseUrl, token } = settings();
client.setConfig({ baseUrl, auth: token });
const headers = () => ({ 'Idempotency-Key': randomUUID() });
const throwOnError = true as const;

const users: User[] = [];
for (const name of ['Ann', 'Bob', 'Cid']) {
  const body = { name, email: `${name}.hey@example.com` };
  users.push((await usersCreate({ headers: headers(), body, throwOnError })).data);
}
const [ann] = users;
assert(ann !== undefined && ann.email === 'Ann.hey@example.com' && ann.removed_at === null);

const taken = await usersCreate({ body: { name: 'Ann', email: ann.email } });
assert.equal(taken.error?.error, 'EMAIL_EXISTS');

const listed: string[] = [];
let cursor: string | undefined;
do {
  const query = { limit: 2, sort: 'name' as const, ...(cursor === undefined ? {} : { cursor }) };
  const page = (await usersList({ query, throwOnError })).data;
  listed.push(...page.items.map((user) => user.id));
  cursor = page.next ?? undefined;
} while (cursor !== undefined);
assert(users.every((user) => listed.filter((id) => id === user.id).length === 1));

const read = await usersRead({ path: { id: ann.id }, throwOnError });
const seen = read.response?.headers.get('etag') ?? '';
const change = { path: { id: ann.id }, headers: { 'If-Match': seen }, body: { name: 'Ann Lee' }, throwOnError };
assert.equal((await usersUpdate(change)).data.name, 'Ann Lee');

const order = (
  await ordersPlace({
    headers: headers(),
    body: {
      customer_id: ann.id,
      currency: 'EUR',
      lines: [{ description: 'Coffee, 250 g', quantity: 2, unit_price: 625 }],
    },
    throwOnError,
  })
).data;
assert.deepEqual(order.total, { minor: 1250, currency: 'EUR' });

const body = { order_id: order.id, method: 'pm_card_ok' };
let payment: Payment = (await paymentsPay({ headers: headers(), body, throwOnError })).data;
while (payment.state === 'pending' || payment.state === 'unknown') {
  await sleep(100);
  payment = (await paymentsRead({ path: { id: payment.id }, throwOnError })).data;
}
assert.equal(payment.state, 'succeeded');

const asked = { payment_id: payment.id, amount: 625, reason: 'Arrived broken' };
const refund = (await refundsRequest({ headers: headers(), body: asked, throwOnError })).data;
assert.equal(refund.amount.minor, 625);
