/** Returns the peak increase of memory during work, in bytes, including garbage. */
export async function peakMemory(work: () => Promise<unknown>): Promise<number> {
  const inUse = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = inUse();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, inUse());
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, inUse()) - before;
}
