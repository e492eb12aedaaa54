// Orders, as staff place them and customers pay them.

import { press } from './people.js';

/**
 * Places an order for somebody, and leaves the page at it.
 * @param {import('@playwright/test').Page} page of somebody who may
 * @param {import('./people.js').Person} customer
 * @param {{ description?: string, quantity?: string, price?: string }} [line]
 * @returns {Promise<string>} the order's id
 */
export async function placeOrder(page, { email }, line = {}) {
  const { description = 'Coffee, house blend, 250 g', quantity = '2', price = '12.50' } = line;
  await page.goto('/admin/orders/new');
  await page.getByLabel('Customer’s e-mail address').fill(email);
  await page.getByLabel('Description, row 1').fill(description);
  await page.getByLabel('Quantity, row 1').fill(quantity);
  await page.getByLabel('Price of one, row 1').fill(price);
  await press(page, 'Place order');
  return page.url().split('/').pop();
}

/**
 * Pays, or tries to, the order on the page.
 * @param {import('@playwright/test').Page} page
 * @param {string} method what the sandbox calls it: `pm_card_ok`
 * @param {string} [button] what is on the button, before the amount
 */
export async function pay(page, method, button = 'Pay') {
  await page.getByLabel('A card that…').selectOption(method);
  return press(page, new RegExp(`^${button} [\\d.,]+`));
}

/**
 * Asks for a refund of the order on the page, of all that is left if no amount is given.
 * @param {import('@playwright/test').Page} page
 * @param {string} reason
 * @param {string} [amount]
 */
export async function refund(page, reason, amount) {
  await page.getByText('Refund…').click();
  if (amount !== undefined) await page.getByLabel('Amount').fill(amount);
  if (reason) await page.getByLabel('Reason').fill(reason);
  return press(page, 'Refund');
}
