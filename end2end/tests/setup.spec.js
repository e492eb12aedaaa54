import { expect, test } from '../fixtures.js';
import { OWNER, fillIn, press } from '../people.js';
import { run } from '../server.js';

test('the first owner comes by the link, which then is used up', async ({ untouched }) => {
  const { page, setupLink } = await untouched();

  await page.goto(setupLink);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome to Frontdesk');
  await fillIn(page, { ...OWNER, password: 'password password' });
  expect((await press(page, 'Set up Frontdesk')).status()).toBe(422);
  await expect(page.getByRole('alert')).toContainText('This is made of words that are guessed first');
  await expect(page.getByLabel('Name')).toHaveValue(OWNER.name);
  expect(page.url(), 'the token is not in the address').not.toContain('token');

  await fillIn(page, { password: OWNER.password });
  expect((await press(page, 'Set up Frontdesk')).status()).toBe(303);
  await expect(page).toHaveURL('/admin');
  await expect(page.getByRole('status')).toHaveText('Frontdesk is set up, and you are its owner.');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Overview');

  const again = await page.goto(setupLink);
  expect(again.status()).toBe(410);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link has been used or has expired');
});

test('a new link replaces the one before', async ({ untouched }) => {
  const { page, setupLink, data } = await untouched();
  const printed = await run(data, 'admin', 'setup-link');
  const [token] = printed.match(/(?<=\/setup\?token=)\S+/);

  expect((await page.goto(setupLink)).status()).toBe(410);
  expect((await page.goto(`/setup?token=${token}`)).status()).toBe(200);
});

test('a link that was never made does nothing', async ({ untouched }) => {
  const { page } = await untouched();
  expect((await page.goto('/setup')).status()).toBe(410);
  expect((await page.goto(`/setup?token=${'0'.repeat(64)}`)).status()).toBe(410);
});
