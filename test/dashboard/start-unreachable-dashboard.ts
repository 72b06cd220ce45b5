import { startDashboard } from '../../dashboard/server/dashboard.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { openUnreachablePipeline } from './unreachable-pipeline.ts';

/** Starts a dashboard whose pipeline is unreachable. Unexpected errors are added to `reported`. */
export async function startUnreachableDashboard(parts: Partial<Pipeline> = {}) {
  const pipeline = { ...openUnreachablePipeline(), ...parts };
  const reported: unknown[] = [];
  const { url, stop } = await startDashboard({
    pipeline,
    port: 0,
    report: (error) => void reported.push(error),
  });
  return { url, reported, stop: () => stop().then(pipeline.close) };
}
