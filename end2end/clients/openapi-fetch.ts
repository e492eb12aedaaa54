// The client of openapi-typescript and openapi-fetch: the types are generated, the calls are made by path.

import createClient from 'openapi-fetch';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { components, paths } from './generated/openapi-typescript.d.ts';
import { settings } from './settings.ts';

type User = components['schemas']['User'];

const { baseUrl, token } = settings();
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
const key = () => ({ 'Idempotency-Key': randomUUID() });

/** Returns the answer, or throws the problem. */
function answered<T>({ data, error }: { data?: T; error?: components['schemas']['Problem'] }): T {
  if (data === undefined) throw new Error(error ? `${error.error}: ${error.title}` : 'an empty answer');
  return data;
}

const users: User[] = [];
for (const name of ['Ann', 'Bob', 'Cid']) {
  const body = { name, email: `${name}.fetch@example.com` };
  users.push(answered(await client.POST('/users', { params: { header: key() }, body })));
}
const [ann] = users;
assert(ann !== undefined && ann.email === 'Ann.fetch@example.com' && ann.removed_at === null);

const taken = await client.POST('/users', { body: { name: 'Ann', email: ann.email } });
assert.equal(taken.error?.error, 'EMAIL_EXISTS');

const listed: string[] = [];
let cursor: string | undefined;
do {
  const query = { limit: 2, sort: 'name' as const, ...(cursor === undefined ? {} : { cursor }) };
  const page = answered(await client.GET('/users', { params: { query } }));
  listed.push(...page.items.map((user) => user.id));
  cursor = page.next ?? undefined;
} while (cursor !== undefined);
assert(users.every((user) => listed.filter((id) => id === user.id).length === 1));

const read = await client.GET('/users/{id}', { params: { path: { id: ann.id } } });
const seen = read.response.headers.get('etag');
assert(seen !== null);
const change = { params: { path: { id: ann.id }, header: { 'If-Match': seen } }, body: { name: 'Ann Lee' } };
assert.equal(answered(await client.PATCH('/users/{id}', change)).name, 'Ann Lee');
assert.equal((await client.PATCH('/users/{id}', change)).response.status, 200, 'what is the same already');

const order = answered(
  await client.POST('/orders', {
    params: { header: key() },
    body: {
      customer_id: ann.id,
      currency: 'EUR',
      lines: [{ description: 'Coffee, 250 g', quantity: 2, unit_price: 625 }],
    },
  }),
);
assert.deepEqual(order.total, { minor: 1250, currency: 'EUR' });

let payment = answered(
  await client.POST('/payments', { params: { header: key() }, body: { order_id: order.id, method: 'pm_card_ok' } }),
);
while (payment.state === 'pending' || payment.state === 'unknown') {
  await sleep(100);
  payment = answered(await client.GET('/payments/{id}', { params: { path: { id: payment.id } } }));
}
assert.equal(payment.state, 'succeeded');

const refund = answered(
  await client.POST('/refunds', {
    params: { header: key() },
    body: { payment_id: payment.id, amount: 625, reason: 'Arrived broken' },
  }),
);
assert.equal(refund.amount.minor, 625);
