import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fillOutputs, packageStack } from '../../local/stack/package-stack.ts';
import { readStack } from '../../local/stack/read-stack.ts';
import { copyProject } from '../extending/copy-project.ts';

const ENDPOINT = 'http://127.0.0.1:4566';

test('packageStack returns serverless.yml and the template, again after each change of a source or parameter', async () => {
  await using project = await copyProject();
  const file = join(project.folder, 'serverless.yml');
  const text = await readFile(file, 'utf8');
  // Unlike the project itself, this service was never packaged before.
  const service = `shop-${Date.now()}`;
  await writeFile(file, text.replace('service: order-pipeline\n', `service: ${service}\n`));

  const { configuration, template } = await packageStack(project.folder);
  const outputs = { OrderQueueUrl: `${ENDPOINT}/1/orders`, DatabaseUrl: 'postgres://127.0.0.1:1/orders' };
  const stack = readStack(fillOutputs(configuration, outputs), ENDPOINT);
  expect(stack.service).toBe(service);
  expect(stack.functions.get('intake')?.environment.ORDER_QUEUE_URL).toBe(`${ENDPOINT}/1/orders`);
  expect(stack.functions.get('story')?.environment).toMatchObject({
    SHIPPING_DATABASE_URL: 'postgres://127.0.0.1:1/orders',
    // An output that exists on AWS only.
    SHIPPING_DATABASE_ARN: '',
  });
  const role = template.Resources.IntakeIamRoleLambdaExecution;
  expect(JSON.stringify(role)).toContain('sqs:SendMessage');
  const queue = { QueueName: `${service}-local-order-queue` };
  expect(template.Resources.OrderQueue?.Properties).toMatchObject(queue);

  // From here on, Serverless can't run. Packaged stacks are in the cache for every caller.
  vi.stubEnv('NODE_OPTIONS', '--no-such-option');
  expect(await packageStack(project.folder)).toEqual({ configuration, template });
  vi.stubEnv('ORDER_PIPELINE_LOCAL_DIR', '/elsewhere');
  expect(await packageStack(project.folder)).toEqual({ configuration, template });
  await expect(packageStack(project.folder, { sales: 'off' })).rejects.toThrow(
    'serverless package --stage local: ',
  );
  await writeFile(file, `${text}\n# Changed.\n`);
  await expect(packageStack(project.folder)).rejects.toThrow('--no-such-option');
  vi.unstubAllEnvs();
}, 120_000);

test('packageStack rejects with the reason why Serverless refuses a parameter', async () => {
  const project = join(import.meta.dirname, '../..');
  await expect(packageStack(project, { sales: 'of' })).rejects.toThrow(
    'parameter sales: must be "on" or "off", received "of"',
  );
});
