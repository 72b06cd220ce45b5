const deriveFleet = require('./derive-fleet.cjs');

/**
 * What serverless.yml derives from its parameters and YAML cannot: `${self:custom.derived.…}`. Both `serverless` and the
 * embedded cloud resolve it.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const read = (name) => resolveVariable(`param:${name}`);
  // A variable that merely led nowhere would be refused without a word about the parameter and its value.
  const readChoice = async (name, choices) => {
    const value = await read(name);
    if (choices.includes(value)) return value;
    const rule = choices.map((choice) => JSON.stringify(choice)).join(' or ');
    throw refuse(name, `must be ${rule}`, value);
  };
  const readWholeNumber = async (name, least, most) => {
    const value = await read(name);
    if (/^\d+$/.test(value) && value >= least && value <= most) return Number(value);
    throw refuse(name, `must be a whole number from ${least} to ${most}`, value);
  };
  const readText = async (name, pattern, rule) => {
    const value = await read(name);
    if (pattern.test(value)) return value;
    throw refuse(name, `must be ${rule}`, value);
  };
  const shipping = await readChoice('shipping', ['on', 'off']);
  const sales = await readChoice('sales', ['on', 'off']);
  const deletionPolicy = await readChoice('databaseDeletionPolicy', ['Delete', 'Snapshot']);
  const httpAuthorizer = await readChoice('httpAuthorizer', ['iam', 'jwt']);
  if (httpAuthorizer === 'jwt') {
    await readText(
      'jwtIssuerUrl',
      /^https:\/\/\S+$/,
      'the https URL of the issuer, since httpAuthorizer is "jwt"',
    );
    await readText('jwtAudience', /^\S+$/, 'what the tokens are for, since httpAuthorizer is "jwt"');
  }
  // Numbers, as RouteSettings wants them: what comes from the command line is text.
  // The most is what an account has by default: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
  const limits = {
    intakeRate: await readWholeNumber('intakeRateLimit', 1, 10_000),
    intakeBurst: await readWholeNumber('intakeBurstLimit', 1, 5_000),
    apiRate: await readWholeNumber('apiRateLimit', 1, 10_000),
    apiBurst: await readWholeNumber('apiBurstLimit', 1, 5_000),
  };
  const salesNamespace = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-sales`;
  // A batch of more than 10 records needs a window of at least 1 s.
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
  const window = await readWholeNumber('salesBatchingWindow', 1, 300);
  const fleet = await deriveFleet({ read, readChoice, readWholeNumber, refuse }, { shipping, sales });
  return {
    ...fleet,
    shipping,
    sales,
    httpAuthorizer,
    limits,
    databases: shipping === 'on' || sales === 'on' ? 'on' : 'off',
    // 6 x analytics' timeout + its batching window = 6 x 60 s + the window.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    analyticsVisibilityTimeout: 6 * 60 + window,
    salesFinalSnapshotName:
      deletionPolicy === 'Snapshot' ? `${salesNamespace}-final` : { Ref: 'AWS::NoValue' },
  };
};

/** Serverless shows the stack of what is thrown here, for which nobody who mistyped a parameter has any use. */
function refuse(name, rule, value) {
  const message = `parameter ${name}: ${rule}, received ${JSON.stringify(value)}`;
  const error = new Error(message);
  error.stack = message;
  return error;
}
