import { HtmlValidate } from 'html-validate';
import { expect, test } from '../fixtures.js';
import { PLACES } from '../places.js';
import { answerOf } from '../watch.js';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    // Matters of style. A button in a form sends it and an input takes text: so the standard says, and we mean it.
    'no-implicit-button-type': 'off',
    'no-implicit-input-type': 'off',
    // Checkboxes of one name are the several values of one field.
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }],
    // The standard takes any id, and the reference's sections are called as the operations are: `users.create`.
    'valid-id': ['error', { relaxed: true }],
  },
});

/**
 * A hidden field before several boxes of its name says that none is ticked. The validator knows that of one box; those
 * of ours that belong together have numbers.
 */
function isBoxWithDefault({ ruleId, selector }) {
  return ruleId === 'form-dup-name' && /-\d+$/.test(selector);
}

// What is sent is looked at, not what scripts make of it.
test.use({ javaScriptEnabled: false });

test.describe('every page', { tag: '@once' }, () => {
  for (const { name, open } of PLACES) {
    test(`what is sent is valid HTML: ${name}`, async ({ page, browsers, register, untouched }) => {
      const answer = answerOf(await open({ page, browsers, register, untouched }));
      const { results } = await validator.validateString(await answer.text());
      const faults = results.flatMap(({ messages }) => messages).filter((fault) => !isBoxWithDefault(fault));
      expect(faults.map(({ ruleId, message, line, column }) => `${ruleId} at ${line}:${column}: ${message}`)).toEqual(
        [],
      );
    });
  }
});
