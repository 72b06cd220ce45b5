import {
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { routeRequests, type Services } from '../../../local/aws-services/route-request.ts';
import type { Access } from '../../../local/iam/access.ts';
import type { Enforcement } from '../../../local/iam/caller.ts';
import type { MappingState } from '../../../local/lambda/mappings.ts';
import { ACCOUNT_ID, arn } from '../../../local/stack/account.ts';
import { clientOptions } from '../client-of-service.ts';
import {
  accessWith,
  notAllowed,
  ROLE_KEY,
  ROOT_KEY,
  SESSION_ARN,
  signedWith,
  type TestStatement,
} from './test-access.ts';

const UUID = '00000000-0000-4000-8000-000000000002';
const MAPPING: MappingState = {
  uuid: UUID,
  functionName: 'consumer',
  enabled: true,
  maximumConcurrency: undefined,
  queueArn: arn('sqs', 'orders'),
  batchSize: 10,
  batchingWindow: 0,
  reportsItemFailures: true,
  lastModified: 0,
};
/** A request without credentials. */
const REQUEST = {
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from(''),
  sourceIp: '127.0.0.1',
  requestId: 'request-1',
  signal: new AbortController().signal,
};
const FUNCTION_ARN = arn('lambda', 'function:restock');
const MAPPING_ARN = arn('lambda', `event-source-mapping:${UUID}`);

/** Opens the route to Lambda's API and STS. */
function open(enforcement?: Enforcement) {
  const called: string[] = [];
  const other = () => ({ status: 500 });
  const services: Services = {
    sqs: other,
    sns: other,
    s3: other,
    ...(enforcement && { enforcement }),
    async invoke(name) {
      called.push(name);
      return { found: true, payload: '1' };
    },
    listMappings: async () => [MAPPING],
    async updateMapping(uuid) {
      called.push(uuid);
      return MAPPING;
    },
    inspect: async () => ({ since: '', queues: {}, functions: {}, confirmed: 0, denials: [] }),
    listMails: () => ({ total: 0, mails: [] }),
  };
  const service = routeRequests(services);
  const optionsOf = (accessKeyId: string) => ({ ...clientOptions(service), ...signedWith(accessKeyId) });
  return { service, called, optionsOf, client: new LambdaClient(optionsOf(ROLE_KEY)) };
}

const openWith = (...rights: TestStatement[]) => open({ access: accessWith(...rights) });

const deniedBy = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: notAllowed(action, resource),
  $metadata: { httpStatusCode: 403 },
});

describe("Lambda's API", () => {
  test('invokes a function for a role with the right on it', async () => {
    const { client, called } = openWith({ Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN });
    await client.send(new InvokeCommand({ FunctionName: 'restock' }));
    await client.send(new InvokeCommand({ FunctionName: FUNCTION_ARN }));
    expect(called).toEqual(['restock', 'restock']);
  });

  test.each(['RequestResponse', 'Event', 'DryRun'] as const)(
    'denies an invocation to a role without the right, and does not invoke: %s',
    async (InvocationType) => {
      const { client, called } = openWith({ Action: 'lambda:*', Resource: arn('lambda', 'function:other') });
      await expect(
        client.send(new InvokeCommand({ FunctionName: 'restock', InvocationType })),
      ).rejects.toMatchObject(deniedBy('lambda:InvokeFunction', FUNCTION_ARN));
      expect(called).toEqual([]);
    },
  );

  test.each([
    { FunctionName: 'restock:live' },
    { FunctionName: 'restock', Qualifier: 'live' },
    { FunctionName: `${FUNCTION_ARN}:live` },
  ])('treats a qualifier as a part of the function: %j', async (input) => {
    const { client } = openWith({ Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN });
    await expect(client.send(new InvokeCommand(input))).rejects.toMatchObject(
      deniedBy('lambda:InvokeFunction', `${FUNCTION_ARN}:live`),
    );
  });

  test('needs rights to list, get and update event source mappings', async () => {
    const none = openWith();
    const denials: [object, string, string][] = [
      [new ListEventSourceMappingsCommand({}), 'lambda:ListEventSourceMappings', '*'],
      [new GetEventSourceMappingCommand({ UUID }), 'lambda:GetEventSourceMapping', MAPPING_ARN],
      [
        new UpdateEventSourceMappingCommand({ UUID, Enabled: false }),
        'lambda:UpdateEventSourceMapping',
        MAPPING_ARN,
      ],
    ];
    for (const [command, action, resource] of denials) {
      await expect(none.client.send(command as GetEventSourceMappingCommand)).rejects.toMatchObject(
        deniedBy(action, resource),
      );
      await openWith({ Action: action, Resource: resource }).client.send(
        command as GetEventSourceMappingCommand,
      );
    }
    expect(none.called).toEqual([]);
  });

  test('passes the function of a mapping as a condition key', async () => {
    const requests: object[] = [];
    const access: Access = {
      identify: () => ({ kind: 'root' }),
      check(_principal, request) {
        requests.push(request);
        return undefined;
      },
      validate: () => undefined,
    };
    await open({ access }).client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    expect(requests).toEqual([
      {
        action: 'lambda:UpdateEventSourceMapping',
        resource: MAPPING_ARN,
        context: { 'lambda:FunctionArn': arn('lambda', 'function:consumer') },
      },
    ]);
  });

  test('refuses an unknown access key', async () => {
    const lambda = new LambdaClient(openWith().optionsOf('AKIAUNKNOWN'));
    const refusal = {
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
      $metadata: { httpStatusCode: 403 },
    };
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'restock' }))).rejects.toMatchObject(refusal);
    await expect(lambda.send(new ListEventSourceMappingsCommand({}))).rejects.toMatchObject(refusal);
  });
});

describe('STS', () => {
  const identify = async ({ service }: ReturnType<typeof open>, accessKeyId: string) => {
    const { status, body } = await service({
      ...REQUEST,
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261201/us-east-1/sts/aws4_request`,
      },
      body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15'),
    });
    return { status, body: String(body) };
  };

  test('names a session of a role, which needs no right for it', async () => {
    const { status, body } = await identify(openWith(), ROLE_KEY);
    expect(status).toBe(200);
    expect(body).toContain(`<Arn>${SESSION_ARN}</Arn>`);
    expect(body).toMatch(/<UserId>AROA[0-9A-Z]{17}:worker-1<\/UserId>/);
    expect(body).toContain(`<Account>${ACCOUNT_ID}</Account>`);
  });

  test.each([
    ['enforced', openWith(), ROOT_KEY],
    ['not enforced', open(), 'AKIAANY'],
  ])('names the root user if access is %s', async (_name, opened, accessKeyId) => {
    const { body } = await identify(opened, accessKeyId);
    expect(body).toContain(`<Arn>arn:aws:iam::${ACCOUNT_ID}:root</Arn><UserId>${ACCOUNT_ID}</UserId>`);
  });

  test('refuses an unknown access key', async () => {
    const { status, body } = await identify(openWith(), 'AKIAUNKNOWN');
    expect(status).toBe(403);
    expect(body).toContain(
      '<Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message>',
    );
  });
});

test('the inspection routes are no API of AWS and need no credentials', async () => {
  const { service } = openWith();
  const answer = await service({ ...REQUEST, method: 'GET', path: '/_inspection' });
  expect(answer.status).toBe(200);
});
