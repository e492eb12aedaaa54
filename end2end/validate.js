// Validates HTML against the standard.

import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    // Matters of style: a button in a form submits it and an input is a text field by default, as the standard says.
    'no-implicit-button-type': 'off',
    'no-implicit-input-type': 'off',
    // Checkboxes of one name are the several values of one field.
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }],
    // The standard allows any id, and the sections of the reference have the ids of operations: `users.create`.
    'valid-id': ['error', { relaxed: true }],
  },
});

/**
 * Returns the faults of a document, one line each.
 * @param {string} html as the server sends it
 * @returns {Promise<string[]>}
 */
export async function faultsOf(html) {
  const { results } = await validator.validateString(html);
  const faults = results.flatMap(({ messages }) => messages).filter((fault) => !isBoxWithDefault(fault));
  return faults.map(({ ruleId, message, line, column }) => `${ruleId} at ${line}:${column}: ${message}`);
}

/**
 * A hidden field before several boxes of its name is the value if none is ticked. The validator knows that of one box;
 * ours that belong together have numbers.
 */
function isBoxWithDefault({ ruleId, selector }) {
  return ruleId === 'form-dup-name' && /-\d+$/.test(selector);
}
