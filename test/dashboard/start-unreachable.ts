import { startDashboard } from '../../dashboard/server/dashboard.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { openUnreachablePipeline } from './unreachable-pipeline.ts';

/** A server whose pipeline is out of reach; what it reports goes to `reported`. */
export async function startUnreachable(parts: Partial<Pipeline> = {}) {
  const pipeline = { ...openUnreachablePipeline(), ...parts };
  const reported: unknown[] = [];
  const { url, stop } = await startDashboard({
    pipeline,
    port: 0,
    report: (error) => void reported.push(error),
  });
  return { url, reported, stop: () => stop().then(pipeline.close) };
}
