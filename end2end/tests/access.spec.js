import { expect, test } from '../fixtures.js';

const MANAGEMENT = ['/admin', '/admin/users', '/admin/users/new', '/admin/audit'];

test('to a member the management pages do not exist', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  for (const place of MANAGEMENT) {
    expect((await page.goto(place)).status(), place).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing here');
  }
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link')).toHaveText(['My orders']);
  await expect(page.getByRole('banner').getByRole('link', { name: member.name })).toBeVisible();
});

test('who is signed out is asked to sign in, whether there is something or not', async ({ page }) => {
  for (const place of [...MANAGEMENT, '/admin/users/1', '/account']) {
    await page.goto(place);
    await expect(page).toHaveURL(`/login?next=${encodeURIComponent(place)}`);
  }
});
