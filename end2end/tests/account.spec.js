import { expect, test } from '../fixtures.js';
import { press } from '../people.js';

test('somebody sees where they are signed in, and signs another device out', async ({ browsers, member }) => {
  const phone = await browsers.of(member, { userAgent: 'Mozilla/5.0 (Android 16; Mobile) Firefox/140.0' });
  const computer = await browsers.of(member);

  await computer.goto('/account/security');
  const devices = computer.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem');
  await expect(devices).toHaveText([/This device/, /Firefox on Android/]);
  await press(computer, 'Sign out Firefox on Android');

  await expect(computer).toHaveURL('/account/security');
  await expect(computer.getByRole('status')).toHaveText('That device is signed out.');
  await expect(devices).toHaveText([/This device/]);
  await phone.goto('/account');
  await expect(phone).toHaveURL('/login?next=%2Faccount');
});

test('somebody makes a token, sees it once, and revokes it', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  await page.goto('/account/security');
  await page.getByLabel('Name', { exact: true }).fill('nightly export');
  await page.getByLabel('Ends').selectOption('In 30 days');
  await press(page, 'Make token');

  await expect(page.getByRole('status').first()).toHaveText('Token made. Copy it now.');
  const token = page.getByRole('region', { name: 'Your new token' }).locator('.secret');
  await expect(token).toHaveText(/^fd_[0-9A-Za-z]{49}$/);
  const text = await token.innerText();
  await page.goto('/account/security');
  await expect(page.getByText(text)).toHaveCount(0);

  const row = page.getByRole('row', { name: 'nightly export' });
  await expect(row).toContainText('Live');
  await row.getByText('Revoke…').click();
  await press(page, 'Revoke token nightly export');
  await expect(page).toHaveURL('/account/security');
  await expect(row).toContainText('Revoked');
});
