import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'OrderPipeline' });

/**
 * Writes counts as one CloudWatch metric line (EMF) to standard output.
 *
 * @param counts metric name → count, e.g. `{ OrdersConfirmed: 10 }`
 */
export function publishCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}
