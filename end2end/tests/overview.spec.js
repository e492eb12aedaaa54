import { expect, test } from '../fixtures.js';
import { remove, suspend, visitUser } from '../people.js';

test('the overview counts who joined, who is suspended and who was removed, and leads to them', async ({
  owner: page,
  register,
}) => {
  const before = await numbers(page);
  const [suspended, removed] = [await register(), await register()];
  await visitUser(page, suspended);
  await suspend(page, 'Two chargebacks in a week');
  await visitUser(page, removed);
  await remove(page);

  const after = await numbers(page);
  expect(after.joined, 'who is gone again does not count').toBe(before.joined + 1);
  expect(after.suspended).toBe(before.suspended + 1);
  expect(after.removed).toBe(before.removed + 1);
  const attention = page.getByRole('region', { name: 'Suspended users' }).getByRole('listitem');
  await expect(attention.first()).toContainText(suspended.name);
  await expect(attention.first()).toContainText('Two chargebacks in a week · since just now');

  await page.getByRole('link', { name: 'Look through the trash' }).click();
  await expect(page.getByRole('rowheader').filter({ hasText: removed.name })).toBeVisible();
  await page.goBack();
  await page.getByRole('link', { name: 'See who and why' }).click();
  await expect(page.getByRole('rowheader').filter({ hasText: suspended.name })).toBeVisible();
});

test('the overview tells what happened lately', async ({ owner: page, member }) => {
  await page.goto('/admin');
  const lately = page.getByRole('region', { name: 'What happened lately' }).getByRole('listitem');
  await expect(
    lately.filter({ hasText: member.name }).last(),
    'who does something to themselves is named once',
  ).toHaveText(new RegExp(`^just now\\s*${member.name} signed up$`));
});

/** The numbers on the overview, which stays open. */
async function numbers(page) {
  await page.goto('/admin');
  const number = async (words) => {
    const card = page.getByRole('listitem').filter({ hasText: words });
    return Number(await card.locator('.number').innerText());
  };
  return {
    joined: await number(/joined/),
    suspended: await number(/suspended/),
    removed: await number(/in the trash/),
  };
}
