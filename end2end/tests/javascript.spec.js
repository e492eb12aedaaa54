// What JavaScript adds to pages that work without it. That they do, every other file sees to.

import { expect, test } from '../fixtures.js';
import { fillIn, press, somebody } from '../people.js';

test.describe('with JavaScript', { tag: '@javascript' }, () => {
  test('a password can be shown and hidden again', async ({ page }) => {
    await page.goto('/login');
    const show = page.getByRole('button', { name: 'Show password' });
    await expect(show).toHaveAttribute('aria-pressed', 'false');
    await fillIn(page, { password: 'what did I type' });
    await expect(page.getByLabel('Password')).toHaveAttribute('type', 'password');

    await show.click();
    await expect(page.getByLabel('Password')).toHaveAttribute('type', 'text');
    await expect(page.getByLabel('Password')).toHaveValue('what did I type');
    await expect(show).toHaveAttribute('aria-pressed', 'true');
    await show.click();
    await expect(page.getByLabel('Password')).toHaveAttribute('type', 'password');
  });

  test('the rules of a password are ticked while it is typed', async ({ page }) => {
    await page.goto('/signup');
    await awake(page);
    const [length, common, own] = ['At least 15 characters', 'Not common words', 'Not your name'].map((rule) =>
      page.getByRole('listitem').filter({ hasText: rule }),
    );
    const states = async (...expected) => {
      for (const [rule, state] of [length, common, own].map((rule, n) => [rule, expected[n]])) {
        await expect(rule).toHaveText(state === '' ? /[^:]$/ : new RegExp(`: ${state}$`));
      }
    };
    await states('', '', '');
    await fillIn(page, { name: 'Robin Newcomer', password: 'short' });
    await states('not yet', '', '');
    await fillIn(page, { password: 'password password' });
    await states('done', 'not yet', '');
    await fillIn(page, { password: 'Robin Newcomer 1999' });
    await states('done', 'done', 'not yet');
    await fillIn(page, { password: 'lanterns over the harbour' });
    await states('done', 'done', 'done');
    await fillIn(page, { password: '' });
    await states('', '', '');
  });

  test('a new password is compared with the present one, and each can be shown', async ({ browsers, member }) => {
    const page = await browsers.of(member);
    await page.goto('/account/password');
    const show = page.getByRole('button', { name: 'Show new password' });
    await expect(show).toBeVisible();
    const [current, next] = ['Current password', 'New password'].map((label) => page.getByLabel(label, { exact: true }));
    const unchanged = page.getByRole('listitem').filter({ hasText: 'Not the password that you have now' });
    const own = page.getByRole('listitem').filter({ hasText: 'Not your name' });

    await next.fill(member.email);
    await expect(own, 'whose it is, the page knows').toHaveText(/: not yet$/);
    await next.fill(member.password);
    await expect(unchanged).toHaveText(/: done$/);
    await current.fill(member.password);
    await expect(unchanged).toHaveText(/: not yet$/);
    await next.fill('lanterns over the harbour');
    await expect(unchanged).toHaveText(/: done$/);

    await show.click();
    await expect(next).toHaveAttribute('type', 'text');
    await expect(current).toHaveAttribute('type', 'password');
    await page.getByRole('button', { name: 'Show current password' }).click();
    await expect(current).toHaveAttribute('type', 'text');
  });

  test('an address is checked when its field is left, and while it is corrected', async ({ page }) => {
    await page.goto('/signup');
    await awake(page);
    const field = page.getByLabel('E-mail address');
    await field.pressSequentially('robin@');
    await expect(field, 'nobody is told off while typing').not.toHaveAttribute('aria-invalid', 'true');
    await field.press('Tab');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/You sign in with it\. Error: Enter an e-mail address like/);

    await field.pressSequentially('example.com');
    await expect(field).not.toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription('You sign in with it.');
  });

  test('what the check says does not get in the way of the click that sends the form', async ({ page }) => {
    await page.goto('/login');
    await awake(page);
    await page.getByLabel('Password').fill('something');
    await page.getByLabel('E-mail address').fill('robin@');
    expect((await press(page, 'Sign in')).status()).toBe(422);
  });

  test('what was typed before the page woke is still there, and counts', async ({ page }) => {
    // The script arrives only when the person has typed.
    let wake;
    const typed = new Promise((resolve) => (wake = resolve));
    await page.route('**/*.wasm', async (route) => {
      await typed;
      await route.continue();
    });
    await page.goto('/signup', { waitUntil: 'commit' });
    const robin = somebody();
    await fillIn(page, robin);
    wake();
    await awake(page);
    await expect(page.getByLabel('E-mail address')).toHaveValue(robin.email);
    await expect(page.getByLabel('Password')).toHaveValue(robin.password);
    await expect(page.getByRole('listitem').filter({ hasText: 'At least 15 characters' })).toHaveText(/: done$/);
  });

  test('the list of users follows what is typed, without loading the page anew', async ({ owner: page, member }) => {
    await page.goto('/admin/users?sort=email');
    await page.evaluate(() => (window.mark = 'still here'));
    await expect(page.getByRole('rowheader')).toHaveCount(20);
    const search = page.getByLabel('Name or e-mail begins with');
    const said = page.getByRole('status').last();
    await expect(said, 'nothing has changed yet').toHaveText('');
    await filter(page, () => search.fill(member.email), { q: member.email });
    await expect(page.getByRole('rowheader')).toHaveText([member.name]);
    await expect(said, 'who does not see the list hears of it').toHaveText(`1 user found for “${member.email}”`);
    expect(new URL(page.url()).searchParams.get('sort'), 'the order stays').toBe('email');

    await filter(page, () => page.getByLabel('Status').selectOption('Suspended'), { status: 'suspended' });
    await expect(page.getByRole('heading', { name: 'Nobody matches' })).toBeVisible();
    await filter(page, () => search.fill(''), { q: null });
    await expect(page.getByRole('cell', { name: 'Suspended', exact: true }).first()).toBeVisible();
    expect(await page.evaluate(() => window.mark), 'the page is the same').toBe('still here');

    const found = await page.getByRole('rowheader').allInnerTexts();
    await page.reload();
    await expect(page.getByRole('rowheader'), 'the address is that of the results').toHaveText(found);
    expect(await page.evaluate(() => window.mark)).toBeUndefined();
  });

  test('who comes back to a list that was filtered live finds it so', async ({ owner: page, member }) => {
    await page.goto('/admin/users');
    const search = page.getByLabel('Name or e-mail begins with');
    await filter(page, () => search.fill(member.email), { q: member.email });
    await page.getByRole('link', { name: member.name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(member.name);
    await page.goBack();
    await expect(page.getByRole('rowheader')).toHaveText([member.name]);
    await expect(search).toHaveValue(member.email);
  });

  test('who was signed out meanwhile is asked to sign in', async ({ browsers, owner: page }) => {
    await page.goto('/admin/users');
    await page.context().clearCookies();
    await expect(async () => {
      await page.getByLabel('Status').selectOption('Active');
      await page.getByLabel('Status').selectOption('Suspended');
      await expect(page).toHaveURL(/\/login\?next=/, { timeout: 2_000 });
    }).toPass();
    // Whichever of the two was asked for first is what the sign-in form came in between of.
    expect(new URL(page.url()).searchParams.get('next')).toMatch(/^\/admin\/users\?status=(active|suspended)/);
  });
});

test.describe('without JavaScript', { tag: '@once' }, () => {
  test.use({ javaScriptEnabled: false });

  test('nothing is offered that would do nothing', async ({ page }) => {
    await page.goto('/signup');
    await expect(page.getByLabel('Password')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Show password' })).toBeHidden();
  });
});

/** Waits until the page's islands are awake: the password field says so. */
async function awake(page) {
  await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible();
}

/** Changes a filter until its list listens, which it does once it is awake, and waits for the address to follow. */
async function filter(page, change, expected) {
  await expect(async () => {
    await change();
    await page.waitForURL(
      (url) => Object.entries(expected).every(([name, value]) => url.searchParams.get(name) === value),
      {
        timeout: 2_000,
      },
    );
  }).toPass();
}
