import { HtmlValidate } from 'html-validate';
import { expect, test } from '../fixtures.js';
import { PLACES } from '../places.js';
import { answerOf } from '../watch.js';

const validator = new HtmlValidate({ extends: ['html-validate:recommended'], root: true });

test.describe('every page', { tag: '@once' }, () => {
  for (const { name, open } of PLACES) {
    test(`${name} is valid HTML, as it is sent`, async ({ page, browsers, register, untouched }) => {
      const answer = answerOf(await open({ page, browsers, register, untouched }));
      const html = await answer.text();
      const { results } = await validator.validateString(html);
      const faults = results.flatMap(({ messages }) => messages);
      expect(faults.map(({ ruleId, message, line, column }) => `${ruleId} at ${line}:${column}: ${message}`)).toEqual([]);
    });
  }
});
