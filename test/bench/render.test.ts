import { describe, expect, it } from 'vitest';
import { renderGoals, renderSuite } from '../../bench/render.ts';
import { COUNTED, NOISY } from '../../bench/suite.ts';

describe('a table', () => {
  it('has medians, their spread, and the first contender as a multiple of the others', () => {
    const text = renderSuite({
      metrics: [
        { name: 'rate', title: 'orders/s', digits: 0, compared: true },
        { name: 'requests', title: 'requests/order', digits: 2 },
      ],
      contenders: [
        { name: 'ours', samples: [{ rate: 3_000, requests: 0.48 }, { rate: 2_700 }, { rate: 3_300 }] },
        { name: 'peer', samples: [{ rate: 600, requests: 3 }, { rate: 540 }, { rate: 600 }] },
        { name: 'once', samples: [{ rate: 1_500, requests: 3 }] },
        { name: 'silent', samples: [] },
      ],
      goals: [],
    });
    expect(text.split('\n')).toEqual([
      '          orders/s     ±  ours is     ±  requests/order',
      '  ours       3,000  10 %                           0.48',
      '  peer         600  10 %   5.00 ×  10 %            3.00',
      '  once       1,500         2.00 ×                  3.00',
      '  silent',
      '',
    ]);
  });

  it('has no spread below the uncertainty of the rates', () => {
    const steady = (rate: number, uncertainty: number) => [
      { rate, uncertainty },
      { rate, uncertainty: 0.01 },
    ];
    const text = renderSuite({
      metrics: [{ name: 'rate', title: 'orders/s', digits: 0, compared: true }],
      contenders: [
        { name: 'ours', samples: steady(3_000, 0.05) },
        { name: 'peer', samples: steady(600, 0.2) },
      ],
      goals: [],
    });
    expect(text.split('\n')).toEqual([
      '        orders/s     ±  ours is     ±',
      '  ours     3,000   5 %',
      '  peer       600  20 %   5.00 ×  25 %',
      '',
    ]);
  });
});

describe('goals', () => {
  it('are listed with target, measured value and whether it was reached', () => {
    const text = renderGoals([
      { id: 'a/times', title: 'times a peer', value: 11.234, bound: { atLeast: 10 }, tolerance: NOISY },
      { id: 'a/limit', title: 'of the limit', value: 0.59, bound: { atLeast: 0.6 }, tolerance: NOISY },
      { id: 'a/requests', title: 'requests', value: 0.5, bound: { atMost: 0.5 }, tolerance: COUNTED },
    ]);
    expect(text.split('\n')).toEqual([
      '  goal                      target  measured',
      '  a/times     times a peer    ≥ 10      11.2  reached',
      '  a/limit     of the limit   ≥ 0.6      0.59  NOT reached',
      '  a/requests  requests       ≤ 0.5       0.5  reached',
      '',
    ]);
  });
});
