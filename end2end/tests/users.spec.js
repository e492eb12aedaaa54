import { SEEDED, expect, test } from '../fixtures.js';
import { somebody } from '../people.js';

/** The cells of a column, a row each, as they are sorted: times by their moment, text without case. */
const COLUMNS = {
  Name: { cells: (page) => page.getByRole('rowheader'), key: async (cell) => searchKey(await cell.innerText()) },
  'E-mail': {
    cells: (page) => page.locator('td[data-label="E-mail"]'),
    key: async (cell) => (await cell.innerText()).toLowerCase(),
  },
  Joined: { cells: (page) => page.locator('td[data-label="Joined"] time'), key: (cell) => cell.getAttribute('datetime') },
  'Last seen': { cells: (page) => page.locator('td[data-label="Last seen"]'), key: lastSeen },
};

for (const [name, { cells, key }] of Object.entries(COLUMNS)) {
  test(`the list is sorted by ${name}, both ways`, async ({ owner: page }) => {
    await page.goto('/admin/users?limit=100');
    const header = page.getByRole('columnheader', { name });
    for (const direction of ['ascending', 'descending']) {
      await header.getByRole('link').click();
      await expect(header).toHaveAttribute('aria-sort', direction);
      await expect(page.locator('[aria-sort]'), 'by one column').toHaveCount(1);

      const keys = await Promise.all((await cells(page).all()).map(key));
      expect(keys).toHaveLength(100);
      const sorted = [...keys].sort();
      expect(keys).toEqual(direction === 'ascending' ? sorted : sorted.reverse());
    }
    await expect(page, 'what else was chosen stays').toHaveURL(/[?&]limit=100(&|$)/);
  });
}

test('people are found by the beginning of any word of their name or address', async ({ owner: page, register }) => {
  const [zoe, yves, evans, other] = [somebody(), somebody(), somebody(), somebody()];
  const mark = `Q${Date.now()}`;
  await register({ ...zoe, name: `${mark}é Zöe` });
  await register({ ...yves, email: `${mark}e.yves@example.com` });
  await register({ ...evans, name: `Harry ${mark}Evans` });
  await register({ ...other, name: `Not${mark}e` });

  await page.goto('/admin/users');
  await page.getByLabel('Name or e-mail begins with').fill(`${mark.toLowerCase()}E`);
  await page.getByRole('button', { name: 'Apply' }).click();

  await expect(page).toHaveURL(new RegExp(`[?&]q=${mark.toLowerCase()}E`));
  await expect(page.getByRole('rowheader')).toHaveText([`Harry ${mark}Evans`, yves.name, `${mark}é Zöe`]);
  await expect(page.getByText('3 users on this page')).toBeVisible();
  await page.getByRole('link', { name: yves.name }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(yves.name);
});

test('a search that finds nobody says what to do', async ({ owner: page }) => {
  await page.goto('/admin/users?q=nobody+is+called+that');
  await expect(page.getByRole('heading', { name: 'Nobody matches' })).toBeVisible();
  await page.getByRole('link', { name: 'See all users' }).click();
  await expect(page).toHaveURL('/admin/users');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
});

for (const status of ['Active', 'Suspended', 'Removed']) {
  test(`the list is narrowed to who is ${status.toLowerCase()}`, async ({ owner: page, member }) => {
    await page.goto('/admin/users');
    await page.getByLabel('Status').selectOption(status);
    await page.getByRole('button', { name: 'Apply' }).click();

    await expect(page).toHaveURL(new RegExp(`[?&]status=${status.toLowerCase()}(&|$)`));
    await expect(page.getByLabel('Status').getByRole('option', { selected: true })).toHaveText(status);
    await expect(page.getByRole('cell', { name: status, exact: true }).first()).toBeVisible();
    const states = await page.locator('td:nth-child(4)').allInnerTexts();
    expect(new Set(states)).toEqual(new Set([status]));
    await expect(page.getByRole('link', { name: member.name, exact: true })).toBeVisible({
      visible: status === 'Active',
    });
  });
}

test('pages lead to the end and back, each person once, and filters stay', async ({ owner: page }) => {
  await page.goto('/admin/users?status=active&sort=email&limit=20');
  const pager = page.getByRole('navigation', { name: 'Pages' });
  await expect(pager.getByRole('link', { name: 'Previous' })).toHaveCount(0);

  const there = await walk(page, pager.getByRole('link', { name: 'Next' }));
  const people = there.flat();
  expect(there.length).toBeGreaterThan(4);
  expect(new Set(people).size, 'nobody is there twice').toBe(people.length);
  expect(people, 'one order over all pages').toEqual([...people].sort());
  expect(people.length).toBeGreaterThan(SEEDED / 2);
  await expect(page.getByLabel('Status').getByRole('option', { selected: true })).toHaveText('Active');
  await expect(page).toHaveURL(/[?&]sort=email(&|$)/);

  const back = await walk(page, pager.getByRole('link', { name: 'Previous' }));
  expect(back.reverse().flat()).toEqual(people);
});

test('a place in a list that there is not is explained', async ({ owner: page }) => {
  expect((await page.goto('/admin/users?cursor=AAAA')).status()).toBe(400);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This place in the list cannot be found');
});

/** Follows a link from page to page, and returns the addresses on each. */
async function walk(page, link) {
  const pages = [];
  for (;;) {
    pages.push(await page.locator('td[data-label="E-mail"]').allInnerTexts());
    if ((await link.count()) === 0) return pages.map((one) => one.map((email) => email.toLowerCase()));
    await link.click();
  }
}

/** Nobody who was never seen comes before who was seen. */
async function lastSeen(cell) {
  const time = cell.locator('time');
  return (await time.count()) ? time.getAttribute('datetime') : '';
}

/** The key that names are sorted by: without accents, strokes and case. */
function searchKey(name) {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[đłø]/g, (letter) => ({ đ: 'd', ł: 'l', ø: 'o' })[letter]);
}
