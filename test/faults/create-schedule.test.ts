import { describe, expect, it } from 'vitest';
import { createSchedule, THEMES } from './create-schedule.ts';
import { createFaultPlan } from './fault-plan.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('createSchedule', () => {
  it('creates the same schedule for the same seed, and a different one for each other seed', () => {
    const texts = seeds(200).map((seed) => JSON.stringify({ ...createSchedule(seed), seed: 0 }));
    expect(seeds(200).map((seed) => JSON.stringify({ ...createSchedule(seed), seed: 0 }))).toEqual(texts);
    expect(new Set(texts).size).toBe(200);
  });

  it('uses each theme once in as many consecutive seeds as there are themes', () => {
    const titles = seeds(2 * THEMES.length).map((seed) => createSchedule(seed).title);
    expect(new Set(titles.slice(0, THEMES.length)).size).toBe(THEMES.length);
    expect(titles.slice(THEMES.length)).toEqual(titles.slice(0, THEMES.length));
  });

  it('loses no publish response and kills no process after a publish, unless interruptsPublish is set', () => {
    const kept = seeds(500)
      .map(createSchedule)
      .filter(({ interruptsPublish }) => !interruptsPublish);
    expect(kept.length).toBeGreaterThan(200);
    for (const { requests, incidents } of kept) {
      for (const { action, service, fault } of requests) {
        const reachesPublish = action === 'PublishBatch' || (action === undefined && service === 'sns');
        const isLost =
          fault.kind === 'hang' ||
          ((fault.kind === 'cut' || fault.kind === 'kill') && fault.when === 'after');
        expect(reachesPublish && isLost).toBe(false);
      }
      for (const { incident } of incidents) {
        expect(['cloud-killed', 'power-cut', 'disk-full']).not.toContain(incident.kind);
      }
    }
  });

  it('rejects a seed of 0', () => {
    expect(() => createSchedule(0)).toThrow('seed: must be a whole number from 1, received 0');
  });
});

describe('createFaultPlan', () => {
  const passing = (client: string, action: string) => ({ client, action, service: 'sqs' as const });

  it('hits the nth request of a role and action the given number of times, and counts the hits', () => {
    const plan = createFaultPlan([
      { role: 'consumer', action: 'ReceiveMessage', fault: { kind: 'error' }, nth: 2, times: 2 },
    ]);
    const others = [passing('ingest-1', 'ReceiveMessage'), passing('consumer-1', 'DeleteMessageBatch')];
    expect(others.map(plan.decide)).toEqual([undefined, undefined]);
    const clients = ['consumer-1', 'consumer-2', 'consumer-1', 'consumer-2'];
    const hits = clients.map((client) => plan.decide(passing(client, 'ReceiveMessage'))?.kind);
    expect(hits).toEqual([undefined, 'error', 'error', undefined]);
    expect(plan.hits).toEqual({ error: 2 });
  });

  it('injects no fault after end()', () => {
    const plan = createFaultPlan([{ fault: { kind: 'throttle' }, nth: 1, times: 9 }]);
    expect(plan.decide(passing('consumer-1', 'ReceiveMessage'))).toEqual({ kind: 'throttle' });
    plan.end();
    expect(plan.decide(passing('consumer-1', 'ReceiveMessage'))).toBeUndefined();
  });
});
