import { expect, test } from '../server.js';

test('the first page loads without complaints', async ({ page, frontdesk }) => {
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));

  const response = await page.goto(frontdesk.url, { waitUntil: 'networkidle' });

  expect(response.status()).toBe(200);
  expect(complaints).toEqual([]);
});
