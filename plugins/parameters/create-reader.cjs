/**
 * Creates a reader of stage parameters whose errors name the parameter and its value. Serverless's own errors for a variable
 * that cannot be resolved name neither.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = ({ resolveVariable }) => {
  const read = async (name) => {
    try {
      return await resolveVariable(`param:${name}`);
    } catch (error) {
      if (error.code !== 'MISSING_VARIABLE_RESULT') throw error;
      throw refuse(name, 'must have a default under params.default in serverless.yml', undefined);
    }
  };
  return {
    read,

    async readChoice(name, choices) {
      const value = await read(name);
      if (choices.includes(value)) return value;
      throw refuse(name, `must be ${listChoices(choices)}`, value);
    },

    /** @returns The value as a number, even if the command line passes it as text. */
    async readWholeNumber(name, min, max) {
      const value = await read(name);
      if (/^\d+$/.test(value) && value >= min && value <= max) return Number(value);
      throw refuse(name, `must be a whole number from ${min} to ${max}`, value);
    },

    async readText(name, pattern, rule) {
      const value = await read(name);
      if (pattern.test(value)) return value;
      throw refuse(name, `must be ${rule}`, value);
    },

    refuse,
  };
};

/** Returns a list such as `"a", "b" or "c"`. */
const listChoices = (choices) =>
  choices
    .map((choice) => JSON.stringify(choice))
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');

/** Creates the error for a parameter. Serverless prints the stack, which does not help to correct a parameter. */
function refuse(name, rule, value) {
  const message = `parameter ${name}: ${rule}, received ${JSON.stringify(value) ?? 'nothing'}`;
  const error = new Error(message);
  error.stack = message;
  return error;
}
