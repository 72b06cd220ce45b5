import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  propertiesOf,
  readStatements,
  resourcesOf,
  type Statement,
  type Template,
} from '../../cli/template/template.ts';
import { type Clients, createClients } from '../../local/stack/clients.ts';
import { seedOrder } from '../order/seed-order.ts';
import { arnOf } from '../template/template.ts';
import { copyProject, type ProjectCopy } from './copy-project.ts';
import { addConsumer } from './extensions.ts';

let copy: ProjectCopy;
beforeAll(async () => {
  copy = await copyProject();
  await addConsumer(copy);
});
afterAll(() => copy[Symbol.asyncDispose]());

describe('a consumer that is added by a row in topology.ts and its own files', { timeout: 300_000 }, () => {
  describe('in the packaged stack', () => {
    let template: Template;
    const file = '.serverless/cloudformation-template-update-stack.json';
    beforeAll(async () => {
      await copy.run('serverless/bin/serverless.js', ['package', '--stage', 'test']);
      template = JSON.parse(await readFile(join(copy.folder, file), 'utf8'));
    });

    it('has the same queue, dead-letter queue, policies and subscription as the others', () => {
      const shapeOf = (name: string) =>
        JSON.stringify(
          Object.entries(template.Resources)
            .filter(([id]) => id.startsWith(`${name}Queue`) && !id.endsWith('Alarm'))
            .map(([id, resource]) => [id, resource]),
        )
          .replaceAll(name, 'Some')
          .replaceAll(`-${name.toLowerCase()}-`, '-some-')
          .replace(/"VisibilityTimeout":\d+/, '"VisibilityTimeout":0');
      expect(shapeOf('Loyalty')).toBe(shapeOf('Shipping'));
      expect(propertiesOf(template, 'LoyaltyQueue').VisibilityTimeout).toBe(6 * 30 + 1);
      expect(template.Outputs).toMatchObject({
        LoyaltyQueueUrl: { Value: { Ref: 'LoyaltyQueue' } },
        LoyaltyQueueDLQUrl: { Value: { Ref: 'LoyaltyQueueDLQ' } },
        LoyaltyTableName: { Value: { Ref: 'LoyaltyTable' } },
      });
    });

    it('has a function with an event source mapping and only the permissions that it needs', () => {
      expect(propertiesOf(template, 'LoyaltyLambdaFunction')).toMatchObject({
        Timeout: 30,
        Environment: {
          Variables: {
            LOYALTY_QUEUE_URL: { Ref: 'LoyaltyQueue' },
            LOYALTY_TABLE_NAME: { Ref: 'LoyaltyTable' },
          },
        },
      });
      expect(propertiesOf(template, 'LoyaltyEventSourceMappingSQSLoyaltyQueue')).toMatchObject({
        EventSourceArn: arnOf('LoyaltyQueue'),
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 1,
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      const [policy] = propertiesOf(template, 'LoyaltyIamRoleLambdaExecution').Policies as [
        { PolicyDocument: unknown },
      ];
      const isOwn = ({ Action }: Statement) => !/^(logs|xray):/.test(Action[0] ?? '');
      const granted = readStatements(policy.PolicyDocument)
        .filter(isOwn)
        .flatMap(({ Action, Resource }) => Action.map((action) => [action, Resource]));
      expect(granted.toSorted()).toEqual([
        ['dynamodb:PartiQLInsert', [arnOf('LoyaltyTable')]],
        ['sqs:ChangeMessageVisibility', [arnOf('LoyaltyQueue')]],
        ['sqs:DeleteMessage', [arnOf('LoyaltyQueue')]],
        ['sqs:GetQueueAttributes', [arnOf('LoyaltyQueue')]],
        ['sqs:ReceiveMessage', [arnOf('LoyaltyQueue')]],
      ]);
    });

    it('has alarms, and widgets on the dashboard', () => {
      const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([id]) => id);
      expect(alarms.filter((id) => id.startsWith('Loyalty')).toSorted()).toEqual([
        'LoyaltyErrorsAlarm',
        'LoyaltyQueueAgeAlarm',
        'LoyaltyQueueDlqNotEmptyAlarm',
        'LoyaltyThrottlesAlarm',
      ]);
      expect(propertiesOf(template, 'LoyaltyQueueAgeAlarm').Threshold).toBe(900);
      const dashboard = JSON.stringify(propertiesOf(template, 'MonitoringDashboard').DashboardBody);
      for (const shown of [
        'LoyaltyQueue.QueueName',
        'LoyaltyQueueDLQ.QueueName',
        'PointsAwarded',
        'LoyaltyQueueAgeAlarm.Arn',
      ])
        expect(dashboard).toContain(shown);
    });

    it('passes npm run doctor', async () => {
      expect(await copy.run('cli/doctor.ts', ['--template', file])).toMatch(
        /no findings|nothing|0 findings|clean/i,
      );
    });

    it('is included in cost and capacity estimates', async () => {
      const cost = await copy.run('cli/cost.ts', ['--orders-per-day', '1000000', '--template', file]);
      for (const line of ['loyalty: requests', 'loyalty: invocations', 'loyalty: duration'])
        expect(cost).toContain(line);
      expect(cost).toMatch(/^ *loyalty +[\d,]+ +[\d,]+ +[\d,]+ +[\d,]+ /m);
    });

    it('can be run by a worker fleet instead of Lambda', async () => {
      await copy.run('serverless/bin/serverless.js', [
        ...['package', '--stage', 'test', '--param=fleet=ec2', '--param=fleetFunction=loyalty'],
      ]);
      const fleet: Template = JSON.parse(await readFile(join(copy.folder, file), 'utf8'));
      expect(propertiesOf(fleet, 'LoyaltyEventSourceMappingSQSLoyaltyQueue').Enabled).toBe(false);
      expect(propertiesOf(fleet, 'ConsumerEventSourceMappingSQSOrderQueue').Enabled).toBe(true);
    });
  });

  describe('in the embedded cloud', () => {
    let cloud: ChildProcess;
    /** Output of `npm start` until its summary. */
    let printed = '';
    let outputs: Record<string, string>;
    let clients: Clients;
    const orders = (...args: string[]) => copy.run('cli/orders.ts', args);
    const asJson = async (...args: string[]) => JSON.parse(await orders(...args, '--json'));

    beforeAll(async () => {
      cloud = spawn(process.execPath, ['local/main.ts', '--count', '300', '--port', '0', '--aws-port', '0'], {
        cwd: copy.folder,
        env: copy.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const text of cloud.stdout ?? []) {
        printed += text;
        if (printed.includes('Press Ctrl-C to stop.')) break;
      }
      outputs = JSON.parse(await readFile(join(copy.folder, '.local/outputs.json'), 'utf8'));
      clients = createClients(outputs.AwsEndpointUrl ?? '', outputs.DynamoDbEndpointUrl ?? '');
    }, 120_000);
    afterAll(async () => {
      const ended = once(cloud, 'exit');
      cloud.kill('SIGINT');
      await ended;
    });

    async function eventually(check: () => Promise<void>): Promise<void> {
      for (const deadline = Date.now() + 30_000; ; await sleep(250)) {
        try {
          return await check();
        } catch (error) {
          if (Date.now() > deadline) throw error;
        }
      }
    }

    it('is run by npm start, which waits for its queue and reports its counts', () => {
      expect(printed).toMatch(/sent .*, awards [\d,]+ \(waiting [\d,]+\), /);
      expect(printed).toMatch(/^ {2}in the loyalty queue +300 /m);
      expect(printed).toMatch(/^ {2}= awards +300$/m);
      expect(printed).toContain('Reconciled: every order is accounted for, none twice.');
    });

    it('is shown by orders status, and can be throttled by orders throttle', async () => {
      const status = await asJson('status');
      expect(status.queues.map(({ name }: { name: string }) => name)).toEqual([
        'upload',
        'order',
        'shipping',
        'analytics',
        'loyalty',
      ]);
      expect(status.functions).toContainEqual(
        expect.objectContaining({
          name: 'loyalty',
          mapping: { queue: 'loyalty', enabled: true, maximumConcurrency: 2, batchSize: 100 },
        }),
      );
      expect(await orders('throttle', 'loyalty', '--concurrency', '5')).toContain('5');
    });

    it('stores an award, which orders trace shows', async () => {
      const order = JSON.stringify({ ...seedOrder, order_id: 'first' });
      const response = await fetch(`${outputs.ApiUrl}/orders`, { method: 'POST', body: order });
      expect(response.status).toBe(202);
      await eventually(async () => {
        const { state, steps } = await asJson('trace', 'first');
        expect(steps).toContainEqual({ at: null, what: 'stored', text: 'award stored by loyalty' });
        expect(state).toBe('complete');
      });
    });

    it('is reconciled: orders reconcile reports a missing award, and --repair restores it', async () => {
      const TableName = outputs.LoyaltyTableName;
      await clients.dynamodb.send(new DeleteItemCommand({ TableName, Key: { order_id: { S: 'first' } } }));
      const found = JSON.parse(await copy.run('cli/orders.ts', ['reconcile', '--json'], 1));
      expect(found.awards).toMatchObject({ stored: 300, missing: 1 });
      expect(found.gaps).toEqual([{ kind: 'missing_award', order_id: 'first' }]);
      const { sent, after } = await asJson('reconcile', '--repair');
      expect(sent).toEqual([{ order_id: 'first', queue: 'loyalty' }]);
      expect(after).toMatchObject({ awards: { stored: 301, missing: 0 }, reconciled: true });
    });

    it('has dead letters that orders dlq lists and purges', async () => {
      await clients.sqs.send(
        new SendMessageCommand({ QueueUrl: outputs.LoyaltyQueueUrl, MessageBody: '{"no":"event"}' }),
      );
      await eventually(async () => {
        const [list] = await asJson('dlq', 'list', 'loyalty');
        expect(list).toMatchObject({ queue: 'loyalty', seen: 1 });
        expect(list.letters).toMatchObject([{ reason: { code: 'event:missing' } }]);
      });
      expect(await orders('dlq', 'purge', 'loyalty', '--yes')).toContain('1');
    });

    it('is shown on the live page', async () => {
      const page = await fetch(`${outputs.ApiUrl}/`);
      const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
      const code = await (await fetch(new URL(script, outputs.ApiUrl))).text();
      expect(code).toContain('Loyalty queue');
      expect(code).toContain('Awarded');
    });

    it('can be run by a worker', async () => {
      await orders('throttle', 'loyalty', '--pause');
      const worker = spawn(
        process.execPath,
        ['worker/main.ts', '--function', 'loyalty', '--settings', '.local/workers/loyalty.env'],
        { cwd: copy.folder, env: copy.environment, stdio: ['ignore', 'ignore', 'inherit'] },
      );
      try {
        const order = JSON.stringify({ ...seedOrder, order_id: 'second' });
        await fetch(`${outputs.ApiUrl}/orders`, { method: 'POST', body: order });
        await eventually(async () => {
          const { steps } = await asJson('trace', 'second');
          expect(steps).toContainEqual(expect.objectContaining({ text: 'award stored by loyalty' }));
        });
      } finally {
        const ended = once(worker, 'exit');
        worker.kill('SIGTERM');
        await ended;
      }
    });
  });
});
