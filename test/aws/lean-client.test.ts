import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { Sha256 } from '../../lib/aws/lean-client.ts';

interface BuildArguments {
  request: { headers: Record<string, string> };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
async function digestOf(
  pieces: readonly (string | Uint8Array | ArrayBuffer)[],
  secret?: string | Uint8Array,
) {
  const sha256 = new Sha256(secret);
  for (const piece of pieces) sha256.update(piece);
  return hex(await sha256.digest());
}

describe('Sha256', () => {
  // FIPS 180-2, appendix B.1.
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('hashes all pieces, whether strings, views or buffers', async () => {
    const view = new Uint8Array(Buffer.from('xabcx')).subarray(1, 4);
    expect(await digestOf(['abc'])).toBe(ABC);
    expect(await digestOf(['a', Buffer.from('b'), 'c'])).toBe(ABC);
    expect(await digestOf([view])).toBe(ABC);
    expect(await digestOf([Uint8Array.from(view).buffer])).toBe(ABC);
  });

  it('hashes no data if there was no update, or after a reset', async () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(await digestOf([])).toBe(empty);
    const sha256 = new Sha256();
    sha256.update('abc');
    sha256.reset();
    expect(hex(await sha256.digest())).toBe(empty);
  });

  it('computes an HMAC with a secret, also when the same secret is used again', async () => {
    // RFC 4231, test case 2.
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const secret = Buffer.from('Jefe');
    expect(await digestOf(['what do ya want ', 'for nothing?'], secret)).toBe(expected);
    expect(await digestOf(['what do ya want for nothing?'], secret)).toBe(expected);
    expect(await digestOf(['what do ya want for nothing?'], 'Jefe')).toBe(expected);
    expect(await digestOf(['what do ya want for nothing?'], Buffer.from('jefe'))).not.toBe(expected);
  });
});

describe('leanClient', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 28), toFake: ['Date'] }));
  afterEach(() => vi.useRealTimers());

  const config = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  };

  /** Returns the headers of a request without sending it. */
  async function headersOf(client: SQSClient): Promise<Record<string, string>> {
    let headers: Record<string, string> = {};
    const stop = new Error('stopped before sending');
    client.middlewareStack.add(
      () =>
        async ({ request }) => {
          headers = { ...(request as { headers: Record<string, string> }).headers };
          throw stop;
        },
      { step: 'deserialize', priority: 'low' },
    );
    const input = { QueueUrl: 'http://127.0.0.1:9/0/orders', MessageBody: 'Zoë 🎁' };
    await expect(client.send(new SendMessageCommand(input))).rejects.toThrow(stop.message);
    return headers;
  }

  /** Removes the headers that differ from request to request. */
  function withoutVaryingHeaders(client: SQSClient): SQSClient {
    const removeHeaders =
      (next: (args: BuildArguments) => Promise<unknown>) =>
      (args: BuildArguments): Promise<unknown> => {
        const { headers } = args.request;
        for (const name of Object.keys(headers)) if (/^amz-sdk|user-agent$/.test(name)) delete headers[name];
        return next(args);
      };
    client.middlewareStack.addRelativeTo(removeHeaders as never, {
      relation: 'before',
      toMiddleware: 'httpSigningMiddleware',
      name: 'withoutVaryingHeaders',
    });
    return client;
  }

  it("signs requests exactly like the SDK's own client", async () => {
    const { authorization } = await headersOf(withoutVaryingHeaders(createSqsClient(config)));
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key\/20261128\/us-east-1\/sqs\/aws4_request/);
    expect(authorization).toBe((await headersOf(withoutVaryingHeaders(new SQSClient(config)))).authorization);
  });

  it("keeps all of the SDK's middleware except for the logger and the user agent", () => {
    const namesOf = ({ middlewareStack }: SQSClient) => middlewareStack.identify();
    const [lean, plain] = [createSqsClient(config), new SQSClient(config)].map(namesOf) as [
      string[],
      string[],
    ];
    expect(plain.filter((name) => !lean.includes(name))).toEqual([
      expect.stringMatching(/^loggerMiddleware/),
      expect.stringMatching(/^getUserAgentMiddleware/),
    ]);
    expect(lean.filter((name) => !plain.includes(name))).toEqual([expect.stringMatching(/^sendUserAgent/)]);
  });

  it('sends its own user agent', async () => {
    const { 'user-agent': userAgent } = await headersOf(createSqsClient(config));
    expect(userAgent).toBe(`order-pipeline aws-sdk-js/3 md/nodejs#${process.versions.node}`);
  });
});
