import { expect, test } from '../fixtures.js';
import { changePassword, press, signIn, somebody } from '../people.js';

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

test('somebody changes their password, and only this device stays signed in', async ({ browsers, member }) => {
  const phone = await browsers.of(member, { userAgent: 'Mozilla/5.0 (Android 16; Mobile) Firefox/140.0' });
  const computer = await browsers.of(member);
  const next = somebody().password;

  await computer.goto('/account');
  await computer.getByRole('link', { name: 'Change password' }).click();
  await expect(computer).toHaveURL('/account/password');

  expect((await changePassword(computer, 'not that one', next)).status()).toBe(422);
  await expect(computer.getByRole('alert'), 'who cannot see it is told at once').toBeFocused();
  const [current, password] = ['Current password', 'New password'].map((label) =>
    computer.getByLabel(label, { exact: true }),
  );
  await expect(current).toHaveAttribute('aria-invalid', 'true');
  await expect(current).toHaveAccessibleDescription(/Error: This is not the password that you have now/);
  await expect(password).not.toHaveAttribute('aria-invalid', 'true');
  for (const field of [current, password]) await expect(field, 'passwords are never sent back').toHaveValue('');
  await computer.getByRole('alert').getByRole('link').click();
  await expect(current).toBeFocused();

  await current.fill(member.password);
  await password.fill(next);
  await press(computer, 'Change password');
  await expect(computer).toHaveURL('/account/security');
  await expect(computer.getByRole('status')).toHaveText('Your password is changed. Other devices are signed out.');
  const devices = computer.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem');
  await expect(devices).toHaveText([/This device/]);

  await phone.goto('/account');
  await expect(phone).toHaveURL('/login?next=%2Faccount');
  expect((await signIn(phone, member)).status(), 'the old one is of no use').toBe(422);
  await signIn(phone, { ...member, password: next });
  await expect(phone).toHaveURL('/account');
});

test('somebody makes a token, sees it once, and revokes it', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  await page.goto('/account/security');
  await page.getByLabel('Name', { exact: true }).fill('nightly export');
  await page.getByLabel('Ends').selectOption('In 30 days');
  await page.getByLabel('Current password', { exact: true }).fill(member.password);
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
