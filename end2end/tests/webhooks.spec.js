import { Webhook } from 'standardwebhooks';
import { expect, test as base } from '../fixtures.js';
import { fillIn, makeWebhook, press, somebody, visitWebhook } from '../people.js';
import { receive } from '../receiver.js';

const test = base.extend({
  /** A program that events are sent to. */
  receiver: async ({}, use) => {
    const receiver = await receive();
    await use(receiver);
    await receiver.close();
  },
});

/** Waits for the event of this number, and returns it once the library of Standard Webhooks has found it genuine. */
async function arrival(receiver, secret, number) {
  await expect.poll(() => receiver.heard.length).toBeGreaterThanOrEqual(number);
  const { headers, body } = receiver.heard[number - 1];
  return { id: headers['webhook-id'], event: new Webhook(secret).verify(body, headers) };
}

/** Looks at the page again until it shows what has come of something meanwhile. */
async function sees(page, locator, text) {
  await expect(async () => {
    await page.reload();
    await expect(locator).toContainText(text, { timeout: 500 });
  }).toPass();
}

test('staff make a webhook, and events arrive that are signed with the secret they were shown', async ({
  owner: page,
  receiver,
}) => {
  const secret = await makeWebhook(page, receiver.url);
  await expect(page.getByRole('status').first()).toHaveText('Webhook made.');
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  await visitWebhook(page);
  await expect(page.getByText(secret)).toHaveCount(0);

  await press(page, 'Send a test event');
  await expect(page.getByRole('status').first()).toHaveText(/^A test event is on its way/);
  const tested = await arrival(receiver, secret, 1);
  expect(tested.event).toMatchObject({ type: 'webhook.test', version: 2, id: tested.id });
  const row = page.getByRole('row', { name: /webhook\.test/ });
  await sees(page, row, 'Arrived');

  const { name, email } = somebody();
  await page.goto('/admin/users/new');
  await fillIn(page, { name, email });
  await press(page, 'Create user');
  const told = await arrival(receiver, secret, 2);
  expect(told.event).toMatchObject({ type: 'user.created', data: { object: { name }, previous: null } });
  const { headers, body } = receiver.heard[1];
  expect(() => new Webhook(secret).verify(body.replace(name, 'Eve'), headers)).toThrow();
});

test('what a receiver refuses can be followed and sent again', async ({ owner: page, receiver }) => {
  receiver.answer(500, '<b>out of order</b>');
  const secret = await makeWebhook(page, receiver.url);
  await visitWebhook(page);
  await press(page, 'Send a test event');
  const first = await arrival(receiver, secret, 1);
  await sees(page, page.getByRole('main').locator('.head'), 'Failing');

  await page.getByRole('link', { name: 'webhook.test' }).click();
  const attempts = page.getByRole('table', { name: /Attempts/ }).getByRole('row');
  await expect(attempts.last()).toContainText('It was answered with 500.');
  await expect(attempts.last()).toContainText('<b>out of order</b>');

  receiver.answer(200);
  const before = receiver.heard.length;
  await press(page, 'Send again webhook.test');
  await expect(page.getByRole('status').first()).toHaveText('The event is on its way again.');
  const again = await arrival(receiver, secret, before + 1);
  expect(again.id).toBe(first.id);
  await sees(page, page.getByRole('main').locator('.head'), 'Arrived');
  await visitWebhook(page);
  await expect(page.getByRole('main').locator('.head')).toContainText('On');
});

test('a webhook is turned off, and removed', async ({ owner: page, receiver }) => {
  await makeWebhook(page, receiver.url);
  await visitWebhook(page);
  const address = page.url();
  await press(page, 'Turn off');
  await expect(page.getByRole('status').first()).toHaveText('The webhook is off.');
  await expect(page.getByRole('button', { name: 'Send a test event' })).toHaveCount(0);
  const { name, email } = somebody();
  await page.goto('/admin/users/new');
  await fillIn(page, { name, email });
  await press(page, 'Create user');

  await page.goto(address);
  await expect(page.getByText('Nothing here.')).toBeVisible();
  await page.getByText('Remove…').click();
  await press(page, 'Remove webhook');
  await expect(page).toHaveURL('/admin/webhooks');
  await expect(page.getByRole('status').first()).toHaveText('Webhook removed.');
  expect((await page.goto(address)).status()).toBe(404);
  expect(receiver.heard).toEqual([]);
});

test('a form that is refused comes back with what was typed and ticked', async ({ owner: page }) => {
  await page.goto('/admin/webhooks');
  await page.getByText('Make a webhook…').click();
  await page.getByLabel('Address').fill('https://ann:pw@shop.example/');
  await page.getByRole('checkbox', { name: /role\.granted/ }).check();
  await press(page, 'Make webhook');
  await expect(page.getByRole('heading', { name: 'Webhooks', exact: true })).toBeVisible();
  await expect(page.getByLabel('Address')).toHaveValue('https://ann:pw@shop.example/');
  await expect(page.getByRole('checkbox', { name: /role\.granted/ })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /user\.created/ })).not.toBeChecked();
});
