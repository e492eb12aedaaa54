import { expect, test } from '../fixtures.js';
import { OWNER, somebody, suspend, visitUser } from '../people.js';

test('an event tells who did what to whom, why, and what changed', async ({ owner: page, member }) => {
  await visitUser(page, member);
  await suspend(page, 'Asked us to');
  await page.getByRole('link', { name: 'See all that happened to them' }).click();

  const latest = page.getByRole('row').nth(1);
  await expect(latest.getByRole('cell')).toHaveText([
    'just now',
    OWNER.name,
    /suspended a user\s*Asked us to/,
    member.name,
    /Status:?\s*active\s*→\s*suspended/,
    '127.0.0.1',
  ]);
  await expect(latest.getByRole('time')).toHaveAttribute('title', /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC$/);
  await expect(page.getByRole('row').last(), 'the first is that they signed up').toContainText('signed up');
  await latest.getByRole('link', { name: member.name }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(member.name);
});

test('the trail is narrowed to one action, and to one person', async ({ owner: page, member, register }) => {
  const other = await register();
  await visitUser(page, member);
  await suspend(page, 'The one');
  await visitUser(page, other);
  await suspend(page, 'The other');

  await page.goto('/admin/audit');
  await page.getByLabel('Action').selectOption('user.suspended');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/[?&]action=user\.suspended(&|$)/);
  await expect(page.getByLabel('Action')).toHaveValue('user.suspended');
  const acts = page.getByRole('cell', { name: 'suspended a user' });
  await expect(acts.first()).toContainText('The other');
  await expect(acts.nth(1)).toContainText('The one');
  const rows = page.getByRole('row');
  await expect(rows.filter({ hasNotText: 'suspended a user' }), 'only the header is no such act').toHaveCount(1);

  const id = await visitUser(page, member);
  await page.goto('/admin/audit?action=user.suspended');
  await page.getByLabel('To whom (id)').fill(id);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(acts).toHaveText([/The one/]);

  await page.getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL('/admin/audit');
  await expect(rows).toHaveCount(21);
});

test('the trail of what somebody did has nothing that others did', async ({ owner: page, browsers, member }) => {
  await browsers.of(member);
  await visitUser(page, member);
  await page.getByRole('link', { name: 'See all that they did' }).click();

  await expect(page.getByLabel('Who (id)')).not.toHaveValue('');
  const actors = page.locator('tbody td:nth-child(2)');
  await expect(actors.first()).toHaveText(member.name);
  expect(new Set(await actors.allInnerTexts())).toEqual(new Set([member.name]));
});

test('the trail is narrowed to a time, in UTC', async ({ owner: page, member }) => {
  await visitUser(page, member);
  await suspend(page, 'Just now');
  const minute = (offset) => new Date(Date.now() + offset * 60_000).toISOString().slice(0, 16);
  const target = await visitUser(page, member);
  const within = async (since, until) => {
    await page.goto(`/admin/audit?target=${target}`);
    await page.getByLabel('From (UTC)').fill(since);
    await page.getByLabel('Until (UTC)').fill(until);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByLabel('From (UTC)')).toHaveValue(since);
    await expect(page.getByLabel('Until (UTC)')).toHaveValue(until);
  };

  await within(minute(-30), minute(30));
  await expect(page.getByRole('cell', { name: 'suspended a user' })).toBeVisible();
  await within(minute(30), minute(60));
  await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
  await within(minute(-60), minute(-30));
  await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
});

test('pages of the trail lead on and back, and filters stay', async ({ owner: page, browsers, member }) => {
  for (let devices = 0; devices < 3; devices += 1) await browsers.of(member);
  await page.goto('/admin/audit?action=login.success&limit=2');
  const times = page.locator('tbody time');
  const first = await page.getByRole('row').allInnerTexts();

  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/action=login\.success/);
  await expect(page.getByLabel('Action')).toHaveValue('login.success');
  await expect(times).toHaveCount(2);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByRole('link', { name: 'Previous' })).toHaveCount(0);
  expect(await page.getByRole('row').allInnerTexts()).toEqual(first);
});

test('a failed sign-in is in the trail, and on the overview', async ({ owner: page, browsers, member }) => {
  const stranger = await browsers.another();
  const { email } = member;
  const answer = await stranger.request.post('/fn/sign_in', { form: { email, password: somebody().password } });
  expect(answer.status()).toBe(422);

  await page.goto('/admin');
  await page.getByRole('link', { name: 'See them in the audit trail' }).click();
  const latest = page.getByRole('row').nth(1);
  await expect(latest).toContainText('failed to sign in');
  await expect(latest).toContainText(member.name);
});
