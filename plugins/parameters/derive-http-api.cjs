/**
 * What the HTTP API asks of its callers, and how many requests it lets through: as numbers, which RouteSettings wants.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 */
module.exports = async ({ readChoice, readText, readWholeNumber }) => {
  const httpAuthorizer = await readChoice('httpAuthorizer', ['iam', 'jwt']);
  if (httpAuthorizer === 'jwt') {
    const why = 'since httpAuthorizer is "jwt"';
    await readText('jwtIssuerUrl', /^https:\/\/\S+$/, `the https URL of the issuer, ${why}`);
    await readText('jwtAudience', /^\S+$/, `what the tokens are for, ${why}`);
  }
  return {
    httpAuthorizer,
    // The most is what an account has by default.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    limits: {
      intakeRate: await readWholeNumber('intakeRateLimit', 1, 10_000),
      intakeBurst: await readWholeNumber('intakeBurstLimit', 1, 5_000),
      apiRate: await readWholeNumber('apiRateLimit', 1, 10_000),
      apiBurst: await readWholeNumber('apiBurstLimit', 1, 5_000),
    },
  };
};
