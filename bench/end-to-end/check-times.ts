/** Milliseconds that a run may wait for late metrics after its last order: ten polls, each with its counts. */
const SETTLING_MS = 5_000;

/** The times that a run reports about itself. */
export interface RunTimes {
  /** Number of orders that the producer sent. */
  sent: number;
  produceMs: number;
  confirmMs: number;
  totalMs: number;
}

/**
 * Checks that a run's times fit each other and the caller's clock.
 *
 * @param elapsedMs Duration of the run by the caller's clock.
 * @throws Error that names what does not fit
 */
export function checkTimes(
  orders: number,
  { sent, produceMs, confirmMs, totalMs }: RunTimes,
  elapsedMs: number,
): void {
  if (sent !== orders) throw new Error(`end-to-end: must send ${orders} orders, sent ${sent}`);
  const isOrdered = 0 < produceMs && produceMs <= confirmMs && confirmMs <= totalMs;
  if (isOrdered && totalMs <= elapsedMs + 1 && elapsedMs - totalMs <= SETTLING_MS) return;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  throw new Error(
    `end-to-end: the times contradict each other: produced after ${seconds(produceMs)}, confirmed after ${seconds(confirmMs)}, stored after ${seconds(totalMs)}, ended after ${seconds(elapsedMs)}`,
  );
}
