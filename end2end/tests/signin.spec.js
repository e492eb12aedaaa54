import { expect, test } from '../fixtures.js';
import { OWNER, fillIn, press, signIn, somebody } from '../people.js';

test('who is signed out is sent to sign in, and comes back', async ({ page }) => {
  const place = '/admin/users?status=suspended&sort=-name';
  await page.goto(place);

  await expect(page).toHaveURL(`/login?next=${encodeURIComponent(place)}`);
  await signIn(page, { ...OWNER, password: 'not what it is' });
  await signIn(page, OWNER);

  await expect(page, 'also after a mistake').toHaveURL(place);
  await expect(page.getByRole('status').first()).toHaveText('You are signed in.');
  await expect(page.getByRole('banner').getByRole('link', { name: OWNER.name })).toBeVisible();
});

test('a wrong password and an unknown address get the same answer', async ({ page, member }) => {
  const answers = [];
  for (const person of [{ ...member, password: 'something else entirely' }, somebody()]) {
    await page.goto('/login');
    const answer = await signIn(page, person);
    await expect(page.getByRole('alert')).toBeFocused();
    await expect(page.getByLabel('E-mail address')).toHaveValue(person.email);
    await expect(page.getByLabel('Password')).toHaveValue('');
    expect(new URL(page.url()).search).toBe('');
    // All of it, shown or not: the button that shows the password appears when its script has come.
    answers.push({ status: answer.status(), words: await page.getByRole('main').textContent() });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0].status).toBe(422);
  expect(answers[0].words).toContain('The e-mail address or the password is not right');
});

test('a form with nothing in it says what to enter', async ({ page }) => {
  await page.goto('/login');
  expect((await press(page, 'Sign in')).status()).toBe(422);
  await expect(page.getByRole('alert').getByRole('link')).toHaveText(['Enter an e-mail address', 'Enter a password']);
});

for (const next of ['https://example.com/', '//example.com/', '/\\example.com/', 'javascript:alert(1)', '/logout']) {
  test(`signing in does not lead to ${next}`, async ({ page, member }) => {
    await page.goto(`/login?${new URLSearchParams({ next })}`);
    await signIn(page, member);
    await expect(page).toHaveURL('/account');
  });
}

test('who is signed in goes straight on', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  await page.goto('/login?next=/');
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('main').getByRole('link', { name: 'Your account' })).toBeVisible();
});

test('the address is the same in capitals, the password is not', async ({ page, member }) => {
  await page.goto('/login');
  await fillIn(page, { email: member.email.toUpperCase(), password: member.password.toUpperCase() });
  expect((await press(page, 'Sign in')).status()).toBe(422);
  await fillIn(page, { password: member.password });
  await press(page, 'Sign in');
  await expect(page).toHaveURL('/account');
});
