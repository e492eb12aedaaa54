// An order from the desk to the receipt, and back.

import { expect, test } from '../fixtures.js';
import { press, somebody, visitUser } from '../people.js';
import { pay, placeOrder, refund } from '../shop.js';

test('an order is placed, paid, and has a receipt', async ({ owner, browsers, member }) => {
  const id = await placeOrder(owner, member);
  await expect(owner.getByRole('main')).toContainText('Order placed.');
  const page = await browsers.of(member);
  await page.goto('/account');
  await page.getByRole('main').getByRole('link', { name: 'Your orders' }).click();
  await page.getByRole('rowheader').getByRole('link').click();
  await expect(page).toHaveURL(`/account/orders/${id}`);
  await expect(page.getByText('To be paid')).toBeVisible();

  await pay(page, 'pm_card_ok');
  await expect(page.getByRole('main')).toContainText('The order is paid.');
  await page.getByRole('link', { name: 'Receipt' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Receipt /);
  await expect(page.getByRole('main')).toContainText('25.00');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toBeHidden();
  await expect(page.getByText('Amount paid')).toBeVisible();
});

test('a payment that fails says why, and another card pays', async ({ owner, browsers, member }) => {
  const id = await placeOrder(owner, member);
  const page = await browsers.of(member);
  await page.goto(`/account/orders/${id}`);
  await pay(page, 'pm_card_insufficient_funds');
  const told = page.getByRole('region', { name: 'The payment did not succeed' });
  await expect(told).toContainText(/25\.00\sEUR are needed, and 6\.25\sEUR are there/);
  await expect(page.getByRole('heading', { name: 'Pay again' })).toBeVisible();
  await pay(page, 'pm_card_expired');
  await expect(told).toContainText('The card has expired');
  await pay(page, 'pm_card_ok');
  await expect(told).toBeHidden();
  await expect(page.getByRole('link', { name: 'Receipt' })).toBeVisible();
});

test('a payment is confirmed on the page that stands for the bank', async ({ owner, browsers, member }) => {
  const id = await placeOrder(owner, member);
  const page = await browsers.of(member);
  await page.goto(`/account/orders/${id}`);
  await pay(page, 'pm_card_confirm');
  await page.getByRole('link', { name: 'Go to your bank' }).click();
  await press(page, 'Refuse');
  await expect(page).toHaveURL(`/account/orders/${id}`);
  await expect(page.getByRole('main')).toContainText('not confirmed at the bank');

  await pay(page, 'pm_card_confirm');
  await press(page, 'Call the payment off');
  await expect(page.getByRole('main')).toContainText('The payment was not confirmed');

  await pay(page, 'pm_card_confirm');
  await page.getByRole('link', { name: 'Go to your bank' }).click();
  await press(page, 'Confirm');
  await expect(page.getByRole('main')).toContainText('The order is paid.');
});

test('a page whose payment takes long looks again by itself', async ({ owner, browsers, member }) => {
  const id = await placeOrder(owner, member);
  const page = await browsers.of(member);
  await page.goto(`/account/orders/${id}`);
  // It takes three seconds, and the page waits for two of them.
  await pay(page, 'pm_slow');
  await expect(page.getByRole('heading', { name: 'Your payment is under way' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Receipt' }), 'without a click').toBeVisible();
});

test('a large refund needs a second person', async ({ owner, browsers, register }) => {
  const [customer, admin] = [await register(), await register()];
  await visitUser(owner, admin);
  await press(owner, 'Give admin');
  const id = await placeOrder(owner, customer, { quantity: '1', price: '2500' });
  const order = `/admin/orders/${id}`;
  await pay(owner, 'pm_card_ok', 'Charge');
  await expect(owner.getByRole('main')).toContainText('The order is paid.');
  const first = await browsers.of(admin);
  await first.goto(order);
  await refund(first, '');
  await expect(first.getByText('Error: Enter a reason')).toBeVisible();
  await first.getByLabel('Reason').fill('Arrived late');
  await first.getByLabel('Amount').fill('100');
  await press(first, 'Refund');
  await expect(first.getByRole('main')).toContainText('The money is on its way back.');
  await expect(first.getByText('Partly refunded', { exact: true })).toBeVisible();

  await refund(first, 'Arrived broken');
  await expect(first.getByRole('main')).toContainText('Somebody else has to approve it.');
  await expect(first.getByRole('button', { name: /^Approve/ })).toHaveCount(0);

  await owner.goto('/admin');
  await owner.getByRole('link', { name: 'See what for' }).click();
  await owner.getByRole('rowheader').getByRole('link').first().click();
  await press(owner, /^Approve/);
  await expect(owner.getByRole('main')).toContainText('The money is on its way back.');
  await owner.goto(order);
  await expect(owner.locator('.head').getByText('Refunded', { exact: true })).toBeVisible();
  // The customer sees what went back, and not who decided it.
  const page = await browsers.of(customer);
  await page.goto(`/account/orders/${id}`);
  await expect(page.getByRole('region', { name: 'Refunds' })).toContainText('2,400.00');
  await expect(page.getByRole('main')).not.toContainText(admin.name);
});

test('an order is called off, and its customer is told why', async ({ owner, browsers, member }) => {
  const id = await placeOrder(owner, member);
  await owner.getByText('Cancel…').click();
  await owner.getByLabel('Reason').fill('Ordered twice');
  await press(owner, 'Cancel order');
  await expect(owner.getByRole('main')).toContainText('Order cancelled.');
  const page = await browsers.of(member);
  await page.goto(`/account/orders/${id}`);
  await expect(page.getByRole('main')).toContainText('Ordered twice');
  await expect(page.getByRole('button', { name: /^Pay/ })).toHaveCount(0);
});

test('what is wrong with an order is told at its row, and what was typed stays', async ({ owner: page, member }) => {
  await page.goto('/admin/orders/new');
  await page.getByLabel('Customer’s e-mail address').fill(member.email);
  await page.getByLabel('Description, row 3').fill('Dripper');
  await page.getByLabel('Price of one, row 3').fill('1,250');
  await press(page, 'Place order');
  const price = page.getByLabel('Price of one, row 3');
  await expect(price).toHaveAccessibleDescription(/could mean 1250.00 or 1.25 EUR/);
  await expect(price).toHaveValue('1,250');
  await expect(page.getByRole('alert')).toBeFocused();
  await page.getByRole('alert').getByRole('link').click();
  await expect(price).toBeFocused();
  await price.fill('24.00');
  await press(page, 'Place order');
  await expect(page.getByRole('main')).toContainText('Order placed.');
});

test('orders are filtered, and are a file', async ({ owner: page, member }) => {
  await placeOrder(page, member, { price: '7' });
  await placeOrder(page, member, { price: '9' });
  await page.goto('/admin/orders');
  await page.getByLabel('Customer (e-mail or id)').fill(member.email);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(2);
  const link = await page.getByRole('link', { name: /^Download these orders/ }).getAttribute('href');
  const file = await page.request.get(link);
  expect(file.headers()['content-disposition']).toMatch(/^attachment; filename="orders-[\d-]+\.csv"$/);
  const lines = (await file.text()).trim().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain(`,"placed","${member.name}",`);

  await page.getByLabel('Currency').fill('EUR');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('alert')).toContainText('filter by state only');
  await expect(page.getByLabel('Customer (e-mail or id)')).toHaveValue(member.email);
});

test('orders of others are not there', { tag: '@browserless' }, async ({ owner, browsers, member, register }) => {
  const id = await placeOrder(owner, member);
  const stranger = await browsers.of(await register(somebody()));
  for (const path of [`/account/orders/${id}`, `/account/orders/${id}/receipt`, `/admin/orders/${id}`, '/admin/orders.csv']) {
    expect((await stranger.goto(path)).status(), path).toBe(404);
  }
});
