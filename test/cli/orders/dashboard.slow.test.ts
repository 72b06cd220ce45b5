import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { listenToEvents } from '../../dashboard/listen-to-events.ts';
import { sendRequest } from '../../dashboard/send-request.ts';
import { UNREACHABLE_OUTPUTS } from '../../dashboard/unreachable-pipeline.ts';
import { createTestDirectory } from '../../local/create-test-directory.ts';

const PROGRAM = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** The directory that the embedded cloud writes its outputs to. */
let directory: string;

beforeEach(async () => {
  directory = await createTestDirectory();
});

/** Starts `orders dashboard`. */
function start(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, 'dashboard', ...args], {
    env: { ...process.env, ORDER_PIPELINE_LOCAL_DIR: directory },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = once(child, 'close').then(([exit]) => ({ exit, ...output }));
  /** Resolves with stdout when it has `count` lines. */
  async function lines(count: number): Promise<string> {
    while (output.stdout.split('\n').length <= count) await once(child.stdout ?? child, 'data');
    return output.stdout;
  }
  return { child, ended, lines };
}

/** Writes the outputs of an embedded cloud whose services are unreachable. The page is served without them. */
const writeOutputs = () => writeFile(join(directory, 'outputs.json'), JSON.stringify(UNREACHABLE_OUTPUTS));

test.each(['SIGINT', 'SIGTERM'] as const)(
  'orders dashboard prints its URL, serves the page and exits with 0 on %s, even while a page is connected',
  async (signal) => {
    await writeOutputs();
    const { child, ended, lines } = start('--port', '0');
    const [, url = ''] =
      /^Live page of stage local: (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(await lines(2)) ?? [];
    expect(await sendRequest(url)).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^<!doctype html>/),
    });
    expect((await sendRequest(url, { headers: { host: 'evil.example' } })).status).toBe(421);
    const page = await listenToEvents(`${url}dashboard/events`);
    await page.next();
    const stopping = Date.now();
    child.kill(signal);
    expect(await ended).toMatchObject({ exit: 0, stderr: '' });
    // A connected page would hold the server open for a keep-alive timeout of 72 s.
    expect(Date.now() - stopping).toBeLessThan(30_000);
    await page.ended;
  },
);

test('orders dashboard --json prints its URL and stage as JSON', async () => {
  await writeOutputs();
  const { child, ended, lines } = start('--port', '0', '--json');
  const { url, stage } = JSON.parse(await lines(4));
  expect(stage).toBe('local');
  expect((await sendRequest(url)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ exit: 0, stderr: '' });
});

test('orders dashboard exits with 2 if the port is in use or is not a number', async () => {
  await writeOutputs();
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await start('--port', String(port)).ended).toEqual({
    exit: 2,
    stdout: '',
    stderr: `orders: --port: must be a free port on 127.0.0.1, received ${port}, which is in use; --port 0 chooses one\n`,
  });
  expect(await start('--port', 'many').ended).toEqual({
    exit: 2,
    stdout: '',
    stderr: 'orders: --port: must be a whole number from 0 to 65,535, received many\n',
  });
});

test('orders dashboard exits with 3 if the embedded cloud is not running', async () => {
  expect(await start().ended).toMatchObject({
    exit: 3,
    stdout: '',
    stderr: expect.stringMatching(/^orders: the embedded cloud is not running/),
  });
});
