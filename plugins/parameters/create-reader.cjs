/**
 * Reads stage parameters and says which one is wrong. A variable that merely led nowhere would be refused by Serverless
 * without a word about the parameter and its value.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = ({ resolveVariable }) => {
  const read = async (name) => {
    try {
      return await resolveVariable(`param:${name}`);
    } catch (error) {
      if (error.code !== 'MISSING_VARIABLE_RESULT') throw error;
      throw refuse(name, 'must have a default under params: in serverless.yml', undefined);
    }
  };
  return {
    read,

    async readChoice(name, choices) {
      const value = await read(name);
      if (choices.includes(value)) return value;
      throw refuse(name, `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`, value);
    },

    /** @returns a number, also of what comes from the command line, which is text */
    async readWholeNumber(name, least, most) {
      const value = await read(name);
      if (/^\d+$/.test(value) && value >= least && value <= most) return Number(value);
      throw refuse(name, `must be a whole number from ${least} to ${most}`, value);
    },

    async readText(name, pattern, rule) {
      const value = await read(name);
      if (pattern.test(value)) return value;
      throw refuse(name, `must be ${rule}`, value);
    },

    refuse,
  };
};

/** Serverless shows the stack of what is thrown here, for which nobody who mistyped a parameter has any use. */
function refuse(name, rule, value) {
  const message = `parameter ${name}: ${rule}, received ${JSON.stringify(value) ?? 'nothing'}`;
  const error = new Error(message);
  error.stack = message;
  return error;
}
