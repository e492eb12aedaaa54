import { expect, test } from '../fixtures.js';
import { press } from '../people.js';

test('somebody sees where they are signed in, and signs another device out', async ({ browsers, member }) => {
  const phone = await browsers.of(member, { userAgent: 'Mozilla/5.0 (Android 16; Mobile) Firefox/140.0' });
  const computer = await browsers.of(member);

  await computer.goto('/account');
  const devices = computer.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem');
  await expect(devices).toHaveText([/This device/, /Firefox on Android/]);
  await press(computer, 'Sign out Firefox on Android');

  await expect(computer).toHaveURL('/account');
  await expect(computer.getByRole('status')).toHaveText('That device is signed out.');
  await expect(devices).toHaveText([/This device/]);
  await phone.goto('/account');
  await expect(phone).toHaveURL('/login?next=%2Faccount');
});
