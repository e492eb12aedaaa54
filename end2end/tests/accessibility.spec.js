import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures.js';
import { PLACES } from '../places.js';
import { answerOf } from '../watch.js';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A phone and a desk, in CSS pixels. */
const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
];
/** The narrowest that WCAG 2.2 asks for (1.4.10): 1280 pixels, magnified four times. */
const NARROWEST = { width: 320, height: 640 };

test.describe('every page', { tag: '@once' }, () => {
  for (const { name, status, isLarge, open } of PLACES) {
    test(`everybody can use ${name}`, async ({ page, browsers, register, untouched }) => {
      test.slow(isLarge);
      const place = await open({ page, browsers, register, untouched });
      expect(answerOf(place).status()).toBe(status);

      for (const size of SIZES) {
        for (const colorScheme of ['light', 'dark']) {
          await place.setViewportSize(size);
          await place.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          const { violations } = await new AxeBuilder({ page: place }).withTags(RULES).analyze();
          expect(violations.map(inShort), `${size.width} px, ${colorScheme}`).toEqual([]);
        }
      }
      await place.setViewportSize(NARROWEST);
      const overflow = await place.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, 'nobody has to scroll sideways').toBeLessThanOrEqual(0);
    });
  }
});

test('the first stop of the keyboard leads past the navigation', async ({ owner: page }) => {
  await page.goto('/admin/users');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link', { name: 'Create user' })).toBeFocused();
});

function inShort({ id, nodes }) {
  return `${id}: ${nodes.map((node) => node.html).join(' ')}`;
}
