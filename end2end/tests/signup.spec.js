import { expect, test } from '../fixtures.js';
import { fillIn, press, somebody } from '../people.js';

test('somebody signs up, sees their account, and signs out', async ({ page }) => {
  const robin = somebody();

  await page.goto('/');
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
  await fillIn(page, robin);
  await press(page, 'Sign up');

  await expect(page).toHaveURL('/account');
  await expect(page.getByRole('status')).toHaveText('Welcome. Your account is ready.');
  const about = page.getByRole('region', { name: 'About you' });
  await expect(about.getByText(robin.name)).toBeVisible();
  await expect(about.getByText(robin.email)).toBeVisible();
  await expect(about.getByText('member')).toBeVisible();

  await page.reload();
  await expect(page.getByText('Welcome. Your account is ready.'), 'what was done is said once').toBeHidden();

  await press(page, 'Sign out');
  await expect(page).toHaveURL('/login');
  await expect(page.getByRole('status')).toHaveText('You are signed out.');
  await page.goto('/account');
  await expect(page).toHaveURL('/login?next=%2Faccount');
});

test('a form with faults comes back with what was typed and says what to do', async ({ page }) => {
  await page.goto('/signup');
  await fillIn(page, { name: '', email: 'robin at example', password: 'too short' });
  const answer = await press(page, 'Sign up');
  expect(answer.status()).toBe(422);

  const summary = page.getByRole('alert');
  await expect(summary, 'who cannot see it is told at once').toBeFocused();
  await expect(summary.getByRole('link'), 'in the order of the form').toHaveText([
    'Enter a name',
    'Enter an e-mail address like name@example.com',
    'Use at least 15 characters: a few words together are easy to remember',
  ]);
  for (const [label, value] of [
    ['Name', ''],
    ['E-mail address', 'robin at example'],
    ['Password', ''],
  ]) {
    await expect(page.getByLabel(label), 'passwords are never sent back').toHaveValue(value);
    await expect(page.getByLabel(label)).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel(label)).toHaveAccessibleDescription(/Error: /);
  }
  await summary.getByRole('link', { name: 'Enter a name' }).click();
  await expect(page.getByLabel('Name')).toBeFocused();
  expect(new URL(page.url()).search, 'nothing of it is in the address').toBe('');

  const robin = somebody();
  await fillIn(page, robin);
  await press(page, 'Sign up');
  await expect(page).toHaveURL('/account');
  await expect(page.getByRole('region', { name: 'About you' }).getByText(robin.email)).toBeVisible();
});

test('an address that has an account cannot sign up again', async ({ page, member }) => {
  await page.goto('/signup');
  await fillIn(page, { ...somebody(), email: member.email.toUpperCase() });
  const answer = await press(page, 'Sign up');
  expect(answer.status()).toBe(409);
  await page.getByRole('link', { name: 'There is an account with this e-mail address already' }).click();
  await expect(page.getByLabel('E-mail address')).toBeFocused();
  await expect(page.getByLabel('E-mail address')).toHaveValue(member.email.toUpperCase());
});

test('who is signed in has no need to sign up', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  await page.goto('/signup');
  await expect(page).toHaveURL('/account');
});
