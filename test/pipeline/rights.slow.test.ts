import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUnusedRights } from '../../cli/doctor/rights.ts';
import { toItem } from '../../lib/aws/ledger-record.ts';
import { createTable } from '../../lib/aws/table.ts';
import { callFunction } from '../../local/call-function.ts';
import type { Principal } from '../../local/iam/access.ts';
import { KNOWN_ACTIONS } from '../../local/iam/actions.ts';
import {
  type AccessSettings,
  type Check,
  createAccess,
  type GrantUse,
} from '../../local/iam/create-access.ts';
import { evaluate } from '../../local/iam/evaluate.ts';
import { compilePolicy, type Statement } from '../../local/iam/policy.ts';
import { createContext } from '../../local/iam/request-context.ts';
import { ACCOUNT_ID, arn, REGION } from '../../local/stack/account.ts';
import { QUEUES } from '../../topology.ts';
import { seedOrder } from '../order/seed-order.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

/** Files above this size are split: see lib/ingest/split-order-file.ts. */
const PART_BYTES = 64 * 1_024 * 1_024;

let cloud: TestCloud;
let settings: AccessSettings;
let checks: Check[];
let usage: GrantUse[];

const api = (path: string, method = 'GET', body?: object) =>
  fetch(`${cloud.output('ApiUrl')}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
const upload = (Key: string, Body: string) =>
  cloud.clients.s3.send(new PutObjectCommand({ Bucket: cloud.output('UploadBucketName'), Key, Body }));

/** Uses every function, and every queue, topic and bucket, as the pipeline's users do. */
async function useThePipeline(): Promise<void> {
  const order = (order_id: string) => ({ ...seedOrder, order_id });
  await api('/orders', 'POST', [order('first'), order('second')]);
  await api('/orders/generate', 'POST', { count: 5 });
  await callFunction(cloud, 'producer', { count: 5, via: 's3' });
  await api('/customers', 'POST', { email_id: 'jane@example.com' });
  await api('/customers/jane@example.com', 'DELETE');
  // Its consumer crashed between claim and publish, so another one replaces the claim.
  const abandoned = {
    orderId: 'abandoned',
    owner: 'crashed',
    status: 'CLAIMED' as const,
    leaseUntil: 1,
    claimedAt: 1,
  };
  const ledger = createTable(cloud.clients.dynamodb, cloud.output('LedgerTableName'), 'order_id');
  await ledger.put([toItem(abandoned)]);
  await cloud.send([JSON.stringify(order('abandoned')), JSON.stringify(order('first'))]);
  // Invalid messages become visible again and are dead-lettered.
  for (const queue of ['OrderQueueUrl', 'ShippingQueueUrl', 'AnalyticsQueueUrl'])
    await cloud.send(['{"no":"order"}'], queue);
  const lines = [order('from-file'), { no: 'order' }].map((each) => `${JSON.stringify(each)}\n`).join('');
  await upload('small.ndjson', lines);
  // Parsing a long line of spaces takes less time than parsing orders.
  await upload('large.ndjson', `${lines}${' '.repeat(PART_BYTES / 2)}\n`.repeat(2) + lines);
  await upload('corrupt.csv.gz', 'not gzip');
  await cloud.stored();
  await api('/orders/first');
  await api('/reports/sales?from=2020-01-01');
  await callFunction(cloud, 'restock', { product_id: seedOrder.product_id, quantity: 5 });

  // An operator looks at what no function uses.
  for (const { dlqId } of QUEUES) await cloud.depth(`${dlqId}Url`);
  await cloud.clients.s3.send(new ListObjectsV2Command({ Bucket: cloud.output('SalesStagingBucketName') }));
  await cloud.clients.sns.send(
    new PublishCommand({ TopicArn: cloud.output('OperationsTopicArn'), Message: 'test' }),
  );
}

beforeAll(async () => {
  cloud = await startTestCloud({ changeAccess: (read) => (settings = read) });
  await useThePipeline();
  [checks, usage] = await Promise.all([cloud.checks(), cloud.usage()]);
}, 240_000);
afterAll(() => cloud.stop());

it('gives every function and service the rights that it needs', () => {
  expect(checks.filter(({ denied }) => denied)).toEqual([]);
  expect(checks.length).toBeGreaterThan(80);
});

it('gives no function a right that it does not use, except those with a reason beside them', async () => {
  const file = join(cloud.localDirectory, 'rights.json');
  await writeFile(file, JSON.stringify(usage));
  const unused = await readUnusedRights(file);
  const without = unused.filter(({ reason }) => reason === undefined);
  expect(
    without.map(({ place, action, resource, source }) => `${source} ${place} ${action} ${resource}`),
  ).toEqual([]);
});

describe('a statement that is taken away is missed:', () => {
  it('each statement of each role, unless none of its rights was used', () => {
    const missed: string[] = [];
    const notMissed: string[] = [];
    const unusedPlaces = new Set(usage.map(({ place }) => place));
    for (const { place, used } of usage) if (used) unusedPlaces.delete(place);
    // Workers have the same policies as functions.
    const roles = settings.roles.filter(({ name }) => !name.endsWith('-worker'));
    for (const role of roles)
      for (const policy of role.policies)
        for (const index of (policy.document as Policy).Statement.keys()) {
          const document = withoutStatement(policy.document as Policy, index);
          const others = role.policies.filter((each) => each !== policy);
          const policies = document.Statement.length > 0 ? [...others, { ...policy, document }] : others;
          const otherRoles = settings.roles.filter((each) => each !== role);
          const access = createAccess(
            { ...settings, roles: [...otherRoles, { ...role, policies }] },
            KNOWN_ACTIONS,
          );
          const denials = checks
            .filter(({ principal }) => principal.kind === 'role' && principal.roleName === role.name)
            .flatMap(({ principal, request }) => access.check(principal, request) ?? []);
          const place = `${policy.place}.Statement[${index}]`;
          if (denials.length > 0) missed.push(`${role.name} ${place}: ${denials[0]?.message}`);
          else if (!unusedPlaces.has(place)) notMissed.push(`${role.name} ${place}`);
        }
    // Analytics shares this policy with migrate. On AWS it loads a batch in one transaction, here with one statement.
    expect(notMissed).toEqual([
      'order-pipeline-local-analytics-us-east-1-lambdaRole SalesWarehouseTransactions.Statement[0]',
    ]);
    expect(missed.length).toBeGreaterThan(20);
    for (const text of missed)
      expect(text).toMatch(
        /is not authorized to perform: \S+ on resource: \S+ because no identity-based policy allows the \S+ action$/,
      );
  });

  it('each statement of each resource and key', () => {
    const attempts: Attempt[] = [...checks, ...ofServices()];
    const policies = new Map(settings.keys.map(({ arn: key, policy }) => [key, policy as Policy]));
    for (const { request } of attempts)
      if (request.resourcePolicy) policies.set(request.resource, JSON.parse(request.resourcePolicy));
    const notMissed: string[] = [];
    for (const [resource, document] of policies) {
      const own = attempts.filter(({ request }) => request.resource === resource);
      const all = [...own, ...own.flatMap(attacks)];
      const decide = (changed: Policy) => {
        const statements = compile('resource', resource, changed);
        return all.map((attempt) => isAllowed(attempt, statements));
      };
      const before = decide(document);
      for (const [index, { Sid = index }] of document.Statement.entries()) {
        const after = decide(withoutStatement(document, index));
        if (after.every((allowed, attempt) => allowed === before[attempt]))
          notMissed.push(`${resource} ${Sid}`);
      }
    }
    expect(notMissed).toEqual([]);
    expect(policies.size).toBeGreaterThan(10);
  });
});

interface Policy {
  Statement: { Sid?: string }[];
}

/** A request, with global condition keys that differ from those of this account. */
interface Attempt extends Pick<Check, 'principal' | 'request'> {
  keys?: Record<string, string>;
}

const compile = (kind: 'identity' | 'resource', place: string, document: unknown) =>
  compilePolicy(document, { kind, place, knownActions: KNOWN_ACTIONS });
const EVERYTHING = compile('identity', 'test', {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});

const withoutStatement = (document: Policy, index: number): Policy => ({
  ...document,
  Statement: document.Statement.toSpliced(index, 1),
});

/** Decides with the role's own policies, or for attempts from outside with all rights. */
function isAllowed({ principal, request, keys }: Attempt, resourcePolicy: Statement[]): boolean {
  const context = createContext(principal, request.context);
  const role = principal.kind === 'role' && settings.roles.find(({ name }) => name === principal.roleName);
  const own = role
    ? role.policies.flatMap(({ place, document }) => compile('identity', place, document))
    : [];
  const { denial } = evaluate({
    principal,
    action: request.action,
    resource: request.resource,
    context: { get: (key) => (keys?.[key] ? [keys[key]] : context.get(key)) },
    identityPolicies: keys ? EVERYTHING : own,
    resourcePolicy,
  });
  return denial === undefined;
}

/** Returns the same request without TLS, and by a role of another account. */
const attacks = ({ principal, request }: Attempt): Attempt[] =>
  principal.kind === 'service'
    ? []
    : [
        { principal, request, keys: { 'aws:securetransport': 'false' } },
        { principal, request, keys: { 'aws:principalaccount': '111111111111' } },
      ];

/** Returns what CloudWatch does when an alarm goes off, and SNS when it cannot deliver: neither happens here. */
function ofServices(): Attempt[] {
  const alarm: Principal = {
    kind: 'service',
    service: 'cloudwatch.amazonaws.com',
    sourceArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT_ID}:alarm:order-pipeline-local-order-queue-age`,
  };
  const byAlarm = [
    { action: 'sns:Publish', resource: cloud.output('OperationsTopicArn') },
    ...settings.keys.flatMap((key) =>
      ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({ action, resource: key.arn })),
    ),
  ].map((request): Attempt => ({ principal: alarm, request }));
  const undeliverable = QUEUES.flatMap(({ kebab, topic }): Attempt[] => {
    if (topic === undefined) return [];
    const sourceArn = cloud.output(`${topic}Arn`);
    const resource = arn('sqs', `order-pipeline-local-${kebab}-dlq`);
    return [
      {
        principal: { kind: 'service', service: 'sns.amazonaws.com', sourceArn },
        request: { action: 'sqs:SendMessage', resource },
      },
    ];
  });
  return [...byAlarm, ...undeliverable];
}
