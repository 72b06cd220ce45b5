/**
 * Reads the authorizer and the request limits of the HTTP API. The limits are numbers, which RouteSettings requires.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 */
module.exports = async ({ readChoice, readText, readWholeNumber }) => {
  const httpAuthorizer = await readChoice('httpAuthorizer', ['iam', 'jwt']);
  if (httpAuthorizer === 'jwt') {
    const reason = 'because httpAuthorizer is "jwt"';
    await readText('jwtIssuerUrl', /^https:\/\/\S+$/, `the https URL of the token issuer ${reason}`);
    await readText('jwtAudience', /^\S+$/, `the audience of the tokens ${reason}`);
  }
  return {
    httpAuthorizer,
    // The maximums are the default quotas of an account.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    limits: {
      intakeRate: await readWholeNumber('intakeRateLimit', 1, 10_000),
      intakeBurst: await readWholeNumber('intakeBurstLimit', 1, 5_000),
      apiRate: await readWholeNumber('apiRateLimit', 1, 10_000),
      apiBurst: await readWholeNumber('apiBurstLimit', 1, 5_000),
    },
  };
};
