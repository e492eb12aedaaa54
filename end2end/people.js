// Those who come to the front desk.

/** @typedef {{ name: string, email: string, password: string }} Person */

/** Who makes the first account. */
export const OWNER = { name: 'Olive Ortega', email: 'olive@example.com', password: 'a lantern for the long way' };

let met = 0;

/**
 * Somebody whom no test has met before.
 * @returns {Person}
 */
export function somebody() {
  met += 1;
  return { name: `Robin Newcomer ${met}`, email: `robin.${met}@example.com`, password: `umbrella stand number ${met}` };
}

/**
 * Fills in what there is for them on the page: the form to sign up or in, to set up, to accept an invitation.
 * @param {import('@playwright/test').Page} page
 * @param {Partial<Person>} person
 */
export async function fillIn(page, { name, email, password }) {
  if (name !== undefined) await page.getByLabel('Name', { exact: true }).fill(name);
  if (email !== undefined) await page.getByLabel('E-mail address').fill(email);
  if (password !== undefined) await page.getByLabel('Password').fill(password);
}

/**
 * Sends the form on the page, goes where that leads, and returns the answer, which may be a redirect.
 * @param {import('@playwright/test').Page} page
 * @param {string | RegExp} button what is on it
 */
export async function press(page, button) {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST', {
    timeout: 15_000,
  });
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.waitForLoadState();
  return answer;
}

/**
 * Signs in by the form on the page.
 * @param {import('@playwright/test').Page} page
 * @param {Person} person
 */
export async function signIn(page, { email, password }) {
  await fillIn(page, { email, password });
  return press(page, 'Sign in');
}

/**
 * Changes the password of whoever is signed in.
 * @param {import('@playwright/test').Page} page
 * @param {string} current the one that they believe to have
 * @param {string} next
 */
export async function changePassword(page, current, next) {
  await page.goto('/account/password');
  await page.getByLabel('Current password', { exact: true }).fill(current);
  await page.getByLabel('New password', { exact: true }).fill(next);
  return press(page, 'Change password');
}

/**
 * Goes to somebody's page among the users, as staff do.
 * @param {import('@playwright/test').Page} page
 * @param {Person} person
 * @returns {Promise<string>} their id
 */
export async function visitUser(page, { name, email }) {
  await page.goto(`/admin/users?q=${encodeURIComponent(email)}`);
  await page.getByRole('main').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  return page.url().split('/').pop();
}

/**
 * Suspends whose page it is.
 * @param {import('@playwright/test').Page} page
 * @param {string} reason
 */
export async function suspend(page, reason) {
  await page.getByText('Suspend…').click();
  if (reason) await page.getByLabel('Reason').fill(reason);
  return press(page, 'Suspend user');
}

/**
 * Removes whose page it is.
 * @param {import('@playwright/test').Page} page
 */
export async function remove(page) {
  await page.getByText('Remove…').click();
  return press(page, 'Remove user');
}

/**
 * Makes a webhook, as staff do, and returns its secret, which the page shows then.
 * @param {import('@playwright/test').Page} page of somebody who may
 * @param {string} url where events are sent to
 */
export async function makeWebhook(page, url) {
  await page.goto('/admin/webhooks');
  await page.getByText('Make a webhook…').click();
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('Description').fill('The shop');
  await page.getByRole('checkbox', { name: /user\.created/ }).check();
  await press(page, 'Make webhook');
  return page.getByRole('region', { name: 'The webhook’s secret' }).locator('.secret').innerText();
}

/**
 * Goes to the page of the webhook that was made last.
 * @param {import('@playwright/test').Page} page
 */
export async function visitWebhook(page) {
  await page.goto('/admin/webhooks');
  await page.getByRole('main').getByRole('link', { name: 'The shop' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'The shop' }).waitFor();
}
