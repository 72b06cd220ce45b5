import { describe, expect, it } from 'vitest';
import { classify, probeServices } from '../probe-operations.ts';
import { PROBED_SERVICES } from '../probed-services.ts';
import { accessWith, ROLE_KEY, ROOT_KEY } from './test-access.ts';

const free = await probeServices();
const byRoot = await probeServices({ enforcement: { access: accessWith() }, accessKeyId: ROOT_KEY });
const byRole = await probeServices({ enforcement: { access: accessWith() }, accessKeyId: ROLE_KEY });
const byNoOne = await probeServices({ enforcement: { access: accessWith() }, accessKeyId: 'AKIAUNKNOWN' });

/** Codes of each service. The answer to a HEAD has no body, and so no code. */
const CODES: Record<string, { denied: string[]; unknown: string[] }> = {
  SQS: { denied: ['AccessDenied'], unknown: ['InvalidClientTokenId'] },
  SNS: { denied: ['AuthorizationErrorException'], unknown: ['InvalidClientTokenId'] },
  S3: { denied: ['AccessDenied', 'Unknown'], unknown: ['InvalidAccessKeyId', 'Unknown'] },
  DynamoDB: { denied: ['AccessDeniedException'], unknown: ['UnrecognizedClientException'] },
};

describe.each(PROBED_SERVICES)('$title', ({ title }) => {
  const { denied = [], unknown = [] } = CODES[title] ?? {};
  const outcomes = (probed: typeof free) =>
    (probed[title] ?? []).map(({ name, code, changes }) => [name, code, changes]);

  it('answers the root user as if nothing were enforced', () => {
    expect(outcomes(byRoot)).toEqual(outcomes(free));
  });

  it('answers a role without rights with a denial of each operation that it has, and changes nothing', () => {
    const { supported, notConfigured } = classify(free[title] ?? []);
    // The result of each object has the denial.
    const exceptions = ['BatchExecuteStatement', 'DeleteObjects'];
    const names = [...supported, ...notConfigured]
      .map(({ name }) => name)
      .filter((name) => !exceptions.includes(name));
    const answers = (byRole[title] ?? []).filter(({ name }) => names.includes(name));
    expect(answers.filter(({ code = '' }) => !denied.includes(code))).toEqual([]);
    expect((byRole[title] ?? []).filter(({ changes }) => changes > 0)).toEqual([]);
  });

  it('refuses an unknown access key for every operation', () => {
    const accepted = (byNoOne[title] ?? []).filter(({ code = '' }) => !unknown.includes(code));
    // It has the path of a form, and a form contains its credentials.
    expect(accepted.filter(({ name }) => name !== 'WriteGetObjectResponse')).toEqual([]);
  });
});
