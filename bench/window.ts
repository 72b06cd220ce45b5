import type { Sample } from './suite.ts';

/** Length of a contender's runs at `--percent 100`. */
export interface RunLength {
  /** Orders processed before the measured ones, some seconds of work in which V8 compiles hot code. Not scaled. */
  warmUp: number;
  /** Orders after the warm-up. `--percent` scales them. */
  measured: number;
}

/** One run: how many orders it has, and which of them are measured. */
export interface RunPlan {
  orders: number;
  /** Maximum number of orders that the contender processes at once: concurrency × batch size. */
  inFlight: number;
  /** Number of processed orders at which measuring begins; 0 measures from the start of the run. */
  from: number;
  /** Number of processed orders at which measuring ends. */
  to: number;
}

/** State of a run at one moment. */
export interface Reading {
  /** Orders processed so far. */
  orders: number;
  /** Seconds since the start. */
  seconds: number;
  /** User and system time since the start, in seconds. */
  cpuSeconds: number;
  /** HTTP requests since the start. */
  requests: number;
}

/**
 * A contender that processes everything at once finishes all of it at once: the time between two of its last deletes says
 * nothing about its rate. So a run that is not measured from its start has at least this many times the orders in flight.
 */
const MIN_WAVES = 10;
/** Minimum of the measured part, likewise. The orders in flight at its two ends then add at most a fifth. */
const MIN_MEASURED_WAVES = 5;
/** Shorter runs than this share of the usual length differ from it by more than repeated runs do. */
const MIN_SCALE = 0.2;
/** Milliseconds between two readings of a run's progress. */
export const POLL_MS = 25;
/** Maximum uncertainty of a figure, as a fraction. */
const MAX_UNCERTAINTY = 0.25;

/**
 * Plans a run that is measured after its warm-up, and until its last orders are in flight: then fewer batches run
 * concurrently.
 *
 * @param scale Factor for the measured orders.
 */
export function planRun({ warmUp, measured }: RunLength, inFlight: number, scale: number): RunPlan {
  const scaled = Math.ceil(measured * Math.max(scale, MIN_SCALE));
  const afterWarmUp = Math.max(scaled, (MIN_MEASURED_WAVES + 1) * inFlight);
  const orders = Math.max(warmUp + afterWarmUp, MIN_WAVES * inFlight);
  return { orders, inFlight, from: warmUp, to: orders - inFlight };
}

/** Share of a backlog that warms up its consumer. */
const BACKLOG_WARM_UP = 0.4;

/** Plans a run of a given number of orders. It is measured from its start if it is short. */
export function planBacklog(orders: number, inFlight: number): RunPlan {
  if (orders < MIN_WAVES * inFlight) return { orders, inFlight, from: 0, to: orders };
  return { orders, inFlight, from: Math.floor(orders * BACKLOG_WARM_UP), to: orders - inFlight };
}

/**
 * Refuses a run whose measured part could be a single wave of orders in flight.
 *
 * @throws Error that says how many orders the run needs
 */
export function checkPlan(who: string, { orders, inFlight, from, to }: RunPlan): void {
  if (from === 0 && to === orders) return;
  if (orders < MIN_WAVES * inFlight)
    throw new Error(
      `${who}: ${orders} orders cannot be measured with ${inFlight} in flight, give ${MIN_WAVES * inFlight} or measure from the start`,
    );
  if (to - from < MIN_MEASURED_WAVES * inFlight)
    throw new Error(
      `${who}: ${to - from} measured orders are too few with ${inFlight} in flight, give ${MIN_MEASURED_WAVES * inFlight}`,
    );
}

/**
 * Computes the figures of the measured part of a run. Its orders are counted twice: by the queue, and by the contender's
 * requests, since each order takes as many as it does in the whole run. The difference of the two counts is part of the figure's
 * uncertainty. It is large if the queue counted a wave of orders whose work was done before.
 *
 * @param begin Reading at which measuring began; all zeros at the start of the run.
 * @param end Reading at which measuring ended.
 * @param whole Reading at the end of the run.
 * @returns Orders per second, requests per order, CPU milliseconds per 1,000 orders, and the uncertainty as a fraction.
 * @throws Error if the two counts contradict each other, or the time is too short for its readings
 */
export function figuresOf(
  who: string,
  begin: Reading,
  end: Reading,
  whole: Reading,
): Sample & { ordersPerSecond: number; uncertainty: number } {
  const orders = end.orders - begin.orders;
  const seconds = end.seconds - begin.seconds;
  const requests = end.requests - begin.requests;
  const requestsPerOrder = whole.requests / whole.orders;
  const inRequests = requests / requestsPerOrder;
  const uncertainty = Math.abs(inRequests / orders - 1) + POLL_MS / 1_000 / seconds;
  // Also refuses NaN, from a measured part without orders or time.
  if (!(uncertainty <= MAX_UNCERTAINTY)) {
    const rate = (count: number) => `${Math.round(count / seconds).toLocaleString('en')} orders/s`;
    throw new Error(
      `${who}: counted ${orders} orders in ${seconds.toFixed(3)} s, which is ${rate(orders)}, but its ${requests} requests are those of ${rate(inRequests)}; give more orders (--percent)`,
    );
  }
  return {
    ordersPerSecond: orders / seconds,
    requestsPerOrder,
    cpuMs: ((end.cpuSeconds - begin.cpuSeconds) * 1_000_000) / orders,
    uncertainty,
  };
}

/** The reading at the start of a run. */
export const START: Reading = { orders: 0, seconds: 0, cpuSeconds: 0, requests: 0 };
