import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../../../local/iam/access.ts';
import { createThreadAccess } from '../../../local/iam/thread-access.ts';
import { arn } from '../../../local/stack/account.ts';
import type { DeniedRequest } from '../../../operations/status/inspection.ts';
import { notAllowed, SESSION_ARN, settingsOf } from './test-access.ts';

const ORDERS = arn('sqs', 'orders');
const principal: Principal = { kind: 'role', roleName: 'consumer', sessionName: 'worker-1' };
const right = { Action: ['sqs:SendMessage', 'sqs:DeleteMessage'], Resource: ORDERS };

let reported: DeniedRequest[];
let thread: ReturnType<typeof createThreadAccess>;
beforeEach(() => {
  reported = [];
  thread = createThreadAccess((request) => reported.push(request));
});

const check = (action: string, resource = ORDERS) =>
  thread.enforcement.access?.check(principal, { action, resource });

test('nothing is enforced, and no right is known, before the settings arrive', () => {
  expect([thread.enforcement.access, thread.usage(), thread.denials()]).toEqual([undefined, [], []]);
});

describe('after the settings have arrived', () => {
  beforeEach(() => thread.setAccess(settingsOf(right)));

  test('each refusal is reported, and equal ones are counted together', () => {
    vi.setSystemTime(1_000);
    check('sqs:ReceiveMessage');
    vi.setSystemTime(2_000);
    check('sqs:PurgeQueue');
    vi.setSystemTime(3_000);
    check('sqs:ReceiveMessage');
    vi.useRealTimers();
    const receive = {
      principal: SESSION_ARN,
      action: 'sqs:ReceiveMessage',
      resource: ORDERS,
      message: notAllowed('sqs:ReceiveMessage', ORDERS),
    };
    expect(reported).toMatchObject([
      { ...receive, count: 1, at: 1_000 },
      { action: 'sqs:PurgeQueue', count: 1, at: 2_000 },
      { ...receive, count: 2, at: 3_000 },
    ]);
    expect(thread.denials()).toMatchObject([{ action: 'sqs:PurgeQueue' }, { ...receive, count: 2 }]);
  });

  test('an allowed request is not recorded', () => {
    expect(check('sqs:SendMessage')).toBeUndefined();
    expect([reported, thread.denials()]).toEqual([[], []]);
  });

  test('the last 100 different requests are kept', () => {
    for (let index = 0; index < 101; index++) check('sqs:SendMessage', arn('sqs', `queue-${index}`));
    check('sqs:SendMessage', arn('sqs', 'queue-1'));
    check('sqs:SendMessage', arn('sqs', 'queue-new'));
    const kept = thread.denials().map(({ resource }) => resource);
    expect(kept).toHaveLength(100);
    expect(kept.slice(0, 1)).toEqual([arn('sqs', 'queue-3')]);
    expect(kept.slice(-2)).toEqual([arn('sqs', 'queue-1'), arn('sqs', 'queue-new')]);
  });

  test('a right is used once a request needed it', () => {
    check('sqs:SendMessage');
    expect(thread.usage()).toMatchObject([
      { role: 'consumer', action: 'sqs:SendMessage', resource: ORDERS, used: true },
      { role: 'consumer', action: 'sqs:DeleteMessage', resource: ORDERS, used: false },
    ]);
  });

  test('other settings replace them', () => {
    thread.setAccess(settingsOf({ Action: 'sqs:ReceiveMessage', Resource: ORDERS }));
    expect([check('sqs:ReceiveMessage'), check('sqs:SendMessage')?.action]).toEqual([
      undefined,
      'sqs:SendMessage',
    ]);
  });

  test('settings that cannot be enforced are refused and change nothing', () => {
    expect(() => thread.setAccess(settingsOf({ Action: 'sqs:Snd', Resource: ORDERS }))).toThrow('sqs:Snd');
    expect(check('sqs:SendMessage')).toBeUndefined();
  });
});
