// Rules for every page in every state: valid HTML, accessible, and usable on a phone.
//
// A page is opened once for all of them. They do not depend on the database, and what is validated is the document that
// the server sends, so one project is enough.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures.js';
import { PLACES } from '../places.js';
import { faultsOf } from '../validate.js';
import { answerOf } from '../watch.js';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules about colours, in which dark mode differs from light: the style sheet changes nothing else. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** A phone and a desk, in CSS pixels. */
const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
];
/** The narrowest that WCAG 2.2 asks for (1.4.10): 1280 pixels, magnified four times. */
const NARROWEST = { width: 320, height: 640 };

test.describe('every page', { tag: '@once' }, () => {
  for (const { name, status, isLarge, open } of PLACES) {
    test(`is valid HTML and everybody can use it: ${name}`, async ({ page, browsers, register, untouched }) => {
      // The reference of the API grows with every operation, and each of its nodes is looked at four times.
      if (isLarge) test.setTimeout(480_000);
      const place = await open({ page, browsers, register, untouched });
      const answer = answerOf(place);
      expect(answer.status()).toBe(status);
      expect.soft(await faultsOf(await answer.text()), 'valid HTML').toEqual([]);

      for (const size of SIZES) {
        await place.setViewportSize(size);
        await place.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
        const light = await new AxeBuilder({ page: place }).withTags(RULES).analyze();
        expect.soft(light.violations.map(inShort), `${size.width} px, light`).toEqual([]);
        await place.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
        const dark = await new AxeBuilder({ page: place }).withRules(COLOUR_RULES).analyze();
        expect.soft(dark.violations.map(inShort), `${size.width} px, dark`).toEqual([]);
      }
      await place.setViewportSize(NARROWEST);
      const overflow = await place.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, 'no horizontal scrolling').toBeLessThanOrEqual(0);
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
