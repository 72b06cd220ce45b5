import { beforeEach, expect, test, vi } from 'vitest';
import { startHealthServer, WorkerStatus } from '../../worker/worker-status.ts';
import { captureLog } from '../handlers/capture-log.ts';

const START = Date.parse('2026-11-27T08:00:00Z');

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  log = captureLog();
  return () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  };
});

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

/** Creates a worker's status and starts its health endpoint. */
async function start() {
  const status = new WorkerStatus('consumer');
  const url = await startHealthServer(0, () => status.health());
  const ask = async () => {
    const response = await fetch(url);
    return { code: response.status, ...((await response.json()) as object) };
  };
  return { status, url, ask };
}

test('reports messages in flight, handled and failed, and when the queue last answered', async () => {
  const { status, ask } = await start();
  const before = { code: 200, status: 'ok', function: 'consumer', in_flight: 0, handled: 0, failed: 0 };
  expect(await ask()).toEqual({ ...before, last_poll_at: null });
  pass(1);
  status.pollAnswered();
  status.batchStarted(10);
  status.batchStarted(4);
  status.batchEnded({ handled: 3, failed: 1 });
  expect(await ask()).toEqual({
    ...before,
    in_flight: 10,
    handled: 3,
    failed: 1,
    last_poll_at: '2026-11-27T08:00:01.000Z',
  });
});

test('answers 503 after polls have failed for a minute, and 200 again after a successful poll', async () => {
  const { status, ask } = await start();
  status.pollAnswered();
  status.pollFailed(new Error('no way'));
  pass(59);
  status.pollFailed(new Error('no way'));
  expect(await ask()).toMatchObject({ code: 200, status: 'ok' });
  pass(1);
  expect(await ask()).toMatchObject({
    code: 503,
    status: 'unreachable',
    last_poll_at: '2026-11-27T08:00:00.000Z',
  });
  status.pollAnswered();
  expect(await ask()).toMatchObject({ code: 200, status: 'ok' });
  status.pollFailed(new Error('no way'));
  expect(await ask()).toMatchObject({ code: 200, status: 'ok' });
});

test('is healthy while all pollers process long batches', async () => {
  const { status, ask } = await start();
  status.pollAnswered();
  status.batchStarted(1);
  pass(900);
  expect(await ask()).toMatchObject({ code: 200, status: 'ok', in_flight: 1 });
});

test('answers 503 while the worker is stopping', async () => {
  const { status, ask } = await start();
  status.stopping();
  expect(await ask()).toMatchObject({ code: 503, status: 'stopping' });
});

test('serves only GET /health, and only on 127.0.0.1', async () => {
  const { url } = await start();
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect((await fetch(new URL('/', url))).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});

test('logs failed polls once a minute with their number', async () => {
  const { status } = await start();
  for (let second = 0; second < 90; second++) {
    status.pollFailed(new Error('no way'));
    pass(1);
  }
  expect(log.lines('polling failed, retrying')).toMatchObject([
    { level: 'WARN', polls: 1, error: { message: 'no way' } },
    { polls: 60 },
  ]);
});
